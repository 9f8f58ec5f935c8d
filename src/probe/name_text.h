/* SPDX-License-Identifier: Apache-2.0 */
/* name_text.h - names as DNS is asked for them. Pure. */
#ifndef PROBE_NAME_TEXT_H
#define PROBE_NAME_TEXT_H

#include <stdbool.h>

#include "net/resolve.h"

/*
 * In A-labels, without the dot of an absolute name. False when no such name can be in DNS: then it
 * is copied as it is, and cut.
 */
bool probe_name_write(const char *name, char text[NET_RESOLVE_NAME_MAX + 1]);
/* "mail" and "example.org" to "mail.example.org"; false when that is too long. */
bool probe_name_join(const char *name, const char *domain, char text[NET_RESOLVE_NAME_MAX + 1]);

#endif
