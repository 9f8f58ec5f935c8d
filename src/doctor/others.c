/* SPDX-License-Identifier: Apache-2.0 */
/*
 * others.c - other hosts, to tell the server's fault from the network's: who is asked, and whether
 * all have answered. Asked only when something is wrong, one connection to each port (other.c),
 * which is closed as soon as it is made.
 */
#include "doctor/run.h"

#include "doctor/pace.h"
#include "util/port.h"

enum { HOSTS_MAX = 3 };

static void
ask_address(struct run *r, enum doctor_control_kind kind, const char *name, const struct ip *ip)
{
	char text[IP_TEXT_SIZE];
	struct net_address address;

	ip_print(ip, text);
	if (net_address_parse(text, PORT_DNS, &address))
		run_connect_other(r, kind, name, &address, PORT_DNS);
}

static void
ask_neighbours(struct run *r, bool is_v4)
{
	const struct probe_host *m = &r->facts->machine;

	if (is_v4 ? m->has_gateway_v4 : m->has_gateway_v6)
		ask_address(
		    r, DOCTOR_CONTROL_GATEWAY, "gateway", is_v4 ? &m->gateway_v4 : &m->gateway_v6);
	for (size_t i = 0; i < m->resolver_count; i++)
		if (ip_is_v4(&m->resolvers[i]) == is_v4) {
			ask_address(r, DOCTOR_CONTROL_RESOLVER, "resolver", &m->resolvers[i]);
			return;
		}
}

void
run_ask_others(struct run *r, bool is_v4, bool is_heard)
{
	bool *is_asked = is_v4 ? &r->is_asked_v4 : &r->is_asked_v6;
	const size_t count =
	    r->options->control_count < HOSTS_MAX ? r->options->control_count : HOSTS_MAX;

	if (*is_asked)
		return;
	*is_asked = true;
	ask_neighbours(r, is_v4);
	for (size_t i = 0; i < count; i++) {
		struct run_lookup *l = run_look_up_other(r, r->options->controls[i], is_v4, !is_v4);

		if (l != NULL)
			l->is_heard = is_heard;
	}
}

bool
run_is_listening(const struct run *r, bool is_v4)
{
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].dialog != NULL &&
		    (r->facts->controls[r->others[i].control].address.any.sa_family == AF_INET) ==
			is_v4)
			return true;
	for (size_t i = 0; i < r->lookup_count; i++)
		if (r->lookups[i].lookup != NULL && r->lookups[i].is_heard &&
		    r->lookups[i].wants_v4 == is_v4)
			return true;
	return false;
}

bool
run_is_asking(const struct run *r)
{
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].attempt != NULL || r->others[i].dialog != NULL)
			return true;
	for (size_t i = 0; i < r->lookup_count; i++)
		if (run_is_looking_up(&r->lookups[i]))
			return true;
	return false;
}

void
run_watch_others(struct run *r)
{
	const struct doctor_pace pace = doctor_pace_of(r->facts);

	if (r->facts->is_network)
		return;
	for (size_t i = 0; i < r->other_count; i++)
		if (r->others[i].attempt != NULL)
			run_watch_other(&r->others[i], &pace);
}

void
run_cancel_others(struct run *r)
{
	for (size_t i = 0; i < r->other_count; i++)
		run_cancel_other(&r->others[i]);
	for (size_t i = 0; i < r->lookup_count; i++)
		net_resolve_cancel(&r->lookups[i].lookup);
}
