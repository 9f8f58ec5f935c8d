/* SPDX-License-Identifier: Apache-2.0 */
/* schema_limits.c - the keys of what a client may ask for, and how long it may take. */
#include "config/schema.h"

#include "config/schema_row.h"

static const struct config_key limits_keys[] = {
	{
	    .name = "message_size",
	    .type = CONFIG_TYPE_SIZE,
	    .offset = offsetof(struct config_limits, message_size),
	    .fallback = "50M",
	    .min = 64 * KIB, /* RFC 5321 §4.5.3.1.7 */
	    .max = 2 * GIB,
	    .text = "Largest message, in octets of text. Announced to clients (RFC 1870), refused "
		    "with 552 above.",
	},
	{
	    .name = "command_length",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, command_length),
	    .fallback = "2048",
	    .min = 1258, /* smtp/server.h; RFC 4954 §3: 500 of them for AUTH=; RFC 3461 §5.4 */
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
	    .name = "recipient_domains",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, recipient_domains),
	    .fallback = "1000",
	    .min = 1,
	    .max = 10000,
	    .text =
		"Most different domains among the recipients of one session; for more the client "
		"is told to send again on another connection (452). Announced to clients (RFC "
		"9422).",
	},
	{
	    .name = "transactions",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, transactions),
	    .fallback = "10000",
	    .min = 1,
	    .max = 999999,
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
	    .fallback = "3", /* RFC 4954 §9 */
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
	{
	    .name = "connections_per_address",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, connections_per_address),
	    .fallback = "100",
	    .min = 1,
	    .max = 100000,
	    .text = "Most sessions at a time from one address (IPv6: one /64 network) in each "
		    "submission process; further ones are told to come back later (421). Raise it "
		    "where a web mailer or a NAT gateway connects for many.",
	},
	{
	    .name = "parameters",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, parameters),
	    .fallback = "20",
	    .min = 10,
	    .max = 100,
	    .text = "Most parameters of one MAIL or RCPT command; with more it is refused (501).",
	},
	{
	    .name = "header_size",
	    .type = CONFIG_TYPE_SIZE,
	    .offset = offsetof(struct config_limits, header_size),
	    .fallback = "256K",
	    .min = 16 * KIB,
	    .max = 4 * MIB,
	    .text = "Largest header of a message, in octets; refused with 552 above. It is kept in "
		    "memory until its end.",
	},
	{
	    .name = "line_length",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, line_length),
	    .fallback = "998",
	    .min = 998,
	    .max = 64 * KIB,
	    .text = "Longest line of a message, in octets without its CRLF; longer ones are "
		    "refused, or folded where fold_lines says so. RFC 5322 allows 998.",
	},
	{
	    .name = "received_count",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, received_count),
	    .fallback = "100", /* RFC 5321 §6.3 */
	    .min = 1,
	    .max = 1000,
	    .text = "Most Received fields of a message; with more it is taken to be in a loop and "
		    "refused (554). RFC 5321 asks for at least 100.",
	},
	{
	    .name = "priority",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, priority),
	    .fallback = "0",
	    .min = 0,
	    .max = 9,
	    .text = "Highest priority that a client may ask for with MT-PRIORITY (RFC 6710); a "
		    "higher one is lowered to it. Mail without one has 0; with more it goes before "
		    "other mail in the queue, so this is for servers whose clients can be trusted "
		    "not to say it of everything.",
	},
	{
	    .name = "transfer_rate",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, transfer_rate),
	    .fallback = "100",
	    .min = 0,
	    .max = 1024 * KIB,
	    .text = "Octets of text a second that a client has to send, on average over a message, "
		    "once the time of timeouts.data is over; a slower one is hung up on (421). 0 "
		    "for any pace.",
	},
	{
	    .name = "errors_before_delay",
	    .type = CONFIG_TYPE_NUMBER,
	    .offset = offsetof(struct config_limits, errors_before_delay),
	    .fallback = "3",
	    .min = 0,
	    .max = 1000,
	    .text = "Errors that a client may make in one session before each further one is "
		    "answered later, by timeouts.error_delay.",
	},
	{
	    .name = "hold",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_limits, hold_ms),
	    .fallback = "7d",
	    .min = 0,
	    .max = 365 * DAY_MS,
	    .text = "How far ahead a client may ask for a message to be sent (FUTURERELEASE, RFC "
		    "4865). 0 for not at all.",
	},
	{
	    .name = "deliver_by",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_limits, deliver_by_ms),
	    .fallback = "1m",
	    .min = 0,
	    .max = DAY_MS,
	    .text = "The shortest time in which a client may ask for a message to be delivered or "
		    "returned (DELIVERBY, RFC 2852). 0 for any.",
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
	    .name = "error_delay",
	    .type = CONFIG_TYPE_DURATION,
	    .offset = offsetof(struct config_timeouts, error_delay_ms),
	    .fallback = "1s",
	    .min = 0,
	    .max = 30 * SECOND_MS,
	    .text = "How much later an error is answered when there were more than "
		    "limits.errors_before_delay. 0 for at once.",
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
