/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proc/wire.h"

static void
feed(struct fake_queue *q, struct fake_job *job)
{
	uint64_t number = (uint64_t)(job - q->jobs) + 1;

	while (job->body_sent < job->body_granted && job->body_sent < job->body_stop) {
		struct slice rest = slice_after(job->body, job->body_sent);
		size_t len = job->body_granted - job->body_sent;

		len = len < rest.len ? len : rest.len;
		len = len < job->body_stop - job->body_sent ? len : job->body_stop - job->body_sent;
		len = len < WIRE_CHUNK_MAX ? len : WIRE_CHUNK_MAX;
		ipc_send(q->ipc, WIRE_BODY, number, slice_first(rest, len));
		job->body_sent += len;
	}
}

static bool
take_outcome(struct fake_queue *q, struct fake_job *job, struct slice payload)
{
	assert_false(job->is_done);
	assert_true(wire_outcome_decode(payload, job->verdicts, job->recipient_count));
	job->is_done = true;
	q->outcome_count++;
	return true;
}

static bool
take_job_frame(struct fake_queue *q, uint16_t type, struct fake_job *job, struct slice payload)
{
	uint32_t number;

	if (type == WIRE_OUTCOME)
		return take_outcome(q, job, payload);
	if (type == WIRE_REWIND) {
		assert_int_equal(job->body_sent, job->body.len);
		q->rewind_count++;
		job->body_sent = 0;
		job->body_granted = WIRE_BODY_WINDOW;
	} else {
		assert_int_equal(type, WIRE_PULL);
		assert_true(wire_number_decode(payload, &number));
		q->pull_count++;
		job->body_granted += number;
	}
	feed(q, job);
	return true;
}

static bool
on_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct fake_queue *q = owner;
	uint32_t number;

	if (type == WIRE_READY) {
		assert_true(wire_number_decode(payload, &number));
		q->ready += number;
		return true;
	}
	assert_true(id >= 1 && id <= q->job_count);
	return take_job_frame(q, type, &q->jobs[id - 1], payload);
}

static void
on_close(void *owner)
{
	struct fake_queue *q = owner;

	q->is_closed = true;
	ipc_free(&q->ipc);
}

static const struct ipc_handler handler = {
	.on_frame = on_frame,
	.on_close = on_close,
};

void
fake_queue_init(struct fake_queue *q, struct event_base *base, int fd)
{
	*q = (struct fake_queue){ 0 };
	q->ipc = ipc_new(base, fd, &handler, q);
}

void
fake_queue_done(struct fake_queue *q)
{
	ipc_free(&q->ipc);
	for (size_t i = 0; i < q->job_count; i++)
		for (size_t k = 0; q->jobs[i].is_done && k < q->jobs[i].recipient_count; k++)
			smtp_verdict_done(&q->jobs[i].verdicts[k]);
}

size_t
fake_queue_send(struct fake_queue *q, const char *recipients, struct slice body, size_t body_stop)
{
	struct fake_job *job = &q->jobs[q->job_count++];
	struct slice rest = slice_of(recipients);
	struct buf packed, parameters, out;
	struct wire_job m = { .message_id = 42 + q->job_count,
		.next_hop = slice_of("hop"),
		.sender = slice_of("s@x"),
		.parameters = slice_of(q->parameters == NULL ? "" : q->parameters),
		.size = body.len };

	assert_true(q->job_count <= FAKE_QUEUE_JOBS_MAX && q->ready > 0);
	*job = (struct fake_job){ .body = body,
		.body_granted = WIRE_BODY_WINDOW,
		.body_stop = body_stop < body.len ? body_stop : body.len };
	buf_init(&packed, IPC_PAYLOAD_MAX);
	buf_init(&parameters, IPC_PAYLOAD_MAX);
	buf_init(&out, IPC_PAYLOAD_MAX);
	while (rest.len > 0) {
		size_t len = slice_find(rest, ' ');

		wire_list_add(&packed, slice_first(rest, len));
		wire_list_add(&parameters,
		    slice_of(q->recipient_parameters == NULL ? "" : q->recipient_parameters));
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
		job->recipient_count++;
	}
	m.recipients = (struct wire_list){ (uint32_t)job->recipient_count, buf_slice(&packed) };
	m.recipient_parameters =
	    (struct wire_list){ (uint32_t)job->recipient_count, buf_slice(&parameters) };
	wire_job_encode(&m, &out);
	q->ready--;
	ipc_send(q->ipc, WIRE_JOB, q->job_count, buf_slice(&out));
	feed(q, job);
	buf_done(&packed);
	buf_done(&parameters);
	buf_done(&out);
	return q->job_count - 1;
}

void
fake_queue_send_lost(struct fake_queue *q, size_t job)
{
	ipc_send(q->ipc, WIRE_BODY_LOST, job + 1, slice_make(NULL, 0));
}
