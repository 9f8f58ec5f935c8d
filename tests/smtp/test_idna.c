/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/idna.h"

/* RFC 5890 §2.3.2.1; ascii NULL: no domain. */
static const struct idna_case {
	const char *in, *ascii, *unicode;
} cases[] = {
	{ "example.org", "example.org", "example.org" },
	{ "m\303\274nchen.example", "xn--mnchen-3ya.example", "m\303\274nchen.example" },
	{ "M\303\234NCHEN.Example", "xn--mnchen-3ya.example", "m\303\274nchen.example" },
	{ "mu\314\210nchen.example", "xn--mnchen-3ya.example", "m\303\274nchen.example" },
	{ "fa\303\237.example", "xn--fa-hia.example", "fa\303\237.example" },
	{ "\346\235\216\343\200\202example", "xn--7qv.example", "\346\235\216.example" },
	{ "\314\201.example", NULL, NULL },
	{ "a\303.example", NULL, NULL },
	{ "\303\251..example", NULL, NULL },
	{ "\357\274\217\303\251.example", NULL, NULL },
};

static void
check(const struct idna_case *t)
{
	struct slice in = slice_of(t->in);
	struct buf ascii, unicode;

	buf_init(&ascii, 255);
	buf_init(&unicode, 255);
	if (smtp_idna_check(in) != (t->ascii != NULL) ||
	    smtp_idna_add_ascii(in, &ascii) != (t->ascii != NULL) ||
	    smtp_idna_add_unicode(in, &unicode) != (t->ascii != NULL))
		fail_msg("'%s'", t->in);
	if (t->ascii != NULL &&
	    (!slice_is(buf_slice(&ascii), t->ascii) || !slice_is(buf_slice(&unicode), t->unicode)))
		fail_msg("'%s': '%.*s', '%.*s'", t->in, (int)ascii.len, (const char *)ascii.ptr,
		    (int)unicode.len, (const char *)unicode.ptr);
	buf_done(&ascii);
	buf_done(&unicode);
}

static void
test_domains_have_two_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i]);
	assert_false(smtp_idna_check(slice_make("\303\251\0a", 4)));
}

static void
test_nothing_is_added_past_the_limit(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 3);
	assert_false(smtp_idna_add_ascii(slice_of("\303\251.example"), &out));
	assert_false(smtp_idna_add_unicode(slice_of("\303\251.example"), &out));
	assert_false(smtp_nfc_add(slice_of("abcd"), &out));
	assert_int_equal(out.len, 0);
	assert_true(smtp_nfc_add(slice_of("e\314\201"), &out));
	assert_true(slice_is(buf_slice(&out), "\303\251"));
	assert_true(smtp_nfc_add(slice_of(""), &out));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domains_have_two_forms),
		cmocka_unit_test(test_nothing_is_added_past_the_limit),
	};
	return cmocka_run_group_tests_name("smtp/idna", tests, NULL, NULL);
}
