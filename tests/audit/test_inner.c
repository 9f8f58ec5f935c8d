/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/inner.h"

static const struct inner_case {
	const char *text, *found;
} cases[] = {
	{ "mail.example ESMTP", "" },
	{ "", "" },
	{ "dc01.corp.local ESMTP", "dc01.corp.local" },
	{ "mail.example ESMTP (10.1.2.3) ready", "10.1.2.3" },
	{ "mail.example [192.168.7.9]", "192.168.7.9" },
	{ "mail.example 172.16.0.1.", "172.16.0.1" },
	{ "mail.example 172.32.0.1", "" },
	{ "fd12:3456::1", "fd12:3456::1" },
	{ "2001:db8::1 192.0.2.1 8.8.8.8", "" },
	{ "CN=MAIL.INTERNAL", "MAIL.INTERNAL" },
	{ "local.example locality .local", "" },
	{ "mail.local.example Exim 10.1.2", "" },
};

static void
test_private_addresses_and_names_are_found(void **state)
{
	char found[AUDIT_INNER_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = strdup(cases[i].text);
		const bool is_there = audit_inner_find(text, found);

		if (strcmp(found, cases[i].found) != 0 || is_there != (found[0] != '\0'))
			fail_msg("\"%s\": \"%s\"", cases[i].text, found);
		free(text);
	}
}

static void
test_a_word_that_is_too_long_is_none(void **state)
{
	char text[2 * AUDIT_INNER_SIZE], found[AUDIT_INNER_SIZE];

	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text + sizeof text - sizeof ".local", ".local", sizeof ".local");
	assert_false(audit_inner_find(text, found));
	assert_true(audit_inner_find(text + AUDIT_INNER_SIZE + 1, found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private_addresses_and_names_are_found),
		cmocka_unit_test(test_a_word_that_is_too_long_is_none),
	};

	return cmocka_run_group_tests_name("audit/inner", tests, NULL, NULL);
}
