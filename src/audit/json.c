/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/json.h"

#include <stdlib.h>

void
audit_json_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		abort();
}

void
audit_json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

json_t *
audit_json_text(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}
