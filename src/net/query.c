/* SPDX-License-Identifier: Apache-2.0 */
#include "net/query.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/nameser.h>
#include <event2/event_struct.h>
#include <unbound-event.h>

#include "net/resolver_private.h"
#include "util/alloc.h"

enum { SECURITY_BOGUS = 1, SECURITY_SECURE = 2 };

/*
 * A bogus answer may have been tampered with, or the DNS server leaves the signatures out of all
 * that it says. The root, which is signed, tells: bogus too, then it is the server, and the same is
 * asked without validation.
 */
enum step { STEP_VALIDATED, STEP_ROOT, STEP_PLAIN };

struct net_query {
	struct net_resolver *resolver;
	net_query_fn *done;
	void *arg;
	enum net_record_type type;
	enum step step;
	struct event timer;           /* the timeout */
	struct event answered;        /* made active by an answer */
	struct net_pending *question; /* NULL: answered */
	int rcode, security;
	uint8_t *packet; /* a copy: libunbound's own is gone after its call; NULL: none */
	size_t packet_len;
	char name[NET_NAME_MAX + 1];
};

static void
keep_packet(struct net_query *q, const void *packet, int packet_len)
{
	free(q->packet);
	q->packet = xmalloc((size_t)packet_len);
	q->packet_len = (size_t)packet_len;
	memcpy(q->packet, packet, q->packet_len);
}

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter) */
static void
on_answer(void *arg, int rcode, void *packet, int packet_len, int security, char *why_bogus,
    int was_limited)
{
	struct net_pending *question = arg;
	struct net_query *q = question->lookup;

	(void)why_bogus;
	(void)was_limited;
	net_pending_free(question);
	if (q == NULL)
		return;
	q->question = NULL;
	q->rcode = rcode;
	q->security = security;
	if (packet != NULL && packet_len > 0)
		keep_packet(q, packet, packet_len);
	event_active(&q->answered, EV_TIMEOUT, 0);
}
/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

/* What is known already is answered from inside this call. */
static void
ask(struct net_query *q, enum step step)
{
	struct net_resolver *r = q->resolver;
	struct net_pending *question = net_pending_new(r, q, 0);
	struct ub_ctx *unbound = step == STEP_PLAIN ? r->unbound : r->validator;
	const char *name = step == STEP_ROOT ? "." : q->name;
	const int type = step == STEP_ROOT ? ns_t_ns : (int)q->type;

	q->question = question;
	q->step = step;
	if (ub_resolve_event(unbound, name, type, ns_c_in, question, on_answer, NULL) != 0)
		on_answer(question, ns_r_servfail, NULL, 0, 0, NULL, 0);
}

static const char *
words(enum net_query_status status)
{
	switch (status) {
	case NET_QUERY_FOUND:
		return NULL;
	case NET_QUERY_NO_DATA:
		return "the name has no such record";
	case NET_QUERY_NO_NAME:
		return "no such name";
	case NET_QUERY_SERVER_FAILED:
		return "the DNS server failed";
	case NET_QUERY_BOGUS:
		return "DNSSEC validation failed";
	case NET_QUERY_TIMEOUT:
		return "the DNS server did not answer in time";
	}
	return NULL;
}

static enum net_query_status
status_of_answer(const struct net_answer *answer)
{
	if (answer->rcode == ns_r_nxdomain)
		return NET_QUERY_NO_NAME;
	if (answer->rcode != ns_r_noerror)
		return NET_QUERY_SERVER_FAILED;
	return answer->count == 0 ? NET_QUERY_NO_DATA : NET_QUERY_FOUND;
}

/* libunbound's rcode says how it fared; what the answer is, the packet says. */
static enum net_query_status
read_status(const struct net_query *q, struct net_answer *answer)
{
	if (q->question != NULL)
		return NET_QUERY_TIMEOUT;
	if (q->step == STEP_ROOT)
		return NET_QUERY_BOGUS;
	if (q->rcode == ns_r_nxdomain)
		return NET_QUERY_NO_NAME;
	if (q->rcode != ns_r_noerror ||
	    !net_answer_read(slice_make(q->packet, q->packet_len), q->type, answer))
		return NET_QUERY_SERVER_FAILED;
	return status_of_answer(answer);
}

static void
sum_up(const struct net_query *q, struct net_answer *answer, struct net_query_result *result)
{
	memset(answer, 0, sizeof *answer);
	answer->extended_error = -1;
	result->answer = answer;
	result->status = read_status(q, answer);
	result->error = words(result->status);
	result->is_validated = q->step != STEP_PLAIN;
	result->is_secure =
	    q->question == NULL && q->step == STEP_VALIDATED && q->security == SECURITY_SECURE;
}

static void
finish(struct net_query *q)
{
	net_query_fn *done = q->done;
	void *done_arg = q->arg;
	struct net_answer *answer = xmalloc(sizeof *answer);
	struct net_query_result result;
	uint8_t *packet = q->packet;

	sum_up(q, answer, &result);
	q->packet = NULL; /* the answer borrows it */
	net_query_cancel(&q);
	done(done_arg, &result);
	net_answer_done(answer);
	free(answer);
	free(packet);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg);
}

static void
on_answered(evutil_socket_t fd, short what, void *arg)
{
	struct net_query *q = arg;

	(void)fd;
	(void)what;
	if (q->step == STEP_VALIDATED && q->security == SECURITY_BOGUS) {
		ask(q, STEP_ROOT);
	} else if (q->step == STEP_ROOT && q->security != SECURITY_SECURE) {
		q->resolver->is_validator_useless = true;
		ask(q, STEP_PLAIN);
	} else {
		finish(q);
	}
}

static struct net_query *
make(struct net_resolver *r, enum net_record_type type, uint64_t timeout_ms, net_query_fn *done,
    void *arg)
{
	struct timeval wait = { (time_t)(timeout_ms / 1000),
		(suseconds_t)(timeout_ms % 1000 * 1000) };
	struct net_query *q = xcalloc(1, sizeof *q);

	*q = (struct net_query){
		.resolver = r, .done = done, .arg = arg, .type = type, .step = STEP_PLAIN
	};
	(void)evtimer_assign(&q->timer, r->base, on_timer, q);
	(void)evtimer_add(&q->timer, &wait);
	(void)evtimer_assign(&q->answered, r->base, on_answered, q);
	return q;
}

static void
begin(struct net_query *q, const char *name, enum step step)
{
	const size_t len = strlen(name);

	if (len > NET_NAME_MAX) {
		q->rcode = ns_r_nxdomain;
		event_active(&q->answered, EV_TIMEOUT, 0);
		return;
	}
	memcpy(q->name, name, len + 1);
	ask(q, step);
}

struct net_query *
net_query_start(struct net_resolver *r, const char *name, enum net_record_type type,
    uint64_t timeout_ms, net_query_fn *done, void *arg)
{
	const bool is_plain = r->validator == NULL || r->is_validator_useless;
	struct net_query *q = make(r, type, timeout_ms, done, arg);

	begin(q, name, is_plain ? STEP_PLAIN : STEP_VALIDATED);
	return q;
}

struct net_query *
net_query_start_plain(struct net_resolver *r, const char *name, enum net_record_type type,
    uint64_t timeout_ms, net_query_fn *done, void *arg)
{
	struct net_query *q = make(r, type, timeout_ms, done, arg);

	begin(q, name, STEP_PLAIN);
	return q;
}

void
net_query_cancel(struct net_query **query)
{
	struct net_query *q = *query;

	if (q == NULL)
		return;
	*query = NULL;
	if (q->question != NULL)
		q->question->lookup = NULL;
	(void)event_del(&q->timer);
	(void)event_del(&q->answered);
	free(q->packet);
	free(q);
}

const char *
net_query_status_name(enum net_query_status status)
{
	switch (status) {
	case NET_QUERY_FOUND:
		return "found";
	case NET_QUERY_NO_DATA:
		return "no_data";
	case NET_QUERY_NO_NAME:
		return "no_name";
	case NET_QUERY_SERVER_FAILED:
		return "server_failed";
	case NET_QUERY_BOGUS:
		return "bogus";
	case NET_QUERY_TIMEOUT:
		return "timeout";
	}
	return "unknown";
}
