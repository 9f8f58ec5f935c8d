/* SPDX-License-Identifier: Apache-2.0 */
#include "send/link.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include <openssl/ssl.h>

#include "net/resolver.h"
#include "probe/roots.h"
#include "send/outcome.h"
#include "util/alloc.h"
#include "util/clock.h"

enum {
	CONNECT_MS = 20000,
	COMMAND_MS = 300000, /* RFC 5321 §4.5.3.2 has 5 minutes for most; time_ms cuts it */
	RESOLVE_MS = 20000,
};

static bool
fail(struct send_link *link, int exit_code, const char *words)
{
	struct buf text;

	buf_init(&text, 1024);
	(void)buf_addf(&text, "%s: %s", link->host, words);
	link->result->exit_code = exit_code;
	link->result->words = slice_dup(buf_slice(&text));
	link->result->is_unreachable = true;
	buf_done(&text);
	return false;
}

static uint64_t
time_left_ms(const struct send_link *link)
{
	const uint64_t now_ms = clock_monotonic_ms();

	return now_ms < link->end_ms ? link->end_ms - now_ms : 1;
}

static uint64_t
at_most(uint64_t left_ms, uint64_t max_ms)
{
	return left_ms < max_ms ? left_ms : max_ms;
}

/* Another address may help with what happened before the server had heard of the message. */
static bool
is_worth_another(const struct send_link *link)
{
	return !link->is_held && clock_monotonic_ms() < link->end_ms &&
	       send_find_failure(link->result->facts) < PROBE_STAGE_STARTTLS;
}

static void
on_done(void *arg, const struct probe_dialog_facts *facts)
{
	struct send_link *link = (struct send_link *)arg;

	link->dialog = NULL;
	*link->result->facts = *facts;
	(void)event_base_loopbreak(link->base);
}

static bool
is_waited_for(const struct send_link *link)
{
	return link->dialog != NULL && !link->is_held;
}

static bool
turn(void *arg)
{
	struct send_link *link = (struct send_link *)arg;

	if (is_waited_for(link))
		(void)event_base_loop(link->base, EVLOOP_NONBLOCK);
	return is_waited_for(link);
}

static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct send_link *link = (struct send_link *)arg;

	(void)fd;
	(void)what;
	(void)event_base_loopbreak(link->base);
}

/* Until it is over, or for as long as an answer to a SYN should take. */
static void
wait_for_answer(struct send_link *link)
{
	const struct timeval patience = { SEND_SILENT_MS / 1000,
		(suseconds_t)(SEND_SILENT_MS % 1000) * 1000 };

	if (link->job->on_silent == NULL || link->is_asked)
		return;
	(void)evtimer_add(link->patience, &patience);
	(void)event_base_dispatch(link->base);
	(void)evtimer_del(link->patience);
	if (!is_waited_for(link) || probe_dialog_stage(link->dialog) != PROBE_STAGE_CONNECT)
		return;
	link->is_asked = true;
	link->job->on_silent(link->job->arg, turn, link);
}

static void
dial(struct send_link *link, const struct net_address *address)
{
	const struct send_job *job = link->job;

	if (link->result->facts == NULL)
		link->result->facts = xcalloc(1, sizeof *link->result->facts);
	link->result->address = *address;
	link->result->has_address = true;
	if (job->on_address != NULL)
		job->on_address(job->arg, address);
	if (job->goal != PROBE_GOAL_OPEN)
		link->options.total_ms = time_left_ms(link);
	link->dialog = probe_dialog_start(link->base, address, &link->options, on_done, link);
	wait_for_answer(link);
	while (is_waited_for(link))
		(void)event_base_dispatch(link->base);
}

static bool
dial_all(struct send_link *link)
{
	bool is_tried = false;

	for (size_t i = 0; i < link->names.count; i++) {
		const struct net_address *address = &link->names.addresses[i];

		if (link->job->family != AF_UNSPEC && link->job->family != address->any.sa_family)
			continue;
		dial(link, address);
		is_tried = true;
		if (!is_worth_another(link))
			break;
	}
	return is_tried || fail(link, EX_NOHOST, "has no address of that family");
}

static void
on_resolved(void *arg, const struct net_resolve_result *result)
{
	struct send_link *link = (struct send_link *)arg;

	link->names = *result;
	(void)event_base_loopbreak(link->base);
}

bool
send_link_dial(struct send_link *link, struct send_result *result)
{
	const struct send_job *job = link->job;

	link->result = result;
	link->is_held = false;
	link->end_ms = clock_monotonic_ms() + job->time_ms;
	(void)net_resolve_start(link->resolver, job->settings->server, job->settings->port,
	    at_most(job->time_ms, RESOLVE_MS), on_resolved, link);
	(void)event_base_dispatch(link->base);
	switch (link->names.status) {
	case NET_RESOLVE_OK:
		return dial_all(link);
	case NET_RESOLVE_NOT_FOUND:
		return fail(link, EX_NOHOST, link->names.error);
	case NET_RESOLVE_FAILED:
		break;
	}
	return fail(link, EX_TEMPFAIL, link->names.error);
}

static enum probe_dialog_mode
mode_of(enum send_tls tls)
{
	switch (tls) {
	case SEND_TLS_IMPLICIT:
		return PROBE_MODE_IMPLICIT;
	case SEND_TLS_NONE:
		return PROBE_MODE_PLAIN;
	case SEND_TLS_UNSAID:
	case SEND_TLS_STARTTLS:
		break;
	}
	return PROBE_MODE_STARTTLS;
}

static void
set_options(struct send_link *link)
{
	const struct send_job *job = link->job;
	const struct send_settings *settings = job->settings;

	link->options = (struct probe_dialog_options){
		.goal = job->goal,
		.mode = mode_of(settings->tls),
		.name = settings->server,
		.hostname = job->hostname,
		.roots = link->roots,
		.requires_tls = settings->tls != SEND_TLS_NONE,
		.auth_user = slice_of(settings->user == NULL ? "" : settings->user),
		.auth_secret = job->secret,
		.auth_mechanism = settings->mechanism,
		.connect_ms = at_most(job->time_ms, CONNECT_MS),
		.greeting_ms = at_most(job->time_ms, COMMAND_MS),
		.command_ms = at_most(job->time_ms, COMMAND_MS),
		.on_line = job->on_line,
		.line_arg = job->arg,
	};
}

int
send_link_open(struct send_link *link, const struct send_job *job, struct buf *error)
{
	const struct net_resolver_options options = { .server = job->resolver };
	int r;

	link->job = job;
	(void)snprintf(link->host, sizeof link->host, "%s:%u", job->settings->server,
	    (unsigned)job->settings->port);
	link->base = event_base_new();
	if (link->base == NULL)
		return -ENOMEM;
	link->patience = evtimer_new(link->base, on_patience, link);
	if (link->patience == NULL)
		return -ENOMEM;
	r = net_resolver_new_with(link->base, &options, &link->resolver, error);
	if (r == 0)
		r = probe_roots_read(job->settings->ca_file, &link->roots, error);
	if (r != 0)
		return r;
	set_options(link);
	return 0;
}

void
send_link_close(struct send_link *link)
{
	probe_dialog_cancel(&link->dialog);
	net_resolver_free(&link->resolver);
	X509_STORE_free(link->roots);
	if (link->patience != NULL)
		event_free(link->patience);
	if (link->base != NULL)
		event_base_free(link->base);
}
