/* SPDX-License-Identifier: Apache-2.0 */
/*
 * octet.h - what an octet is in ASCII. No locale: protocols and files have none.
 *
 * Every int is allowed, so that uint8_t and char are asked alike; what is no ASCII is nothing.
 */
#ifndef UTIL_OCTET_H
#define UTIL_OCTET_H

#include <stdbool.h>

static inline bool
octet_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool
octet_is_capital(int c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
octet_is_small(int c)
{
	return c >= 'a' && c <= 'z';
}

/* A letter or a digit: Let-dig of RFC 5321 §4.1.2. */
static inline bool
octet_is_let_dig(int c)
{
	return octet_is_digit(c) || octet_is_capital(c) || octet_is_small(c);
}

/* Of a hexadecimal digit in either case; -1: it is none. */
static inline int
octet_hex_value(int c)
{
	if (octet_is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
