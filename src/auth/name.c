/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/name.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sasl/prepare.h"

void
auth_name_fold(char *name)
{
	for (char *c = name; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
}

char *
auth_name_new(const char *text)
{
	char *name = sasl_prepare(text);

	if (name == NULL)
		return NULL;
	if (strlen(name) > AUTH_NAME_MAX || strpbrk(name, " <>()[]\\,;:\"*") != NULL) {
		free(name);
		return NULL;
	}
	auth_name_fold(name);
	return name;
}
