/* SPDX-License-Identifier: Apache-2.0 */
#include "util/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

enum {
	SIZE_FIRST = 64,
	LINE_SIZE = 256, /* of what is printed at once */
};

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_done(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){ .max = b->max };
}

void
buf_wipe(struct buf *b)
{
	if (b->ptr != NULL)
		explicit_bzero(b->ptr, b->size);
	buf_done(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
}

void
buf_release(struct buf *b)
{
	buf_done(b);
}

uint8_t *
buf_reserve(struct buf *b, size_t len)
{
	size_t size = b->size == 0 ? SIZE_FIRST : b->size;

	if (len > b->max || b->len > b->max - len) {
		b->overflow = true;
		return NULL;
	}
	while (size < b->len + len)
		size *= 2;
	if (size > b->max)
		size = b->max;
	if (size > b->size) {
		b->ptr = xrealloc(b->ptr, size);
		b->size = size;
	}
	return b->ptr + b->len;
}

bool
buf_add(struct buf *b, const void *ptr, size_t len)
{
	uint8_t *room;

	if (len == 0)
		return true;
	room = buf_reserve(b, len);
	if (room == NULL)
		return false;
	memcpy(room, ptr, len);
	b->len += len;
	return true;
}

bool
buf_add_slice(struct buf *b, struct slice s)
{
	return buf_add(b, s.ptr, s.len);
}

bool
buf_add_text(struct buf *b, const char *text)
{
	return buf_add(b, text, strlen(text));
}

bool
buf_add_octet(struct buf *b, uint8_t c)
{
	return buf_add(b, &c, 1);
}

/* vsnprintf wants room for a NUL that the buf does not keep. */
/* Nearly all that is printed is a line: it is printed once, without an allocation. */
bool
buf_addf(struct buf *b, const char *format, ...)
{
	char line[LINE_SIZE], *text;
	va_list args, again;
	int len;
	bool ok;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	assert(len >= 0);
	if ((size_t)len < sizeof line) {
		va_end(again);
		return buf_add(b, line, (size_t)len);
	}
	text = xmalloc((size_t)len + 1);
	(void)vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	ok = buf_add(b, text, (size_t)len);
	free(text);
	return ok;
}

void
buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->len);
	b->len -= n;
	if (b->len != 0 && n != 0)
		memmove(b->ptr, b->ptr + n, b->len);
}
