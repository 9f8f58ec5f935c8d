/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.h - a directory of its own for each test. */
#ifndef TESTS_AUTH_SCRATCH_H
#define TESTS_AUTH_SCRATCH_H

struct scratch {
	char *directory;
	char *auth;      /* directory "auth" in it */
	char *database;  /* "auth/accounts.db" in it; not made */
	char *trace_key; /* "auth/trace.key" in it; not made */
};

void scratch_init(struct scratch *s);
/* Removes it with the database, also as "accounts.db.away", and with the trace key. */
void scratch_done(struct scratch *s);

#endif
