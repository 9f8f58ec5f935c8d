/* SPDX-License-Identifier: Apache-2.0 */
/* The transactions of a session: a job's recipients, its text, its verdicts. */
#include <assert.h>

#include "delivery/hop.h"
#include "delivery/job.h"
#include "delivery/session.h"
#include "util/clock.h"

void
delivery_session_flush(struct delivery_session *s)
{
	struct slice out = smtp_client_output(s->client);

	if (out.len == 0)
		return;
	net_conn_write(s->conn, out);
	smtp_client_output_taken(s->client, out.len);
}

size_t
delivery_session_fit(const struct delivery_session *s, const struct delivery_job *job)
{
	size_t rest = job->recipient_count - job->settled_count;
	size_t max = s->hop->config->recipients;

	return smtp_client_recipients_fit(
	    s->client, job->recipients + job->settled_count, rest < max ? rest : max);
}

/* One text for all of them (RFC 5321 §4.5.4.1), in parts when there are more (§4.5.3.1.8). */
void
delivery_session_begin_mail(struct delivery_session *s, struct delivery_job *job)
{
	struct smtp_mail_params params = job->params;
	const struct smtp_client_mail m = {
		.sender = job->sender,
		.recipients = job->recipients + job->settled_count,
		.recipient_count = delivery_session_fit(s, job),
		.size = job->size,
		.params = &params,
		.recipient_params = job->recipient_params + job->settled_count,
		.now_unix_s = clock_unix_ms() / 1000, /* RFC 2852 §4.1.4 */
	};

	/* RFC 6710 §4.2: who relays tells a priority, which is 0 when nobody gave another. */
	if (!params.has_priority)
		params.priority = 0;
	params.has_priority = true;
	s->job = job;
	job->session = s;
	s->recipient_count = m.recipient_count;
	s->transaction_count++;
	smtp_client_mail(s->client, &m, clock_monotonic_ms());
}

/* As much of the body as there is and the socket takes. */
void
delivery_session_feed_text(struct delivery_session *s)
{
	while (smtp_client_want(s->client) == SMTP_CLIENT_WANT_TEXT &&
	       net_conn_pending(s->conn) < DELIVERY_SESSION_PENDING_MAX) {
		struct slice text = delivery_job_text(s->job);
		bool is_last = delivery_job_ends_after(s->job, text.len);

		if (text.len == 0 && !is_last)
			return;
		smtp_client_text(s->client, text, is_last, clock_monotonic_ms());
		delivery_job_text_sent(s->job, text.len);
		delivery_session_flush(s);
	}
}

/* The next transaction, or the same again, has to wait its turn; or there is no body for it. */
static void
put_back(struct delivery_session *s, struct delivery_job *job)
{
	if (delivery_job_rewind(job))
		delivery_hop_give_back(s->hop, job);
	else
		delivery_job_defer_rest(job, 0, "an earlier transaction was cut off in its text");
}

/* A connection that had been idle may be dead without our knowing: once, that is not the answer. */
static bool
is_stale(const struct delivery_session *s, const struct delivery_job *job)
{
	return smtp_client_is_stale(s->client) && s->transaction_count > 1 && !job->was_stale;
}

void
delivery_session_take_result(struct delivery_session *s)
{
	struct delivery_job *job = s->job;
	bool stale, is_auth_refused;

	assert(job != NULL);
	stale = is_stale(s, job);
	is_auth_refused = smtp_client_may_repeat(s->client);
	s->job = NULL;
	job->session = NULL;
	for (size_t i = 0; i < s->recipient_count && !stale && !is_auth_refused; i++)
		delivery_job_settle_next(job, smtp_client_verdict_take(s->client, i));
	smtp_client_result_done(s->client, clock_monotonic_ms());
	job->was_stale = job->was_stale || stale;
	if (is_auth_refused) /* so that no other connection can refuse it for that again */
		job->params.auth = slice_make(NULL, 0);
	if (job->settled_count < job->recipient_count)
		put_back(s, job);
	else
		job->handler->on_done(job->owner, job);
}
