/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - find out all about a host's submission ports: the order of probes, within their time
 * and within what is polite.
 *
 * At most `connections` connections to the host at a time, over all of its addresses. A SYN that
 * nobody has answered gives its place up after a while, which depends on how many wait.
 */
#ifndef DOCTOR_CHECK_H
#define DOCTOR_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/facts.h"

#define DOCTOR_CHECK_TIME_MS 10000 /* of one host, whatever happens */
/* The text of a message and the reply to its end; of a host that is asked to take one. */
#define DOCTOR_MESSAGE_MS 15000
#define DOCTOR_CONNECTIONS 3

struct doctor_check_options {
	const char *host;
	const uint16_t *ports; /* NULL: 587, 465, 25, 2525 */
	size_t port_count;
	const char *hostname;               /* ours, for EHLO; NULL: this machine's */
	const char *ca_file;                /* PEM; NULL: the system's */
	const struct net_address *resolver; /* ask this DNS server; NULL: those of resolv.conf */
	unsigned connections;               /* 0: DOCTOR_CONNECTIONS */
	uint64_t time_ms;                   /* 0: DOCTOR_CHECK_TIME_MS */
	int family;                         /* AF_INET, AF_INET6, AF_UNSPEC: both */
	/* Controls: "host" or "host:port"; asked only when something is wrong. */
	const char *const *controls;
	size_t control_count;
	const char *user, *mechanism; /* NULL: no login; NULL: the best that is offered */
	struct slice secret;          /* borrowed, as all else */
	const char *from, *to;        /* to NULL: no message */
	struct slice recipient;       /* to, once more */
	struct slice message;         /* with CRLF */
	/* What is going on, for a line that is written over; NULL: none. */
	void (*on_progress)(void *arg, const char *text);
	/* Lines of all dialogs; NULL: none. */
	void (*on_line)(
	    void *arg, const struct net_address *address, bool is_ours, struct slice line);
	void *arg;
};

/*
 * Runs its own loop until all is known or the time is over. 0, or -errno when it could not even
 * begin, with words appended to error. facts: the caller's to doctor_facts_done().
 */
int doctor_check(
    const struct doctor_check_options *options, struct doctor_facts *ret_facts, struct buf *error);
/*
 * The same for this network (facts.is_network): options->controls are what is tried, on ports 587,
 * 465 and 443, or on 2525 alone ("host:2525"). options->host and the like are not looked at. Two of
 * them, and those for 2525, are asked who they are: greeting, EHLO, TLS and certificate.
 */
int doctor_check_network(
    const struct doctor_check_options *options, struct doctor_facts *ret_facts, struct buf *error);

#endif
