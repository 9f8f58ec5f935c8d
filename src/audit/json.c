/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/json.h"

#include <stdlib.h>

#include "audit/printable.h"
#include "util/alloc.h"

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
	char *printable;
	json_t *json;

	if (text == NULL || text[0] == '\0')
		return json_null();
	json = json_string(text);
	if (json != NULL)
		return json;
	printable = xstrdup(text);
	audit_make_printable(printable);
	json = json_string(printable);
	free(printable);
	return json;
}
