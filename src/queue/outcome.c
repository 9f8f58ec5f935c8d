/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome.c - what became of a job: settled, to be tried again, or bounced (docs/queue.md).
 *
 * The verdicts of a job, the bounce that they call for and the end of the message go into one
 * batch, so the disk has all of them or none.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message/message_id.h"
#include "proc/wire.h"
#include "queue/retry.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/rand.h"

static void
begin_line(struct log_line *l, enum log_level level, const char *event, const struct queue_job *j)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(j->message->id, id);
	log_begin(l, level, event);
	log_text(l, "message", id);
}

static void
log_deferred(const struct queue_job *j, size_t i, uint64_t delay_ms)
{
	struct log_line l;

	begin_line(&l, LOG_LEVEL_INFO, "recipient-deferred", j);
	log_text(&l, "recipient", j->recipients[i].address);
	log_number(&l, "attempts", j->recipients[i].attempts + 1);
	log_number(&l, "retry_in_s", delay_ms / 1000);
	log_end(&l);
}

/* It is over: the last temporary failure becomes the permanent one. */
static void
fail(struct smtp_verdict *v, const char *words, uint32_t attempts)
{
	struct buf reason;

	buf_init(&reason, SMTP_VERDICT_TEXT_MAX);
	if (!buf_addf(&reason, "%s (%u attempts); last: %s", words, attempts,
		v->reason == NULL ? "no reply" : v->reason))
		(void)buf_add_text(&reason, words);
	free(v->reason);
	v->reason = slice_dup(buf_slice(&reason));
	v->class = SMTP_VERDICT_FAILED;
	buf_done(&reason);
}

/* RFC 2852 §4.1.3: "delivery time expired". */
static void
fail_late(struct smtp_verdict *v, uint32_t attempts)
{
	static const uint16_t expired[3] = { 5, 4, 7 };

	fail(v, "not delivered within the time that its sender gave for it", attempts);
	memcpy(v->enhanced, expired, sizeof v->enhanced);
}

static void
put_outcome(struct queue *q, struct queue_job *j, size_t i, enum store_recipient_state state,
    uint64_t due_unix_ms)
{
	store_put_outcome(
	    q->store, j->message->id, j->recipients[i].index, state, due_unix_ms, &j->verdicts[i]);
}

static struct queue_terms
terms_of(const struct queue_job *j, size_t i)
{
	return (struct queue_terms){ .mail = &j->message->params,
		.created_unix_ms = j->message->created_unix_ms,
		.notify = j->recipients[i].params.notify,
		.notices = j->recipients[i].notices };
}

/* Tells the sender that it is late, when that is owed. In the transaction of the outcome: once. */
static void
put_notices(
    struct queue *q, struct queue_job *j, size_t i, struct queue_terms *t, uint64_t now_unix_ms)
{
	struct queue_recipient *r = &j->recipients[i];

	r->new_notices = queue_terms_notices(t, &q->child->config->queue, now_unix_ms);
	if (r->new_notices == 0)
		return;
	r->report = QUEUE_REPORT_DELAYED;
	t->notices |= r->new_notices;
	store_put_notices(q->store, j->message->id, r->index, r->new_notices);
}

static void
defer(struct queue *q, struct queue_job *j, size_t i, uint64_t now_unix_ms)
{
	const struct config_queue *c = &q->child->config->queue;
	struct queue_terms t = terms_of(j, i);
	uint64_t delay_ms = queue_retry_delay_ms(c, j->recipients[i].attempts + 1, rand_u64());
	uint64_t due_unix_ms =
	    queue_retry_at(c, queue_terms_start(t.mail, t.created_unix_ms), now_unix_ms, delay_ms);
	uint64_t next_unix_ms;

	put_notices(q, j, i, &t, now_unix_ms);
	next_unix_ms = queue_terms_next(&t, c, now_unix_ms);
	if (next_unix_ms < due_unix_ms)
		due_unix_ms = next_unix_ms;
	put_outcome(q, j, i, STORE_RECIPIENT_DUE, due_unix_ms);
	if (due_unix_ms < j->due_unix_ms)
		j->due_unix_ms = due_unix_ms;
	log_deferred(j, i, due_unix_ms - now_unix_ms);
}

/* Is a temporary failure one for good by now? Then the verdict says so. */
static bool
is_given_up(struct queue *q, struct queue_job *j, size_t i, uint64_t now_unix_ms)
{
	const struct queue_message *m = j->message;
	uint64_t start_unix_ms = queue_terms_start(&m->params, m->created_unix_ms);
	uint32_t attempts = j->recipients[i].attempts + (j->was_tried ? 1 : 0);

	if (now_unix_ms >= queue_terms_end(&m->params))
		fail_late(&j->verdicts[i], attempts);
	else if (queue_retry_is_over(&q->child->config->queue, start_unix_ms, now_unix_ms))
		fail(&j->verdicts[i], "not delivered within the lifetime of a message", attempts);
	else
		return false;
	return true;
}

/* Puts one recipient's outcome; returns whether that settles it. */
static bool
put_one(struct queue *q, struct queue_job *j, size_t i, uint64_t now_unix_ms)
{
	enum store_recipient_state state = STORE_RECIPIENT_DELIVERED;
	struct queue_recipient *r = &j->recipients[i];
	const struct smtp_verdict *v = &j->verdicts[i];
	const struct queue_terms t = terms_of(j, i);

	r->report = QUEUE_REPORT_NONE;
	r->new_notices = 0;
	if (v->class == SMTP_VERDICT_DEFERRED && !is_given_up(q, j, i, now_unix_ms)) {
		defer(q, j, i, now_unix_ms);
		return false;
	}
	if (v->class == SMTP_VERDICT_FAILED) {
		state = STORE_RECIPIENT_FAILED;
		r->report = queue_terms_on_failure(&t);
	} else {
		r->report = queue_terms_on_success(&t, v, j->is_lmtp, now_unix_ms);
	}
	put_outcome(q, j, i, state, now_unix_ms);
	return true;
}

void
queue_outcome_save(struct queue *q, struct queue_job *j)
{
	uint64_t now_unix_ms = clock_unix_ms();
	bool is_reported = false;

	j->state = QUEUE_JOB_SAVING;
	j->due_unix_ms = UINT64_MAX;
	j->settled_count = 0;
	for (size_t i = 0; i < j->recipient_count; i++) {
		if (put_one(q, j, i, now_unix_ms))
			j->settled_count++;
		is_reported = is_reported || j->recipients[i].report != QUEUE_REPORT_NONE;
	}
	if (is_reported)
		queue_report_note(q, j);
	assert(j->settled_count <= j->message->open_count);
	j->message->open_count -= j->settled_count;
	if (j->message->open_count == 0)
		store_settle(q->store, j->message->id, now_unix_ms);
	TAILQ_INSERT_TAIL(&q->open.saving, j, link);
	queue_batch_touch(q);
}

void
queue_outcome_give_up(struct queue *q, struct queue_job *j)
{
	j->was_tried = false;
	j->verdicts = xcalloc(j->recipient_count, sizeof *j->verdicts);
	for (size_t i = 0; i < j->recipient_count; i++) {
		struct queue_recipient *r = &j->recipients[i];

		if (r->last != NULL)
			j->verdicts[i] = *r->last;
		j->verdicts[i].class = SMTP_VERDICT_DEFERRED;
		free(r->last); /* its strings went with it */
		r->last = NULL;
	}
	queue_outcome_save(q, j);
}

void
queue_outcome_saved(struct queue *q, struct queue_job *j, int result)
{
	struct log_line l;

	if (result < 0) {
		j->state = QUEUE_JOB_UNSAVED;
		j->message->open_count += j->settled_count;
		TAILQ_INSERT_TAIL(&q->unsaved, j, link);
		return;
	}
	if (j->due_unix_ms != UINT64_MAX)
		queue_load_at(q, j->due_unix_ms);
	if (j->message->open_count == 0 && j->message->job_count == 1) {
		begin_line(&l, LOG_LEVEL_INFO, "message-done", j);
		log_number(&l, "age_ms", clock_unix_ms() - j->message->created_unix_ms);
		log_end(&l);
	}
	queue_job_free(q, j);
}

static bool
take_outcome(struct queue_peer *p, uint64_t number, struct slice payload)
{
	struct queue *q = p->queue;
	struct queue_job *j = map_get(&q->leases, number);
	struct smtp_verdict *verdicts;

	if (j == NULL || j->delivery != p)
		return false;
	verdicts = xcalloc(j->recipient_count, sizeof *verdicts);
	if (!wire_outcome_decode(payload, verdicts, j->recipient_count)) {
		free(verdicts);
		return false;
	}
	(void)map_remove(&q->leases, number);
	j->number = 0;
	j->delivery = NULL;
	j->verdicts = verdicts;
	j->was_tried = true;
	queue_outcome_save(q, j);
	return true;
}

static bool
take_pull(struct queue_peer *p, uint64_t number, struct slice payload)
{
	struct queue_job *j = map_get(&p->queue->leases, number);
	uint32_t len;

	if (!wire_number_decode(payload, &len))
		return false;
	if (j == NULL)
		return true; /* crossed its outcome on the way */
	if (j->delivery != p)
		return false;
	j->text_allowed += len;
	queue_feed(p->queue, j);
	return true;
}

static bool
take_rewind(struct queue_peer *p, uint64_t number, struct slice payload)
{
	struct queue_job *j = map_get(&p->queue->leases, number);

	if (j == NULL || j->delivery != p || payload.len != 0 || j->text_sent != j->message->size)
		return false;
	j->text_sent = 0;
	j->text_allowed = WIRE_BODY_WINDOW;
	queue_feed(p->queue, j);
	return true;
}

static bool
take_ready(struct queue_peer *p, struct slice payload)
{
	uint32_t count;

	if (!wire_number_decode(payload, &count) || count > 65536 - p->ready)
		return false;
	p->ready += count;
	queue_schedule_run(p->queue);
	return true;
}

bool
queue_outcome_frame(struct queue_peer *p, uint16_t type, uint64_t id, struct slice payload)
{
	if (type == WIRE_OUTCOME)
		return take_outcome(p, id, payload);
	if (type == WIRE_PULL)
		return take_pull(p, id, payload);
	if (type == WIRE_REWIND)
		return take_rewind(p, id, payload);
	return type == WIRE_READY && take_ready(p, payload);
}
