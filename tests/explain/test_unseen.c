/* SPDX-License-Identifier: Apache-2.0 */
/* test_unseen.c - messages that were tried before the catalogue was made to know them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/explain.h"
#include "util/buf.h"

enum { MESSAGE_MAX = 4096, RIGHT_PERCENT = 90, COUNT_MIN = 60 };

extern const char unseen[];
extern const size_t unseen_len;

/* "\n" and "\t" of the file are a line feed and a tab. */
static void
add_unescaped(struct slice text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		const bool is_escape = text.ptr[i] == '\\' && i + 1 < text.len &&
				       (text.ptr[i + 1] == 'n' || text.ptr[i + 1] == 't');

		if (is_escape)
			assert_true(buf_add_octet(out, text.ptr[++i] == 'n' ? '\n' : '\t'));
		else
			assert_true(buf_add_octet(out, text.ptr[i]));
	}
}

/* Is the cause one of "a|b|c"? */
static bool
is_among(struct slice list, const char *cause)
{
	while (list.len > 0) {
		const size_t len = slice_find(list, '|');

		if (slice_is(slice_first(list, len), cause))
			return true;
		list = slice_after(list, len < list.len ? len + 1 : len);
	}
	return false;
}

static bool
is_right(struct slice line)
{
	const size_t tab = slice_find(line, '\t');
	struct explain_answer answer;
	struct buf text;
	bool ok;

	assert_true(tab < line.len);
	buf_init(&text, MESSAGE_MAX);
	add_unescaped(slice_after(line, tab + 1), &text);
	explain_text(buf_slice(&text), &answer);
	ok = answer.count > 0 && is_among(slice_first(line, tab), answer.results[0].cause->id);
	if (!ok)
		print_message("%s for: %.*s\n",
		    answer.count == 0 ? "nothing" : answer.results[0].cause->id, (int)line.len,
		    (const char *)line.ptr);
	buf_done(&text);
	return ok;
}

static void
test_nine_of_ten_unseen_messages_have_the_right_cause_first(void **state)
{
	struct slice rest = slice_make(unseen, unseen_len);
	size_t count = 0, right_count = 0;

	(void)state;
	while (rest.len > 0) {
		const size_t len = slice_find(rest, '\n');
		const struct slice line = slice_first(rest, len);

		rest = slice_after(rest, len < rest.len ? len + 1 : len);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		count++;
		right_count += is_right(line);
	}
	assert_true(count >= COUNT_MIN);
	assert_true(right_count * 100 >= count * RIGHT_PERCENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nine_of_ten_unseen_messages_have_the_right_cause_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
