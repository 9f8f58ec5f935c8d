/* SPDX-License-Identifier: Apache-2.0 */
#include "sasl/prepare.h"

#include <gsasl.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/alloc.h"

/* SASLprep leaves printable ASCII as it is (RFC 4013 §2), and libgsasl takes 20 us to find out. */
static bool
is_printable_ascii(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

/*
 * No flag: libgsasl 2.2 has GSASL_ALLOW_UNASSIGNED the wrong way round, it forbids them
 * (test_prepare.c holds us to the behaviour).
 */
char *
sasl_prepare(const char *text)
{
	char *prepared = NULL;

	if (text[0] != '\0' && is_printable_ascii(text))
		return xstrdup(text); /* gsasl_free() is free() */
	if (gsasl_saslprep(text, (Gsasl_saslprep_flags)0, &prepared, NULL) != GSASL_OK)
		return NULL;
	if (prepared[0] != '\0')
		return prepared;
	gsasl_free(prepared);
	return NULL;
}
