/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of MAIL and RCPT: what was said when we took the message, to who knows them. */
#include <inttypes.h>

#include "smtp/client_internal.h"
#include "smtp/utf8.h"

enum { BY_MAX_S = 999999999 }; /* RFC 2852 §4 */

int64_t
client_by_left_s(const struct smtp_client_mail *m)
{
	int64_t by_unix_s = m->params->by_unix_s, now_unix_s = (int64_t)m->now_unix_s;

	if (by_unix_s < now_unix_s - BY_MAX_S)
		return -BY_MAX_S;
	return by_unix_s > now_unix_s + BY_MAX_S ? BY_MAX_S : by_unix_s - now_unix_s;
}

/* What stands in the command as it was given must not be able to end it. */
static bool
is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0x20 || s.ptr[i] == 0x7f)
			return false;
	return s.len > 0;
}

static void
add_value(struct buf *out, const char *keyword, struct slice value)
{
	if (!is_word(value))
		return;
	(void)buf_add_text(out, keyword);
	(void)buf_add_slice(out, value);
}

/* RFC 6531 §3.4: given when something needs it, and only then. */
bool
client_uses_utf8(const struct smtp_client *c, const struct smtp_client_mail *m)
{
	if (!client_offers(c, CLIENT_SMTPUTF8))
		return false;
	if ((m->params != NULL && m->params->is_utf8) || !smtp_is_ascii(m->sender))
		return true;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (!smtp_is_ascii(m->recipients[i]))
			return true;
	return false;
}

/* RFC 6152 §3, RFC 3030 §3 */
static void
add_body(const struct smtp_client *c, enum smtp_body body, struct buf *out)
{
	if (body == SMTP_BODY_BINARYMIME)
		(void)buf_add_text(out, " BODY=BINARYMIME");
	else if (body == SMTP_BODY_8BITMIME && client_offers(c, CLIENT_8BITMIME))
		(void)buf_add_text(out, " BODY=8BITMIME");
}

/* RFC 3461 §5.2.1: what was given and nothing else. §5.2.2: nothing to who does not know it. */
static void
add_report(const struct smtp_mail_params *p, struct buf *out)
{
	if (p->ret == SMTP_RET_FULL)
		(void)buf_add_text(out, " RET=FULL");
	else if (p->ret == SMTP_RET_HDRS)
		(void)buf_add_text(out, " RET=HDRS");
	add_value(out, " ENVID=", p->envid);
}

/* RFC 2852 §4.1.4: the seconds that are left, or since when the time is over. */
static void
add_by(const struct smtp_client_mail *m, struct buf *out)
{
	(void)buf_addf(out, " BY=%" PRId64 ";%c%s", client_by_left_s(m),
	    m->params->by == SMTP_BY_RETURN ? 'R' : 'N', m->params->by_trace ? "T" : "");
}

/*
 * RFC 4954 §5: who submitted it, to who knows AUTH. Where nobody said who, nothing is said: that is
 * no AUTH=<>, as whoever may submit here is trusted, and there are servers that offer AUTH and
 * refuse all mail with the parameter.
 */
bool
client_gives_auth(const struct smtp_client *c, const struct smtp_client_mail *m)
{
	return client_offers(c, CLIENT_AUTH_OFFERED) && !c->refuses_auth && m->params != NULL &&
	       is_word(m->params->auth);
}

void
client_add_mail_params(
    const struct smtp_client *c, const struct smtp_client_mail *m, struct buf *out)
{
	static const struct smtp_mail_params nothing = { .body = SMTP_BODY_7BIT };
	const struct smtp_mail_params *p = m->params == NULL ? &nothing : m->params;

	/* RFC 1870 §6, RFC 5321 §4.5.3.1.7 */
	if (client_offers(c, CLIENT_SIZE) && (!c->mail.is_stepwise || m->size > 0))
		(void)buf_addf(out, " SIZE=%" PRIu64, m->size);
	add_body(c, p->body, out);
	if (c->mail.is_utf8)
		(void)buf_add_text(out, " SMTPUTF8");
	if (client_offers(c, CLIENT_DSN))
		add_report(p, out);
	if (p->by != SMTP_BY_UNSAID && client_offers(c, CLIENT_DELIVERBY))
		add_by(m, out);
	/* RFC 6710 §4.2, §4.3 */
	if (p->has_priority && client_offers(c, CLIENT_MT_PRIORITY))
		(void)buf_addf(out, " MT-PRIORITY=%d", p->priority);
	/* RFC 8689 §4.2.1 */
	if (p->requires_tls && c->is_verified && client_offers(c, CLIENT_REQUIRETLS))
		(void)buf_add_text(out, " REQUIRETLS");
	if (c->mail.gives_auth)
		add_value(out, " AUTH=", p->auth);
}

/*
 * RFC 2852 §4.1.4.2: a peer that does not know BY but DSN is asked to report a delay, whatever was
 * asked of us, so that the sender hears when the time is over.
 */
static unsigned
choose_notify(const struct smtp_client *c, const struct smtp_client_mail *m, unsigned notify)
{
	if (m->params == NULL || m->params->by != SMTP_BY_NOTIFY || notify == SMTP_NOTIFY_NEVER ||
	    client_offers(c, CLIENT_DELIVERBY) || client_by_left_s(m) <= 0)
		return notify;
	return (notify == 0 ? SMTP_NOTIFY_FAILURE : notify) | SMTP_NOTIFY_DELAY;
}

static void
add_notify(unsigned notify, struct buf *out)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ SMTP_NOTIFY_NEVER, "NEVER" },
		{ SMTP_NOTIFY_SUCCESS, "SUCCESS" },
		{ SMTP_NOTIFY_FAILURE, "FAILURE" },
		{ SMTP_NOTIFY_DELAY, "DELAY" },
	};
	const char *before = " NOTIFY=";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if ((notify & names[i].bit) == 0)
			continue;
		(void)buf_add_text(out, before);
		(void)buf_add_text(out, names[i].name);
		before = ",";
	}
}

/*
 * RFC 6533 §3: without SMTPUTF8 an original address of the type utf-8 has each character beyond
 * ASCII as \x{...}.
 */
static void
add_unitext(struct slice text, struct buf *out)
{
	size_t len;

	for (; text.len > 0; text = slice_after(text, len)) {
		len = smtp_utf8_len(text);
		if (len <= 1) {
			(void)buf_add_octet(out, text.ptr[0]);
			len = 1;
		} else {
			(void)buf_addf(
			    out, "\\x{%" PRIX32 "}", smtp_utf8_code_point(slice_first(text, len)));
		}
	}
}

static void
add_orcpt(struct slice orcpt, bool is_utf8, struct buf *out)
{
	if (is_utf8 || smtp_is_ascii(orcpt)) {
		add_value(out, " ORCPT=", orcpt);
	} else if (is_word(orcpt)) {
		(void)buf_add_text(out, " ORCPT=");
		add_unitext(orcpt, out);
	}
}

void
client_add_rcpt_params(
    const struct smtp_client *c, const struct smtp_client_mail *m, size_t index, struct buf *out)
{
	static const struct smtp_rcpt_params nothing = { 0 };
	const struct smtp_rcpt_params *p =
	    m->recipient_params == NULL ? &nothing : &m->recipient_params[index];

	if (!client_offers(c, CLIENT_DSN))
		return;
	add_notify(choose_notify(c, m, p->notify), out);
	add_orcpt(p->orcpt, c->mail.is_utf8, out);
}
