/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/name.h"

static const struct name_case {
	const char *in, *out; /* NULL: refused */
} cases[] = {
	{ "alice", "alice" },
	{ "Alice@Example.ORG", "alice@example.org" },
	{ "a.b+c-d_e'f/g", "a.b+c-d_e'f/g" },
	{ "\xe2\x85\xa8", "ix" }, /* prepared first, then folded */
	{ "J\xc3\x96RG", "j\xc3\x96rg" },
	{ "", NULL },
	{ "a b", NULL },
	{ "a\nb", NULL },
	{ "a\x7f"
	  "b",
	    NULL },
	{ "*", NULL },
	{ "a,b", NULL },
	{ "<a@b>", NULL },
	{ "\"a b\"@c", NULL },
	{ "caf\xe9", NULL },
};

static void
test_names_have_one_stored_form_or_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *name = auth_name_new(cases[i].in);

		if ((name == NULL) != (cases[i].out == NULL) ||
		    (name != NULL && strcmp(name, cases[i].out) != 0))
			fail_msg("'%s' gave '%s'", cases[i].in, name == NULL ? "(none)" : name);
		free(name);
	}
}

static void
test_length_is_bounded(void **state)
{
	char text[AUTH_NAME_MAX + 2] = "";
	char *name;

	(void)state;
	memset(text, 'a', AUTH_NAME_MAX);
	name = auth_name_new(text);
	assert_string_equal(name, text);
	free(name);
	text[AUTH_NAME_MAX] = 'a';
	assert_null(auth_name_new(text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_have_one_stored_form_or_are_refused),
		cmocka_unit_test(test_length_is_bounded),
	};
	return cmocka_run_group_tests_name("auth/name", tests, NULL, NULL);
}
