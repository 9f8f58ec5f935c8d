/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sasl/prepare.h"

/* The examples of RFC 4013 §3, and what is not text. */
static const struct prepare_case {
	const char *name, *in, *out; /* NULL: refused */
} cases[] = {
	{ "soft hyphen is mapped to nothing", "I\xc2\xadX", "IX" },
	{ "no transformation", "user", "user" },
	{ "case is kept", "USER", "USER" },
	{ "NFKC, Latin-1", "\xc2\xaa", "a" },
	{ "NFKC, Roman numeral", "\xe2\x85\xa8", "IX" },
	{ "decomposed and composed are one", "e\xcc\x81", "\xc3\xa9" },
	{ "control character", "\x07", NULL },
	{ "bidirectional text that cannot be", "\xd8\xa7\x31", NULL },
	{ "Latin-1 octets are not UTF-8", "caf\xe9", NULL },
	{ "nothing", "", NULL },
	{ "prepares to nothing", "\xc2\xad", NULL },
	{ "unassigned in Unicode 3.2", "a\xf0\x9f\x98\x80", "a\xf0\x9f\x98\x80" },
};

static void
test_prepare_gives_one_spelling_or_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *want = cases[i].out;
		char *got = sasl_prepare(cases[i].in);

		if ((got == NULL) != (want == NULL) || (got != NULL && strcmp(got, want) != 0))
			fail_msg("%s: got '%s'", cases[i].name, got == NULL ? "(refused)" : got);
		free(got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepare_gives_one_spelling_or_refuses),
	};
	return cmocka_run_group_tests_name("sasl/prepare", tests, NULL, NULL);
}
