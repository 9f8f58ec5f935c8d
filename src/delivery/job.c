/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/client.h"
#include "util/alloc.h"

enum {
	BODY_WINDOW = WIRE_BODY_WINDOW,
	/* Gone octets stay in front until so much has come that moving the rest pays. */
	BODY_BUFFER_MAX = 2 * BODY_WINDOW,
	/* A pull for less would be mostly header. */
	PULL_MIN = BODY_WINDOW / 4,
};

/* Appends to strings, which has room; returns the copy. */
static struct slice
keep(uint8_t *strings, size_t *len, struct slice s)
{
	struct slice copy = slice_make(strings + *len, s.len);

	if (s.len > 0)
		memcpy(strings + *len, s.ptr, s.len);
	*len += s.len;
	return copy;
}

static void
keep_recipients(struct delivery_job *job, struct wire_list list, size_t *len)
{
	struct slice item;

	job->recipients = xcalloc(list.count, sizeof *job->recipients);
	job->verdicts = xcalloc(list.count, sizeof *job->verdicts);
	while (wire_list_next(&list, &item))
		job->recipients[job->recipient_count++] = keep(job->strings, len, item);
}

/* That all of it is in the stored form was seen when the job was decoded. */
static void
keep_params(struct delivery_job *job, const struct wire_job *m, size_t *len)
{
	struct wire_list list = m->recipient_parameters;
	struct slice item;
	size_t count = 0;
	bool ok = smtp_mail_params_parse(keep(job->strings, len, m->parameters), &job->params);

	job->recipient_params = xcalloc(list.count, sizeof *job->recipient_params);
	for (; wire_list_next(&list, &item); count++)
		ok = smtp_rcpt_params_parse(
			 keep(job->strings, len, item), &job->recipient_params[count]) &&
		     ok;
	assert(ok && count == job->recipient_count);
}

struct delivery_job *
delivery_job_new(const struct delivery_job_handler *handler, void *owner, uint64_t number,
    const struct wire_job *m, uint64_t now_ms)
{
	struct delivery_job *job = xcalloc(1, sizeof *job);
	size_t len = 0;

	job->handler = handler;
	job->owner = owner;
	job->number = number;
	job->message_id = m->message_id;
	job->size = m->size;
	job->received_ms = now_ms;
	job->body_granted = BODY_WINDOW;
	buf_init(&job->body, BODY_BUFFER_MAX);
	job->strings = xmalloc(m->next_hop.len + m->sender.len + m->parameters.len +
			       m->recipients.packed.len + m->recipient_parameters.packed.len + 1);
	job->next_hop = keep(job->strings, &len, m->next_hop);
	job->sender = keep(job->strings, &len, m->sender);
	keep_recipients(job, m->recipients, &len);
	keep_params(job, m, &len);
	return job;
}

void
delivery_job_free(struct delivery_job **job)
{
	struct delivery_job *j = *job;

	*job = NULL;
	if (j == NULL)
		return;
	for (size_t i = 0; i < j->settled_count; i++)
		smtp_verdict_done(&j->verdicts[i]);
	free(j->verdicts);
	free(j->recipients);
	free(j->recipient_params);
	free(j->strings);
	buf_done(&j->body);
	free(j);
}

static bool
is_kept_whole(const struct delivery_job *job)
{
	return job->size <= BODY_WINDOW;
}

static void
forget_sent(struct delivery_job *job)
{
	buf_drop(&job->body, job->body_used);
	job->body_offset += job->body_used;
	job->body_used = 0;
}

bool
delivery_job_add_body(struct delivery_job *job, struct slice octets)
{
	uint64_t end = job->body_offset + job->body.len + octets.len;

	if (end > job->size || end > job->body_granted)
		return false;
	if (!is_kept_whole(job) && job->body.len + octets.len > BODY_BUFFER_MAX)
		forget_sent(job);
	return buf_add_slice(&job->body, octets);
}

struct slice
delivery_job_text(const struct delivery_job *job)
{
	struct slice rest = slice_after(buf_slice(&job->body), job->body_used);

	return rest.len > SMTP_CLIENT_TEXT_MAX ? slice_first(rest, SMTP_CLIENT_TEXT_MAX) : rest;
}

bool
delivery_job_ends_after(const struct delivery_job *job, size_t len)
{
	return job->body_offset + job->body_used + len == job->size;
}

bool
delivery_job_has_all(const struct delivery_job *job)
{
	return job->body_offset + job->body.len == job->size;
}

static void
pull(struct delivery_job *job)
{
	uint32_t len = job->body_unpulled;

	if (job->body_granted >= job->size || len < PULL_MIN)
		return;
	job->body_granted += len;
	job->body_unpulled = 0;
	job->handler->on_pull(job->owner, job, len);
}

void
delivery_job_text_sent(struct delivery_job *job, size_t len)
{
	job->body_used += len;
	if (is_kept_whole(job))
		return;
	if (job->body_used == job->body.len)
		forget_sent(job);
	job->body_unpulled += (uint32_t)len;
	pull(job);
}

bool
delivery_job_rewind(struct delivery_job *job)
{
	if (job->body_offset == 0) {
		job->body_used = 0;
		return true;
	}
	if (!delivery_job_has_all(job))
		return false; /* octets may be on their way that would be taken for the first */
	buf_clear(&job->body);
	job->body_used = 0;
	job->body_offset = 0;
	job->body_granted = BODY_WINDOW;
	job->body_unpulled = 0;
	job->handler->on_rewind(job->owner, job);
	return true;
}

void
delivery_job_settle_next(struct delivery_job *job, struct smtp_verdict v)
{
	assert(job->settled_count < job->recipient_count);
	job->verdicts[job->settled_count++] = v;
}

void
delivery_job_settle_rest(struct delivery_job *job, const struct smtp_verdict *v)
{
	while (job->settled_count < job->recipient_count)
		delivery_job_settle_next(job, smtp_verdict_copy(v));
	job->handler->on_done(job->owner, job);
}

void
delivery_job_defer_rest(struct delivery_job *job, uint16_t detail, const char *reason)
{
	struct smtp_verdict v = { .class = SMTP_VERDICT_DEFERRED,
		.enhanced = { 4, 3, detail },
		.reason = xstrdup(reason) };

	delivery_job_settle_rest(job, &v);
	smtp_verdict_done(&v);
}

void
delivery_job_drop(struct delivery_job *job)
{
	job->handler->on_drop(job->owner, job);
}
