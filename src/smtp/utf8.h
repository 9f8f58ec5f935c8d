/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - characters of UTF-8 (RFC 3629 §4): no overlong forms, no surrogates. */
#ifndef SMTP_UTF8_H
#define SMTP_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* Octets of the character at the start of s: 1 for ASCII, NUL too; 0 when there is none. */
size_t smtp_utf8_len(struct slice s);
/* Octets of the UTF8-non-ascii (RFC 6532 §3.1) at the start of s that is no C1 control; or 0. */
size_t smtp_utf8_non_ascii_len(struct slice s);
/* The number of the character that is all of the slice, and valid: U+20AC for E2 82 AC. */
uint32_t smtp_utf8_code_point(struct slice character);
/* Is it characters of UTF-8 from one end to the other? */
bool smtp_is_utf8(struct slice s);
/* Is nothing in it but ASCII? */
bool smtp_is_ascii(struct slice s);

#endif
