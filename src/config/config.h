/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the validated configuration, as every process sees it.
 *
 * config_parse() is the only way to make one; what it returns has every default filled in and has
 * passed every check, so nobody else checks again. No secret is ever in it: files that hold secrets
 * are named here, and opened by the supervisor alone.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define CONFIG_PROCESSES_MAX 32 /* below MESSAGE_ID_SLOT_QUEUE */
#define CONFIG_LISTENERS_MAX 16
#define CONFIG_NEXT_HOPS_MAX 64
#define CONFIG_ROUTES_MAX 1024
#define CONFIG_HASH_THREADS_MAX 64

enum config_listener_tls {
	CONFIG_LISTENER_STARTTLS, /* RFC 3207, port 587 */
	CONFIG_LISTENER_IMPLICIT, /* RFC 8314 §3.3, port 465 */
};

enum config_listener_profile {
	CONFIG_LISTENER_STRICT,
	CONFIG_LISTENER_LEGACY_DEVICE, /* an LF alone is taken for CRLF */
};

struct config_listener {
	char *name;    /* "submission", "submissions", ... */
	char *address; /* IP address; "::" takes both families */
	uint16_t port;
	enum config_listener_tls tls;
	enum config_listener_profile profile;
};

/* User names, or decimal uids, that the children change to when the supervisor is root. */
struct config_users {
	char *submission, *auth, *queue, *delivery;
};

struct config_tls {
	char *certificate_file; /* PEM, leaf first */
	char *key_file;         /* PEM, not encrypted; read by the supervisor, used by auth alone */
};

/* Times in ms; names as in the config file less the unit. */
struct config_limits {
	uint64_t message_size;
	uint32_t command_length, auth_line_length;
	uint32_t recipients;              /* per transaction */
	uint32_t transactions;            /* per session */
	uint32_t bad_commands;            /* per session, before 421 */
	uint32_t auth_failures;           /* per session, before 421 */
	uint32_t connections;             /* per submission process; above: 421 4.3.2 */
	uint32_t connections_per_address; /* in each submission process (IPv6: per /64) */
	uint32_t recipient_domains;       /* per session */
	uint32_t parameters;              /* of one MAIL or RCPT */
	uint32_t transfer_rate;           /* octets of text a second, at least; 0: any */
	uint32_t errors_before_delay;     /* per session */
	uint64_t header_size;             /* octets of a message's header block */
	uint32_t line_length;             /* octets without CRLF */
	uint32_t received_count;          /* Received fields of a message */
	uint32_t priority;                /* the highest MT-PRIORITY of a client: 0 to 9 */
	uint64_t hold_ms;                 /* FUTURERELEASE, at most; 0: not offered */
	uint64_t deliver_by_ms;           /* DELIVERBY, at least */
};

enum config_trace_client {
	CONFIG_TRACE_ADDRESS,
	CONFIG_TRACE_PSEUDONYM, /* keyed; `sallyport trace` tells the administrator whose it is */
};

/* What is done to the text of a message (RFC 6409 §8). */
struct config_message {
	bool fold_lines;         /* lines above line_length are folded, not refused */
	bool complete_addresses; /* a local part alone gets our hostname, or it is refused */
	bool add_sender;         /* Sender where From is not the envelope's sender */
	bool take_utf8_header;   /* UTF-8 in the header without SMTPUTF8 is not refused */
	enum config_trace_client trace_client;
};

struct config_timeouts {
	uint64_t command_ms, data_ms, login_ms, handshake_ms;
	uint64_t transaction_ms; /* a whole DATA */
	uint64_t error_delay_ms; /* see errors_before_delay; 0: none */
	uint64_t shutdown_ms;    /* SIGTERM: how long transactions in flight may take */
};

struct config_auth {
	uint32_t hash_cost;         /* yescrypt cost factor as crypt(5) counts it, 1 to 11 */
	uint32_t hash_threads;      /* 0 in the file: number of CPUs; never 0 here */
	uint32_t hash_queue;        /* verifications waiting; above: 454 */
	uint64_t cache_ms;          /* how long a verified password is remembered; 0: not at all */
	uint32_t throttle_failures; /* failed logins from one address (IPv6: /64) ... */
	uint64_t throttle_ms;       /* ... within this time, then 454 without a look */
	bool check_sender;          /* MAIL FROM must be an address of the account */
};

struct config_queue {
	uint64_t retry_min_ms, retry_max_ms; /* delay after the first failure, and its ceiling */
	uint64_t lifetime_ms;                /* then the message bounces */
	uint64_t delay_notice_ms;            /* then NOTIFY=DELAY has its report; 0: never */
	uint64_t history_ms;                 /* how long settled messages are remembered */
	uint64_t min_free_space;             /* octets of disk below which 452 is said */
};

enum config_protocol {
	CONFIG_PROTOCOL_SMTP,
	CONFIG_PROTOCOL_LMTP, /* RFC 2033 */
};

enum config_next_hop_tls {
	CONFIG_NEXT_HOP_TLS_NONE,
	CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC, /* STARTTLS when offered, certificate not checked */
	CONFIG_NEXT_HOP_TLS_REQUIRED,      /* STARTTLS, certificate and name verified */
	CONFIG_NEXT_HOP_TLS_IMPLICIT,      /* TLS from the first octet, verified */
};

struct config_next_hop {
	char *name; /* what routes refer to */
	enum config_protocol protocol;
	char *host;    /* name, IP address, or "unix:/path" (lmtp) */
	uint16_t port; /* 0 with "unix:" */
	enum config_next_hop_tls tls;
	char *tls_name;    /* name or IP address to verify; default: host; NULL: local socket */
	char *tls_ca_file; /* PEM; NULL: the system's */
	char *auth_user;   /* NULL: no AUTH */
	char *auth_password_file; /* its first line; read by the supervisor, handed to delivery */
	uint32_t connections;     /* at most, per delivery process */
	uint32_t recipients;      /* per transaction */
	uint32_t messages;        /* per connection before it is renewed */
	uint64_t idle_ms;         /* how long an unused connection is kept */
	uint64_t connect_timeout_ms, reply_timeout_ms, data_timeout_ms;
};

/* Recipients in `domain` ("*": all others) go to next_hops[next_hop]. */
struct config_route {
	char *domain; /* lower case */
	size_t next_hop;
};

struct config {
	char *hostname;
	char *state_directory;
	int log_level;                 /* enum log_level */
	uint32_t submission_processes; /* 0 in the file: number of CPUs; never 0 here */
	uint32_t delivery_processes;
	struct config_users users;
	struct config_tls tls;
	struct config_limits limits;
	struct config_message message;
	struct config_timeouts timeouts;
	struct config_auth auth;
	struct config_queue queue;
	struct config_listener *listeners;
	size_t listener_count;
	struct config_next_hop *next_hops;
	size_t next_hop_count;
	struct config_route *routes;
	size_t route_count;
};

/*
 * Parse and check text, which came from `name` (for messages). Opens no file, not even those that
 * it names. On errors appends one line each to errors: "FILE:LINE: KEY: what is wrong; what would
 * be right", without the line where something is not there at all. Returns 0 or -EINVAL. Free with
 * config_free(). Not for threads: libconfuse has one lexer.
 */
int config_parse(
    const char *name, struct slice text, struct config **ret_config, struct buf *errors);
/* Read the file and parse it. Also -errno of open and read, said in errors. */
int config_load(const char *path, struct config **ret_config, struct buf *errors);
void config_free(struct config **c);
/* Every key with its value, in the grammar of the file: config_parse() of it is an equal config. */
void config_print(const struct config *c, struct buf *out);
/* A file in which every key is explained; it is a valid config as it stands. */
void config_print_sample(struct buf *out);
/* The part of sallyport.conf(5) that explains the keys, in mdoc(7). */
void config_print_manual(struct buf *out);
/*
 * What a reload cannot change while running (listeners, users, process counts, directories):
 * appends one line per such key that differs. 0 when there is none.
 */
size_t config_restart_needed(
    const struct config *old_config, const struct config *new_config, struct buf *out);
/* The next hop for a recipient's domain: its own route, or "*". Domain compares without case. */
size_t config_route_find(const struct config *c, struct slice domain);

#endif
