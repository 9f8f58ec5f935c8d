/* SPDX-License-Identifier: Apache-2.0 */
/* test_unseen.c - messages that were tried before the catalogue was made to know them, or that it
 * never was made to know */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/explain.h"
#include "tests/explain/examples.h"
#include "util/buf.h"

enum { MESSAGE_MAX = 4096 };

extern const char unseen[], sealed[];
extern const size_t unseen_len, sealed_len;

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
		print_message("# %s for: %.*s\n",
		    answer.count == 0 ? "nothing" : answer.results[0].cause->id, (int)line.len,
		    (const char *)line.ptr);
	buf_done(&text);
	return ok;
}

/* The next line that is a message; empty: there is none. */
static struct slice
next_message(struct slice *rest)
{
	while (rest->len > 0) {
		const size_t len = slice_find(*rest, '\n');
		const struct slice line = slice_first(*rest, len);

		*rest = slice_after(*rest, len < rest->len ? len + 1 : len);
		if (line.len != 0 && line.ptr[0] != '#')
			return line;
	}
	return *rest;
}

static void
check_share(struct slice file, size_t count_min, size_t percent)
{
	size_t count = 0, right_count = 0;
	struct slice line;

	while ((line = next_message(&file)).len != 0) {
		count++;
		right_count += is_right(line);
	}
	assert_true(count >= count_min);
	assert_true(right_count * 100 >= count * percent);
}

static void
test_nine_of_ten_unseen_messages_have_the_right_cause_first(void **state)
{
	(void)state;
	check_share(slice_make(unseen, unseen_len), 1000, 90);
}

static void
test_four_of_five_sealed_messages_have_the_right_cause_first(void **state)
{
	(void)state;
	check_share(slice_make(sealed, sealed_len), 40, 80);
}

static void
check_no_example(struct slice file)
{
	struct slice line;

	while ((line = next_message(&file)).len != 0) {
		struct buf text;

		buf_init(&text, MESSAGE_MAX);
		add_unescaped(slice_after(line, slice_find(line, '\t') + 1), &text);
		for (size_t i = 0; i < example_count; i++)
			if (slice_is(buf_slice(&text), examples[i].text))
				fail_msg("%s is an example, too", examples[i].text);
		buf_done(&text);
	}
}

static void
test_no_unseen_message_is_an_example_of_the_catalogue(void **state)
{
	(void)state;
	check_no_example(slice_make(unseen, unseen_len));
	check_no_example(slice_make(sealed, sealed_len));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nine_of_ten_unseen_messages_have_the_right_cause_first),
		cmocka_unit_test(test_four_of_five_sealed_messages_have_the_right_cause_first),
		cmocka_unit_test(test_no_unseen_message_is_an_example_of_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
