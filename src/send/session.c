/* SPDX-License-Identifier: Apache-2.0 */
#include "send/session.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "probe/dialog_steps.h"
#include "send/link.h"
#include "send/outcome.h"
#include "util/alloc.h"

enum { CODE_CLOSING = 421 };

struct send_session {
	struct send_job job;
	struct send_link link;
	struct send_result result; /* of the last time that the server was called */
	bool has_failed;           /* that was in vain */
	bool is_answered;          /* answer is that to the last step */
	struct smtp_verdict answer;
	struct smtp_verdict loss; /* how the connection ended within a transaction */
};

static void
keep(struct smtp_verdict *place, const struct smtp_verdict *v)
{
	smtp_verdict_done(place);
	*place = smtp_verdict_copy(v);
}

/* An end that comes right behind an answer is none to the same step. */
static void
on_answer(void *arg, const struct smtp_verdict *answer)
{
	struct send_session *s = (struct send_session *)arg;

	if (answer == NULL)
		s->link.is_held = true;
	else if (s->is_answered)
		keep(&s->loss, answer);
	else
		keep(&s->answer, answer);
	s->is_answered = answer != NULL;
	(void)event_base_loopbreak(s->link.base);
}

/* RFC 3463 §3.5, §3.8: no answer from the host, or one that does not let us in. */
static void
answer_failure(struct send_session *s)
{
	const struct probe_dialog_facts *facts = s->result.facts;
	const bool is_away = facts == NULL || send_find_failure(facts) <= PROBE_STAGE_GREETING;
	const uint16_t away[3] = { 4, 4, 1 }, closed[3] = { 4, 7, 0 };

	smtp_verdict_done(&s->answer);
	s->answer = (struct smtp_verdict){ .class = SMTP_VERDICT_DEFERRED };
	memcpy(s->answer.enhanced, is_away ? away : closed, sizeof away);
	s->answer.reason = xstrdup(s->result.words);
}

/* True: a login was refused. It is tried once: the second would be counted as an attack. */
static bool
is_locked_out(const struct send_session *s)
{
	return s->has_failed && s->result.facts != NULL &&
	       send_find_failure(s->result.facts) == PROBE_STAGE_AUTH;
}

static bool
connect_to_server(struct send_session *s)
{
	if (is_locked_out(s)) {
		answer_failure(s);
		return false;
	}
	send_result_done(&s->result);
	s->has_failed = false;
	if (send_link_dial(&s->link, &s->result) && s->link.dialog != NULL)
		return true;
	if (s->result.words == NULL)
		send_judge(&s->job, s->link.host, &s->result);
	s->has_failed = true;
	answer_failure(s);
	return false;
}

/* Until there is an answer, and where it has ended the connection, until that is gone. */
static void
await_answer(struct send_session *s)
{
	while (s->link.dialog != NULL && (!s->is_answered || !probe_dialog_is_free(s->link.dialog)))
		(void)event_base_dispatch(s->link.base);
	if (s->link.dialog == NULL)
		keep(&s->loss, &s->answer);
}

static void
say_mail(struct send_session *s, const struct smtp_client_mail *m)
{
	s->is_answered = false;
	probe_dialog_mail(s->link.dialog, m);
	await_answer(s);
}

/* The server has closed what was idle, or was about to. */
static bool
was_stale(const struct send_session *s)
{
	return s->link.dialog == NULL && (s->answer.code == 0 || s->answer.code == CODE_CLOSING);
}

static bool
is_connected(struct send_session *s)
{
	if (s->link.dialog != NULL && !probe_dialog_is_in_mail(s->link.dialog) &&
	    probe_dialog_is_spent(s->link.dialog))
		send_session_quit(s);
	return s->link.dialog != NULL;
}

const struct smtp_verdict *
send_session_mail(struct send_session *session, const struct smtp_client_mail *m)
{
	struct send_session *s = session;

	if (is_connected(s)) {
		say_mail(s, m);
		if (!was_stale(s))
			return &s->answer;
		probe_dialog_cancel(&s->link.dialog);
	}
	if (connect_to_server(s))
		say_mail(s, m);
	return &s->answer;
}

/* Nothing can be asked any more: how it ended is the answer to all that is asked yet. */
static const struct smtp_verdict *
answer_loss(struct send_session *s)
{
	keep(&s->answer, &s->loss);
	s->answer.class = SMTP_VERDICT_DEFERRED;
	return &s->answer;
}

static bool
is_in_mail(const struct send_session *s)
{
	return s->link.dialog != NULL && probe_dialog_is_in_mail(s->link.dialog);
}

const struct smtp_verdict *
send_session_recipient(struct send_session *session, const struct smtp_client_mail *m)
{
	if (!is_in_mail(session))
		return answer_loss(session);
	session->is_answered = false;
	probe_dialog_recipient(session->link.dialog, m);
	await_answer(session);
	return &session->answer;
}

const struct smtp_verdict *
send_session_text(struct send_session *session, struct slice text)
{
	if (!is_in_mail(session))
		return answer_loss(session);
	session->is_answered = false;
	probe_dialog_text(session->link.dialog, text);
	await_answer(session);
	return &session->answer;
}

const struct send_result *
send_session_failure(const struct send_session *session)
{
	return session->has_failed ? &session->result : NULL;
}

void
send_session_quit(struct send_session *session)
{
	if (session->link.dialog != NULL)
		probe_dialog_quit(session->link.dialog);
	while (session->link.dialog != NULL)
		(void)event_base_dispatch(session->link.base);
}

int
send_session_new(const struct send_job *job, struct send_session **ret_session, struct buf *error)
{
	struct send_session *s = xcalloc(1, sizeof *s);
	int r;

	s->job = *job;
	s->job.goal = PROBE_GOAL_OPEN;
	r = send_link_open(&s->link, &s->job, error);
	if (r != 0) {
		send_session_free(&s);
		return r;
	}
	s->link.options.on_answer = on_answer;
	s->link.options.answer_arg = s;
	*ret_session = s;
	return 0;
}

void
send_session_free(struct send_session **session)
{
	struct send_session *s = *session;

	*session = NULL;
	if (s == NULL)
		return;
	send_link_close(&s->link);
	send_result_done(&s->result);
	smtp_verdict_done(&s->answer);
	smtp_verdict_done(&s->loss);
	free(s);
}
