/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.h - what standard output can show, by what it is and by what the environment says. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>

/* when: "auto" (also NULL), "always", "never". False when it is none of these. */
bool cli_terminal_colours(const char *when, bool *ret_has_colours);
bool cli_terminal_is_utf8(void);

/* May a line on standard error be written over, for who waits? */
bool cli_terminal_has_progress(void);
/* In the place of the line before; NULL: takes it away. */
void cli_terminal_show_progress(const char *text);

#endif
