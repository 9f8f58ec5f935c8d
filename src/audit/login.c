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

static void
send_encoded(struct audit_talk *t, struct slice secret)
{
	struct buf text;

	buf_init(&text, (size_t)CREDENTIALS_MAX * 2);
	(void)base64_encode(secret, &text);
	audit_talk_send_secret(t, buf_slice(&text));
	wipe(&text);
}

/* RFC 4616 §2 */
static bool
send_plain(struct audit_talk *t, const char *user, struct slice password)
{
	struct buf plain;

	if (audit_talk_say(t, "AUTH PLAIN") != 334)
		return false;
	buf_init(&plain, CREDENTIALS_MAX);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_text(&plain, user);
	(void)buf_add_octet(&plain, 0);
	(void)buf_add_slice(&plain, password);
	send_encoded(t, buf_slice(&plain));
	wipe(&plain);
	return true;
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

bool
audit_login_send(
    struct audit_talk *t, const struct probe_ehlo *ehlo, const char *user, struct slice password)
{
	if (!probe_ehlo_offers(ehlo, "LOGIN") || probe_ehlo_offers(ehlo, "PLAIN"))
		return send_plain(t, user, password);
	if (audit_talk_say(t, "AUTH LOGIN") != 334 || audit_login_say_name(t, user) != 334)
		return false;
	send_encoded(t, password);
	return true;
}

unsigned
audit_login(struct audit_talk *t, const char *user, struct slice password)
{
	if (!send_plain(t, user, password))
		return audit_talk_code(t);
	return audit_talk_reply(t, AUDIT_REPLY_MS) ? audit_talk_code(t) : 0;
}
