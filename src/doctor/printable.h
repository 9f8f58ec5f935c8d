/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printable.h - the words of peers, made fit to be shown.
 *
 * Nothing in what is added acts on a terminal, in a page or in a log: no control characters, none
 * that turn the direction of the text around them, and UTF-8 from one end to the other.
 */
#ifndef DOCTOR_PRINTABLE_H
#define DOCTOR_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * Append text; spaces, tabs and line ends become one space each, what cannot be shown \xHH. With
 * is_ascii every character beyond ASCII becomes "?". After max octets the rest is cut: "...".
 */
void doctor_printable_add(struct buf *out, const char *text, size_t max, bool is_ascii);

#endif
