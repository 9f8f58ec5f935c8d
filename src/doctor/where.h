/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - how far packets to a port come, by comparing its ladder with that of a port that works.
 *
 * A router looks at the TTL before it filters what it forwards: the last hop that still answers for
 * a port is the filter itself or stands right before it.
 */
#ifndef DOCTOR_WHERE_H
#define DOCTOR_WHERE_H

#include "doctor/facts.h"

enum doctor_side {
	DOCTOR_SIDE_UNKNOWN,
	DOCTOR_SIDE_HERE,    /* this machine or the first router */
	DOCTOR_SIDE_BETWEEN, /* there are hops before and behind it */
	DOCTOR_SIDE_SERVER,  /* the last router or the server */
};

struct doctor_where {
	enum doctor_side side;
	unsigned hop;      /* the last that answered for the port; 0: none did */
	unsigned distance; /* hops to the server; 0: not known */
	bool has_who;
	struct ip who;   /* that hop */
	char text[200];  /* "1 hop away, at 10.0.0.1 (your router) or just behind it" */
	char proof[256]; /* what the two ladders showed */
};

/* p was not answered at all. */
void doctor_where_dropped(
    const struct doctor_facts *facts, const struct doctor_probe *p, struct doctor_where *where);

/* Who answered in the server's place, when it can be seen that somebody did. */
struct doctor_forger {
	bool is_compared;  /* with another port; false: nothing can be said */
	bool is_seen;      /* somebody did */
	bool is_by_ladder; /* its port ends at a hop before the server's; else by its TTL alone */
	unsigned hop;      /* at which, or at most; 0: not known */
	bool has_who;
	struct ip who;   /* that hop */
	char text[200];  /* as in struct doctor_where */
	char proof[256]; /* what was compared */
};

/* p was answered: by the machine that the other ports of that address are answered by? */
void doctor_where_forged(
    const struct doctor_facts *facts, const struct doctor_probe *p, struct doctor_forger *forger);

/* The hop of the way to p that an address belongs to, by any ladder; 0: none. */
unsigned doctor_where_hop(
    const struct doctor_facts *facts, const struct doctor_probe *p, const struct ip *who);

#endif
