/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server_login.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "util/base64.h"

struct smtp_login *
smtp_login_new(struct slice mechanism)
{
	struct smtp_login *l = xcalloc(1, sizeof *l);

	assert(mechanism.len <= SMTP_MECHANISM_MAX);
	memcpy(l->mechanism, mechanism.ptr, mechanism.len);
	l->mechanism_len = mechanism.len;
	l->kind = SMTP_SERVER_AUTH_START;
	return l;
}

void
smtp_login_free(struct smtp_login **l)
{
	if (*l == NULL)
		return;
	smtp_login_wipe(*l);
	free(*l);
	*l = NULL;
}

bool
smtp_login_decode(struct smtp_login *l, struct slice base64)
{
	size_t size = base64.len / 4 * 3;

	smtp_login_wipe(l);
	buf_init(&l->octets, size);
	if (size != 0)
		(void)buf_reserve(&l->octets, size); /* at once: growing would leave copies */
	l->has_octets = true;
	return base64_decode(base64, &l->octets);
}

void
smtp_login_wipe(struct smtp_login *l)
{
	buf_wipe(&l->octets);
	l->has_octets = false;
}
