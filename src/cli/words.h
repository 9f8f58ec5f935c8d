/* SPDX-License-Identifier: Apache-2.0 */
/* words.h - times, sizes and the words of others as people read them. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdint.h>
#include <stdio.h>

#define CLI_WORDS_SIZE 32

/* "35 s", "5 min", "7 h", "3 d": the largest unit of which there are two, or a second. */
void cli_words_duration(uint64_t ms, char words[CLI_WORDS_SIZE]);
/* "812 B", "10.2 KiB", "25.0 MiB". */
void cli_words_size(uint64_t octets, char words[CLI_WORDS_SIZE]);
/* "2026-11-22T10:00:00.123Z" (RFC 3339). */
void cli_words_time(uint64_t unix_ms, char words[CLI_WORDS_SIZE]);
/* Text that came from elsewhere, what is not printable as "?", so that no peer writes controls. */
void cli_words_print(FILE *out, const char *text);

#endif
