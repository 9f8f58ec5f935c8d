/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power_cut.h - what the disk may hold when the power goes at a given step of a recorded run.
 *
 * What was written before a file's last sync is there. Of what was written to it since, each 512
 * octet sector may be there or not, whatever came before or after it. A removed file is gone. The
 * file of a body is certain to be there, or to be gone, only from the next sync of the directory.
 */
#ifndef TESTS_CRASH_POWER_CUT_H
#define TESTS_CRASH_POWER_CUT_H

#include "store/fault_vfs.h"
#include "util/buf.h"

enum power_cut_loss {
	POWER_CUT_LOSES_UNSYNCED, /* all of it */
	POWER_CUT_LOSES_NOTHING,  /* as after kill -9 */
	POWER_CUT_LOSES_WRITES,   /* some writes, at random */
	POWER_CUT_LOSES_SECTORS,  /* some sectors of some writes, at random */
	POWER_CUT_LOSS_COUNT,
};

struct power_cut_file {
	bool exists, has_new_name; /* it was made or removed since the directory was synced */
	struct buf synced;
	size_t unsynced_from; /* index of the first record after the last sync */
};

/* Walks along a record kept by fault_vfs.h. */
struct power_cut {
	size_t step; /* records passed */
	uint64_t random;
	struct power_cut_file files[FAULT_FILE_COUNT];
};

void power_cut_init(struct power_cut *p, uint64_t seed);
void power_cut_done(struct power_cut *p);
/* Passes one more record. */
void power_cut_advance(struct power_cut *p);
/* Writes queue.db and its companions into directory as they would be found now. */
void power_cut_write(struct power_cut *p, enum power_cut_loss loss, const char *directory);

#endif
