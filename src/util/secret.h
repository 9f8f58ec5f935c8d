/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - octets that must not be printed, and are wiped when done.
 *
 * No function prints one, logs one or turns one into a C string.
 */
#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct secret {
	uint8_t *ptr; /* NULL when empty */
	size_t len;
};

/* A copy of octets; the caller wipes its own. Free with secret_done(). */
struct secret secret_copy(struct slice octets);
void secret_done(struct secret *s);
/* In time that depends on the lengths alone. */
bool secret_equal(struct slice a, struct slice b);

static inline struct slice
secret_slice(const struct secret *s)
{
	return (struct slice){ s->ptr, s->len };
}

#endif
