/* SPDX-License-Identifier: Apache-2.0 */
/*
 * way.h - the way from this machine to a port as a row of stations, with the place where it ends.
 *
 * It is drawn from the port's own ladder and, for what lies behind its end, from the ladder of
 * another port of the same address. What no ladder has shown is not drawn.
 */
#ifndef DOCTOR_WAY_H
#define DOCTOR_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/facts.h"
#include "doctor/verdict.h"

#define DOCTOR_WAY_MAX (PROBE_HOPS_MAX + 2)

enum doctor_station_kind {
	DOCTOR_STATION_MACHINE, /* this one */
	DOCTOR_STATION_GATEWAY, /* the first router */
	DOCTOR_STATION_ROUTER,
	DOCTOR_STATION_UNKNOWN, /* one or more hops that did not tell who they are */
	DOCTOR_STATION_HOST,
};

struct doctor_station {
	enum doctor_station_kind kind;
	bool has_ip;
	struct ip ip;
	unsigned ttl;       /* of the (first) hop; 0: this machine, or not known */
	unsigned hop_count; /* that the station stands for; 0: not known how many */
	uint64_t took_us;   /* until its answer; 0: not known */
};

enum doctor_way_end {
	DOCTOR_WAY_THROUGH,  /* packets come to the host and back */
	DOCTOR_WAY_AT,       /* the station at `end` refuses, answers in another's name, or drops */
	DOCTOR_WAY_BEHIND,   /* behind the station at `end` or by it: no more is seen of them */
	DOCTOR_WAY_SOMEWHERE /* not known where */
};

struct doctor_way {
	enum doctor_way_end end_kind;
	size_t end;   /* index of the station, with AT and BEHIND */
	size_t count; /* at least 2: this machine and the host */
	struct doctor_station stations[DOCTOR_WAY_MAX];
};

void doctor_way_draw(
    const struct doctor_facts *facts, const struct doctor_probe *probe, struct doctor_way *ret_way);

/* The probe that the verdict is about; else the best that worked, or the first. NULL: none. */
const struct doctor_probe *doctor_way_probe(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict);
/* The probe that got furthest in the least time among those that gave EHLO. NULL: none. */
const struct doctor_probe *doctor_way_best(const struct doctor_facts *facts);

#endif
