/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.c - the text of a leased job, as fast as the delivery process asks for it.
 *
 * At most WIRE_BODY_WINDOW octets of a job are on their way, so memory does not depend on the size
 * of a message; a small message goes out whole behind its WIRE_JOB.
 */
#include <errno.h>

#include "message/message_id.h"
#include "proc/wire.h"
#include "queue/state.h"
#include "util/log.h"

static size_t
next_len(const struct queue_job *j)
{
	uint64_t len = j->message->size - j->text_sent, allowed = j->text_allowed - j->text_sent;

	len = len < allowed ? len : allowed;
	return len < WIRE_CHUNK_MAX ? (size_t)len : WIRE_CHUNK_MAX;
}

static void
report_lost(struct queue_job *j, int result)
{
	struct log_line l;
	char id[MESSAGE_ID_TEXT_LEN + 1];

	message_id_print(j->message->id, id);
	log_begin(&l, LOG_LEVEL_ERROR, "message-unreadable");
	log_text(&l, "message", id);
	log_errno(&l, result);
	log_text(&l, "do", "check the disk; the message stays queued and is tried again");
	log_end(&l);
	ipc_send(j->delivery->ipc, WIRE_BODY_LOST, j->number, slice_of(""));
	j->text_sent = j->text_allowed = j->message->size;
}

/* One frame from the store. The frame owns what the store wrote. */
static int
send_stored(struct queue *q, struct queue_job *j, size_t len)
{
	struct buf text;
	int r;

	buf_init(&text, WIRE_CHUNK_MAX);
	r = store_read_text(q->store, j->message->id, j->text_sent, len, &text);
	if (r < 0 || text.len != len) {
		buf_done(&text);
		return r < 0 ? r : -EIO;
	}
	ipc_send_owned(j->delivery->ipc, WIRE_BODY, j->number, text.ptr, text.len);
	return 0;
}

static int
send_next(struct queue *q, struct queue_job *j, size_t len)
{
	const struct queue_message *m = j->message;
	int r = 0;

	if (m->text != NULL)
		ipc_send(j->delivery->ipc, WIRE_BODY, j->number,
		    slice_make(m->text + j->text_sent, len));
	else
		r = send_stored(q, j, len);
	return r;
}

void
queue_feed(struct queue *q, struct queue_job *j)
{
	size_t len;

	while ((len = next_len(j)) > 0 && !ipc_is_full(j->delivery->ipc)) {
		int r = send_next(q, j, len);

		if (r < 0) {
			report_lost(j, r);
			return;
		}
		j->text_sent += len;
	}
}

struct feeding {
	struct queue *queue;
	const struct queue_peer *peer;
};

static void
feed_one(void *arg, void *value)
{
	const struct feeding *f = arg;
	struct queue_job *j = value;

	if (j->state == QUEUE_JOB_LEASED && j->delivery == f->peer)
		queue_feed(f->queue, j);
}

void
queue_feed_all(struct queue *q, const struct queue_peer *p)
{
	struct feeding f = { q, p };

	map_each(&q->leases, feed_one, &f);
}
