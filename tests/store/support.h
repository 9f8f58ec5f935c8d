/* SPDX-License-Identifier: Apache-2.0 */
/* support.h - a store in a scratch directory, and its loop run until a flush is done. */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H

#include "store/store.h"

struct scratch {
	char directory[64]; /* in $TMPDIR's place of its own, or /dev/shm, or /tmp */
	struct event_base *base;
	struct store *store;
	uint64_t wal_max_len; /* for openings; 0: the default */
	uint64_t chunks_len;  /* the same */
	struct buf error;     /* of the last opening that failed */
};

/* Made without a store in it. */
void scratch_make(struct scratch *s);
/* Closes the store, and removes the directory with all that is in it. */
void scratch_remove(struct scratch *s);
/* Opens or reopens the store; the result of store_open(). */
int scratch_open(struct scratch *s);
int scratch_open_limited(struct scratch *s, uint64_t min_free_space);
/* "<directory>/<name>", valid until the next call. */
const char *scratch_path(const struct scratch *s, const char *name);

/* Of a test: *state is a scratch with its store open; and its end, however it was made (malloc). */
int scratch_set_up(void **state);
int scratch_tear_down(void **state);

/* Flushes the open batch and runs the loop until it is done; returns its result. */
int scratch_flush(struct scratch *s);
/* Runs the loop until *result is no longer SCRATCH_WAITING. */
#define SCRATCH_WAITING 1
void scratch_wait(struct scratch *s, const int *result);
/* A callback for store_flush(): *(int *)arg = result. */
void scratch_on_durable(void *arg, int result);

/* A message with `count` recipients "r0@example.org"..., due at 1000 + index, and a text of its
 * own. */
void scratch_put(struct scratch *s, uint64_t id, size_t count);
/* With chunks put before: fixed content by id and seq, of CHUNK_LEN octets each. */
#define SCRATCH_CHUNK_LEN 3000
void scratch_put_chunk(struct scratch *s, uint64_t id, uint32_t seq);
void scratch_put_large(struct scratch *s, uint64_t id, uint32_t chunk_count);
/* The text that a message put by the above must have: appended to out. */
void scratch_text(uint64_t id, uint32_t chunk_count, struct buf *out);

/* 0 when it is whole: recipients and text as put; -ENOENT when there is nothing of it. */
int scratch_check(struct store *s, uint64_t id, size_t recipient_count, uint32_t chunk_count);

#endif
