/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/hosts_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct hosts_case {
	const char *text;
	bool has; /* "mail.example.org" */
} cases[] = {
	{ "192.0.2.1 mail.example.org\n", true },
	{ "192.0.2.1 mail.example.org", true },
	{ "192.0.2.1\tother\tMAIL.example.ORG\r\n", true },
	{ "127.0.0.1 localhost\n\n2001:db8::1 mail.example.org\n", true },
	{ "fe80::1%eth0 mail.example.org\n", true },
	{ "# 192.0.2.1 mail.example.org\n", false },
	{ "192.0.2.1 other # mail.example.org\n", false },
	{ "192.0.2.1 mail.example.org.other\n", false },
	{ "192.0.2.1 mail.example\n", false },
	{ "mail.example.org 192.0.2.1\n", false },
	{ "192.0.2.1\n", false },
	{ "", false },
};

/* In heap blocks of their exact size: ASan sees any overread. */
static void
test_a_name_is_found_as_a_whole_word_behind_an_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t len = strlen(cases[i].text);
		uint8_t *text = malloc(len + (len == 0));

		memcpy(text, cases[i].text, len);
		if (probe_hosts_has(slice_make(text, len), "mail.example.org") != cases[i].has)
			fail_msg("\"%s\"", cases[i].text);
		free(text);
	}
}

static void
test_a_file_that_is_not_there_has_nothing(void **state)
{
	(void)state;
	assert_false(probe_hosts_file_has("/nonexistent", "localhost"));
	assert_false(probe_hosts_file_has(NULL, "localhost"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_is_found_as_a_whole_word_behind_an_address),
		cmocka_unit_test(test_a_file_that_is_not_there_has_nothing),
	};

	return cmocka_run_group_tests_name("probe/hosts_file", tests, NULL, NULL);
}
