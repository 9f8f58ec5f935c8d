/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/params.h"
#include "util/buf.h"

/* out: "keyword" or "keyword=value", each with a "|" after it; "!" where the grammar is broken. */
static const struct params_case {
	const char *in, *out;
} cases[] = {
	/* RFC 5321 §4.1.2 */
	{ "", "" },
	{ "  ", "" },
	{ " SIZE=100", "SIZE=100|" },
	{ " SIZE=100 BODY=8BITMIME", "SIZE=100|BODY=8BITMIME|" },
	{ "  A   B ", "A|B|" },
	{ " SMTPUTF8", "SMTPUTF8|" },
	{ " A-1=x+y<>,", "A-1=x+y<>,|" },
	{ "SIZE=1", "!" },
	{ " =", "!" },
	{ " =x", "!" },
	{ " A=", "!" },
	{ " A=b=c", "!" },
	{ " -A", "!" },
	{ " A_B", "!" },
	{ " A=\x01", "!" },
	{ " A=\xc3", "!" },
	{ " A B= C", "A|!" },
};

static void
test_params_are_read_as_the_grammar_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slice rest = slice_of(cases[i].in);
		enum smtp_param_status status;
		struct smtp_param p;
		struct buf out;

		buf_init(&out, 256);
		while ((status = smtp_param_next(&rest, &p)) == SMTP_PARAM_OK) {
			buf_add_slice(&out, p.keyword);
			buf_add_text(&out, p.has_value ? "=" : "");
			buf_add_slice(&out, p.value);
			buf_add_text(&out, "|");
		}
		if (status == SMTP_PARAM_SYNTAX)
			buf_add_text(&out, "!");
		if (!slice_is(buf_slice(&out), cases[i].out))
			fail_msg("'%s': '%.*s'", cases[i].in, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params_are_read_as_the_grammar_says),
	};
	return cmocka_run_group_tests_name("smtp/params", tests, NULL, NULL);
}
