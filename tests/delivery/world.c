/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { GIVE_UP_S = 20 }; /* a test that hangs fails */

static void
on_job(void *owner, struct delivery_job *job)
{
	struct world *w = owner;

	w->is_idle = false;
	delivery_hop_add(w->hop, job);
}

static void
on_lost(void *owner)
{
	struct world *w = owner;

	delivery_hop_abandon(w->hop);
	delivery_link_free(&w->link);
}

static void
on_idle(void *owner)
{
	struct world *w = owner;

	w->is_idle = true;
}

static const struct delivery_link_handler link_handler = {
	.on_job = on_job,
	.on_lost = on_lost,
	.on_idle = on_idle,
};

static char host_name[] = "127.0.0.1", hop_name[] = "hop";
char world_tls_name[] = "hop.example";

static void
give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("nothing happens");
}

/* Turns the loop until *count has reached least. */
void
world_wait(struct world *w, const unsigned *count, unsigned least)
{
	static const struct timeval limit = { .tv_sec = GIVE_UP_S };
	struct event *timer = evtimer_new(w->base, give_up, NULL);

	assert_non_null(timer);
	(void)event_add(timer, &limit);
	while (*count < least)
		assert_int_equal(event_base_loop(w->base, EVLOOP_ONCE), 0);
	event_free(timer);
}

void
world_settle(struct world *w)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

void
world_connect_queue(struct world *w)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	w->link = delivery_link_new(w->base, pair[0], &link_handler, w);
	fake_queue_init(&w->queue, w->base, pair[1]);
	delivery_link_ready(w->link);
	world_settle(w);
	assert_int_equal(w->queue.ready, DELIVERY_LINK_JOBS_MAX);
}

void
world_open(struct world *w, const char *path)
{
	*w = (struct world){ .base = event_base_new() };
	assert_non_null(w->base);
	w->context.base = w->base;
	w->context.hostname = "client.example";
	fake_hop_init(&w->peer, w->base, path);
	w->config = (struct config_next_hop){ .name = hop_name,
		.host = host_name,
		.port = w->peer.port,
		.tls = CONFIG_NEXT_HOP_TLS_NONE,
		.tls_name = world_tls_name,
		.connections = 2,
		.recipients = 2,
		.messages = 100,
		.idle_ms = 60000,
		.connect_timeout_ms = 60000,
		.reply_timeout_ms = 60000,
		.data_timeout_ms = 60000 };
	w->hop = delivery_hop_new(&w->context, &w->config);
	world_connect_queue(w);
}

void
world_close(struct world *w)
{
	delivery_hop_abandon(w->hop);
	delivery_hop_free(&w->hop);
	delivery_link_free(&w->link);
	fake_queue_done(&w->queue);
	fake_hop_done(&w->peer);
	world_settle(w);
	event_base_free(w->base);
}

size_t
world_send(struct world *w, const char *recipients)
{
	return fake_queue_send(&w->queue, recipients, slice_of("Subject: x\r\n\r\n.dot\r\n"), 100);
}

void
world_check(const struct world *w, size_t job, size_t recipient, enum smtp_verdict_class class,
    const char *reason)
{
	const struct smtp_verdict *v = &w->queue.jobs[job].verdicts[recipient];

	assert_true(w->queue.jobs[job].is_done);
	if (v->class != class ||
	    (reason != NULL && (v->reason == NULL || strcmp(v->reason, reason) != 0)))
		fail_msg("job %zu, recipient %zu: %s %u '%s' '%s'", job, recipient,
		    smtp_verdict_class_name(v->class), (unsigned)v->code,
		    v->reason == NULL ? "" : v->reason, v->peer_text == NULL ? "" : v->peer_text);
}
