/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/rand.h"

static void
test_fill_writes_every_octet(void **state)
{
	uint8_t seen[64] = { 0 }, octets[64];

	(void)state;
	for (size_t round = 0; round < 64; round++) {
		rand_fill(octets, sizeof octets);
		for (size_t i = 0; i < sizeof octets; i++)
			seen[i] |= octets[i];
	}
	for (size_t i = 0; i < sizeof seen; i++)
		assert_int_equal(seen[i], 0xff);
}

static void
test_below_stays_below_and_reaches_all(void **state)
{
	unsigned hits[7] = { 0 };

	(void)state;
	for (size_t i = 0; i < 7000; i++) {
		uint64_t value = rand_below(7);

		assert_in_range(value, 0, 6);
		hits[value]++;
	}
	for (size_t i = 0; i < 7; i++)
		assert_in_range(hits[i], 700, 1300);
	assert_int_equal(rand_below(1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill_writes_every_octet),
		cmocka_unit_test(test_below_stays_below_and_reaches_all),
	};
	return cmocka_run_group_tests_name("util/rand", tests, NULL, NULL);
}
