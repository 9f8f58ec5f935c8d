/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - which ports of which addresses are looked at, and in what order */
#include "doctor/run.h"

#include <arpa/inet.h>
#include <string.h>

#include "doctor/view.h"
#include "util/alloc.h"
#include "util/port.h"

enum { ALTERNATIVE_COUNT = 2 };

static const uint16_t control_ports[] = { PORT_HTTPS, PORT_IMAPS };
enum { CONTROL_PORT_COUNT = sizeof control_ports / sizeof control_ports[0] };

static bool
is_given(const struct doctor_facts *f, uint16_t port)
{
	for (size_t i = 0; i < f->port_count; i++)
		if (f->ports[i] == port)
			return true;
	return false;
}

bool
run_is_main(const struct run *r, const struct doctor_probe *p)
{
	return !p->is_control &&
	       (r->facts->is_port_given ? is_given(r->facts, p->port) : p->port == PORT_SUBMISSION);
}

bool
run_is_minor(const struct run *r, const struct doctor_probe *p)
{
	return !p->is_control && !r->facts->is_port_given && p->port != PORT_SUBMISSION &&
	       p->port != PORT_SUBMISSIONS;
}

bool
run_is_unusual(const struct run *r, const struct doctor_probe *p)
{
	return run_is_main(r, p) && p->port != PORT_SMTP && p->port != PORT_SUBMISSION &&
	       p->port != PORT_SUBMISSIONS && p->port != PORT_ALTERNATIVE;
}

static struct net_address
with_port(const struct net_address *address, uint16_t port)
{
	struct net_address a = *address;

	if (a.any.sa_family == AF_INET6)
		a.v6.sin6_port = htons(port);
	else
		a.v4.sin_port = htons(port);
	return a;
}

static enum run_rank
rank_of(const struct run *r, const struct doctor_probe *p)
{
	if (p->is_control)
		return RUN_CONTROL;
	if (run_is_main(r, p))
		return RUN_FIRST;
	return run_is_minor(r, p) ? RUN_MINOR : RUN_SECOND;
}

static void
add_probe(struct run *r, const struct net_address *address, uint16_t port, bool is_control)
{
	const size_t at = r->facts->probe_count;
	struct doctor_probe *p;

	if (at == r->probe_size)
		return;
	p = &r->facts->probes[at];
	p->address = with_port(address, port);
	p->port = port;
	p->is_control = is_control;
	r->facts->probe_count++;
	(void)run_add(r, at, RUN_DIALOG, rank_of(r, p));
}

void
run_plan(struct run *r)
{
	struct doctor_facts *f = r->facts;

	r->probe_size =
	    f->name.address_count * (f->port_count + CONTROL_PORT_COUNT + ALTERNATIVE_COUNT);
	f->probes = xcalloc(r->probe_size + 1, sizeof *f->probes);
	for (size_t i = 0; i < f->name.address_count; i++) {
		struct ip ip;

		if (net_address_ip(&f->name.addresses[i], &ip))
			probe_route_read(&ip, &f->routes[i]);
	}
	for (size_t k = 0; k < f->port_count; k++)
		for (size_t i = 0; i < f->name.address_count; i++)
			add_probe(r, &f->name.addresses[i], f->ports[k], false);
}

void
run_plan_alternative(struct run *r, const struct net_address *address, uint16_t port)
{
	struct ip ip;

	if (net_address_ip(address, &ip) && doctor_facts_find(r->facts, &ip, port) == NULL)
		add_probe(r, address, port, false);
}

void
run_plan_controls(struct run *r, const struct net_address *address)
{
	struct ip ip;

	if (!net_address_ip(address, &ip))
		return;
	for (size_t i = 0; i < CONTROL_PORT_COUNT; i++)
		if (doctor_facts_find(r->facts, &ip, control_ports[i]) == NULL)
			add_probe(r, address, control_ports[i], true);
}
