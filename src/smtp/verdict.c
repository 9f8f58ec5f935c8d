/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/verdict.h"

#include <stdlib.h>

#include "util/alloc.h"

void
smtp_verdict_done(struct smtp_verdict *v)
{
	free(v->host);
	free(v->peer_text);
	free(v->reason);
	*v = (struct smtp_verdict){ .class = v->class };
}

static char *
copy(const char *text)
{
	return text == NULL ? NULL : xstrdup(text);
}

struct smtp_verdict
smtp_verdict_copy(const struct smtp_verdict *v)
{
	struct smtp_verdict out = *v;

	out.host = copy(v->host);
	out.peer_text = copy(v->peer_text);
	out.reason = copy(v->reason);
	return out;
}

const char *smtp_verdict_class_name(enum smtp_verdict_class class)
{
	static const char *const names[] = { "delivered", "deferred", "failed" };

	return names[class];
}
