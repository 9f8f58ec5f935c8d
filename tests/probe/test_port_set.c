/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/port_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *text;
	const char *ports; /* NULL: not understood */
	const char *bad;
} cases[] = {
	{ "587", "587", NULL },
	{ "25,465,587", "25 465 587", NULL },
	{ "587,25,587", "25 587", NULL },
	{ "1-5", "1 2 3 4 5", NULL },
	{ "3-3", "3", NULL },
	{ "-3,5", "1 2 3 5", NULL },
	{ "65533-", "65533 65534 65535", NULL },
	{ "65535", "65535", NULL },
	{ "submission,smtps,IMAPS", "465 587 993", NULL },
	{ "smtp-alt", "2525", NULL },
	{ "25,1-3,dns", "1 2 3 25 53", NULL },
	{ "", NULL, "" },
	{ "0", NULL, "0" },
	{ "65536", NULL, "65536" },
	{ "25,", NULL, "" },
	{ ",25", NULL, "" },
	{ "25,,26", NULL, "" },
	{ "25, 26", NULL, " 26" },
	{ "0-3", NULL, "0-3" },
	{ "5-3", NULL, "5-3" },
	{ "1-65536", NULL, "1-65536" },
	{ "1-2-3", NULL, "1-2-3" },
	{ "+5", NULL, "+5" },
	{ "5x", NULL, "5x" },
	{ "submission-imaps", NULL, "submission-imaps" },
	{ "99999999999999999999999", NULL, "99999999999999999999999" },
};

static void
print_set(const struct probe_port_set *set, char *text, size_t size)
{
	const size_t count = probe_port_set_count(set);
	uint16_t *ports = malloc(count * sizeof *ports + 1);
	size_t len = 0;

	probe_port_set_list(set, ports);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		len +=
		    (size_t)snprintf(text + len, size - len, "%s%u", i == 0 ? "" : " ", ports[i]);
		assert_true(len < size);
	}
	free(ports);
}

static void
test_lists_ranges_and_names_are_understood(void **state)
{
	char printed[256];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct probe_port_set set = { { 0 } };
		struct slice bad;

		if (probe_port_set_parse(slice_of(cases[i].text), &set, &bad)) {
			assert_non_null(cases[i].ports);
			print_set(&set, printed, sizeof printed);
			assert_string_equal(printed, cases[i].ports);
			continue;
		}
		if (cases[i].ports != NULL)
			fail_msg("'%s' is not understood", cases[i].text);
		assert_true(slice_is(bad, cases[i].bad));
		assert_int_equal(probe_port_set_count(&set), 0);
	}
}

/* In heap blocks of their exact size: ASan sees any overread. */
static void
test_a_list_that_is_cut_anywhere_is_read_no_further(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
			struct probe_port_set set = { { 0 } };
			char *copy = malloc(cut + (cut == 0));
			struct slice bad;

			memcpy(copy, cases[i].text, cut);
			if (probe_port_set_parse(slice_make(copy, cut), &set, &bad))
				assert_true(probe_port_set_count(&set) > 0);
			free(copy);
		}
}

static void
test_all_ports_are_a_dash(void **state)
{
	struct probe_port_set set = { { 0 } };
	struct slice bad;

	(void)state;
	assert_true(probe_port_set_parse(slice_of("-"), &set, &bad));
	assert_int_equal(probe_port_set_count(&set), PROBE_PORT_MAX);
}

static void
test_what_is_added_is_added_to_what_was_there(void **state)
{
	struct probe_port_set set = { { 0 } };
	struct slice bad;
	char printed[64];

	(void)state;
	assert_true(probe_port_set_parse(slice_of("25"), &set, &bad));
	assert_true(probe_port_set_parse(slice_of("587"), &set, &bad));
	assert_false(probe_port_set_parse(slice_of("1,x"), &set, &bad));
	print_set(&set, printed, sizeof printed);
	assert_string_equal(printed, "25 587");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_ranges_and_names_are_understood),
		cmocka_unit_test(test_a_list_that_is_cut_anywhere_is_read_no_further),
		cmocka_unit_test(test_all_ports_are_a_dash),
		cmocka_unit_test(test_what_is_added_is_added_to_what_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
