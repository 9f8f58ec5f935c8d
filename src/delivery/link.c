/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "delivery/report.h"
#include "delivery/session.h"
#include "proc/ipc.h"
#include "proc/wire.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/map.h"

enum {
	SHORT_TEXT_MAX = 40,
	VERDICT_FIXED_LEN = 17, /* class, two flags, code, enhanced code, three lengths */
};
_Static_assert(VERDICT_FIXED_LEN + 2 * SHORT_TEXT_MAX < IPC_PAYLOAD_MAX / WIRE_RECIPIENTS_MAX,
    "the shortened outcome of the largest job fits a frame");

struct delivery_link {
	struct ipc *ipc;
	const struct delivery_link_handler *handler;
	void *owner;
	struct map jobs; /* by number; borrowed from hops and sessions */
	bool is_ready;   /* a job that is done is replaced */
};

static void
send_number(struct delivery_link *l, enum wire_type type, uint64_t id, uint32_t number)
{
	struct buf out;

	buf_init(&out, sizeof number);
	wire_number_encode(number, &out);
	ipc_send(l->ipc, (uint16_t)type, id, buf_slice(&out));
	buf_done(&out);
}

static void
on_pull(void *owner, struct delivery_job *job, uint32_t len)
{
	struct delivery_link *l = owner;

	send_number(l, WIRE_PULL, job->number, len);
}

static void
on_rewind(void *owner, struct delivery_job *job)
{
	struct delivery_link *l = owner;

	ipc_send(l->ipc, WIRE_REWIND, job->number, slice_make(NULL, 0));
}

static void
on_drop(void *owner, struct delivery_job *job)
{
	struct delivery_link *l = owner;

	(void)map_remove(&l->jobs, job->number);
	delivery_job_free(&job);
	if (l->jobs.count == 0)
		l->handler->on_idle(l->owner);
}

static void
cut(char *text, size_t max)
{
	if (text != NULL && strlen(text) > max)
		text[max] = '\0';
}

/* So many recipients that their words do not fit a frame: the log has them in full. */
static void
shorten(struct delivery_job *job)
{
	for (size_t i = 0; i < job->recipient_count; i++) {
		cut(job->verdicts[i].host, 0);
		cut(job->verdicts[i].peer_text, SHORT_TEXT_MAX);
		cut(job->verdicts[i].reason, SHORT_TEXT_MAX);
	}
}

static void
encode_outcome(struct delivery_job *job, struct buf *out)
{
	buf_init(out, IPC_PAYLOAD_MAX);
	wire_outcome_encode(job->verdicts, job->recipient_count, out);
	if (!out->overflow)
		return;
	shorten(job);
	buf_clear(out);
	wire_outcome_encode(job->verdicts, job->recipient_count, out);
	assert(!out->overflow);
}

static void
on_done(void *owner, struct delivery_job *job)
{
	struct delivery_link *l = owner;
	struct buf out;

	delivery_report_job(job, clock_monotonic_ms());
	encode_outcome(job, &out);
	ipc_send_owned(l->ipc, WIRE_OUTCOME, job->number, out.ptr, out.len);
	if (l->is_ready)
		send_number(l, WIRE_READY, 0, 1);
	on_drop(l, job);
}

static const struct delivery_job_handler job_handler = {
	.on_pull = on_pull,
	.on_rewind = on_rewind,
	.on_done = on_done,
	.on_drop = on_drop,
};

static bool
take_job(struct delivery_link *l, uint64_t id, struct slice payload)
{
	struct wire_job m;
	struct delivery_job *job;

	if (!wire_job_decode(payload, &m) || l->jobs.count >= DELIVERY_LINK_JOBS_MAX ||
	    map_get(&l->jobs, id) != NULL)
		return false;
	job = delivery_job_new(&job_handler, l, id, &m, clock_monotonic_ms());
	map_put(&l->jobs, id, job);
	l->handler->on_job(l->owner, job);
	return true;
}

/* Octets of a job that is done were on their way when its outcome was: they are for nobody. */
static bool
take_body(struct delivery_link *l, uint64_t id, struct slice payload)
{
	struct delivery_job *job = map_get(&l->jobs, id);

	if (job == NULL)
		return true;
	if (!delivery_job_add_body(job, payload))
		return false;
	if (job->session != NULL)
		delivery_session_body(job->session);
	return true;
}

/* A job that waits is given up when its turn comes. */
static bool
take_body_lost(struct delivery_link *l, uint64_t id, struct slice payload)
{
	struct delivery_job *job = map_get(&l->jobs, id);

	if (payload.len != 0)
		return false;
	if (job == NULL || delivery_job_has_all(job))
		return true;
	job->is_body_lost = true;
	if (job->session != NULL)
		delivery_session_body_lost(job->session);
	return true;
}

static bool
on_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct delivery_link *l = owner;

	if (type == WIRE_JOB)
		return take_job(l, id, payload);
	if (type == WIRE_BODY)
		return take_body(l, id, payload);
	return type == WIRE_BODY_LOST && take_body_lost(l, id, payload);
}

static void
on_close(void *owner)
{
	struct delivery_link *l = owner;

	l->handler->on_lost(l->owner);
}

static const struct ipc_handler ipc_handler = {
	.on_frame = on_frame,
	.on_close = on_close,
};

struct delivery_link *
delivery_link_new(
    struct event_base *base, int fd, const struct delivery_link_handler *handler, void *owner)
{
	struct delivery_link *l = xcalloc(1, sizeof *l);

	l->handler = handler;
	l->owner = owner;
	l->ipc = ipc_new(base, fd, &ipc_handler, l);
	return l;
}

void
delivery_link_free(struct delivery_link **link)
{
	struct delivery_link *l = *link;

	*link = NULL;
	if (l == NULL)
		return;
	assert(l->jobs.count == 0);
	ipc_free(&l->ipc);
	map_done(&l->jobs);
	free(l);
}

void
delivery_link_ready(struct delivery_link *l)
{
	l->is_ready = true;
	send_number(l, WIRE_READY, 0, DELIVERY_LINK_JOBS_MAX);
}

void
delivery_link_stop(struct delivery_link *l)
{
	l->is_ready = false;
}

size_t
delivery_link_job_count(const struct delivery_link *l)
{
	return l->jobs.count;
}
