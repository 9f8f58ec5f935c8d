/* SPDX-License-Identifier: Apache-2.0 */
/* layout.h - text in lines of a width. Each character counts as one column. */
#ifndef DOCTOR_LAYOUT_H
#define DOCTOR_LAYOUT_H

#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

#define DOCTOR_LAYOUT_WIDTH 80

/* Characters of a text in UTF-8. */
size_t doctor_layout_width(struct slice text);
/*
 * The next line of *rest, as many words as fit in width; a word that is longer is cut. *rest is
 * what comes after, without the space between. rest->len must not be 0.
 */
struct slice doctor_layout_take_line(struct slice *rest, size_t width);
void doctor_layout_spaces(size_t count, struct buf *out);
/*
 * A paragraph: `first` before its first line, as many spaces before the others. No word is cut, so
 * that commands and addresses can be copied whole.
 */
void doctor_layout_paragraph(const char *first, struct slice text, size_t width, struct buf *out);

#endif
