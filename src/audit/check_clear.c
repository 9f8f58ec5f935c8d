/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_clear.c - what the port with STARTTLS lets happen before TLS.
 *
 * No secret is ever sent: AUTH PLAIN is said without its initial response, and a server that asks
 * for it is told "*" (RFC 4954 §4).
 */
#include <string.h>

#include "audit/talk.h"

static const char *const clear_mechanisms[] = { "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER" };

static bool
offers_clear(const struct probe_ehlo *e)
{
	for (size_t i = 0; i < sizeof clear_mechanisms / sizeof clear_mechanisms[0]; i++)
		if (probe_ehlo_offers(e, clear_mechanisms[i]))
			return true;
	return false;
}

static void
judge_offer(struct audit *a, const struct audit_door *door)
{
	const struct probe_ehlo *e = &door->ehlo;

	if (!e->has_auth)
		return;
	audit_findings_add(&a->result->findings,
	    offers_clear(e) ? AUDIT_AUTH_CLEARTEXT : AUDIT_AUTH_CLEARTEXT_HASHED,
	    "%s: EHLO before TLS lists AUTH %s", door->name, e->mechanisms);
}

static void
judge_starttls(struct audit *a, const struct audit_door *door)
{
	if (!door->ehlo.has_starttls)
		audit_findings_add(&a->result->findings, AUDIT_STARTTLS_MISSING,
		    "%s: EHLO lists no STARTTLS%s", door->name,
		    door->has_tls ? ", though the command is taken" : "");
}

static void
try_auth(struct audit *a, const struct audit_door *door, struct audit_talk *t)
{
	const unsigned code = audit_talk_say(t, "AUTH PLAIN");

	if (code == 334 && !offers_clear(&door->ehlo))
		audit_findings_add(&a->result->findings, AUDIT_AUTH_CLEARTEXT_TAKEN,
		    "%s: AUTH PLAIN before TLS, not offered: 334 (cancelled)", door->name);
	if (code == 334)
		(void)audit_talk_say(t, "*");
}

static void
try_mail(struct audit *a, const struct audit_door *door, struct audit_talk *t)
{
	if (audit_talk_mail(t) != 250)
		return;
	audit_findings_add(&a->result->findings, AUDIT_MAIL_BEFORE_TLS,
	    "%s: MAIL before TLS: 250 %s", door->name, audit_talk_text(t));
	(void)audit_talk_say(t, "RSET");
}

void
audit_check_clear(struct audit *a)
{
	const struct audit_door *door = &a->doors[AUDIT_STARTTLS_DOOR];
	struct audit_talk *t;

	if (!door->ehlo.is_there)
		return;
	judge_starttls(a, door);
	judge_offer(a, door);
	t = audit_talk_open(a, door);
	if (t != NULL && audit_talk_ehlo(t)) {
		try_auth(a, door, t);
		try_mail(a, door, t);
	}
	audit_talk_close(&t);
}
