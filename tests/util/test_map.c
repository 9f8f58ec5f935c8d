/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/map.h"

enum { KEYS = 3000 };

/* A plain table to compare with; values are addresses inside it. */
static char model[KEYS];

static void
check_against_model(const struct map *m)
{
	size_t count = 0;

	for (uint64_t key = 0; key < KEYS; key++) {
		count += model[key] != 0;
		if (map_get(m, key) != (model[key] != 0 ? &model[key] : NULL))
			fail_msg("key %u", (unsigned)key);
	}
	assert_int_equal(m->count, count);
}

static void
test_it_agrees_with_a_table_through_random_changes(void **state)
{
	struct map m = { 0 };
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < 60000; i++) {
		uint64_t key;

		random = random * 1103515245 + 12345;
		key = random >> 8 & 4095;
		if (key >= KEYS)
			continue;
		if ((random & 1) == 0) {
			map_put(&m, key, &model[key]);
			model[key] = 1;
		} else {
			assert_ptr_equal(map_remove(&m, key), model[key] != 0 ? &model[key] : NULL);
			model[key] = 0;
		}
		if (i % 5000 == 0)
			check_against_model(&m);
	}
	check_against_model(&m);
	map_done(&m);
}

static void
count_one(void *arg, void *value)
{
	(void)value;
	(*(size_t *)arg)++;
}

static void
test_each_and_any_see_what_is_there(void **state)
{
	struct map m = { 0 };
	char value;
	size_t seen = 0;

	(void)state;
	assert_null(map_any(&m));
	assert_null(map_get(&m, 7));
	assert_null(map_remove(&m, 7));
	for (uint64_t key = 0; key < 100; key++)
		map_put(&m, key << 40, &value);
	map_put(&m, 0, &value);
	map_each(&m, count_one, &seen);
	assert_int_equal(seen, 100);
	assert_ptr_equal(map_any(&m), &value);
	map_done(&m);
	assert_int_equal(m.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_agrees_with_a_table_through_random_changes),
		cmocka_unit_test(test_each_and_any_see_what_is_there),
	};
	return cmocka_run_group_tests_name("util/map", tests, NULL, NULL);
}
