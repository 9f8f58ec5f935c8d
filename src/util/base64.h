/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.h - strict base64 (RFC 4648 §4): padding required, no white space, zero pad bits.
 */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stdbool.h>

#include "util/buf.h"

/* Appends the encoding of in to out; false when out is full. */
bool base64_encode(struct slice in, struct buf *out);
/* Appends the decoding of in to out; false when in is not base64 or out is full. Empty is fine. */
bool base64_decode(struct slice in, struct buf *out);

#endif
