/* SPDX-License-Identifier: Apache-2.0 */
/* check_login.c - the logins that are offered within TLS, and whether mail waits for one. */
#include <string.h>

#include "audit/talk.h"

static void
judge_mechanisms(struct audit *a, const struct audit_door *door)
{
	static const char *const old[] = { "CRAM-MD5", "DIGEST-MD5", "NTLM" };
	const struct probe_ehlo *e = &door->ehlo_tls;

	if (!e->has_auth)
		audit_findings_add(&a->result->findings, AUDIT_AUTH_MISSING,
		    "%s: EHLO within TLS lists no AUTH", door->name);
	if (probe_ehlo_offers(e, "ANONYMOUS"))
		audit_findings_add(&a->result->findings, AUDIT_AUTH_ANONYMOUS,
		    "%s: EHLO within TLS lists AUTH %s", door->name, e->mechanisms);
	for (size_t i = 0; i < sizeof old / sizeof old[0]; i++)
		if (probe_ehlo_offers(e, old[i]))
			audit_findings_add(&a->result->findings, AUDIT_AUTH_OLD, "%s: AUTH %s",
			    door->name, old[i]);
	if (e->has_starttls)
		audit_findings_add(&a->result->findings, AUDIT_STARTTLS_AGAIN,
		    "%s: EHLO within TLS lists STARTTLS", door->name);
}

static void
compare_doors(struct audit *a)
{
	const struct audit_door *x = &a->doors[AUDIT_STARTTLS_DOOR];
	const struct audit_door *y = &a->doors[AUDIT_IMPLICIT_DOOR];

	if (x->ehlo_tls.is_there && y->ehlo_tls.is_there &&
	    strcmp(x->ehlo_tls.mechanisms, y->ehlo_tls.mechanisms) != 0)
		audit_findings_add(&a->result->findings, AUDIT_AUTH_DIFFERS, "%s: %s; %s: %s",
		    x->name, x->ehlo_tls.mechanisms, y->name, y->ehlo_tls.mechanisms);
}

static void
try_mail(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open_tls(a, door);

	if (t != NULL && audit_talk_code(t) == 250 && audit_talk_mail(t) == 250) {
		audit_findings_add(&a->result->findings, AUDIT_MAIL_BEFORE_AUTH,
		    "%s within TLS: MAIL before a login: 250 %s", door->name, audit_talk_text(t));
		(void)audit_talk_say(t, "RSET");
	}
	audit_talk_close(&t);
}

void
audit_check_login(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		if (!a->doors[i].ehlo_tls.is_there)
			continue;
		judge_mechanisms(a, &a->doors[i]);
		try_mail(a, &a->doors[i]);
	}
	compare_doors(a);
}
