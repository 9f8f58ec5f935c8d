/* SPDX-License-Identifier: Apache-2.0 */
#include "util/map.h"

#include <assert.h>
#include <stdlib.h>

#include "util/alloc.h"

enum { SIZE_FIRST = 16 };

/* The finaliser of splitmix64: our numbers count upwards, slots must not. */
static size_t
home_of(const struct map *m, uint64_t key)
{
	key = (key ^ key >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	key = (key ^ key >> 27) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(key ^ key >> 31) & (m->size - 1);
}

/* The slot that holds key, or the free one where it would go. m->size must not be 0. */
static struct map_slot *
find(const struct map *m, uint64_t key)
{
	size_t i = home_of(m, key);

	while (m->slots[i].value != NULL && m->slots[i].key != key)
		i = (i + 1) & (m->size - 1);
	return &m->slots[i];
}

void
map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

void *
map_get(const struct map *m, uint64_t key)
{
	return m->size == 0 ? NULL : find(m, key)->value;
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->size = old.size == 0 ? SIZE_FIRST : old.size * 2;
	m->slots = xcalloc(m->size, sizeof *m->slots);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].value != NULL)
			*find(m, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

void
map_put(struct map *m, uint64_t key, void *value)
{
	struct map_slot *slot;

	assert(value != NULL);
	if (m->count + 1 > m->size / 4 * 3)
		grow(m);
	slot = find(m, key);
	if (slot->value == NULL)
		m->count++;
	*slot = (struct map_slot){ key, value };
}

/* Linear probing without tombstones: move up whatever the hole would hide. */
static void
close_hole(struct map *m, size_t hole)
{
	size_t mask = m->size - 1;

	for (size_t i = (hole + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
		size_t home = home_of(m, m->slots[i].key);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		m->slots[hole] = m->slots[i];
		m->slots[i].value = NULL;
		hole = i;
	}
}

void *
map_remove(struct map *m, uint64_t key)
{
	struct map_slot *slot = m->size == 0 ? NULL : find(m, key);
	void *value = slot == NULL ? NULL : slot->value;

	if (value == NULL)
		return NULL;
	slot->value = NULL;
	m->count--;
	close_hole(m, (size_t)(slot - m->slots));
	return value;
}

void *
map_any(const struct map *m)
{
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value != NULL)
			return m->slots[i].value;
	return NULL;
}

void
map_each(const struct map *m, void (*fn)(void *arg, void *value), void *arg)
{
	for (size_t i = 0; i < m->size; i++)
		if (m->slots[i].value != NULL)
			fn(arg, m->slots[i].value);
}
