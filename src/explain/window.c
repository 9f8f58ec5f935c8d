/* SPDX-License-Identifier: Apache-2.0 */
/* window.c - the lines around the last failure of a log */
#include "explain/window.h"

#include <stdbool.h>

#include "util/octet.h"

enum {
	LINES_BEFORE = 40,
	TAG_WITHIN = 120, /* octets from the begin of a line: date, host, program */
};

static size_t
line_begin(struct slice text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

/* "postfix/smtp[1234]:" in a line of syslog; empty: there is none. */
static struct slice
find_tag(struct slice text, size_t begin)
{
	const size_t rest = text.len - begin;
	struct slice line =
	    slice_first(slice_after(text, begin), rest < TAG_WITHIN ? rest : TAG_WITHIN);
	size_t open, close, word;

	line = slice_first(line, slice_find(line, '\n'));
	open = slice_find(line, '[');
	for (close = open + 1; close < line.len && octet_is_digit(line.ptr[close]);)
		close++;
	if (close >= line.len || close == open + 1 || line.ptr[close] != ']')
		return slice_make(NULL, 0);
	for (word = open; word > 0 && line.ptr[word - 1] != ' ';)
		word--;
	return word == 0 ? slice_make(NULL, 0) : slice_make(line.ptr + word, close - word);
}

uint32_t
explain_window_begin(struct slice text, size_t at, uint32_t line)
{
	size_t begin = line_begin(text, at);
	const struct slice tag = find_tag(text, begin);
	uint32_t first = line;

	while (begin > 0 && first > 1 && line - first < LINES_BEFORE) {
		begin = line_begin(text, begin - 1);
		if (tag.len != 0 && !slice_equal(tag, find_tag(text, begin)))
			break;
		first--;
	}
	return first;
}
