/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first octet chooses the mechanism, the rest are the client's responses, each ended by LF.
 * Laws: an exchange ends the same way with its first response sent initially or on demand; it ends
 * within two responses; credentials hold to their limits and leave nothing behind when done.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sasl/exchange.h"

enum { RESPONSES_MAX = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

/* Returns how it ended; the name, to be freed, when it ended with credentials. */
static enum sasl_status
run(struct sasl_context *context, const char *mechanism, bool initial, struct slice in, char **name)
{
	struct sasl_exchange *x = sasl_exchange_new(context, slice_of(mechanism));
	enum sasl_status status = SASL_STATUS_CHALLENGE;
	unsigned count = 0;

	if (!initial)
		status = sasl_exchange_begin(x);
	for (; status == SASL_STATUS_CHALLENGE && count < RESPONSES_MAX; count++) {
		size_t line_len = slice_find(in, '\n');

		status = sasl_exchange_respond(x, slice_first(in, line_len));
		in = slice_after(in, line_len == in.len ? in.len : line_len + 1);
	}
	assert(status != SASL_STATUS_CHALLENGE);
	*name = NULL;
	if (status == SASL_STATUS_CREDENTIALS) {
		struct sasl_credentials c = sasl_exchange_take_credentials(x);

		assert(strlen(c.name) >= 1 && strlen(c.name) <= SASL_NAME_MAX);
		assert(c.password.len >= 1 && c.password.len <= SASL_PASSWORD_MAX);
		assert(memchr(c.password.ptr, 0, c.password.len) == NULL);
		*name = strdup(c.name);
		sasl_credentials_done(&c);
		assert(c.name == NULL && c.password.ptr == NULL && c.password.len == 0);
	}
	sasl_exchange_free(&x);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct sasl_context *context;
	const char *mechanism;
	char *name[2];
	enum sasl_status status[2];

	if (len == 0)
		return 0;
	context = sasl_context_new();
	mechanism = in[0] % 2 == 0 ? "PLAIN" : "LOGIN";
	for (int i = 0; i < 2; i++)
		status[i] = run(context, mechanism, i == 1, slice_make(in + 1, len - 1), &name[i]);
	assert(status[0] == status[1]);
	assert((name[0] == NULL) == (name[1] == NULL));
	assert(name[0] == NULL || strcmp(name[0], name[1]) == 0);
	free(name[0]);
	free(name[1]);
	sasl_context_free(&context);
	return 0;
}
