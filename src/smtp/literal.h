/* SPDX-License-Identifier: Apache-2.0 */
/* literal.h - what stands between the brackets of an address literal (RFC 5321 §4.1.3). */
#ifndef SMTP_LITERAL_H
#define SMTP_LITERAL_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

/*
 * "192.0.2.1", "IPv6:2001:db8::1" or "tag:text"? *fault_at is always set: when it is false, to
 * where in s it cannot go on, or to the start of the number that is too large.
 */
bool smtp_literal_check(struct slice s, size_t *fault_at);

#endif
