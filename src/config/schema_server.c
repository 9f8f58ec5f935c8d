/* SPDX-License-Identifier: Apache-2.0 */
/* schema_server.c - the keys of the server itself: who it is and where it listens. */
#include "config/schema.h"

#include "config/schema_row.h"
#include "util/log.h"

static const char *const log_level_words[] = { "debug", "info", "warning", "error", NULL };
_Static_assert(LOG_LEVEL_DEBUG == 0 && LOG_LEVEL_ERROR == 3, "the words are in the enum's order");

static const char *const listener_tls_words[] = { "starttls", "implicit", NULL };
_Static_assert(CONFIG_LISTENER_STARTTLS == 0 && CONFIG_LISTENER_IMPLICIT == 1, "the enum's order");

static const char *const listener_profile_words[] = { "strict", "legacy-device", NULL };
_Static_assert(
    CONFIG_LISTENER_STRICT == 0 && CONFIG_LISTENER_LEGACY_DEVICE == 1, "the enum's order");

static const struct config_key top_keys[] = {
	{
	    .name = "hostname", /* what EHLO says to next hops: RFC 5321 §2.3.5, §4.1.4 */
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
	{
	    .name = "profile",
	    .type = CONFIG_TYPE_WORD,
	    .offset = offsetof(struct config_listener, profile),
	    .fallback = "strict",
	    .words = listener_profile_words,
	    .text = "What ends a line: \"strict\" takes CRLF alone (RFC 5321) and refuses messages "
		    "with any other line end. \"legacy-device\" is for old printers and scanners "
		    "that send LF: it takes an LF alone for CRLF, counts such lines and says so in "
		    "the log. Give such devices a listener of their own.",
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
