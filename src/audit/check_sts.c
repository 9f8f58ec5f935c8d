/* SPDX-License-Identifier: Apache-2.0 */
/* check_sts.c - must mail to the sender's domain be encrypted, and who hears when it cannot be? */
#include <stdio.h>

#include "audit/fetch.h"
#include "audit/policy.h"
#include "audit/sender.h"

size_t
audit_pick_tagged(const struct audit_answer *answer, const char *version, struct slice *ret_text)
{
	size_t count = 0;

	for (size_t i = answer->count; i > 0; i--) {
		if (!audit_tag_begins(answer->records[i - 1].text, version))
			continue;
		*ret_text = answer->records[i - 1].text;
		count++;
	}
	return count;
}

static void
break_sts(struct audit *a, const char *what, const char *why)
{
	audit_findings_add(&a->result->findings, AUDIT_MTA_STS_BROKEN, "%s: %s", what, why);
}

static bool
is_listed(const struct audit_sts *sts, const char *host)
{
	for (size_t i = 0; i < sts->mx_count; i++)
		if (audit_sts_fits(sts->mx[i], host))
			return true;
	return false;
}

static void
judge_sts(struct audit *a, const char *host, struct slice text, const struct audit_answer *mx)
{
	struct audit_sts sts;

	audit_sts_read(text, &sts);
	if (sts.error != NULL) {
		break_sts(a, host, sts.error);
		return;
	}
	for (size_t i = 0; i < mx->count; i++)
		if (sts.mode != AUDIT_STS_MODE_NONE && !is_listed(&sts, mx->records[i].mx.host))
			audit_findings_add(&a->result->findings, AUDIT_MTA_STS_BROKEN,
			    "%s: the policy does not list the MX %s", host, mx->records[i].mx.host);
	if (sts.mode != AUDIT_STS_MODE_ENFORCE)
		audit_findings_add(&a->result->findings, AUDIT_MTA_STS_TESTING, "%s: mode %s", host,
		    sts.mode == AUDIT_STS_MODE_NONE ? "none" : "testing");
}

static void
fetch_sts(struct audit *a, const struct audit_answer *mx)
{
	char host[AUDIT_NAME_SIZE], error[AUDIT_FETCH_ERROR_SIZE] = "";
	struct buf text;

	(void)snprintf(host, sizeof host, "mta-sts.%s", a->result->domain);
	buf_init(&text, AUDIT_STS_POLICY_MAX);
	if (audit_fetch(a, host, "/.well-known/mta-sts.txt", &text, error))
		judge_sts(a, host, buf_slice(&text), mx);
	else if (!a->options->is_dry)
		break_sts(a, host, error);
	buf_done(&text);
}

/* RFC 8461 §3.1 */
void
audit_check_sts(struct audit *a, const struct audit_answer *mx)
{
	struct audit_answer answer;
	char name[AUDIT_NAME_SIZE];
	struct slice text;
	size_t count;

	(void)snprintf(name, sizeof name, "_mta-sts.%s", a->result->domain);
	if (audit_ask(a, name, NET_RECORD_TXT, &answer)) {
		count = audit_pick_tagged(&answer, "STSv1", &text);
		if (count == 1 || a->options->is_dry)
			fetch_sts(a, mx);
		else if (count > 1)
			break_sts(a, name, "several records");
		else if (answer.count > 0)
			break_sts(a, name, "the record does not begin with v=STSv1");
		else
			audit_findings_add(
			    &a->result->findings, AUDIT_MTA_STS_MISSING, "%s: no record", name);
	}
	audit_answer_done(&answer);
}

/* RFC 8460 §3 */
void
audit_check_tlsrpt(struct audit *a)
{
	struct audit_answer answer;
	char name[AUDIT_NAME_SIZE];
	struct slice text, tag, value;
	bool has_reports = false, is_bad;

	(void)snprintf(name, sizeof name, "_smtp._tls.%s", a->result->domain);
	if (!audit_ask(a, name, NET_RECORD_TXT, &answer) || a->options->is_dry)
		return;
	if (answer.count == 0) {
		audit_findings_add(
		    &a->result->findings, AUDIT_TLSRPT_MISSING, "%s: no record", name);
		return;
	}
	if (audit_pick_tagged(&answer, "TLSRPTv1", &text) == 1)
		while (audit_tag_next(&text, &tag, &value, &is_bad))
			has_reports = has_reports || (slice_is(tag, "rua") && value.len > 0);
	if (!has_reports)
		audit_findings_add(&a->result->findings, AUDIT_TLSRPT_BROKEN,
		    "%s: not one record with v=TLSRPTv1 and rua=", name);
	audit_answer_done(&answer);
}
