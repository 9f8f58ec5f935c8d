/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_owed.h - chunks that could not be dropped when they should have been.
 *
 * Who drops chunks does not ask how it went: on a full disk there may be no room for the
 * transaction, and the chunks of a message that was refused for that would stay until the next
 * start. So the writer remembers the messages, and drops them when writing works again.
 */
#ifndef STORE_SQLITE_OWED_H
#define STORE_SQLITE_OWED_H

#include "store/batch.h"
#include "store/sqlite_apply.h"

/* More are forgotten: start-up drops what is left. */
#define STORE_OWED_MAX 4096

struct store_owed {
	uint64_t *message_ids;
	size_t count;
};

void store_owed_done(struct store_owed *o);
/* Nothing of the batch is kept: remembers whose chunks it was to drop. */
void store_owed_note(struct store_owed *o, const struct store_batch *b);
/* The batch is kept: what it says of a message comes after what is owed, and stands in its place.
 */
void store_owed_forget(struct store_owed *o, const struct store_batch *b);
/* Drops them. 0, or -errno with all of them still owed. */
int store_owed_pay(struct store_owed *o, struct store_apply *a);

#endif
