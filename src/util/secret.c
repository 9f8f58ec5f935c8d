/* SPDX-License-Identifier: Apache-2.0 */
#include "util/secret.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

struct secret
secret_copy(struct slice octets)
{
	struct secret s = { NULL, octets.len };

	if (octets.len != 0) {
		s.ptr = xmalloc(octets.len);
		memcpy(s.ptr, octets.ptr, octets.len);
	}
	return s;
}

void
secret_done(struct secret *s)
{
	if (s->ptr != NULL)
		explicit_bzero(s->ptr, s->len);
	free(s->ptr);
	*s = (struct secret){ NULL, 0 };
}

bool
secret_equal(struct slice a, struct slice b)
{
	uint8_t differs = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		differs |= (uint8_t)(a.ptr[i] ^ b.ptr[i]);
	return differs == 0;
}
