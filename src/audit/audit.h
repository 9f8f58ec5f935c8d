/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - the security of a submission service, looked at from outside.
 *
 * An audit asks one thing after the other, so that there is rarely more than one connection to the
 * host and never more than AUDIT_PARALLEL_MAX. No message is sent: DATA is said only with
 * `smuggling`, and then its text is never ended. Not more than one login fails, but with
 * `guess_count`. Once a server answers 421 or closes its ports to us, it is left alone.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/finding.h"
#include "audit/inventory.h"
#include "net/resolve.h"
#include "util/buf.h"
#include "util/ip.h"
#include "util/slice.h"

#define AUDIT_PARALLEL_MAX 3      /* connections at a time */
#define AUDIT_CONNECTIONS_MAX 400 /* of one audit */
#define AUDIT_GUESSES_MAX 10      /* wrong passwords, with the opt-in */

/* The parts of an audit, in the order in which they are run. */
enum audit_check {
	AUDIT_CHECK_PORTS,
	AUDIT_CHECK_CLEAR,
	AUDIT_CHECK_LOGIN,
	AUDIT_CHECK_STARTTLS,
	AUDIT_CHECK_TLS,
	AUDIT_CHECK_CERTIFICATE,
	AUDIT_CHECK_RELAY,
	AUDIT_CHECK_USERS,
	AUDIT_CHECK_LEAKS,
	AUDIT_CHECK_NOBODY,
	AUDIT_CHECK_DNS,
	AUDIT_CHECK_SENDER,
	AUDIT_CHECK_SMUGGLING,
	AUDIT_CHECK_GUESSING,
};
#define AUDIT_CHECK_COUNT 14

/* Those that are made only when the options ask for them. */
#define AUDIT_CHECKS_OPT_IN (1U << AUDIT_CHECK_SMUGGLING | 1U << AUDIT_CHECK_GUESSING)
#define AUDIT_CHECKS_USUAL ((1U << AUDIT_CHECK_COUNT) - 1 - AUDIT_CHECKS_OPT_IN)

const char *audit_check_name(enum audit_check check); /* "relay": for --only and --skip */
bool audit_check_read(struct slice name, enum audit_check *ret_check);

/* All pointers are borrowed for the call. */
struct audit_options {
	const char *host;        /* a name or an address */
	const char *hostname;    /* who we are, in EHLO */
	uint16_t port, tls_port; /* with STARTTLS, with TLS from the start; 0: leave it out */
	bool v4_only, v6_only;
	const char *address;   /* the one of the host's to look at; NULL: the first that answers */
	const char *resolver;  /* an address to ask in place of the system's; NULL */
	const char *ca_file;   /* PEM; NULL: the system's authorities */
	const char *domain;    /* the sender's; NULL: that of user, or guessed from host */
	const char *selector;  /* of DKIM; NULL: common ones are tried */
	const char *relay_to;  /* an address that the server must not take; NULL: of example.com */
	const char *user;      /* an account of one's own; NULL */
	struct slice password; /* empty: none */
	const char *from, *to; /* one's own, for smuggling; from NULL: user */
	unsigned checks;       /* 1 << enum audit_check */
	unsigned guess_count;  /* wrong passwords that may be tried; 0: none */
	bool is_dry;           /* tell what would be done, do nothing */
	/* In a dry run each connection, command and question; else every line of the dialogs. */
	void (*on_line)(void *arg, const char *text);
	void *arg;
};

/* One check that was not made, or not to its end. */
struct audit_gap {
	enum audit_check check;
	bool is_wanted_so; /* by the options: it does not count against the grade */
	char *why;
};

#define AUDIT_GAPS_MAX 64

struct audit_result {
	struct audit_findings findings; /* sorted */
	/* NULL: nothing could be looked at, or the options have left some of it out. */
	const char *grade;
	bool is_complete;
	struct audit_inventory inventories[2]; /* of port, of tls_port */
	size_t gap_count;
	struct audit_gap gaps[AUDIT_GAPS_MAX];
	size_t address_count; /* of the host, of the families that are wanted */
	char addresses[NET_RESOLVE_ADDRESSES_MAX][IP_TEXT_SIZE];
	char address[IP_TEXT_SIZE]; /* that was looked at: the first that answers; empty: none */
	char port_addresses[2][IP_TEXT_SIZE]; /* of port, of tls_port, which may differ */
	char domain[256];                     /* of the sender; empty: none is known */
	bool is_domain_guessed;
	bool is_name_unknown; /* of the host */
	bool is_reachable;
	bool is_sent_away; /* by 421, or by closed ports */
	unsigned connection_count, failed_login_count;
	uint64_t began_unix_ms, took_ms;
};

/* 0, or -errno with words appended to error when it could not begin. */
int audit_run(
    const struct audit_options *options, struct audit_result *ret_result, struct buf *error);
void audit_result_done(struct audit_result *result);

#endif
