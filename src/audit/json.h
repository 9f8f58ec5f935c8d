/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - what the reports for programs are made of. Out of memory ends the process. */
#ifndef AUDIT_JSON_H
#define AUDIT_JSON_H

#include <jansson.h>

/* Takes value over. */
void audit_json_set(json_t *object, const char *key, json_t *value);
void audit_json_append(json_t *array, json_t *value);
/* Null for nothing. What is no UTF-8 comes with "?" for what is no ASCII. */
json_t *audit_json_text(const char *text);

#endif
