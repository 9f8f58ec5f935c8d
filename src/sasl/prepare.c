/* SPDX-License-Identifier: Apache-2.0 */
#include "sasl/prepare.h"

#include <gsasl.h>
#include <stddef.h>

/*
 * No flag: libgsasl 2.2 has GSASL_ALLOW_UNASSIGNED the wrong way round, it forbids them
 * (test_prepare.c holds us to the behaviour).
 */
char *
sasl_prepare(const char *text)
{
	char *prepared = NULL;

	if (gsasl_saslprep(text, (Gsasl_saslprep_flags)0, &prepared, NULL) != GSASL_OK)
		return NULL;
	if (prepared[0] != '\0')
		return prepared;
	gsasl_free(prepared);
	return NULL;
}
