/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - makes a file ready for libconfuse.
 *
 * libconfuse 3.3 counts a line twice when it ends in a comment, keeps its lexer inside a string
 * that was not closed (also for the next file), takes a missing closing brace at the end for one
 * that is there, drops characters that it has no rule for, and puts environment variables into
 * values. So comments become blanks here, and what it would take silently is refused first.
 */
#ifndef CONFIG_TEXT_H
#define CONFIG_TEXT_H

#include <stdbool.h>

#include "config/report.h"
#include "util/slice.h"

#define CONFIG_TEXT_MAX ((size_t)2 * 1024 * 1024) /* octets of a file */

/*
 * A copy of in with the same lines and without comments ("#", "//" and those of C, outside of
 * quotes), as a C string to free(). NULL, with a line in the report, when it cannot be read.
 */
char *config_text_prepare(struct slice in, struct config_report *report);

#endif
