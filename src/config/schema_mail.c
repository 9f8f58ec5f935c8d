/* SPDX-License-Identifier: Apache-2.0 */
/* schema_mail.c - the keys of messages, accounts, the queue and delivery. */
#include "config/schema.h"

#include "config/schema_row.h"

static const char *const protocol_words[] = { "smtp", "lmtp", NULL };
_Static_assert(CONFIG_PROTOCOL_SMTP == 0 && CONFIG_PROTOCOL_LMTP == 1, "the enum's order");

static const char *const next_hop_tls_words[] = { "none", "opportunistic", "required", "implicit",
	NULL };
_Static_assert(CONFIG_NEXT_HOP_TLS_NONE == 0 && CONFIG_NEXT_HOP_TLS_IMPLICIT == 3, "enum's order");

static const char *const trace_client_words[] = { "address", "pseudonym", NULL };
_Static_assert(CONFIG_TRACE_ADDRESS == 0 && CONFIG_TRACE_PSEUDONYM == 1, "the enum's order");

static const struct config_key message_keys[] = {
	{
	    .name = "fold_lines",
	    .type = CONFIG_TYPE_BOOL,
	    .offset = offsetof(struct config_message, fold_lines),
	    .fallback = "false",
	    .text =
		"Whether lines above limits.line_length are broken in pieces. Otherwise such a "
		"message is refused: to break lines can change what is meant, and ends signatures.",
	},
	{
	    .name = "complete_addresses",
	    .type = CONFIG_TYPE_BOOL,
	    .offset = offsetof(struct config_message, complete_addresses),
	    .fallback = "true",
	    .text = "Whether an address without a domain gets the hostname for one. Otherwise a "
		    "message with such an address in its header is refused.",
	},
	{
	    .name = "add_sender",
	    .type = CONFIG_TYPE_BOOL,
	    .offset = offsetof(struct config_message, add_sender),
	    .fallback = "true",
	    .text = "Whether a Sender field is added where From is not the address that the client "
		    "gave with MAIL (RFC 6409, section 8.1).",
	},
	{
	    .name = "take_utf8_header",
	    .type = CONFIG_TYPE_BOOL,
	    .offset = offsetof(struct config_message, take_utf8_header),
	    .fallback = "false",
	    .text = "Whether a header with letters that are not ASCII is taken as it is from a "
		    "client that did not say SMTPUTF8, as old software does. Otherwise such a "
		    "message is refused (RFC 6532). A listener with the profile legacy-device "
		    "takes it in any case.",
	},
	{
	    .name = "trace_client",
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config_message, trace_client),
	    .fallback = "address",
	    .words = trace_client_words,
	    .text = "How the Received field names the client: \"address\" by its IP address and "
		    "the name that it gave, as usual; \"pseudonym\" by a word from which "
		    "\"sallyport trace\" tells the address, and nobody else can.",
	},
};

const struct config_section config_section_message = {
	.name = "message",
	.text = "What is done to the text of a message on its way in. Date and Message-ID are "
		"added where they are missing, Bcc is removed, whatever is written here.",
	KEYS(message_keys),
	.offset = offsetof(struct config, message),
};

static const struct config_key auth_keys[] = {
	{
	    .name = "hash_cost",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_auth, hash_cost),
	    .fallback = "5",
	    .min = 1,
	    .max = 11,
	    .text = "Cost of the yescrypt hash of new passwords, as in crypt(5). Each step doubles "
		    "time and memory.",
	},
	{
	    .name = "hash_threads",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_auth, hash_threads),
	    .fallback = "0",
	    .min = 0,
	    .max = CONFIG_HASH_THREADS_MAX,
	    .needs_restart = true,
	    .text = "Threads that check passwords. 0 stands for the number of CPUs.",
	},
	{
	    .name = "hash_queue",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_auth, hash_queue),
	    .fallback = "256",
	    .min = 1,
	    .max = 65536,
	    .text =
		"Checks that may wait for a thread; further clients are told to try again later "
		"(454).",
	},
	{
	    .name = "cache",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_auth, cache_ms),
	    .fallback = "5m",
	    .min = 0,
	    .max = DAY_MS,
	    .text =
		"How long a password that was right is remembered, as a keyed digest in memory, "
		"so that a client that connects for each message costs little. 0 for not at "
		"all.",
	},
	{
	    .name = "throttle_failures",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_auth, throttle_failures),
	    .fallback = "10",
	    .min = 1,
	    .max = 100000,
	    .text = "Wrong passwords from one address (IPv6: one /64 network) within the time of "
		    "throttle, after which it is told to try again later (454) without a look at "
		    "its password.",
	},
	{
	    .name = "throttle",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_auth, throttle_ms),
	    .fallback = "10m",
	    .min = SECOND_MS,
	    .max = DAY_MS,
	    .text = "The time in which the failures of throttle_failures are counted.",
	},
	{
	    .name = "check_sender",
	    .type = CONFIG_TYPE_BOOL,
	    .offset = offsetof(struct config_auth, check_sender),
	    .fallback = "true",
	    .text = "Whether the sender of a message has to be an address of the account.",
	},
};

const struct config_section config_section_auth = {
	.name = "auth",
	.text = "Passwords and who may guess them.",
	KEYS(auth_keys),
	.offset = offsetof(struct config, auth),
};

static const struct config_key queue_keys[] = {
	{
	    .name = "retry_min",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_queue, retry_min_ms),
	    .fallback = "5m",
	    .min = 100,
	    .max = DAY_MS,
	    .text = "Delay after the first failed attempt to deliver. It doubles with each further "
		    "one, with some chance in it.",
	},
	{
	    .name = "retry_max",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_queue, retry_max_ms),
	    .fallback = "4h",
	    .min = 100,
	    .max = 7 * DAY_MS,
	    .text = "The longest delay between two attempts.",
	},
	{
	    .name = "lifetime",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_queue, lifetime_ms),
	    .fallback = "5d",
	    .min = SECOND_MS,
	    .max = 30 * DAY_MS,
	    .text = "How long a message is tried. Then it is returned to its sender. RFC 5321 asks "
		    "for 4 to 5 days.",
	},
	{
	    .name = "delay_notice",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_queue, delay_notice_ms),
	    .fallback = "4h",
	    .min = 0,
	    .max = 30 * DAY_MS,
	    .text = "How long a message is tried before its sender is told, once for each "
		    "recipient, that it is late; only when the mail client asked for such reports "
		    "(NOTIFY=DELAY). 0s: never.",
	},
	{
	    .name = "history",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_queue, history_ms),
	    .fallback = "7d",
	    .min = 0,
	    .max = 3650 * DAY_MS,
	    .text = "How long \"sallyport queue\" remembers messages that are delivered or "
		    "returned.",
	},
	{
	    .name = "min_free_space",
	    .type = CONFIG_TYPE_SIZE,
	    .offset = offsetof(struct config_queue, min_free_space),
	    .fallback = "64M",
	    .min = 0,
	    .max = 1024 * GIB,
	    .text = "Free octets on the disk of the queue below which messages are refused for the "
		    "time being (452).",
	},
};

const struct config_section config_section_queue = {
	.name = "queue",
	.text = "How long undelivered mail is tried.",
	KEYS(queue_keys),
	.offset = offsetof(struct config, queue),
};

static const struct config_key next_hop_keys[] = {
	{
	    .name = "protocol",
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config_next_hop, protocol),
	    .fallback = "smtp",
	    .words = protocol_words,
	    .text = "\"smtp\" for a relay or mail exchanger, \"lmtp\" for a mailbox server (RFC "
		    "2033).",
	},
	{
	    .name = "host",
	    .type = CONFIG_TYPE_HOST,
	    .offset = offsetof(struct config_next_hop, host),
	    .example = "smtp.example.net",
	    .is_required = true,
	    .text = "Name or IP address of the server; with lmtp also \"unix:/path\" for a local "
		    "socket.",
	},
	{
	    .name = "port",
	    .type = CONFIG_TYPE_PORT,
	    .offset = offsetof(struct config_next_hop, port),
	    .derived = "25, or 465 where tls is \"implicit\", or 24 for lmtp",
	    .example = "587",
	    .min = 1,
	    .max = 65535,
	    .text = "TCP port of the server.",
	},
	{
	    .name = "tls", /* RFC 3207 §6: it can be required, and used where there is some */
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config_next_hop, tls),
	    .derived = "\"required\", or \"none\" for a local socket",
	    .example = "required",
	    .words = next_hop_tls_words,
	    .text = "\"required\": STARTTLS, and certificate and name have to be right. "
		    "\"implicit\": the same with TLS from the first octet. \"opportunistic\": "
		    "STARTTLS where offered, whatever the certificate, which matters to messages "
		    "with REQUIRETLS alone. \"none\": no TLS.",
	},
	{
	    .name = "tls_name",
	    .type = CONFIG_TYPE_HOST,
	    .offset = offsetof(struct config_next_hop, tls_name),
	    .derived = "the host",
	    .example = "smtp.example.net",
	    .text = "Name or IP address that has to be in the certificate of the server.",
	},
	{
	    .name = "tls_ca_file",
	    .type = CONFIG_TYPE_PATH,
	    .offset = offsetof(struct config_next_hop, tls_ca_file),
	    .derived = "those of the system",
	    .example = "/etc/sallyport/tls/relay-ca.pem",
	    .text = "PEM file with the authorities that are trusted for this server.",
	},
	{
	    .name = "auth_user",
	    .type = CONFIG_TYPE_TEXT,
	    .offset = offsetof(struct config_next_hop, auth_user),
	    .derived = "no login",
	    .example = "sallyport@example.org",
	    .text = "User name to log in with. It needs auth_password_file, and TLS with a checked "
		    "certificate unless the server is this machine.",
	},
	{
	    .name = "auth_password_file",
	    .type = CONFIG_TYPE_PATH,
	    .offset = offsetof(struct config_next_hop, auth_password_file),
	    .derived = "no login",
	    .example = "/etc/sallyport/relay-password",
	    .text =
		"File whose first line is the password to log in with. The supervisor reads it, "
		"so that root alone needs access to it.",
	},
	{
	    .name = "connections",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_next_hop, connections),
	    .fallback = "10",
	    .min = 1,
	    .max = 1000,
	    .text = "Most connections at a time to this server from each delivery process.",
	},
	{
	    .name = "recipients",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_next_hop, recipients),
	    .fallback = "100",
	    .min = 1,
	    .max = 10000,
	    .text = "Most recipients in one transaction.",
	},
	{
	    .name = "messages",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_next_hop, messages),
	    .fallback = "1000",
	    .min = 1,
	    .max = 1000000,
	    .text = "Messages after which a connection is renewed.",
	},
	{
	    .name = "idle",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_next_hop, idle_ms),
	    .fallback = "5s",
	    .min = 0,
	    .max = HOUR_MS,
	    .text = "How long a connection without work is kept for the next message.",
	},
	{
	    .name = "connect_timeout",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_next_hop, connect_timeout_ms),
	    .fallback = "30s",
	    .min = 100,
	    .max = HOUR_MS,
	    .text = "How long connecting may take, including the look-up of the name.",
	},
	{
	    .name = "reply_timeout", /* RFC 5321 §4.5.3.2 */
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_next_hop, reply_timeout_ms),
	    .fallback = "5m",
	    .min = 100,
	    .max = DAY_MS,
	    .text = "How long to wait for the reply to a command. RFC 5321 asks for 5 minutes.",
	},
	{
	    .name = "data_timeout",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_next_hop, data_timeout_ms),
	    .fallback = "10m",
	    .min = 100,
	    .max = DAY_MS,
	    .text = "How long to wait for the reply to the end of a message. RFC 5321 asks for 10 "
		    "minutes.",
	},
};

const struct config_section config_section_next_hop = {
	.name = "next_hop",
	.title = "relay",
	.text = "A server that mail is handed to. The title is the name that routes use. At "
		"least one is needed.",
	KEYS(next_hop_keys),
	.offset = offsetof(struct config, next_hops),
	.count_offset = offsetof(struct config, next_hop_count),
	.element_size = sizeof(struct config_next_hop),
	.count_max = CONFIG_NEXT_HOPS_MAX,
};

static const struct config_key route_keys[] = {
	{
	    .name = "next_hop",
	    .type = CONFIG_TYPE_NEXT_HOP,
	    .offset = offsetof(struct config_route, next_hop),
	    .example = "relay",
	    .is_required = true,
	    .text = "The title of the next_hop section that this mail goes to.",
	},
};

const struct config_section config_section_route = {
	.name = "route",
	.title = "*",
	.text = "Where the mail for a domain goes. The title is the domain of the recipients, "
		"\"*\" is for all others. With one next hop and without any route, all mail "
		"goes to that one.",
	KEYS(route_keys),
	.offset = offsetof(struct config, routes),
	.count_offset = offsetof(struct config, route_count),
	.element_size = sizeof(struct config_route),
	.count_max = CONFIG_ROUTES_MAX,
	.is_optional = true,
};
