/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/delivery.h"

#include <assert.h>
#include <stdlib.h>

#include "delivery/context.h"
#include "delivery/hop.h"
#include "delivery/link.h"
#include "proc/child.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

struct delivery {
	struct proc_child *child;
	struct delivery_context context;
	/* Of this configuration, then those of earlier ones that still have connections. */
	struct delivery_hop **hops;
	size_t hop_count, current_count;
	struct delivery_link *link; /* NULL: queue is away */
	struct event *patience;     /* for what is in flight when the process stops */
	bool has_all;               /* on_go came */
	bool is_stopping;
};

static struct delivery_hop *
find_hop(const struct delivery *d, struct slice name)
{
	for (size_t i = 0; i < d->current_count; i++)
		if (slice_is(name, d->hops[i]->config->name))
			return d->hops[i];
	return NULL;
}

static void
on_job(void *owner, struct delivery_job *job)
{
	struct delivery *d = owner;
	struct delivery_hop *hop = find_hop(d, job->next_hop);

	if (d->is_stopping)
		delivery_job_drop(job);
	else if (hop == NULL)
		delivery_job_defer_rest(job, 5, "the next hop is not in the configuration");
	else
		delivery_hop_add(hop, job);
}

static void
drop_link(struct delivery *d)
{
	if (d->link == NULL)
		return;
	delivery_link_stop(d->link);
	for (size_t i = 0; i < d->hop_count; i++)
		delivery_hop_abandon(d->hops[i]);
	delivery_link_free(&d->link);
}

static void
on_lost(void *owner)
{
	struct delivery *d = owner;

	log_event(LOG_LEVEL_WARNING, "queue-lost", NULL, NULL);
	drop_link(d);
	if (d->is_stopping)
		proc_child_finished(d->child);
}

static void
on_idle(void *owner)
{
	struct delivery *d = owner;

	if (d->is_stopping)
		proc_child_finished(d->child);
}

static const struct delivery_link_handler link_handler = {
	.on_job = on_job,
	.on_lost = on_lost,
	.on_idle = on_idle,
};

static void
begin(struct delivery *d)
{
	if (d->link != NULL && d->has_all && !d->is_stopping)
		delivery_link_ready(d->link);
}

static void
on_peer(void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd)
{
	struct delivery *d = ctx;

	(void)index;
	if (role != PROC_ROLE_QUEUE || channel != PROC_CHANNEL_MAIN) {
		fd_close(&fd);
		return;
	}
	drop_link(d);
	d->link = delivery_link_new(d->child->base, fd, &link_handler, d);
	begin(d);
}

static void
on_material(void *ctx, enum proc_material material, const char *name, struct slice octets)
{
	struct delivery *d = ctx;

	if (material == PROC_MATERIAL_NEXT_HOP_PASSWORD)
		delivery_context_set_password(&d->context, name, octets);
}

static void
on_go(void *ctx)
{
	struct delivery *d = ctx;

	d->has_all = true;
	begin(d);
}

static bool
is_over(const struct delivery_hop *hop)
{
	return hop->session_count == 0 && hop->job_count == 0;
}

static void
free_retired(struct delivery *d)
{
	size_t kept = d->current_count;

	for (size_t i = d->current_count; i < d->hop_count; i++) {
		if (is_over(d->hops[i]))
			delivery_hop_free(&d->hops[i]);
		else
			d->hops[kept++] = d->hops[i];
	}
	d->hop_count = kept;
}

static void
add_hops(struct delivery *d, const struct config *config)
{
	size_t count = config->next_hop_count;

	d->hops = xrealloc(d->hops, (d->hop_count + count) * sizeof(struct delivery_hop *));
	for (size_t i = d->hop_count; i > 0; i--)
		d->hops[i - 1 + count] = d->hops[i - 1];
	for (size_t i = 0; i < count; i++)
		d->hops[i] = delivery_hop_new(&d->context, &config->next_hops[i]);
	d->hop_count += count;
	d->current_count = count;
}

/* Every connection is renewed, those at work when their transaction is done. */
static void
on_config(void *ctx)
{
	struct delivery *d = ctx;
	size_t old_count = d->current_count;

	delivery_context_set_config(&d->context, d->child->config);
	free_retired(d);
	add_hops(d, d->child->config);
	for (size_t i = d->current_count; i < d->current_count + old_count; i++)
		delivery_hop_retire(d->hops[i], find_hop(d, slice_of(d->hops[i]->config->name)));
}

static int
prepare(void *ctx, struct proc_child *child)
{
	struct delivery *d = ctx;

	d->child = child;
	return delivery_context_init(&d->context, child->base, child->config);
}

static int
start(void *ctx, struct proc_child *child)
{
	add_hops(ctx, child->config);
	return 0;
}

static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *d = arg;

	(void)fd;
	(void)what;
	proc_child_finished(d->child);
}

static void
limit_stop(struct delivery *d)
{
	uint64_t wait_ms = d->child->config->timeouts.shutdown_ms;
	struct timeval wait = { (time_t)(wait_ms / 1000), (suseconds_t)(wait_ms % 1000 * 1000) };

	d->patience = evtimer_new(d->child->base, on_patience, d);
	assert(d->patience != NULL);
	(void)event_add(d->patience, &wait);
}

/* Transactions in flight are finished; jobs that wait fall back to queue with the channel. */
static void
on_stop(void *ctx)
{
	struct delivery *d = ctx;

	if (d->is_stopping)
		return;
	d->is_stopping = true;
	if (d->link != NULL)
		delivery_link_stop(d->link);
	for (size_t i = 0; i < d->hop_count; i++)
		delivery_hop_drain(d->hops[i]);
	if (d->link == NULL || delivery_link_job_count(d->link) == 0)
		proc_child_finished(d->child);
	else
		limit_stop(d);
}

static const struct proc_child_ops ops = {
	.prepare = prepare,
	.start = start,
	.on_config = on_config,
	.on_peer = on_peer,
	.on_material = on_material,
	.on_go = on_go,
	.on_stop = on_stop,
};

static void
done(struct delivery *d)
{
	for (size_t i = 0; i < d->hop_count; i++)
		delivery_hop_abandon(d->hops[i]);
	for (size_t i = 0; i < d->hop_count; i++)
		delivery_hop_free(&d->hops[i]);
	free(d->hops);
	delivery_link_free(&d->link);
	if (d->patience != NULL)
		event_free(d->patience);
	delivery_context_done(&d->context);
}

int
delivery_main(unsigned index)
{
	struct delivery d = { 0 };
	int code = proc_child_run(PROC_ROLE_DELIVERY, index, &ops, &d);

	done(&d);
	return code;
}
