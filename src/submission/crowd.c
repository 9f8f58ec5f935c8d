/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/crowd.h"

#include <assert.h>
#include <stdlib.h>

#include "util/alloc.h"

struct place {
	uint64_t key;
	uint32_t count; /* never 0 */
};

void
crowd_init(struct crowd *c, uint64_t seed)
{
	*c = (struct crowd){ .seed = seed };
}

void
crowd_done(struct crowd *c)
{
	struct place *place;

	while ((place = map_any(&c->places)) != NULL) {
		(void)map_remove(&c->places, place->key);
		free(place);
	}
	map_done(&c->places);
}

bool
crowd_enter(struct crowd *c, uint64_t group, uint32_t max)
{
	const uint64_t key = group ^ c->seed;
	struct place *place = map_get(&c->places, key);

	if ((place == NULL ? 0 : place->count) >= max)
		return false;
	if (place == NULL) {
		place = xcalloc(1, sizeof *place);
		place->key = key;
		map_put(&c->places, key, place);
	}
	place->count++;
	return true;
}

void
crowd_leave(struct crowd *c, uint64_t group)
{
	const uint64_t key = group ^ c->seed;
	struct place *place = map_get(&c->places, key);

	assert(place != NULL);
	if (--place->count != 0)
		return;
	(void)map_remove(&c->places, key);
	free(place);
}
