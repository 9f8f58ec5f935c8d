/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slice.h - a borrowed run of octets: not terminated, never owned.
 *
 * Wire octets travel as slices; printf's %s and the str* functions never see them.
 */
#ifndef UTIL_SLICE_H
#define UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *ptr; /* may be NULL when len is 0 */
	size_t len;
};

/* Borrows the text of a C string, without its NUL. */
static inline struct slice
slice_of(const char *text)
{
	return (struct slice){ (const uint8_t *)text, strlen(text) };
}

static inline struct slice
slice_make(const void *ptr, size_t len)
{
	return (struct slice){ (const uint8_t *)ptr, len };
}

/* What is left of s after its first n octets; n must not exceed s.len. */
static inline struct slice
slice_after(struct slice s, size_t n)
{
	return (struct slice){ n == 0 ? s.ptr : s.ptr + n, s.len - n };
}

/* The first n octets of s; n must not exceed s.len. */
static inline struct slice
slice_first(struct slice s, size_t n)
{
	return (struct slice){ s.ptr, n };
}

bool slice_equal(struct slice a, struct slice b);
/* As slice_equal, but ASCII letters compare without case; other octets exactly. */
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_is(struct slice s, const char *text);
bool slice_is_nocase(struct slice s, const char *text);
/* Does s begin with prefix, ASCII letters without case? */
bool slice_starts_nocase(struct slice s, const char *prefix);
/* Offset of the first `c`, or s.len when there is none. */
size_t slice_find(struct slice s, uint8_t c);
/* Cuts the first line off, and its LF, which is not part of what is returned. */
struct slice slice_take_line(struct slice *text);
/* Without the blanks (space, tab, CR, LF) at either end. */
struct slice slice_trim(struct slice s);
/* Cuts the next word off, and the blanks before it; empty: there is none. */
struct slice slice_take_word(struct slice *line);
/* Parse all of s as decimal digits. False when empty, not digits only, or above max. */
bool slice_to_u64(struct slice s, uint64_t max, uint64_t *ret_value);
/* A new C string with the octets of s; free() it. s must not contain NUL (asserted). */
char *slice_dup(struct slice s);

#endif
