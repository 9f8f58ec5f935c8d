/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bounce.c - a report to the sender on the recipients of a job that failed for good.
 *
 * It is stored in the batch that settles them: either both are on disk or neither. Its own
 * reverse-path is null, and a message with a null reverse-path never causes one (RFC 5321 §6.1), so
 * a report that cannot be delivered ends here.
 *
 * This is what RFC 5321 §3.3, §3.6.3, §4.1.1.4, §4.2.5, §4.4, §4.5.4 and §4.5.5 ask of whoever said
 * 250; a 5yz is final (§4.2.1).
 */
#include <stdlib.h>

#include "message/dsn.h"
#include "message/message_id.h"
#include "queue/state.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

static size_t
collect_failed(const struct queue_job *j, struct message_dsn_recipient *out, uint64_t now_unix_ms)
{
	size_t count = 0;

	for (size_t i = 0; i < j->recipient_count; i++)
		if (j->verdicts[i].class == SMTP_VERDICT_FAILED)
			out[count++] = (struct message_dsn_recipient){
				.address = slice_of(j->recipients[i].address),
				.verdict = &j->verdicts[i],
				.last_attempt_unix_s = now_unix_ms / 1000,
			};
	return count;
}

static void
log_bounce(const struct queue_job *j, const char *report_id, size_t failed_count)
{
	char id[MESSAGE_ID_TEXT_LEN + 1];
	struct log_line l;

	message_id_print(j->message->id, id);
	log_begin(&l, LOG_LEVEL_INFO, report_id == NULL ? "bounce-not-owed" : "bounce-queued");
	log_text(&l, "message", id);
	log_text(&l, "bounce", report_id);
	log_text(&l, "sender", j->message->sender);
	log_number(&l, "recipients", failed_count);
	log_end(&l);
}

static void
put_report(struct queue *q, const struct queue_job *j, const struct message_dsn *report,
    uint64_t now_unix_ms)
{
	uint64_t id = message_id_make(now_unix_ms, MESSAGE_ID_SLOT_QUEUE, ++q->bounce_counter);
	struct store_recipient recipient = { .address = slice_of(j->message->sender),
		.parameters = slice_of("NOTIFY=NEVER") };
	struct store_message m = { .id = id, .created_unix_ms = now_unix_ms, .recipient_count = 1 };
	char report_id[MESSAGE_ID_TEXT_LEN + 1];
	struct message_dsn d = *report;
	struct buf text;

	message_id_print(id, report_id);
	d.report_id = slice_of(report_id);
	buf_init(&text, MESSAGE_DSN_MAX(d.recipient_count));
	if (message_dsn_add(&d, &text)) {
		m.tail = buf_slice(&text);
		m.size = text.len;
		m.account = m.sender = m.parameters = m.prefix = slice_of("");
		queue_batch_put(q, NULL, &m, &recipient);
		log_bounce(j, report_id, d.recipient_count);
	}
	buf_done(&text);
}

/* The original's header, or as much as can be read: a report without it is still a report. */
static void
read_original(struct queue *q, const struct queue_job *j, struct buf *out)
{
	uint64_t len = j->message->size;

	if (len > MESSAGE_DSN_HEADER_MAX)
		len = MESSAGE_DSN_HEADER_MAX;
	if (store_read_text(q->store, j->message->id, 0, (size_t)len, out) < 0)
		buf_clear(out);
}

void
queue_bounce_put(struct queue *q, const struct queue_job *j)
{
	uint64_t now_unix_ms = clock_unix_ms();
	char queue_id[MESSAGE_ID_TEXT_LEN + 1];
	struct message_dsn_recipient *failed;
	struct buf original;
	struct message_dsn d = { .hostname = slice_of(q->child->config->hostname),
		.sender = slice_of(j->message->sender),
		.arrived_unix_s = j->message->created_unix_ms / 1000,
		.now_unix_s = now_unix_ms / 1000 };

	failed = xcalloc(j->recipient_count, sizeof *failed);
	d.recipient_count = collect_failed(j, failed, now_unix_ms);
	d.recipients = failed;
	if (d.recipient_count > 0 && j->message->sender[0] == '\0') {
		log_bounce(j, NULL, d.recipient_count);
	} else if (d.recipient_count > 0) {
		message_id_print(j->message->id, queue_id);
		d.queue_id = slice_of(queue_id);
		buf_init(&original, MESSAGE_DSN_HEADER_MAX);
		read_original(q, j, &original);
		d.original = buf_slice(&original);
		put_report(q, j, &d, now_unix_ms);
		buf_done(&original);
	}
	free(failed);
}
