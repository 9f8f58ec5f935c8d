/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/icmp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *name;
	bool is_time_exceeded, is_host_unreachable;
	struct probe_icmp icmp;
} cases[] = {
	{ "network unreachable", false, false, { .type = 3, .code = 0 } },
	{ "host unreachable", false, true, { .type = 3, .code = 1 } },
	{ "port unreachable", false, false, { .type = 3, .code = 3 } },
	{ "network administratively prohibited", false, false, { .type = 3, .code = 9 } },
	{ "host administratively prohibited", false, false, { .type = 3, .code = 10 } },
	{ "administratively prohibited", false, false, { .type = 3, .code = 13 } },
	{ "precedence cut off", false, false, { .type = 3, .code = 15 } },
	{ "unreachable", false, false, { .type = 3, .code = 16 } },
	{ "TTL exceeded", true, false, { .type = 11, .code = 0 } },
	{ "parameter problem", false, false, { .type = 12, .code = 0 } },
	{ "ICMP of an unknown type", false, false, { .type = 99, .code = 0 } },
	{ "no route", false, false, { .is_v6 = true, .type = 1, .code = 0 } },
	{ "administratively prohibited", false, false, { .is_v6 = true, .type = 1, .code = 1 } },
	{ "host unreachable", false, true, { .is_v6 = true, .type = 1, .code = 3 } },
	{ "port unreachable", false, false, { .is_v6 = true, .type = 1, .code = 4 } },
	{ "route rejected", false, false, { .is_v6 = true, .type = 1, .code = 6 } },
	{ "unreachable", false, false, { .is_v6 = true, .type = 1, .code = 7 } },
	{ "packet too big", false, false, { .is_v6 = true, .type = 2, .code = 0 } },
	{ "TTL exceeded", true, false, { .is_v6 = true, .type = 3, .code = 0 } },
	{ "parameter problem", false, false, { .is_v6 = true, .type = 4, .code = 1 } },
	{ "ICMP of an unknown type", false, false, { .is_v6 = true, .type = 11, .code = 0 } },
};

static void
test_each_message_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct probe_icmp *icmp = &cases[i].icmp;

		assert_string_equal(probe_icmp_name(icmp), cases[i].name);
		assert_int_equal(probe_icmp_is_time_exceeded(icmp), cases[i].is_time_exceeded);
		assert_int_equal(
		    probe_icmp_is_host_unreachable(icmp), cases[i].is_host_unreachable);
	}
}

static void
test_every_type_and_code_has_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= UINT16_MAX; i++) {
		const struct probe_icmp v4 = { .type = (uint8_t)(i >> 8), .code = (uint8_t)i };
		const struct probe_icmp v6 = { .is_v6 = true, .type = v4.type, .code = v4.code };

		assert_true(strlen(probe_icmp_name(&v4)) > 0);
		assert_true(strlen(probe_icmp_name(&v6)) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_message_is_named),
		cmocka_unit_test(test_every_type_and_code_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
