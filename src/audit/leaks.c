/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/leaks.h"

#include <string.h>

#include "audit/inner.h"
#include "audit/ntlm.h"
#include "audit/talk.h"

/* Who is inside may see what is inside. */
static bool
is_inside(const struct audit *a, const struct audit_door *door)
{
	char found[AUDIT_INNER_SIZE];
	struct ip ip;

	return (net_address_ip(&door->address, &ip) && ip_is_private(&ip)) ||
	       audit_inner_find(a->options->host, found);
}

static void
judge_text(struct audit *a, const struct audit_door *door, const char *what, const char *text)
{
	char found[AUDIT_INNER_SIZE];

	if (audit_inner_find(text, found))
		audit_findings_add(&a->result->findings, AUDIT_INNER_ADDRESS, "%s: %s has %s",
		    door->name, what, found);
}

static void
judge_certificate(struct audit *a, const struct audit_door *door)
{
	const struct probe_certificate *c = &door->certificate;

	judge_text(a, door, "the certificate's subject", c->subject);
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++)
		judge_text(a, door, "the certificate", c->names[i]);
}

/* The challenge comes before anything of the client's is asked for: that is no login. */
static void
ask_ntlm(struct audit *a, const struct audit_door *door)
{
	const bool is_in_tls = probe_ehlo_offers(&door->ehlo_tls, "NTLM");
	char words[AUDIT_NTLM_WORDS_SIZE];
	struct audit_talk *t;

	if (!is_in_tls && !probe_ehlo_offers(&door->ehlo, "NTLM"))
		return;
	t = is_in_tls ? audit_talk_open_tls(a, door) : audit_talk_open(a, door);
	if (t != NULL && (is_in_tls || audit_talk_ehlo(t)) &&
	    audit_talk_say(t, "AUTH NTLM") == 334 && audit_talk_say(t, AUDIT_NTLM_HELLO) == 334) {
		if (audit_ntlm_read(audit_talk_octets(t), words))
			audit_findings_add(
			    &a->result->findings, AUDIT_NTLM_LEAK, "%s: %s", door->name, words);
		(void)audit_talk_say(t, "*");
	}
	audit_talk_close(&t);
}

void
audit_leaks_of_network(struct audit *a, const struct audit_door *door)
{
	if (!is_inside(a, door)) {
		judge_text(a, door, "the greeting", door->greeting);
		if (door->certificate.is_there)
			judge_certificate(a, door);
	}
	ask_ntlm(a, door);
}
