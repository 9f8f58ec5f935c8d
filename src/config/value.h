/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.h - one key's value: from text into its field, and back.
 *
 * A field is the place in struct config that the key's offset points at.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/schema.h"

#define CONFIG_VALUE_MAX 1024 /* octets of one value */

/*
 * False when text is no value for the key: then why has "what is wrong; what would be right", and
 * the field is as it was, which for texts must be NULL. c has the next hops already.
 */
bool config_value_parse(const struct config *c, const struct config_key *key, const char *text,
    void *field, struct buf *why);
/* As the file spells it, in quotes where needed; nothing for a text that is NULL. */
void config_value_print(
    const struct config *c, const struct config_key *key, const void *field, struct buf *out);
/* Has it a value? A text that the file need not give may be NULL, a port 0. */
bool config_value_is_set(const struct config_key *key, const void *field);
void config_value_free(const struct config_key *key, void *field);
/* "a time such as 90s, 5m, 4h or 5d", "one of \"none\", \"required\"", ... */
void config_value_describe(const struct config_key *key, struct buf *out);
/* A number as a key of this type prints it: for bounds. */
void config_value_print_number(const struct config_key *key, uint64_t n, struct buf *out);
/* In double quotes, with what is special in them quoted. */
void config_value_print_text(const char *text, struct buf *out);

#endif
