/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/reference.h"
#include "probe/roots.h"
#include "util/alloc.h"
#include "util/clock.h"

enum { TICK_US = 10000, STALL_MS = 50 };
/* Who hardly ever runs must come to an end all the same. */
enum { LOST_MAX_MS = 1000 };
/* So much sooner the last jobs end: what they have seen is yet to be judged and printed. */
enum { LAST_MS = 100 };

uint64_t
run_now_ms(const struct run *r)
{
	return clock_monotonic_ms() - r->began_ms;
}

/* RFC 5321 §4.1.1.1: a full name, or an address literal where there is none. */
static void
find_hostname(struct run *r)
{
	char name[RUN_NAME_SIZE] = "";

	if (r->options->hostname != NULL)
		(void)snprintf(r->hostname, sizeof r->hostname, "%s", r->options->hostname);
	else if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.') != NULL)
		(void)snprintf(r->hostname, sizeof r->hostname, "%s", name);
}

static void
use_resolver(struct run *r)
{
	if (r->options->resolver != NULL &&
	    net_address_ip(r->options->resolver, &r->facts->machine.resolvers[0]))
		r->facts->machine.resolver_count = 1;
}

int
run_begin(struct run *r, const struct doctor_check_options *options, struct doctor_facts *facts,
    struct buf *error)
{
	const struct net_resolver_options resolver = { .server = options->resolver,
		.root_key = "" };
	int e;

	*facts = (struct doctor_facts){ .began_unix_ms = (int64_t)clock_unix_ms() };
	*r = (struct run){ .options = options, .facts = facts };
	facts->released_unix_s = doctor_references_made_unix_s();
	r->began_ms = clock_monotonic_ms();
	r->deadline_ms = options->time_ms == 0 ? DOCTOR_CHECK_TIME_MS : options->time_ms;
	probe_host_read(&facts->machine);
	use_resolver(r);
	find_hostname(r);
	r->base = event_base_new();
	if (r->base == NULL)
		abort();
	e = net_resolver_new_with(r->base, &resolver, &r->resolver, error);
	if (e == 0)
		e = probe_roots_read(r->options->ca_file, &r->roots, error);
	return e;
}

/* True when this process was kept from running: what has come meanwhile is read first. */
static bool
catch_up(struct run *r)
{
	const uint64_t now_ms = run_now_ms(r), since_ms = now_ms - r->ticked_ms;

	r->ticked_ms = now_ms;
	if (since_ms >= STALL_MS)
		r->lost_ms += since_ms;
	if (r->lost_ms > LOST_MAX_MS)
		r->lost_ms = LOST_MAX_MS;
	r->is_catching_up = since_ms >= STALL_MS && !r->is_catching_up;
	return r->is_catching_up;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct run *r = arg;

	(void)fd;
	(void)what;
	if (catch_up(r))
		return;
	run_watch(r);
	run_start_ready(r);
	run_tell(r);
	if (run_now_ms(r) + LAST_MS >= r->deadline_ms && !run_is_sending(r)) {
		r->facts->is_cut_short = true;
		(void)event_base_loopbreak(r->base);
	} else if (run_is_complete(r)) {
		(void)event_base_loopbreak(r->base);
	}
}

void
run_wake(struct run *r)
{
	if (r->timer != NULL)
		/* As EV_TIMEOUT it would count as a tick, and put off the next one. */
		event_active(r->timer, EV_READ, 0);
}

/* The kernel notices a second late that a link is gone. */
static void
look_at_links(struct run *r)
{
	for (size_t i = 0; i < r->facts->name.address_count; i++) {
		struct probe_route now;
		struct ip ip;

		if (!net_address_ip(&r->facts->name.addresses[i], &ip))
			continue;
		probe_route_read(&ip, &now);
		r->facts->routes[i].is_link_down |= now.is_link_down;
	}
}

void
run_loop(struct run *r)
{
	const struct timeval tick = { 0, TICK_US };

	r->timer = event_new(r->base, -1, EV_PERSIST, on_timer, r);
	if (r->timer == NULL || event_add(r->timer, &tick) != 0)
		abort();
	r->ticked_ms = run_now_ms(r);
	(void)event_base_dispatch(r->base);
	r->is_over = true;
	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_RUNNING || r->jobs[i]->silence != NULL)
			run_give_up(r->jobs[i]);
	look_at_links(r);
	r->facts->took_us = run_now_ms(r) * 1000;
}

void
run_end(struct run *r)
{
	run_cancel_others(r);
	run_cancel_services(r);
	probe_name_cancel(&r->lookup);
	for (size_t i = 0; i < r->job_count; i++)
		run_job_free(&r->jobs[i]);
	net_resolver_free(&r->resolver);
	X509_STORE_free(r->roots);
	if (r->timer != NULL)
		event_free(r->timer);
	event_base_free(r->base);
}
