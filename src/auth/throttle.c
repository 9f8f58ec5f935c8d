/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/throttle.h"

#include <stdlib.h>

#include "util/alloc.h"
#include "util/ip.h"

enum {
	WAYS = 8, /* addresses that share a set */
	SETS = AUTH_THROTTLE_ADDRESSES / WAYS,
};

_Static_assert((SETS & (SETS - 1)) == 0, "a set is chosen by the low bits");

/* The failures counted since the first one of a window. */
struct entry {
	uint64_t address;
	uint64_t first_ms, last_ms;
	uint32_t failures; /* 0: free */
};

struct auth_throttle {
	uint64_t seed;
	struct entry entries[SETS][WAYS];
};

struct auth_throttle *
auth_throttle_new(uint64_t seed)
{
	struct auth_throttle *t = xcalloc(1, sizeof *t);

	t->seed = seed;
	return t;
}

void
auth_throttle_free(struct auth_throttle **t)
{
	free(*t);
	*t = NULL;
}

static uint64_t
address_key(struct slice peer)
{
	struct ip ip;

	return ip_parse(peer, &ip) ? ip_group(&ip) : UINT64_MAX;
}

/* The finalizer of MurmurHash3: every bit of the seed and the address reaches every bit. */
static size_t
choose_set(uint64_t seed, uint64_t address)
{
	uint64_t h = address ^ seed;

	h = (h ^ h >> 33) * 0xff51afd7ed558ccdU;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53U;
	return (size_t)((h ^ h >> 33) & (SETS - 1));
}

static bool
is_current(const struct entry *e, struct auth_throttle_limit limit, uint64_t now_ms)
{
	return e->failures != 0 && now_ms - e->first_ms < limit.within_ms;
}

bool
auth_throttle_is_over(const struct auth_throttle *t, struct slice peer,
    struct auth_throttle_limit limit, uint64_t now_ms)
{
	uint64_t address = address_key(peer);
	const struct entry *set = t->entries[choose_set(t->seed, address)];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].address == address && is_current(&set[i], limit, now_ms))
			return limit.failures != 0 && set[i].failures >= limit.failures;
	return false;
}

/* The address's own entry, else a free one, else the one that was longest without a failure. */
static struct entry *
choose_entry(struct entry *set, uint64_t address)
{
	struct entry *chosen = &set[0];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i].failures != 0 && set[i].address == address)
			return &set[i];
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].failures == 0)
			return &set[i];
		if (set[i].last_ms < chosen->last_ms)
			chosen = &set[i];
	}
	return chosen;
}

bool
auth_throttle_add(
    struct auth_throttle *t, struct slice peer, struct auth_throttle_limit limit, uint64_t now_ms)
{
	uint64_t address = address_key(peer);
	struct entry *e = choose_entry(t->entries[choose_set(t->seed, address)], address);

	if (e->address != address || !is_current(e, limit, now_ms))
		*e = (struct entry){ .address = address, .first_ms = now_ms };
	e->last_ms = now_ms;
	if (e->failures < UINT32_MAX)
		e->failures++;
	return limit.failures != 0 && e->failures == limit.failures;
}
