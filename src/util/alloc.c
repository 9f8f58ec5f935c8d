/* SPDX-License-Identifier: Apache-2.0 */
#include "util/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
checked(void *ptr)
{
	if (ptr == NULL) {
		(void)fputs("level=error event=out-of-memory\n", stderr);
		abort();
	}
	return ptr;
}

void *
xmalloc(size_t size)
{
	return checked(malloc(size == 0 ? 1 : size));
}

void *
xcalloc(size_t count, size_t size)
{
	return checked(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *
xrealloc(void *ptr, size_t size)
{
	return checked(realloc(ptr, size == 0 ? 1 : size));
}

char *
xstrdup(const char *text)
{
	return checked(strdup(text));
}
