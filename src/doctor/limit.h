/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h - is a port silent because who rejects it may not say so at the moment?
 *
 * Routers send so many ICMP messages to one address and no more: Linux six at once, then one a
 * second, of all that say why a packet went no further. A check uses that up, so that one which
 * follows soon would find a port dropped that is rejected. What shows that a router could have
 * spoken is that it answers SYNs whose TTL runs out there, sent right behind those to the silent
 * port: two of them, as one may be what it was just allowed anew.
 */
#ifndef DOCTOR_LIMIT_H
#define DOCTOR_LIMIT_H

#include "doctor/facts.h"

/* After such a pause a router says something again; and so long for what it then says. */
enum { DOCTOR_LIMIT_PAUSE_MS = 1050, DOCTOR_LIMIT_ANSWER_MS = 400 };

enum { DOCTOR_LIMIT_WITNESSES = 2 };

enum doctor_limit {
	DOCTOR_LIMIT_NONE,    /* it is silence, or nothing can be found out */
	DOCTOR_LIMIT_TO_TEST, /* one more ladder of the witness up to doctor_limit_top() tells */
	DOCTOR_LIMIT_LIKELY,  /* a router that might reject does not speak */
};

/* Of a port whose own ladder is over, beside that of a port of the address that answers. */
enum doctor_limit doctor_limit_of(const struct doctor_facts *facts, const struct doctor_probe *p);
/* The routers that have shown themselves only later, on the same way. */
void doctor_limit_add(struct probe_path *path, const struct probe_path *later);
/* A ladder of the witness is over. */
void doctor_limit_hear(struct doctor_probe *p, const struct probe_path *witness);
/* The last hop that may have been asked for its word: the one behind the last that answered. */
unsigned doctor_limit_top(const struct doctor_facts *facts, const struct doctor_probe *p);

#endif
