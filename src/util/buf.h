/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - owned, growable octets with a hard maximum.
 *
 * A buf never grows past `max`: what would is refused whole and the buf is marked `overflow`, so
 * that a long chain of additions needs one check at its end.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct buf {
	uint8_t *ptr;
	size_t len;    /* octets used */
	size_t size;   /* octets allocated */
	size_t max;    /* never more than this */
	bool overflow; /* an addition was refused since the last clear */
};

/* Starts empty, without an allocation. Free with buf_done(). */
void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
/* As buf_done(), for secrets: all of its memory is overwritten before. */
void buf_wipe(struct buf *b);
/* Empty again, keeps the memory, forgets an overflow. */
void buf_clear(struct buf *b);
/* Empty again and gives the memory back: for what idles. */
void buf_release(struct buf *b);

/* Each adds all or nothing; false (and b->overflow) when it would pass max. */
bool buf_add(struct buf *b, const void *ptr, size_t len);
bool buf_add_slice(struct buf *b, struct slice s);
bool buf_add_text(struct buf *b, const char *text);
bool buf_add_octet(struct buf *b, uint8_t c);
bool buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for len more octets at the end, or NULL when that passes max. Then b->len += what was used.
 */
uint8_t *buf_reserve(struct buf *b, size_t len);
/* Drop the first n octets; n must not exceed b->len. */
void buf_drop(struct buf *b, size_t n);

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->ptr, b->len };
}

#endif
