/* SPDX-License-Identifier: Apache-2.0 */
#include "util/slice.h"

#include <assert.h>

#include "util/alloc.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_equal_nocase(struct slice a, struct slice b)
{
	size_t i = 0;

	if (a.len != b.len)
		return false;
	while (i < a.len && lower(a.ptr[i]) == lower(b.ptr[i]))
		i++;
	return i == a.len;
}

bool
slice_is(struct slice s, const char *text)
{
	return slice_equal(s, slice_of(text));
}

bool
slice_is_nocase(struct slice s, const char *text)
{
	size_t i = 0;

	/* Mostly it differs at once, in tables of words: text is not measured before. */
	while (i < s.len && text[i] != '\0' && lower(s.ptr[i]) == lower((uint8_t)text[i]))
		i++;
	return i == s.len && text[i] == '\0';
}

bool
slice_starts_nocase(struct slice s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && slice_equal_nocase(slice_first(s, len), slice_of(prefix));
}

size_t
slice_find(struct slice s, uint8_t c)
{
	const uint8_t *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

struct slice
slice_take_line(struct slice *text)
{
	const size_t len = slice_find(*text, '\n');
	const struct slice line = slice_first(*text, len);

	*text = slice_after(*text, len < text->len ? len + 1 : len);
	return line;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice
slice_trim(struct slice s)
{
	while (s.len != 0 && is_blank(s.ptr[0]))
		s = slice_after(s, 1);
	while (s.len != 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct slice
slice_take_word(struct slice *line)
{
	size_t begin = 0, end;
	struct slice word;

	while (begin < line->len && is_blank(line->ptr[begin]))
		begin++;
	end = begin;
	while (end < line->len && !is_blank(line->ptr[end]))
		end++;
	word = slice_first(slice_after(*line, begin), end - begin);
	*line = slice_after(*line, end);
	return word;
}

bool
slice_to_u64(struct slice s, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)s.ptr[i] - '0';

		if (s.ptr[i] < '0' || s.ptr[i] > '9' || digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

char *
slice_dup(struct slice s)
{
	char *text = xmalloc(s.len + 1);

	assert(slice_find(s, 0) == s.len);
	if (s.len != 0)
		memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	return text;
}
