/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - pointers by 64-bit number: open addressing, grows by doubling, shrinks never.
 *
 * Keys are our own numbers (message ids, sessions, jobs), mixed before use. A value is never NULL.
 */
#ifndef UTIL_MAP_H
#define UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: free */
};

/* `struct map m = { 0 };` starts one. Values stay the caller's. */
struct map {
	struct map_slot *slots;
	size_t size; /* 0 or a power of two */
	size_t count;
};

void map_done(struct map *m);
void *map_get(const struct map *m, uint64_t key);
/* Sets or replaces. */
void map_put(struct map *m, uint64_t key, void *value);
/* Removes and returns the value, NULL when there was none. */
void *map_remove(struct map *m, uint64_t key);
/* Any one value, to take a map apart; NULL when empty. */
void *map_any(const struct map *m);
/* Calls fn for each value; fn must not change the map. */
void map_each(const struct map *m, void (*fn)(void *arg, void *value), void *arg);

#endif
