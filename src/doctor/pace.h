/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - how long to wait for what may never come.
 *
 * How long nothing must have come before it is silence follows from how long that which came took:
 * a few times the longest round trip of this check. It follows from the evidence, too: one SYN
 * without an answer may be lost, so the short waits are for those that were sent again, by a ladder
 * or by other sockets of ours, while others were answered. Where nothing at all has answered the
 * waits are those of the kernel, which sends a SYN again after one and after two seconds.
 */
#ifndef DOCTOR_PACE_H
#define DOCTOR_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "doctor/facts.h"

/* The longest round trip that was seen. */
struct doctor_pace {
	bool is_known; /* something has answered */
	uint64_t rtt_us;
};

/* What speaks for it that a port which has not answered will not. */
enum doctor_pace_evidence {
	DOCTOR_PACE_ALONE,         /* nothing: no other port of that address has answered */
	DOCTOR_PACE_HOST_ANSWERS,  /* another port has */
	DOCTOR_PACE_TRIED_TWICE,   /* and other SYNs to this one were in vain, too */
	DOCTOR_PACE_OTHER_ADDRESS, /* they were in vain, and another address of the host answers */
	DOCTOR_PACE_OTHER_ADDRESS_NEAR, /* that is of the other family, hosts of this one answer */
	DOCTOR_PACE_HOST_SILENT,        /* they were in vain, and other hosts answer */
	DOCTOR_PACE_IN_DEAD_HOST,       /* as before, and it is a port that matters less */
};

void doctor_pace_note(struct doctor_pace *pace, uint64_t took_us);
/* Of all that answered: ports of the host, and other hosts. */
struct doctor_pace doctor_pace_of(const struct doctor_facts *facts);

/*
 * Of what answered in that family, and of the routers behind the gateway: IPv6 may go round the
 * world to a host that is next door by IPv4.
 */
struct doctor_pace doctor_pace_of_family(
    const struct doctor_facts *facts, const struct net_address *address);

/* So long a SYN is unanswered before it is looked into. */
uint64_t doctor_pace_quiet_ms(const struct doctor_pace *pace);
/* So long it keeps its place from others, or another is sent; UINT64_MAX: that is not known. */
uint64_t doctor_pace_turn_ms(const struct doctor_pace *pace);
/* So long it is unanswered before it is silence; UINT64_MAX: as long as there is time. */
uint64_t doctor_pace_silence_ms(const struct doctor_pace *pace, enum doctor_pace_evidence evidence);
/* So long a port that is of no matter to the verdict may hold it up. */
uint64_t doctor_pace_minor_ms(const struct doctor_pace *pace);
/*
 * A few round trips: for what would change nothing if it came later, and until a connection that is
 * closed is forgotten on the way.
 */
uint64_t doctor_pace_moment_ms(const struct doctor_pace *pace);

#endif
