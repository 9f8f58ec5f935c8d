/* SPDX-License-Identifier: Apache-2.0 */
/* Law: what is decided of the answer to a ClientHello is decided of every longer one as well. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static enum audit_hello_status
read_part(const uint8_t *in, size_t len, bool wants_key, struct audit_hello_answer *answer)
{
	uint8_t *copy = malloc(len + (len == 0));
	enum audit_hello_status status;

	if (len > 0)
		memcpy(copy, in, len);
	status = audit_hello_read(slice_make(copy, len), wants_key, answer);
	free(copy);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct audit_hello_answer part = { 0 }, whole = { 0 };
	enum audit_hello_status first;
	size_t cut;

	if (len < 2)
		return 0;
	cut = in[0] % len;
	first = read_part(in + 1, cut, false, &part);
	if (first != AUDIT_HELLO_MORE &&
	    (read_part(in + 1, len - 1, false, &whole) != first || whole.version != part.version ||
		whole.cipher != part.cipher || whole.alert != part.alert))
		abort();
	(void)read_part(in + 1, len - 1, true, &whole);
	return 0;
}
