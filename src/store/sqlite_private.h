/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_private.h - what the files behind store.h share. */
#ifndef STORE_SQLITE_PRIVATE_H
#define STORE_SQLITE_PRIVATE_H

#include <event2/event.h>

#include "store/batch.h"
#include "store/sqlite_read.h"
#include "store/sqlite_writer.h"

struct store {
	char *directory, *path; /* owned */
	struct store_reader reader;
	/* The rest: not for a store that was opened by store_open_reader(). */
	bool has_writer;
	struct store_writer writer;
	struct event *on_done;
	int lock_fd;
	struct store_batch *open;    /* is being filled */
	struct store_batch *written; /* the writer has it; NULL: he is idle */
};

#endif
