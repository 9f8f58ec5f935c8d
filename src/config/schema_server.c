/* SPDX-License-Identifier: Apache-2.0 */
/* schema_server.c - the keys of the server itself: who it is, where it listens, what it bears. */
#include "config/schema.h"

#include "config/schema_row.h"
#include "util/log.h"

static const char *const log_level_words[] = { "debug", "info", "warning", "error", NULL };
_Static_assert(LOG_LEVEL_DEBUG == 0 && LOG_LEVEL_ERROR == 3, "the words are in the enum's order");

static const char *const listener_tls_words[] = { "starttls", "implicit", NULL };
_Static_assert(CONFIG_LISTENER_STARTTLS == 0 && CONFIG_LISTENER_IMPLICIT == 1, "the enum's order");

static const struct config_key top_keys[] = {
	{
	    .name = "hostname",
	    .type = CONFIG_TYPE_HOSTNAME,
	    .offset = offsetof(struct config, hostname),
	    .derived = "the system's name, where that is a full domain name",
	    .example = "mail.example.org",
	    .text = "The name of this server, as clients connect to it and as it is in the "
		    "certificate. It is in the greeting, in trace headers and in bounces.",
	},
	{
	    .name = "state_directory",
	    .type = CONFIG_TYPE_PATH,
	    .offset = offsetof(struct config, state_directory),
	    .fallback = "/var/lib/sallyport",
	    .needs_restart = true,
	    .text = "Where the queue and the accounts are kept, each in a directory of its own "
		    "below it.",
	},
	{
	    .name = "log_level",
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config, log_level),
	    .fallback = "info",
	    .words = log_level_words,
	    .text = "The least level that is logged. Error and warning are for the administrator, "
		    "info tells the history of every message, debug is for developers.",
	},
	{
	    .name = "submission_processes",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config, submission_processes),
	    .fallback = "0",
	    .min = 0,
	    .max = CONFIG_PROCESSES_MAX,
	    .needs_restart = true,
	    .text = "Processes that talk to mail clients. 0 stands for the number of CPUs.",
	},
	{
	    .name = "delivery_processes",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config, delivery_processes),
	    .fallback = "2",
	    .min = 0,
	    .max = CONFIG_PROCESSES_MAX,
	    .needs_restart = true,
	    .text = "Processes that talk to next hops. 0 stands for the number of CPUs.",
	},
};

const struct config_section config_section_top = {
	.name = "",
	.text = "",
	KEYS(top_keys),
	.offset = 0,
};

static const struct config_key tls_keys[] = {
	{
	    .name = "certificate",
	    .type = CONFIG_TYPE_PATH,
	    .offset = offsetof(struct config_tls, certificate_file),
	    .example = "/etc/sallyport/tls/certificate.pem",
	    .is_required = true,
	    .text = "PEM file with the certificate of this server, followed by the intermediate "
		    "ones. Read again at a reload.",
	},
	{
	    .name = "key",
	    .type = CONFIG_TYPE_PATH,
	    .offset = offsetof(struct config_tls, key_file),
	    .example = "/etc/sallyport/tls/key.pem",
	    .is_required = true,
	    .text = "PEM file with the private key of the certificate, not encrypted. The "
		    "supervisor reads it, so that root alone needs access to it.",
	},
};

const struct config_section config_section_tls = {
	.name = "tls",
	.text = "The certificate that mail clients see. All sessions use TLS 1.2 or 1.3.",
	KEYS(tls_keys),
	.offset = offsetof(struct config, tls),
};

static const struct config_key listen_keys[] = {
	{
	    .name = "address",
	    .type = CONFIG_TYPE_ADDRESS,
	    .offset = offsetof(struct config_listener, address),
	    .fallback = "::",
	    .text = "IP address to listen on. \"::\" stands for all addresses of both families, "
		    "\"0.0.0.0\" for all of IPv4.",
	},
	{
	    .name = "port",
	    .type = CONFIG_TYPE_PORT,
	    .offset = offsetof(struct config_listener, port),
	    .derived = "587, or 465 where tls is \"implicit\"",
	    .example = "587",
	    .min = 1,
	    .max = 65535,
	    .text = "TCP port to listen on.",
	},
	{
	    .name = "tls",
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config_listener, tls),
	    .fallback = "starttls",
	    .words = listener_tls_words,
	    .text = "When TLS starts: \"starttls\" after the command of that name (RFC 3207), "
		    "\"implicit\" with the first octet (RFC 8314). Neither takes a password or a "
		    "message without TLS.",
	},
};

const struct config_section config_section_listen = {
	.name = "listen",
	.title = "submission",
	.text = "An address and port where mail clients are awaited. The title is a name for "
		"the log. Without any such section there are two: \"submission\" on port 587 "
		"with STARTTLS and \"submissions\" on port 465 with implicit TLS. A change of "
		"listeners needs a restart.",
	KEYS(listen_keys),
	.offset = offsetof(struct config, listeners),
	.count_offset = offsetof(struct config, listener_count),
	.element_size = sizeof(struct config_listener),
	.count_max = CONFIG_LISTENERS_MAX,
	.is_optional = true,
};

static const struct config_key users_keys[] = {
	{
	    .name = "submission",
	    .type = CONFIG_TYPE_USER,
	    .offset = offsetof(struct config_users, submission),
	    .fallback = "_sallyport-submission",
	    .needs_restart = true,
	    .text = "User of the processes that talk to mail clients.",
	},
	{
	    .name = "auth",
	    .type = CONFIG_TYPE_USER,
	    .offset = offsetof(struct config_users, auth),
	    .fallback = "_sallyport-auth",
	    .needs_restart = true,
	    .text = "User of the process that checks passwords, and owner of the accounts.",
	},
	{
	    .name = "queue",
	    .type = CONFIG_TYPE_USER,
	    .offset = offsetof(struct config_users, queue),
	    .fallback = "_sallyport-queue",
	    .needs_restart = true,
	    .text = "User of the process that keeps the queue, and owner of the queue.",
	},
	{
	    .name = "delivery",
	    .type = CONFIG_TYPE_USER,
	    .offset = offsetof(struct config_users, delivery),
	    .fallback = "_sallyport-delivery",
	    .needs_restart = true,
	    .text = "User of the processes that talk to next hops.",
	},
};

const struct config_section config_section_users = {
	.name = "users",
	.text = "System users, as name or number, that the processes change to where the server "
		"is started by root. Each has to be a different one. \"sallyport setup\" "
		"creates those that are missing.",
	KEYS(users_keys),
	.offset = offsetof(struct config, users),
};

static const struct config_key limits_keys[] = {
	{
	    .name = "message_size",
	    .type = CONFIG_TYPE_SIZE,
	    .offset = offsetof(struct config_limits, message_size),
	    .fallback = "50M",
	    .min = 64 * KIB,
	    .max = 2 * GIB,
	    .text = "Largest message, in octets of text. Announced to clients (RFC 1870), refused "
		    "with 552 above.",
	},
	{
	    .name = "command_length",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, command_length),
	    .fallback = "2048",
	    .min = 1055,
	    .max = 64 * KIB,
	    .text =
		"Longest command line, in octets with its CRLF. RFC 5321 asks for at least 512, "
		"and the parameters of MAIL for more.",
	},
	{
	    .name = "auth_line_length",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, auth_line_length),
	    .fallback = "12288",
	    .min = 12288,
	    .max = 64 * KIB,
	    .text = "Longest line of an AUTH exchange, in octets with its CRLF. RFC 4954 asks for "
		    "at least 12288.",
	},
	{
	    .name = "recipients",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, recipients),
	    .fallback = "1000",
	    .min = 100,
	    .max = 10000,
	    .text = "Most recipients of one message; for more the client is told to send again "
		    "(452). RFC 5321 asks for at least 100.",
	},
	{
	    .name = "transactions",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, transactions),
	    .fallback = "10000",
	    .min = 1,
	    .max = 1000000,
	    .text = "Most messages of one session; then it is closed with 421.",
	},
	{
	    .name = "bad_commands",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, bad_commands),
	    .fallback = "10",
	    .min = 1,
	    .max = 1000,
	    .text = "Errors that a client may make in one session; then it is closed with 421.",
	},
	{
	    .name = "auth_failures",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, auth_failures),
	    .fallback = "3",
	    .min = 1,
	    .max = 100,
	    .text = "Wrong passwords that a client may give in one session; then it is closed with "
		    "421.",
	},
	{
	    .name = "connections",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, connections),
	    .fallback = "4000",
	    .min = 1,
	    .max = 100000,
	    .text = "Most sessions at a time in each submission process; further clients are told "
		    "to come back later (421).",
	},
};

const struct config_section config_section_limits = {
	.name = "limits",
	.text = "What one client may ask for.",
	KEYS(limits_keys),
	.offset = offsetof(struct config, limits),
};

static const struct config_key timeouts_keys[] = {
	{
	    .name = "command",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, command_ms),
	    .fallback = "5m",
	    .min = 100,
	    .max = DAY_MS,
	    .text =
		"How long a client may be silent between commands. RFC 5321 asks for at least 5 "
		"minutes.",
	},
	{
	    .name = "data",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, data_ms),
	    .fallback = "3m",
	    .min = 100,
	    .max = DAY_MS,
	    .text = "How long a client may be silent inside the text of a message. RFC 5321 asks "
		    "for at least 3 minutes.",
	},
	{
	    .name = "login",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, login_ms),
	    .fallback = "1m",
	    .min = 100,
	    .max = HOUR_MS,
	    .text = "How long a client may take from the greeting until it is authenticated, in "
		    "all: shorter than the 5 minutes that RFC 5321 gives a command, because a "
		    "connection without a login costs its owner nothing.",
	},
	{
	    .name = "handshake",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, handshake_ms),
	    .fallback = "30s",
	    .min = 100,
	    .max = HOUR_MS,
	    .text = "How long a TLS handshake may take.",
	},
	{
	    .name = "transaction",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, transaction_ms),
	    .fallback = "30m",
	    .min = 100,
	    .max = DAY_MS,
	    .text = "How long the whole text of one message may take, whatever its pace. It has to "
		    "be at least as long as data, and long enough for the largest message on the "
		    "slowest line.",
	},
	{
	    .name = "shutdown",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, shutdown_ms),
	    .fallback = "30s",
	    .min = 100,
	    .max = HOUR_MS,
	    .text = "How long transactions in flight may go on when the server is told to stop. "
		    "systemd kills after TimeoutStopSec, 90 seconds in the unit that comes "
		    "with it.",
	},
};

const struct config_section config_section_timeouts = {
	.name = "timeouts",
	.text = "How long the server waits for a client.",
	KEYS(timeouts_keys),
	.offset = offsetof(struct config, timeouts),
};
