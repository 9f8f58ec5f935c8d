/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/login.h"

#include <string.h>

#include "util/base64.h"
#include "util/buf.h"

enum { CREDENTIALS_MAX = 2048 };

const struct audit_door *
audit_login_door(struct audit *a)
{
	const struct audit_door *door = audit_tls_door(a);

	if (door == NULL)
		audit_gap(a, false, "a password is not said without TLS");
	else if (door->certificate.faults != 0 && !a->options->is_dry)
		audit_gap(
		    a, false, "a password is not said to a server whose certificate is faulty");
	else
		return door;
	return NULL;
}

static void
wipe(struct buf *b)
{
	if (b->ptr != NULL)
		explicit_bzero(b->ptr, b->size);
	buf_done(b);
}

unsigned
audit_login(struct audit_talk *t, const char *user, struct slice password)
{
	struct buf plain, text;
	unsigned code = audit_talk_say(t, "AUTH PLAIN");

	if (code != 334)
		return code;
	buf_init(&plain, CREDENTIALS_MAX);
	buf_init(&text, (size_t)CREDENTIALS_MAX * 2);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_text(&plain, user);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_slice(&plain, password);
	(void)base64_encode(buf_slice(&plain), &text);
	code = audit_talk_say_secret(t, buf_slice(&text));
	wipe(&plain);
	wipe(&text);
	return code;
}

unsigned
audit_login_say_name(struct audit_talk *t, const char *name)
{
	struct buf text;
	unsigned code;

	buf_init(&text, CREDENTIALS_MAX);
	(void)base64_encode(slice_of(name), &text);
	code = audit_talk_say(t, "%.*s", (int)text.len, (const char *)text.ptr);
	buf_done(&text);
	return code;
}
