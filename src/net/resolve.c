/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolve.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/nameser.h>
#include <event2/event_struct.h>
#include <unbound-event.h>
#include <unbound.h>

#include "net/resolver_private.h"
#include "util/alloc.h"

/* Of each family, so that neither can crowd out the other. */
#define FAMILY_MAX (NET_RESOLVE_ADDRESSES_MAX / 2)

enum { SECURITY_BOGUS = 1 }; /* DNSSEC says that the answer was tampered with */

enum kind { KIND_AAAA, KIND_A, KIND_COUNT };

struct net_resolve {
	net_resolve_fn *done;
	void *arg;
	uint16_t port;
	struct event timer;                        /* the timeout; made active to end early */
	struct net_pending *questions[KIND_COUNT]; /* NULL: answered */
	const char *errors[KIND_COUNT];            /* NULL: answered well, perhaps with "none" */
	size_t counts[KIND_COUNT];
	struct net_address addresses[KIND_COUNT][FAMILY_MAX];
};

static void
add_address(struct net_resolve *l, enum kind kind, const ns_rr *record)
{
	struct net_address a = { 0 };

	if (l->counts[kind] == FAMILY_MAX)
		return;
	if (kind == KIND_AAAA && ns_rr_rdlen(*record) == sizeof a.v6.sin6_addr) {
		a.len = sizeof a.v6;
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(l->port);
		memcpy(&a.v6.sin6_addr, ns_rr_rdata(*record), sizeof a.v6.sin6_addr);
	} else if (kind == KIND_A && ns_rr_rdlen(*record) == sizeof a.v4.sin_addr) {
		a.len = sizeof a.v4;
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(l->port);
		memcpy(&a.v4.sin_addr, ns_rr_rdata(*record), sizeof a.v4.sin_addr);
	} else {
		return;
	}
	l->addresses[kind][l->counts[kind]++] = a;
}

/* NULL, or what is wrong with the answer. */
static const char *
read_answer(struct net_resolve *l, enum kind kind, const uint8_t *packet, int packet_len)
{
	const ns_type type = kind == KIND_A ? ns_t_a : ns_t_aaaa;
	ns_msg message;

	if (ns_initparse(packet, packet_len, &message) < 0)
		return "unreadable DNS answer";
	if (ns_msg_getflag(message, ns_f_rcode) == ns_r_nxdomain)
		return NULL;
	if (ns_msg_getflag(message, ns_f_rcode) != ns_r_noerror)
		return "the DNS server failed";
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		ns_rr record;

		if (ns_parserr(&message, ns_s_an, i, &record) < 0)
			return "unreadable DNS answer";
		if (ns_rr_type(record) == type && ns_rr_class(record) == ns_c_in)
			add_address(l, kind, &record);
	}
	return NULL;
}

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter) */
static void
on_answer(void *arg, int rcode, void *packet, int packet_len, int security, char *why_bogus,
    int was_limited)
{
	struct net_pending *q = arg;
	struct net_resolve *l = q->lookup;
	enum kind kind = (enum kind)q->kind;

	(void)why_bogus;
	(void)was_limited;
	net_pending_free(q);
	if (l == NULL)
		return;
	l->questions[kind] = NULL;
	if (security == SECURITY_BOGUS)
		l->errors[kind] = "DNSSEC validation failed";
	else if (rcode == ns_r_noerror)
		l->errors[kind] = read_answer(l, kind, packet, packet_len);
	else if (rcode != ns_r_nxdomain)
		l->errors[kind] = "no usable answer from the DNS server";
	if (l->questions[KIND_A] == NULL && l->questions[KIND_AAAA] == NULL)
		event_active(&l->timer, EV_TIMEOUT, 0);
}
/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

static struct net_resolve_result
sum_up(const struct net_resolve *l)
{
	struct net_resolve_result r = { .status = NET_RESOLVE_NOT_FOUND, .error = "no such host" };

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		memcpy(r.addresses + r.count, l->addresses[kind],
		    l->counts[kind] * sizeof r.addresses[0]);
		r.count += l->counts[kind];
		if (l->questions[kind] != NULL)
			r.error = "the DNS server did not answer in time";
		else if (l->errors[kind] != NULL)
			r.error = l->errors[kind];
		if (l->questions[kind] != NULL || l->errors[kind] != NULL)
			r.status = NET_RESOLVE_FAILED;
	}
	if (r.count > 0)
		r.status = NET_RESOLVE_OK;
	return r;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net_resolve *l = arg;
	struct net_resolve_result result = sum_up(l);
	net_resolve_fn *done = l->done;
	void *done_arg = l->arg;

	(void)fd;
	(void)what;
	net_resolve_cancel(&l);
	done(done_arg, &result);
}

static void
ask(struct net_resolver *r, const char *name, int type, struct net_pending *q)
{
	/* What is known already is answered from inside this call. */
	if (strlen(name) > NET_RESOLVE_NAME_MAX)
		on_answer(q, ns_r_nxdomain, NULL, 0, 0, NULL, 0);
	else if (ub_resolve_event(r->unbound, name, type, ns_c_in, q, on_answer, NULL) != 0)
		on_answer(q, ns_r_servfail, NULL, 0, 0, NULL, 0);
}

struct net_resolve *
net_resolve_start(struct net_resolver *r, const char *name, uint16_t port, uint64_t timeout_ms,
    net_resolve_fn *done, void *arg)
{
	struct timeval wait = { (time_t)(timeout_ms / 1000),
		(suseconds_t)(timeout_ms % 1000 * 1000) };
	struct net_resolve *l = xcalloc(1, sizeof *l);

	l->done = done;
	l->arg = arg;
	l->port = port;
	(void)evtimer_assign(&l->timer, r->base, on_timer, l);
	(void)evtimer_add(&l->timer, &wait);
	if (net_address_parse(name, port, &l->addresses[KIND_A][0])) {
		l->counts[KIND_A] = 1;
		event_active(&l->timer, EV_TIMEOUT, 0);
		return l;
	}
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		l->questions[kind] = net_pending_new(r, l, kind);
	ask(r, name, ns_t_aaaa, l->questions[KIND_AAAA]);
	ask(r, name, ns_t_a, l->questions[KIND_A]);
	return l;
}

void
net_resolve_cancel(struct net_resolve **lookup)
{
	struct net_resolve *l = *lookup;

	if (l == NULL)
		return;
	*lookup = NULL;
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (l->questions[kind] != NULL)
			l->questions[kind]->lookup = NULL;
	(void)event_del(&l->timer);
	free(l);
}
