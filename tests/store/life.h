/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life.h - messages that go through all their states, step by step, and what a store shows of them.
 *
 * Message i (id i + 1) is of one of a few shapes. Its versions on disk: 0 it is not there, 1 it is
 * whole, 2 its first recipient was deferred once, 3 it is over: gone, with a line of history for
 * each recipient. Nothing else may ever be seen.
 */
#ifndef TESTS_STORE_LIFE_H
#define TESTS_STORE_LIFE_H

#include "support.h"

/* For scratch.chunks_len: the last chunks of some messages are in a file. */
#define LIFE_CHUNKS_LEN (2UL * SCRATCH_CHUNK_LEN)

enum life_version {
	LIFE_NONE,
	LIFE_WHOLE,
	LIFE_DEFERRED,
	LIFE_OVER,
	LIFE_VERSION_COUNT,
};

/* The chunks that message i needs to be put before it becomes LIFE_WHOLE; 0 for a small one. */
uint32_t life_chunk_count(size_t i);
size_t life_recipient_count(size_t i);

/* Adds to the open batch what takes message i from the version before to `to`, without its chunks.
 */
void life_put(struct scratch *s, size_t i, enum life_version to);
/* Which version of message i the store shows; -errno, and -EBADMSG when it is none of them. */
int life_get(struct store *s, size_t i);
/* Chunks in the database that belong to no message; integrity_check. 0 when all is well. */
int life_check_database(const struct scratch *s);

#endif
