/* SPDX-License-Identifier: Apache-2.0 */
/* judge_ehlo.c - EHLO, in clear and in TLS: does the server take it? */
#include "doctor/judge.h"

#include <string.h>

enum { REPLY_READY = 220 };

/* "200" is news, "202" something else: a mail server says 220 (RFC 5321 §4.2). */
static bool
is_greeted_otherwise(const struct doctor_judging *j)
{
	const uint16_t code = doctor_judge_stage(j, PROBE_STAGE_GREETING)->code;

	return code != 0 && code != REPLY_READY;
}

static bool
is_reply_code(const struct probe_stage_fact *s, const char *code)
{
	return strncmp(s->text, code, strlen(code)) == 0;
}

static struct doctor_finding *
judge_hello(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, stage);
	struct doctor_finding *f;

	switch (s->end) {
	case PROBE_STAGE_REFUSED:
		f = doctor_judge_lmtp(j);
		if (f != NULL)
			return f;
		return is_greeted_otherwise(j) ? doctor_judge_not_smtp(j, PROBE_STAGE_GREETING)
					       : doctor_judge_refusal(j, s, "ehlo-refused", when);
	case PROBE_STAGE_BROKEN:
		return is_reply_code(s, "250") ? doctor_judge_too_long(j, stage, when)
					       : doctor_judge_not_smtp(j, stage);
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return doctor_judge_lost(j, stage, when);
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}

struct doctor_finding *
doctor_judge_ehlo(const struct doctor_judging *j)
{
	if (j->probe->dialog.is_implicit_tls)
		return NULL;
	return judge_hello(j, PROBE_STAGE_EHLO, "at EHLO");
}

struct doctor_finding *
doctor_judge_ehlo_tls(const struct doctor_judging *j)
{
	return judge_hello(j, PROBE_STAGE_EHLO_TLS, "at EHLO after TLS");
}
