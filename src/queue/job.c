/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - messages and jobs in memory, as long as a recipient of them is tried. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"

/* What is damaged on the disk is not passed on: a NUL, and parameters that nobody would take. */
static char *
dup_text(struct slice s)
{
	return slice_find(s, 0) == s.len ? slice_dup(s) : xstrdup("");
}

static char *
dup_mail_params(struct slice stored, struct smtp_mail_params *params)
{
	struct smtp_mail_params copy;
	char *text = dup_text(stored);

	if (smtp_mail_params_parse(slice_of(text), &copy)) {
		*params = copy;
		return text;
	}
	free(text);
	return xstrdup("");
}

static char *
dup_rcpt_params(struct slice stored, struct smtp_rcpt_params *params)
{
	struct smtp_rcpt_params copy;
	char *text = dup_text(stored);

	if (smtp_rcpt_params_parse(slice_of(text), &copy)) {
		*params = copy;
		return text;
	}
	free(text);
	return xstrdup("");
}

struct queue_message *
queue_message_new(struct queue *q, const struct store_message_row *row)
{
	struct queue_message *m = xcalloc(1, sizeof *m);

	m->id = row->id;
	m->created_unix_ms = row->created_unix_ms;
	m->size = row->size;
	m->account = dup_text(row->account);
	m->sender = dup_text(row->sender);
	m->parameters = dup_mail_params(row->parameters, &m->params);
	m->recipient_count = row->recipient_count;
	m->open_count = row->open_count;
	m->loaded = xcalloc(m->recipient_count, 1);
	TAILQ_INIT(&m->reporting);
	map_put(&q->messages, m->id, m);
	return m;
}

static void
drop_text(struct queue *q, struct queue_message *m)
{
	if (m->text != NULL)
		q->text_cache_len -= (size_t)m->size;
	free(m->text);
	m->text = NULL;
}

static void
free_message(struct queue *q, struct queue_message *m)
{
	(void)map_remove(&q->messages, m->id);
	drop_text(q, m);
	free(m->account);
	free(m->sender);
	free(m->parameters);
	free(m->loaded);
	free(m);
}

struct queue_job *
queue_job_new(struct queue *q, struct queue_message *m, size_t next_hop, size_t recipient_room)
{
	struct queue_job *j = xcalloc(1, sizeof *j);

	j->message = m;
	j->next_hop = next_hop;
	j->routing = q->routing;
	j->is_lmtp = q->child->config->next_hops[next_hop].protocol == CONFIG_PROTOCOL_LMTP;
	j->recipients = xcalloc(recipient_room, sizeof *j->recipients);
	m->job_count++;
	return j;
}

/* "" is empty, not NULL: that stands for unknown in a verdict. */
static char *
dup_words(struct slice s)
{
	return s.len == 0 ? NULL : dup_text(s);
}

/* The last verdict of a recipient who fails without another attempt. */
static struct smtp_verdict *
dup_verdict(const struct store_recipient_row *row)
{
	struct smtp_verdict *v = xcalloc(1, sizeof *v);

	*v = (struct smtp_verdict){ .class = SMTP_VERDICT_DEFERRED,
		.code = row->code,
		.host = dup_words(row->host),
		.peer_text = dup_words(row->peer_text),
		.reason = dup_words(row->reason) };
	memcpy(v->enhanced, row->enhanced, sizeof v->enhanced);
	return v;
}

static void
free_recipient(struct queue_recipient *r)
{
	if (r->last != NULL)
		smtp_verdict_done(r->last);
	free(r->last);
	free(r->address);
	free(r->parameters);
}

void
queue_job_add(struct queue *q, struct queue_job *j, const struct store_recipient_row *row)
{
	struct queue_recipient *r = &j->recipients[j->recipient_count++];

	assert(row->index < j->message->recipient_count);
	*r = (struct queue_recipient){ .index = row->index,
		.attempts = row->attempts,
		.notices = row->notices,
		.address = slice_dup(row->address) };
	r->parameters = dup_rcpt_params(row->parameters, &r->params);
	if (row->attempts != 0 && queue_job_is_over(j))
		r->last = dup_verdict(row);
	j->message->loaded[row->index] = 1;
	q->window_count++;
}

static void
free_verdicts(struct queue_job *j)
{
	for (size_t i = 0; j->verdicts != NULL && i < j->recipient_count; i++)
		smtp_verdict_done(&j->verdicts[i]);
	free(j->verdicts);
}

void
queue_job_free(struct queue *q, struct queue_job *j)
{
	struct queue_message *m = j->message;

	if (j->number != 0)
		(void)map_remove(&q->leases, j->number);
	free_verdicts(j);
	for (size_t i = 0; i < j->recipient_count; i++) {
		m->loaded[j->recipients[i].index] = 0;
		free_recipient(&j->recipients[i]);
	}
	q->window_count -= j->recipient_count;
	free(j->recipients);
	free(j);
	if (--m->job_count == 0)
		free_message(q, m);
}

bool
queue_job_is_over(const struct queue_job *j)
{
	uint64_t end_unix_ms = queue_terms_end(&j->message->params);

	return end_unix_ms != QUEUE_NEVER && clock_unix_ms() >= end_unix_ms;
}

/* A seam: MX routing will give a recipient's domain a next hop that no config names. */
size_t
queue_route(const struct queue *q, struct slice address)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return config_route_find(
	    q->child->config, at == 0 ? slice_of("") : slice_after(address, at));
}

struct queue_job *
queue_job_with_room(
    struct queue *q, struct queue_job_list *jobs, struct queue_message *m, size_t next_hop)
{
	struct queue_job *j;
	size_t max = q->child->config->next_hops[next_hop].recipients;

	/* Jobs of one message come together, so the one with room is near the end. */
	TAILQ_FOREACH_REVERSE(j, jobs, queue_job_list, link)
	{
		if (j->message != m)
			break;
		if (j->next_hop == next_hop && j->recipient_count < max)
			return j;
	}
	j = queue_job_new(q, m, next_hop, max < m->recipient_count ? max : m->recipient_count);
	TAILQ_INSERT_TAIL(jobs, j, link);
	return j;
}
