/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h - is what was given a text at all, and in which encoding? Pure. */
#ifndef EXPLAIN_PLAIN_H
#define EXPLAIN_PLAIN_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/slice.h"

/*
 * A program, a picture or a packed log is none: in its noise some short message can always be
 * found. Told by the control characters that no text has; a few do not matter.
 */
bool explain_plain_is_text(struct slice text);
/*
 * Windows writes logs in UTF-16, with a mark at the begin or without. True: such a text was added
 * to out as UTF-8; at most one and a half times as long. What is half a character is left out.
 */
bool explain_plain_from_utf16(struct slice text, struct buf *out);

#endif
