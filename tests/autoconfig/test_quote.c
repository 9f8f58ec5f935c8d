/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ALL_MAX = 4096 };

static const struct quote_case {
	enum autoconfig_language language;
	const char *text, *literal;
} cases[] = {
	{ AUTOCONFIG_PYTHON, "ana@example.org", "\"ana@example.org\"" },
	{ AUTOCONFIG_PYTHON, "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ AUTOCONFIG_PYTHON, "J\u00fcrgen \u5c0f \U0001f4e7",
	    "\"J\\u00fcrgen \\u5c0f \\U0001f4e7\"" },
	{ AUTOCONFIG_PYTHON, "\n", "\"\\u000a\"" },
	{ AUTOCONFIG_PHP, "a\"b\\c", "'a\"b\\\\c'" },
	{ AUTOCONFIG_PHP, "it's $x {$y}", "'it\\'s $x {$y}'" },
	{ AUTOCONFIG_PHP, "J\u00fcrgen", "'J\u00fcrgen'" },
	{ AUTOCONFIG_NODE, "a\"b\\c${x}", "\"a\\\"b\\\\c${x}\"" },
	{ AUTOCONFIG_NODE, "\u2028\U0001f4e7", "\"\\u2028\\ud83d\\udce7\"" },
	{ AUTOCONFIG_GO, "a\"b\\\U0001f4e7", "\"a\\\"b\\\\\\U0001f4e7\"" },
	{ AUTOCONFIG_JAVA, "a\"b\\u0022\U0001f4e7", "\"a\\\"b\\\\u0022\\ud83d\\udce7\"" },
	/* A Unicode escape is read before the literal is, and a line feed would end it. */
	{ AUTOCONFIG_JAVA, "\n", "\"\\012\"" },
	{ AUTOCONFIG_CSHARP, "a\"b\\\u00fc", "\"a\\\"b\\\\\\u00fc\"" },
	{ AUTOCONFIG_GO, "\xff\xc3\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	{ AUTOCONFIG_GO, "", "\"\"" },
};

static void
check(struct buf *out, const char *wanted)
{
	if (!slice_is(buf_slice(out), wanted))
		fail_msg("%.*s, not %s", (int)out->len, (const char *)out->ptr, wanted);
	buf_clear(out);
}

static void
test_text_is_a_literal_of_its_language(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, ALL_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		autoconfig_quote(cases[i].language, slice_of(cases[i].text), &out);
		check(&out, cases[i].literal);
	}
	buf_done(&out);
}

/* In heap blocks of their exact size, so that ASan sees any overread. */
static void
test_a_character_that_is_cut_is_replaced(void **state)
{
	static const char text[] = "\U0001f4e7";
	struct buf out;

	(void)state;
	buf_init(&out, ALL_MAX);
	for (size_t len = 1; len < sizeof text - 1; len++) {
		uint8_t *octets = malloc(len);

		memcpy(octets, text, len);
		autoconfig_quote(AUTOCONFIG_GO, slice_make(octets, len), &out);
		assert_int_equal(out.len, 2 + len * strlen("\\ufffd"));
		buf_clear(&out);
		free(octets);
	}
	buf_done(&out);
}

static void
test_text_in_xml_is_text(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, ALL_MAX);
	autoconfig_quote_xml(slice_of("<a b=\"c\" d='e'>&amp;]]>"), &out);
	check(&out, "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;]]&gt;");
	autoconfig_quote_xml(slice_of("J\u00fcrgen \U0001f4e7\t"), &out);
	check(&out, "J\u00fcrgen \U0001f4e7\t");
	/* XML 1.0 has no place for these, however they are written. */
	autoconfig_quote_xml(slice_of("\x01\x1b\uffff\xff"), &out);
	check(&out, "\ufffd\ufffd\ufffd\ufffd");
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_a_literal_of_its_language),
		cmocka_unit_test(test_a_character_that_is_cut_is_replaced),
		cmocka_unit_test(test_text_in_xml_is_text),
	};

	return cmocka_run_group_tests_name("autoconfig/quote", tests, NULL, NULL);
}
