/* SPDX-License-Identifier: Apache-2.0 */
/* printable.h - a terminal must not be steered by what a server says. */
#ifndef AUDIT_PRINTABLE_H
#define AUDIT_PRINTABLE_H

/* In place: ends of lines and tabs become spaces, what else is no printable ASCII "?". */
void audit_make_printable(char *text);

#endif
