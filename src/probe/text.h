/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - a peer's words as text that can be shown: one line or several, no control characters,
 * cut to where they are kept.
 */
#ifndef PROBE_TEXT_H
#define PROBE_TEXT_H

#include <stddef.h>

#include "util/slice.h"

/*
 * Fills out with what fits of text, always terminated: octets that are no printable ASCII become
 * '?', but LF stays when lines is '\n', else it becomes lines.
 */
void probe_text_copy(struct slice text, char lines, char *out, size_t size);

#endif
