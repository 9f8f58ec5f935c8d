/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/mail_params.h"

#define TEN "abcdefghij"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const char whole[] = "BODY=BINARYMIME SMTPUTF8 REQUIRETLS RET=HDRS ENVID=QQ314159+20x "
			    "AUTH=e+3Dmc2@example.com HOLDUNTIL=1790000000 BYUNTIL=1790003600;RT "
			    "MT-PRIORITY=-3";

static const char *const right[] = {
	"",
	"BODY=8BITMIME",
	"BODY=BINARYMIME",
	"SMTPUTF8",
	"REQUIRETLS",
	"TLSOPTIONAL",
	"BODY=8BITMIME TLSOPTIONAL RET=FULL",
	"RET=FULL",
	"RET=HDRS",
	"ENVID=a",
	"ENVID=" HUNDRED,
	"AUTH=<>",
	"AUTH=+C3+A9@example.com",
	"AUTH=" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED,
	"HOLDUNTIL=1",
	"HOLDUNTIL=253402300799",
	"BYUNTIL=0;N",
	"BYUNTIL=-5;NT",
	"BYUNTIL=253402300799;R",
	"BYUNTIL=-253402300799;N",
	"MT-PRIORITY=0",
	"MT-PRIORITY=9",
	"MT-PRIORITY=-9",
	"BODY=8BITMIME RET=FULL",
	"SMTPUTF8 MT-PRIORITY=1",
	whole,
};

static const char *const wrong[] = {
	" ",
	"X",
	"X=1",
	"BODY",
	"BODY=",
	"BODY=7BIT",
	"BODY=8bitmime",
	"body=8BITMIME",
	"BODY=8BITMIME ",
	" BODY=8BITMIME",
	"BODY=8BITMIME  SMTPUTF8",
	"BODY=8BITMIME BODY=8BITMIME",
	"SMTPUTF8 BODY=8BITMIME",
	"SMTPUTF8=",
	"SMTPUTF8=1",
	"SMTPUTF8 SMTPUTF8",
	"REQUIRETLS=1",
	"TLSOPTIONAL=",
	"RET=FULL TLSOPTIONAL",
	"RET=full",
	"RET=",
	"ENVID=",
	"ENVID=+",
	"ENVID=+0A",
	"ENVID=+2b",
	"ENVID=a=b",
	"ENVID=" HUNDRED "k",
	"AUTH=",
	"AUTH=+zz",
	"AUTH=\xc3\xa9",
	"AUTH=" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "k",
	"HOLDUNTIL=0",
	"HOLDUNTIL=01",
	"HOLDUNTIL=-1",
	"HOLDUNTIL=253402300800",
	"HOLDUNTIL=18446744073709551615",
	"HOLDUNTIL=18446744073709551616",
	"HOLDFOR=1",
	"BYUNTIL=1",
	"BYUNTIL=1;",
	"BYUNTIL=1;n",
	"BYUNTIL=1;T",
	"BYUNTIL=1;NR",
	"BYUNTIL=1;NTT",
	"BYUNTIL=-0;N",
	"BYUNTIL=+1;N",
	"BYUNTIL=;N",
	"BYUNTIL=-;N",
	"BYUNTIL=253402300800;N",
	"BYUNTIL=-253402300800;N",
	"BYUNTIL=9223372036854775807;R",
	"BYUNTIL=9223372036854775808;N",
	"MT-PRIORITY=10",
	"MT-PRIORITY=-10",
	"MT-PRIORITY=+1",
	"MT-PRIORITY=-0",
	"MT-PRIORITY=",
};

/* Of a copy in a heap block of exact size: ASan sees any overread. */
static bool
is_printed_again(struct slice text)
{
	struct smtp_mail_params p;
	uint8_t *copy = malloc(text.len + (text.len == 0));
	struct buf out;
	bool is_read, is_same;

	assert_non_null(copy);
	memcpy(copy, text.ptr, text.len);
	buf_init(&out, SMTP_MAIL_PARAMS_MAX);
	is_read = smtp_mail_params_parse(slice_make(copy, text.len), &p);
	if (is_read)
		smtp_mail_params_print(&p, &out);
	is_same = slice_equal(buf_slice(&out), text);
	buf_done(&out);
	free(copy);
	return is_read && is_same;
}

static void
test_what_print_writes_is_read_and_printed_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		if (!is_printed_again(slice_of(right[i])))
			fail_msg("'%s'", right[i]);
}

static void
test_nothing_else_is_read(void **state)
{
	struct smtp_mail_params p;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (smtp_mail_params_parse(slice_of(wrong[i]), &p))
			fail_msg("'%s'", wrong[i]);
}

static void
test_each_cut_is_refused_or_printed_the_same(void **state)
{
	struct smtp_mail_params p;

	(void)state;
	for (size_t cut = 0; cut < strlen(whole); cut++) {
		struct slice part = slice_make(whole, cut);

		if (smtp_mail_params_parse(part, &p))
			assert_true(is_printed_again(part));
	}
}

static void
test_every_value_arrives(void **state)
{
	struct smtp_mail_params p;

	(void)state;
	assert_true(smtp_mail_params_parse(slice_of(whole), &p));
	assert_int_equal(p.body, SMTP_BODY_BINARYMIME);
	assert_true(p.is_utf8 && p.requires_tls && p.by_trace && p.has_priority);
	assert_int_equal(p.ret, SMTP_RET_HDRS);
	assert_true(slice_is(p.envid, "QQ314159+20x"));
	assert_true(slice_is(p.auth, "e+3Dmc2@example.com"));
	assert_int_equal(p.hold_until_unix_s, 1790000000);
	assert_int_equal(p.by, SMTP_BY_RETURN);
	assert_int_equal(p.by_unix_s, 1790003600);
	assert_int_equal(p.priority, -3);
}

static void
test_text_before_it_does_not_matter_to_print(void **state)
{
	const struct smtp_mail_params p = { .is_utf8 = true, .requires_tls = true };
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	buf_add_text(&out, "before:");
	smtp_mail_params_print(&p, &out);
	assert_true(slice_is(buf_slice(&out), "before:SMTPUTF8 REQUIRETLS"));
	buf_done(&out);
}

/* RFC 3461 §4.4 */
static void
test_an_envelope_id_is_a_hundred_characters_of_printable_text(void **state)
{
	(void)state;
	assert_true(smtp_envid_is_valid(slice_of(HUNDRED)));
	assert_false(smtp_envid_is_valid(slice_of(HUNDRED "k")));
	assert_true(smtp_envid_is_valid(slice_of("a+20b")));
	assert_false(smtp_envid_is_valid(slice_of("a+00b")));
	assert_false(smtp_envid_is_valid(slice_of("+C3+A9")));
	assert_false(smtp_envid_is_valid(slice_of("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_print_writes_is_read_and_printed_the_same),
		cmocka_unit_test(test_nothing_else_is_read),
		cmocka_unit_test(test_each_cut_is_refused_or_printed_the_same),
		cmocka_unit_test(test_every_value_arrives),
		cmocka_unit_test(test_text_before_it_does_not_matter_to_print),
		cmocka_unit_test(test_an_envelope_id_is_a_hundred_characters_of_printable_text),
	};
	return cmocka_run_group_tests_name("smtp/mail_params", tests, NULL, NULL);
}
