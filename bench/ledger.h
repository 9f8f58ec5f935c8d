/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger.h - the file with the id of every acknowledged message, one a line.
 *
 * Several writers share the file without a lock: each gathers whole lines and appends them with one
 * write(2), which O_APPEND puts behind all others'.
 */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include <stdbool.h>

#include "util/buf.h"

struct ledger {
	int fd; /* -1: none is kept */
	struct buf lines;
	bool failed;
};

/* Empties the file, or makes it; before any writer opens it. 0 or -errno. */
int ledger_create(const char *path);
/* path may be NULL: then nothing is kept. 0 or -errno. */
int ledger_open(struct ledger *l, const char *path);
void ledger_add(struct ledger *l, const char *id);
/* False when anything could not be written. */
bool ledger_close(struct ledger *l);

#endif
