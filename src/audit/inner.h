/* SPDX-License-Identifier: Apache-2.0 */
/* inner.h - addresses and names of an inner network in a text. Pure. */
#ifndef AUDIT_INNER_H
#define AUDIT_INNER_H

#include <stdbool.h>

#define AUDIT_INNER_SIZE 128

/*
 * The first private address, or name that no DNS of the internet has ("dc1.corp.local"), that is a
 * word of text; false and empty when there is none.
 */
bool audit_inner_find(const char *text, char found[AUDIT_INNER_SIZE]);

#endif
