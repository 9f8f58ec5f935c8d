/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.h - what somebody may have meant. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

/* How many characters must be added, removed or changed to make b of a; large for long names. */
size_t config_suggest_distance(const char *a, const char *b);
/* The nearest of names (which ends with NULL) when it is near enough to be meant, else NULL. */
const char *config_suggest_name(const char *typed, const char *const *names);

#endif
