/* SPDX-License-Identifier: Apache-2.0 */
/* letter.h - the characters of messages in all languages; tools/patterns.py says the same of the
 * catalogue's. */
#ifndef EXPLAIN_LETTER_H
#define EXPLAIN_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/* The character at the begin of text, which is not empty; escapes are one. Returns its octets. */
size_t explain_letter_read(struct slice text, uint32_t *ret_letter);
/* The small letter without its accent; 0 for an accent that stands behind its letter. */
uint32_t explain_letter_fold(uint32_t c);
/* Stands between words. */
bool explain_letter_is_separator(uint32_t c);
/* Is a word of its own. */
bool explain_letter_is_word(uint32_t c);
/* As UTF-8, at most 4 octets. Returns how many. */
size_t explain_letter_write(uint32_t c, char out[4]);

#endif
