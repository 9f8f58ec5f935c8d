/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.c - what senders are told: one report for each message and action (RFC 3461 §6).
 *
 * The reports are stored in the batch that holds the outcomes that they are about: either both are
 * on disk or neither, so no report is forgotten, and none is sent twice. They are made when that
 * batch takes off, so that all that became of a message meanwhile is in one report.
 *
 * A report's own reverse-path is null, and a message with a null reverse-path never causes one (RFC
 * 5321 §6.1, RFC 3461 §5.2), so one that cannot be delivered ends here.
 *
 * This is what RFC 5321 §3.3, §3.6.3, §4.1.1.4, §4.2.5, §4.4, §4.5.4 and §4.5.5 ask of whoever said
 * 250; a 5yz is final (§4.2.1).
 */
#include <assert.h>
#include <stdlib.h>

#include "message/dsn.h"
#include "message/message_id.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

/* Instead of what the last attempt met, which is why it is late and not what is wrong. */
#define BY_WORDS "the time given for its delivery is over; it is still tried"

/* Of one message, those recipients that one report is about, and no others (RFC 3461 §5.2.8). */
struct subject {
	const struct queue_message *message;
	enum queue_report report;
	uint64_t now_unix_ms;
	size_t count;
	struct message_dsn_recipient recipients[QUEUE_REPORT_RECIPIENTS_MAX];
	struct smtp_verdict verdicts[QUEUE_REPORT_RECIPIENTS_MAX]; /* their strings are borrowed */
	char by_words[sizeof BY_WORDS];                            /* not const, as those are */
};

static enum message_dsn_action
action_of(enum queue_report report)
{
	switch (report) {
	case QUEUE_REPORT_NONE:
	case QUEUE_REPORT_FAILED:
		break;
	case QUEUE_REPORT_DELAYED:
		return MESSAGE_DSN_DELAYED;
	case QUEUE_REPORT_RELAYED:
		return MESSAGE_DSN_RELAYED;
	case QUEUE_REPORT_DELIVERED:
		return MESSAGE_DSN_DELIVERED;
	}
	return MESSAGE_DSN_FAILED;
}

static const char *
report_name(enum queue_report report)
{
	static const char *const names[] = { "none", "failed", "delayed", "relayed", "delivered" };

	return names[report];
}

static void
log_report(const struct subject *s, const char *report_id)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];
	struct log_line l;

	message_id_print(s->message->id, id);
	log_begin(&l, LOG_LEVEL_INFO, report_id == NULL ? "report-not-owed" : "report-queued");
	log_text(&l, "message", id);
	log_text(&l, "report", report_id);
	log_text(&l, "action", report_name(s->report));
	log_text(&l, "sender", s->message->sender);
	log_number(&l, "recipients", s->count);
	log_end(&l);
}

/* What MAIL says of a report (RFC 8689 §5, RFC 6533), at the message's priority (RFC 6710 §4.6). */
static void
print_parameters(const struct message_dsn *d, struct buf *out)
{
	struct smtp_mail_params p;

	message_dsn_params(d, &p);
	p.has_priority = d->params->has_priority;
	p.priority = d->params->priority;
	smtp_mail_params_print(&p, out);
}

static void
put_message(struct queue *q, const struct subject *s, uint64_t id, const struct message_dsn *d)
{
	struct store_recipient recipient = { .address = d->sender,
		.parameters = slice_of("NOTIFY=NEVER") }; /* RFC 3461 §6.1 */
	struct store_message m = { .id = id,
		.created_unix_ms = s->now_unix_ms,
		.account = slice_of(""),
		.sender = slice_of(""),
		.prefix = slice_of(""),
		.recipient_count = 1 };
	struct buf text, parameters;
	bool fits;

	buf_init(&text, MESSAGE_DSN_MAX(s->count));
	buf_init(&parameters, SMTP_MAIL_PARAMS_MAX);
	fits = message_dsn_add(d, &text);
	print_parameters(d, &parameters);
	assert(fits && !parameters.overflow);
	m.parameters = buf_slice(&parameters);
	m.tail = buf_slice(&text);
	m.size = text.len;
	queue_batch_put(q, NULL, &m, &recipient);
	buf_done(&text);
	buf_done(&parameters);
}

/* The original, or as much as can be read: a report without it is still a report. */
static void
read_original(
    struct queue *q, const struct subject *s, const struct message_dsn *d, struct buf *out)
{
	const struct queue_message *m = s->message;

	if (store_read_text(q->store, m->id, 0, message_dsn_original_max(d, m->size), out) < 0)
		buf_clear(out);
}

static uint64_t
retry_until(const struct queue *q, const struct queue_message *m)
{
	uint64_t end_unix_ms = queue_terms_end(&m->params);
	uint64_t last_unix_ms =
	    queue_terms_start(&m->params, m->created_unix_ms) + q->child->config->queue.lifetime_ms;

	return (end_unix_ms < last_unix_ms ? end_unix_ms : last_unix_ms) / 1000;
}

static void
put_report(struct queue *q, const struct subject *s)
{
	const struct queue_message *m = s->message;
	uint64_t id = message_id_make(s->now_unix_ms, MESSAGE_ID_SLOT_QUEUE, ++q->report_counter);
	char report_id[MESSAGE_ID_TEXT_LEN + 1], queue_id[MESSAGE_ID_TEXT_LEN + 1];
	struct buf original;
	struct message_dsn d = { .action = action_of(s->report),
		.hostname = slice_of(q->child->config->hostname),
		.sender = slice_of(m->sender),
		.arrived_unix_s = m->created_unix_ms / 1000,
		.now_unix_s = s->now_unix_ms / 1000,
		.params = &m->params,
		.recipients = s->recipients,
		.recipient_count = s->count };

	message_id_print(id, report_id);
	message_id_print(m->id, queue_id);
	d.report_id = slice_of(report_id);
	d.queue_id = slice_of(queue_id);
	if (s->report == QUEUE_REPORT_DELAYED)
		d.retry_until_unix_s = retry_until(q, m);
	buf_init(&original, message_dsn_original_max(&d, m->size));
	read_original(q, s, &d, &original);
	d.original = buf_slice(&original);
	d.is_whole = original.len == m->size;
	put_message(q, s, id, &d);
	log_report(s, report_id);
	buf_done(&original);
}

static void
finish(struct queue *q, struct subject *s)
{
	if (s->count != 0 && s->message->sender[0] == '\0')
		log_report(s, NULL);
	else if (s->count != 0)
		put_report(q, s);
	s->count = 0;
}

static void
add_recipient(struct queue *q, struct subject *s, const struct queue_job *j, size_t i)
{
	const struct queue_recipient *r = &j->recipients[i];
	struct smtp_verdict *v;

	if (s->count == QUEUE_REPORT_RECIPIENTS_MAX)
		finish(q, s);
	v = &s->verdicts[s->count];
	*v = j->verdicts[i];
	if ((r->new_notices & QUEUE_NOTICE_BY) != 0) { /* RFC 2852 §4.1.3 */
		memcpy(v->enhanced, (const uint16_t[]){ 4, 4, 7 }, sizeof v->enhanced);
		v->reason = s->by_words;
	}
	s->recipients[s->count++] = (struct message_dsn_recipient){
		.address = slice_of(r->address),
		.verdict = v,
		.last_attempt_unix_s = s->now_unix_ms / 1000,
		.orcpt = r->params.orcpt,
	};
}

static void
put_reports(struct queue *q, struct subject *s)
{
	const struct queue_job *j;

	TAILQ_FOREACH(j, &s->message->reporting, report_link)
	for (size_t i = 0; i < j->recipient_count; i++)
		if (j->recipients[i].report == s->report)
			add_recipient(q, s, j, i);
	finish(q, s);
}

void
queue_report_note(struct queue *q, struct queue_job *j)
{
	struct queue_message *m = j->message;

	if (TAILQ_EMPTY(&m->reporting)) {
		TAILQ_INSERT_TAIL(&q->reporting, m, link);
		q->reporting_count++;
	}
	TAILQ_INSERT_TAIL(&m->reporting, j, report_link);
}

bool
queue_report_is_full(const struct queue *q)
{
	return q->reporting_count >= QUEUE_REPORTING_MAX;
}

static void
put_all_of(struct queue *q, struct queue_message *m)
{
	struct subject *s = xcalloc(1, sizeof *s);

	s->message = m;
	s->now_unix_ms = clock_unix_ms();
	memcpy(s->by_words, BY_WORDS, sizeof s->by_words);
	for (s->report = QUEUE_REPORT_FAILED; s->report <= QUEUE_REPORT_DELIVERED; s->report++)
		put_reports(q, s);
	TAILQ_INIT(&m->reporting);
	free(s);
}

void
queue_report_put(struct queue *q)
{
	struct queue_message *m;

	while ((m = TAILQ_FIRST(&q->reporting)) != NULL) {
		TAILQ_REMOVE(&q->reporting, m, link);
		put_all_of(q, m);
	}
	q->reporting_count = 0;
}
