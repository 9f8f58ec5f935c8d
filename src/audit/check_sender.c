/* SPDX-License-Identifier: Apache-2.0 */
/* check_sender.c - can the sender's domain get answers, and who may send in its name? */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/x509.h>

#include "audit/policy.h"
#include "audit/sender.h"

enum { RSA_BITS_MIN = 1024, RSA_BITS_GOOD = 2048 };

static void
check_mx(struct audit *a, struct audit_answer *mx)
{
	const char *domain = a->result->domain;
	struct audit_answer address;

	if (!audit_ask(a, domain, NET_RECORD_MX, mx) || a->options->is_dry)
		return;
	if (mx->count > 0 && mx->records[0].mx.host[0] == '\0')
		audit_findings_add(&a->result->findings, AUDIT_MX_MISSING,
		    "%s: its MX says that it takes no mail (\".\")", domain);
	if (mx->count > 0)
		return;
	/* RFC 5321 §5.1: without MX the domain's own address counts. */
	if (audit_ask(a, domain, NET_RECORD_A, &address) && address.count == 0) {
		audit_answer_done(&address);
		if (audit_ask(a, domain, NET_RECORD_AAAA, &address) && address.count == 0)
			audit_findings_add(&a->result->findings, AUDIT_MX_MISSING,
			    "%s: neither MX nor address", domain);
	}
	audit_answer_done(&address);
}

static void
judge_dmarc(struct audit *a, const char *name, struct slice text)
{
	struct audit_findings *list = &a->result->findings;
	struct audit_dmarc dmarc;

	audit_dmarc_read(text, &dmarc);
	if (dmarc.error != NULL)
		audit_findings_add(list, AUDIT_DMARC_BROKEN, "%s: %s: %.*s", name, dmarc.error,
		    (int)text.len, (const char *)text.ptr);
	else if (dmarc.policy == AUDIT_DMARC_POLICY_NONE)
		audit_findings_add(list, AUDIT_DMARC_NONE, "%s: p=none", name);
	else if (dmarc.percent == 0)
		audit_findings_add(list, AUDIT_DMARC_NONE, "%s: pct=0", name);
	if (dmarc.error == NULL && !dmarc.has_reports)
		audit_findings_add(list, AUDIT_DMARC_SILENT, "%s: no rua=", name);
}

/* True when the search is over: something was found, or nobody could say. */
static bool
look_for_dmarc(struct audit *a, const char *domain)
{
	struct audit_answer answer;
	char name[AUDIT_NAME_SIZE];
	struct slice text;
	bool is_over;
	size_t count;

	(void)snprintf(name, sizeof name, "_dmarc.%s", domain);
	is_over = !audit_ask(a, name, NET_RECORD_TXT, &answer);
	count = audit_pick_tagged(&answer, "DMARC1", &text);
	if (count == 1)
		judge_dmarc(a, name, text);
	else if (count > 1)
		audit_findings_add(
		    &a->result->findings, AUDIT_DMARC_BROKEN, "%s: %zu DMARC records", name, count);
	audit_answer_done(&answer);
	return is_over || count > 0;
}

/* RFC 7489 §6.6.3: the domain itself, then that of the organization: here, each above it. */
static void
check_dmarc(struct audit *a)
{
	const char *domain = a->result->domain, *dot;

	for (;; domain = dot + 1) {
		if (look_for_dmarc(a, domain))
			return;
		dot = strchr(domain, '.');
		if (dot == NULL || strchr(dot + 1, '.') == NULL)
			break;
	}
	if (!a->options->is_dry)
		audit_findings_add(&a->result->findings, AUDIT_DMARC_MISSING,
		    "_dmarc.%s: no record", a->result->domain);
}

/* 0: not a key that can be read. */
static int
rsa_bits(const struct audit_dkim *dkim)
{
	const unsigned char *at = dkim->key;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)dkim->key_len);
	const int bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);

	EVP_PKEY_free(key);
	return bits;
}

static void
judge_strength(struct audit *a, const char *name, const struct audit_dkim *dkim)
{
	const int bits = dkim->is_ed25519 ? RSA_BITS_GOOD : rsa_bits(dkim);

	if (bits < RSA_BITS_MIN)
		audit_findings_add(&a->result->findings, AUDIT_DKIM_WEAK,
		    bits == 0 ? "%s: p= is no RSA key (%d bits)" : "%s: RSA with %d bits", name,
		    bits);
	if (dkim->is_test)
		audit_findings_add(&a->result->findings, AUDIT_DKIM_WEAK, "%s: t=y", name);
}

/* True when a key is there. */
static bool
look_for_key(struct audit *a, const char *selector, char why[128])
{
	struct audit_answer answer;
	struct audit_dkim dkim = { 0 };
	char name[AUDIT_NAME_SIZE];
	bool is_there = false;

	(void)snprintf(name, sizeof name, "%s._domainkey.%s", selector, a->result->domain);
	(void)snprintf(why, 128, "no record");
	(void)audit_ask(a, name, NET_RECORD_TXT, &answer);
	for (size_t i = 0; i < answer.count && !is_there; i++) {
		audit_dkim_read(answer.records[i].text, &dkim);
		is_there = dkim.is_key && dkim.error == NULL && !dkim.is_revoked;
		(void)snprintf(why, 128, "%s",
		    dkim.error != NULL ? dkim.error
		    : dkim.is_revoked  ? "the key is revoked (p= is empty)"
				       : "no key (p= is missing)");
	}
	if (is_there)
		judge_strength(a, name, &dkim);
	audit_answer_done(&answer);
	return is_there;
}

static void
check_dkim(struct audit *a)
{
	static const char *const common[] = { "default", "mail", "dkim", "selector1", "google",
		"s1", "k1" };
	const char *selector = a->options->selector;
	char why[128];

	if (selector != NULL) {
		if (!look_for_key(a, selector, why) && !a->options->is_dry)
			audit_findings_add(&a->result->findings, AUDIT_DKIM_MISSING,
			    "%s._domainkey.%s: %s", selector, a->result->domain, why);
		return;
	}
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		if (look_for_key(a, common[i], why))
			return;
	if (!a->options->is_dry)
		audit_findings_add(&a->result->findings, AUDIT_DKIM_UNKNOWN,
		    "%s: none of the selectors default, mail, dkim, selector1, google, s1, k1",
		    a->result->domain);
}

void
audit_check_sender(struct audit *a)
{
	struct audit_answer mx = { .count = 0 };

	if (a->result->domain[0] == '\0') {
		audit_gap(a, true, "the sender's domain is not known; give --domain");
		return;
	}
	check_mx(a, &mx);
	audit_check_spf(a);
	check_dmarc(a);
	check_dkim(a);
	audit_check_sts(a, &mx);
	audit_check_tlsrpt(a);
	audit_answer_done(&mx);
}
