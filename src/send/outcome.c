/* SPDX-License-Identifier: Apache-2.0 */
#include "send/outcome.h"

#include <stdlib.h>
#include <sysexits.h>

#include "util/alloc.h"

enum probe_stage
send_find_failure(const struct probe_dialog_facts *facts)
{
	for (size_t i = 0; i < PROBE_STAGE_QUIT; i++)
		switch (facts->stages[i].end) {
		case PROBE_STAGE_NOT_REACHED:
		case PROBE_STAGE_SKIPPED:
		case PROBE_STAGE_PASSED:
			break;
		case PROBE_STAGE_REFUSED:
		case PROBE_STAGE_TIMEOUT:
		case PROBE_STAGE_CLOSED:
		case PROBE_STAGE_RESET:
		case PROBE_STAGE_BROKEN:
			return (enum probe_stage)i;
		}
	return PROBE_STAGE_QUIT;
}

/* What a stage is called in "... refused STARTTLS", and the codes for a refusal for good. */
static const struct stage_words {
	const char *name;
	int permanent_code;
} stage_words[PROBE_STAGE_COUNT] = {
	[PROBE_STAGE_CONNECT] = { "the connection", EX_TEMPFAIL },
	[PROBE_STAGE_GREETING] = { "the connection", EX_UNAVAILABLE },
	[PROBE_STAGE_EHLO] = { "EHLO", EX_PROTOCOL },
	[PROBE_STAGE_STARTTLS] = { "STARTTLS", EX_UNAVAILABLE },
	[PROBE_STAGE_HANDSHAKE] = { "TLS", EX_UNAVAILABLE },
	[PROBE_STAGE_EHLO_TLS] = { "EHLO after TLS", EX_PROTOCOL },
	[PROBE_STAGE_BULK] = { "NOOP", EX_PROTOCOL },
	[PROBE_STAGE_AUTH] = { "the login", EX_NOPERM },
	[PROBE_STAGE_MAIL] = { "the sender", EX_NOPERM },
	[PROBE_STAGE_RCPT] = { "the recipients", EX_NOUSER },
	[PROBE_STAGE_DATA] = { "the message", EX_UNAVAILABLE },
	[PROBE_STAGE_END] = { "the message", EX_UNAVAILABLE },
	[PROBE_STAGE_QUIT] = { "QUIT", EX_OK },
};

/* RFC 5321 §4.2.1: the first digit decides whether to try again. */
static int
refusal_code(enum probe_stage stage, const struct probe_stage_fact *fact)
{
	return fact->code / 100 == 5 ? stage_words[stage].permanent_code : EX_TEMPFAIL;
}

static void
add_reply(const struct probe_stage_fact *fact, struct buf *words)
{
	if (fact->code != 0)
		(void)buf_addf(words, ": %u", (unsigned)fact->code);
	if (fact->text[0] != '\0')
		(void)buf_addf(words, "%s%s", fact->code != 0 ? " " : ": ", fact->text);
}

/* A reset in answer to a SYN ends no connection: there was none. */
static void
add_loss(enum probe_stage stage, const struct probe_stage_fact *fact, const char *host,
    struct buf *words)
{
	if (stage == PROBE_STAGE_CONNECT)
		(void)buf_addf(words, "%s refused the connection", host);
	else
		(void)buf_addf(words, "%s %s the connection (%s)", host,
		    fact->end == PROBE_STAGE_RESET ? "reset" : "closed", probe_stage_name(stage));
}

/* flat */
static int
judge_stage(const struct probe_dialog_facts *facts, const char *host, struct buf *words)
{
	const enum probe_stage stage = send_find_failure(facts);
	const struct probe_stage_fact *fact = &facts->stages[stage];

	switch (fact->end) {
	case PROBE_STAGE_REFUSED:
		(void)buf_addf(words, "%s refused %s", host, stage_words[stage].name);
		add_reply(fact, words);
		return refusal_code(stage, fact);
	case PROBE_STAGE_TIMEOUT:
		(void)buf_addf(words,
		    stage == PROBE_STAGE_CONNECT ? "%s did not answer (%s)"
						 : "%s said nothing more (%s)",
		    host, probe_stage_name(stage));
		return EX_TEMPFAIL;
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		add_loss(stage, fact, host, words);
		return EX_TEMPFAIL;
	case PROBE_STAGE_BROKEN:
		if (stage == PROBE_STAGE_MAIL) {
			(void)buf_addf(words, "%s cannot take this message", host);
			add_reply(fact, words);
			return EX_UNAVAILABLE;
		}
		(void)buf_addf(words, "%s: %s failed", host, stage_words[stage].name);
		add_reply(fact, words);
		return stage == PROBE_STAGE_STARTTLS || stage == PROBE_STAGE_HANDSHAKE
			   ? EX_UNAVAILABLE
			   : EX_PROTOCOL;
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return EX_OK;
}

static const struct smtp_verdict *
find_refused(const struct send_result *result)
{
	for (size_t i = 0; i < result->verdict_count; i++)
		if (result->verdicts[i].class != SMTP_VERDICT_DELIVERED)
			return &result->verdicts[i];
	return NULL;
}

static void
add_verdict(const struct smtp_verdict *v, struct buf *words)
{
	if (v->code != 0)
		(void)buf_addf(words, ": %u", (unsigned)v->code);
	if (v->peer_text != NULL)
		(void)buf_addf(words, " %s", v->peer_text);
	else if (v->reason != NULL)
		(void)buf_addf(words, ": %s", v->reason);
}

/* RFC 3463 §3.2, §3.3: x.1.z is about an address, and so is a refusal without a code of its own. */
static int
verdict_code(const struct smtp_verdict *v)
{
	if (v->class == SMTP_VERDICT_DEFERRED)
		return EX_TEMPFAIL;
	return v->enhanced[0] == 0 || v->enhanced[1] == 1 ? EX_NOUSER : EX_UNAVAILABLE;
}

static int
judge_recipients(const struct send_result *result, const char *host, struct buf *words)
{
	const struct smtp_verdict *refused = find_refused(result);

	if (refused == NULL) {
		(void)buf_addf(words, "%s took the message", host);
		if (result->facts->queue_id[0] != '\0')
			(void)buf_addf(words, " as %s", result->facts->queue_id);
		return EX_OK;
	}
	(void)buf_addf(words, "%s took the message for %zu of %zu recipients", host,
	    result->taken_count, result->verdict_count);
	add_verdict(refused, words);
	/* A program that tries again, as 75 asks it to, would send twice to those that have it. */
	if (result->taken_count > 0 && verdict_code(refused) == EX_TEMPFAIL)
		return EX_UNAVAILABLE;
	return verdict_code(refused);
}

/* Nobody has heard MAIL: another try, or the doctor, may tell more. */
static bool
is_before_mail(const struct probe_dialog_facts *facts)
{
	const enum probe_stage stage = send_find_failure(facts);

	return stage < PROBE_STAGE_AUTH;
}

/* "expired, wrong-name": what is wrong with the certificate; nothing when it is fine. */
static void
add_faults(const struct probe_certificate *certificate, struct buf *words)
{
	const char *joint = " (";

	for (unsigned fault = 1; fault <= PROBE_CERTIFICATE_OUR_CLOCK; fault <<= 1) {
		if ((certificate->faults & fault) == 0)
			continue;
		(void)buf_addf(words, "%s%s", joint,
		    probe_certificate_fault_name((enum probe_certificate_fault)fault));
		joint = ", ";
	}
	if (certificate->faults != 0)
		(void)buf_add_text(words, ")");
}

static bool
lacks_login(const struct send_job *job, const struct probe_dialog_facts *facts)
{
	return job->goal >= PROBE_GOAL_AUTH && job->settings->user != NULL && !facts->is_logged_in;
}

/* Every stage that was gone through is fine, but it ended before the goal. */
static int
judge_short_way(const struct send_job *job, const struct probe_dialog_facts *facts,
    const char *host, struct buf *words)
{
	const struct probe_stage_fact *auth = &facts->stages[PROBE_STAGE_AUTH];

	if (lacks_login(job, facts))
		(void)buf_addf(words, "%s: there was no login: %s", host,
		    auth->text[0] == '\0' ? "it is not possible" : auth->text);
	else
		(void)buf_addf(words, "%s: nothing was sent", host);
	add_faults(&facts->tls.certificate, words);
	return EX_UNAVAILABLE;
}

/* MAIL was said, or all that was asked for was done. */
static bool
has_reached_goal(const struct send_job *job, const struct send_result *result)
{
	if (lacks_login(job, result->facts) || job->goal == PROBE_GOAL_OPEN)
		return false;
	return job->goal != PROBE_GOAL_MAIL || result->verdict_count > 0;
}

void
send_judge(const struct send_job *job, const char *host, struct send_result *result)
{
	const bool reached = send_find_failure(result->facts) == PROBE_STAGE_QUIT;
	struct buf words;

	buf_init(&words, 2048);
	if (!reached && result->taken_count == 0) {
		result->exit_code = judge_stage(result->facts, host, &words);
		add_faults(&result->facts->tls.certificate, &words);
		result->is_unreachable = is_before_mail(result->facts);
	} else if (!has_reached_goal(job, result)) {
		result->exit_code = judge_short_way(job, result->facts, host, &words);
		result->is_unreachable = true;
	} else if (job->goal == PROBE_GOAL_MAIL) {
		result->exit_code = judge_recipients(result, host, &words);
	} else {
		(void)buf_addf(&words, "%s: all went well; no message was sent", host);
		result->exit_code = EX_OK;
	}
	result->words = slice_dup(buf_slice(&words));
	buf_done(&words);
}
