/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/servers.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/nameser.h>
#include <event2/event_struct.h>

#include "probe/ask.h"
#include "util/alloc.h"

/* The third follows the first when that has failed. */
enum way { WAY_UDP, WAY_TCP, WAY_UNCHECKED, WAY_COUNT };

struct question {
	struct probe_servers *servers;
	size_t index;
	enum way way;
	struct probe_ask *ask; /* NULL: not asked, or over */
};

struct probe_servers {
	struct event_base *base;
	probe_servers_fn *done;
	void *arg;
	struct event end; /* made active when all is known */
	size_t open_count;
	char name[NET_NAME_MAX + 1];
	struct net_address addresses[PROBE_HOST_RESOLVERS_MAX];
	struct question questions[PROBE_HOST_RESOLVERS_MAX][WAY_COUNT];
	struct probe_servers_result result;
};

/* RFC 8914 §4: all that are about DNSSEC. */
static bool
is_dnssec_error(int error)
{
	return error == 1 || error == 2 || (error >= 5 && error <= 12);
}

/* RFC 8914 §4.16 to §4.18: blocked, censored, filtered. */
static bool
is_filter_error(int error)
{
	return error >= 15 && error <= 17;
}

static void
note_alias(struct probe_servers_result *r, const struct net_answer *answer)
{
	if (answer->is_cut || !answer->has_alias || answer->count != 0)
		return;
	r->is_any_aliased |= answer->rcode == ns_r_noerror;
	r->is_circular |= answer->is_circular;
	memcpy(r->alias, answer->alias, sizeof r->alias);
}

static void
note_answer(struct probe_servers *s, enum way way, const struct net_answer *answer)
{
	struct probe_servers_result *r = &s->result;

	if (way == WAY_UNCHECKED) {
		r->is_bogus |= answer->rcode == ns_r_noerror;
		return;
	}
	r->is_any_udp_answered |= way == WAY_UDP;
	r->is_any_tcp_answered |= way == WAY_TCP;
	r->is_any_cut |= way == WAY_UDP && answer->is_cut;
	note_alias(r, answer);
	r->is_any_refused |= answer->rcode == ns_r_refused;
	r->is_blocked |= is_filter_error(answer->extended_error);
	r->is_bogus |= answer->rcode == ns_r_servfail && is_dnssec_error(answer->extended_error);
}

static void
note_state(struct probe_resolver_state *state, enum way way, const struct probe_ask_result *result)
{
	switch (way) {
	case WAY_UDP:
		state->is_udp_answered = result->is_answered;
		state->is_udp_rejected = result->is_rejected;
		state->error = result->error;
		state->has_rejecter = result->has_rejecter;
		state->rejecter = result->rejecter;
		state->udp_took_us = result->took_us;
		return;
	case WAY_TCP:
		state->is_tcp_answered = result->is_answered;
		state->is_tcp_rejected = result->is_rejected;
		state->tcp_took_us = result->took_us;
		return;
	case WAY_UNCHECKED:
	case WAY_COUNT:
		return;
	}
}

static void
ask(struct probe_servers *s, size_t index, enum way way, probe_ask_fn *on_answer)
{
	struct question *q = &s->questions[index][way];
	const struct probe_ask_options options = {
		.server = &s->addresses[index],
		.name = s->name,
		.type = NET_RECORD_A,
		.is_tcp = way == WAY_TCP,
		.is_unchecked = way == WAY_UNCHECKED,
		.timeout_ms = way == WAY_UNCHECKED ? PROBE_SERVERS_TIME_MS / 4
						   : PROBE_SERVERS_TIME_MS * 3 / 4,
	};

	*q = (struct question){ s, index, way, NULL };
	q->ask = probe_ask_start(s->base, &options, on_answer, q);
	s->open_count++;
}

static void
on_answer(void *arg, const struct probe_ask_result *result)
{
	struct question *q = arg;
	struct probe_servers *s = q->servers;

	q->ask = NULL;
	s->open_count--;
	note_state(&s->result.states[q->index], q->way, result);
	if (result->is_answered)
		note_answer(s, q->way, result->answer);
	if (q->way == WAY_UDP && result->is_answered && result->answer->rcode == ns_r_servfail)
		ask(s, q->index, WAY_UNCHECKED, on_answer);
	if (s->open_count == 0)
		event_active(&s->end, EV_TIMEOUT, 0);
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct probe_servers *s = arg;
	const struct probe_servers_result result = s->result;
	probe_servers_fn *done = s->done;
	void *done_arg = s->arg;

	(void)fd;
	(void)what;
	probe_servers_cancel(&s);
	done(done_arg, &result);
}

struct probe_servers *
probe_servers_start(struct event_base *base, const struct net_address *servers, size_t count,
    const char *name, probe_servers_fn *done, void *arg)
{
	struct probe_servers *s = xcalloc(1, sizeof *s);

	s->base = base;
	s->done = done;
	s->arg = arg;
	(void)evtimer_assign(&s->end, base, on_end, s);
	memcpy(s->name, name, strlen(name) + 1);
	s->result.count = count < PROBE_HOST_RESOLVERS_MAX ? count : PROBE_HOST_RESOLVERS_MAX;
	for (size_t i = 0; i < s->result.count; i++) {
		s->addresses[i] = servers[i];
		(void)net_address_ip(&servers[i], &s->result.states[i].ip);
		ask(s, i, WAY_UDP, on_answer);
		ask(s, i, WAY_TCP, on_answer);
	}
	if (s->open_count == 0)
		event_active(&s->end, EV_TIMEOUT, 0);
	return s;
}

const struct probe_servers_result *
probe_servers_peek(const struct probe_servers *servers)
{
	return &servers->result;
}

void
probe_servers_cancel(struct probe_servers **servers)
{
	struct probe_servers *s = *servers;

	if (s == NULL)
		return;
	*servers = NULL;
	for (size_t i = 0; i < s->result.count; i++)
		for (int way = 0; way < WAY_COUNT; way++)
			probe_ask_cancel(&s->questions[i][way].ask);
	(void)event_del(&s->end);
	free(s);
}
