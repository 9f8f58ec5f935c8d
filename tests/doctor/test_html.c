/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/html.h"

enum { ROOM = 4096 };

static void
test_markup_in_the_words_of_others_is_only_text(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_html_text("<script>\"'&\033", &out);
	assert_true(slice_is(buf_slice(&out), "&lt;script&gt;&quot;&#39;&amp;\\x1b"));
	buf_done(&out);
}

static void
test_backquotes_make_code_that_is_always_closed(void **state)
{
	static const char *const cases[][2] = {
		{ "run `dig +trace` now", "run <code>dig +trace</code> now" },
		{ "run `<b>", "run <code>&lt;b&gt;</code>" },
		{ "``", "<code></code>" },
	};
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_clear(&out);
		doctor_html_advice(cases[i][0], &out);
		assert_true(slice_is(buf_slice(&out), cases[i][1]));
	}
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup_in_the_words_of_others_is_only_text),
		cmocka_unit_test(test_backquotes_make_code_that_is_always_closed),
	};

	return cmocka_run_group_tests_name("doctor/html", tests, NULL, NULL);
}
