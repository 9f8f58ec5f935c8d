/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knock.h - which address of the host lets us in at which port, and who refuses. Private to the
 * room.
 *
 * Both ports of an address are knocked at together; the next address follows once one has been
 * silent for a while. How long silence is waited for depends on how soon others have answered: a
 * SYN is sent again after a second, so two of them have to be lost.
 */
#ifndef AUDIT_KNOCK_H
#define AUDIT_KNOCK_H

#include "audit/context.h"
#include "probe/tcp.h"

/* What came of one port. */
struct audit_knock {
	int fd; /* connected, the caller's to close or hand on; -1: nobody let us in */
	struct net_address address;
	/* Else the first answer that says anything, or silence; and where. */
	struct probe_tcp refusal;
	char refuser[IP_TEXT_SIZE];
	bool is_cut; /* there are addresses that there was no time for */
};

/* Of doors whose port is not 0. */
void audit_knock(struct audit *a, struct audit_knock ret_knocks[AUDIT_DOOR_COUNT]);

#define AUDIT_KNOCK_WORDS_SIZE 160
/* Why nobody let us in, in words. */
void audit_knock_explain(const struct audit_knock *k, char words[AUDIT_KNOCK_WORDS_SIZE]);

#endif
