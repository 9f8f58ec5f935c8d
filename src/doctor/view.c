/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/view.h"

#include <string.h>

static bool
same(const struct ip *a, const struct ip *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

bool
doctor_view_is_gateway(const struct doctor_facts *facts, const struct ip *ip)
{
	const struct probe_host *m = &facts->machine;

	for (size_t i = 0; i < facts->name.address_count; i++)
		if (facts->routes[i].has_gateway && same(&facts->routes[i].gateway, ip))
			return true;
	return (m->has_gateway_v4 && same(&m->gateway_v4, ip)) ||
	       (m->has_gateway_v6 && same(&m->gateway_v6, ip));
}

bool
doctor_view_is_target(const struct doctor_facts *facts, const struct ip *ip)
{
	struct ip its;

	for (size_t i = 0; i < facts->name.address_count; i++)
		if (net_address_ip(&facts->name.addresses[i], &its) && same(&its, ip))
			return true;
	return false;
}

bool
doctor_view_same_ip(const struct net_address *a, const struct net_address *b)
{
	struct ip one, two;

	return net_address_ip(a, &one) && net_address_ip(b, &two) && same(&one, &two);
}

bool
doctor_view_is_v4(const struct doctor_probe *p)
{
	return p->address.any.sa_family == AF_INET;
}

const struct probe_route *
doctor_view_route(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	for (size_t i = 0; i < facts->name.address_count; i++)
		if (doctor_view_same_ip(&facts->name.addresses[i], &p->address))
			return &facts->routes[i];
	return NULL;
}

/* fe80::/10 and ::1 lead nowhere. */
static bool
is_of_link(const struct ip *ip)
{
	static const struct ip loopback = { { [IP_LEN - 1] = 1 } };

	return (ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0x80) || same(ip, &loopback);
}

bool
doctor_view_has_v6_address(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->machine.address_count; i++) {
		const struct ip *ip = &facts->machine.addresses[i];

		if (!ip_is_v4(ip) && !is_of_link(ip))
			return true;
	}
	return false;
}

bool
doctor_view_is_answered(const struct doctor_probe *p)
{
	return p->dialog.is_tried &&
	       (p->dialog.tcp.end == PROBE_TCP_OPEN || p->dialog.tcp.end == PROBE_TCP_RESET);
}

/* The next probe of another port of that address, from *at on; NULL: no more. */
static const struct doctor_probe *
next_port(const struct doctor_facts *facts, const struct doctor_probe *p, size_t *at)
{
	while (*at < facts->probe_count) {
		const struct doctor_probe *other = &facts->probes[(*at)++];

		if (other->port != p->port && doctor_view_same_ip(&other->address, &p->address))
			return other;
	}
	return NULL;
}

const struct doctor_probe *
doctor_view_alive(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	const struct doctor_probe *other, *best = NULL;
	size_t at = 0;

	while ((other = next_port(facts, p, &at)) != NULL) {
		if (!doctor_view_is_answered(other))
			continue;
		if (other->dialog.tcp.end == PROBE_TCP_OPEN)
			return other;
		if (best == NULL)
			best = other;
	}
	return best;
}

bool
doctor_view_is_taken_by_ladder(const struct doctor_probe *p)
{
	return p->path.end_ttl != 0 && p->path.hops[p->path.end_ttl - 1].kind == PROBE_HOP_OPEN;
}

bool
doctor_view_has_path(const struct doctor_probe *p)
{
	return p->path.count != 0;
}

const struct doctor_probe *
doctor_view_measured(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	const struct doctor_probe *other, *best = NULL;
	size_t at = 0;

	while ((other = next_port(facts, p, &at)) != NULL) {
		if (!doctor_view_is_answered(other) || other->path.end_ttl == 0)
			continue;
		if (best == NULL || other->path.end_ttl > best->path.end_ttl)
			best = other;
	}
	return best;
}

const struct doctor_probe *
doctor_view_open_elsewhere(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *other = &facts->probes[i];

		if (other != p && other->port == p->port && other->dialog.tcp.end == PROBE_TCP_OPEN)
			return other;
	}
	return NULL;
}

int
doctor_view_distance(uint8_t answer_ttl)
{
	static const int starts[] = { 32, 64, 128, 255 };

	if (answer_ttl == 0)
		return -1;
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (answer_ttl <= starts[i])
			return starts[i] - answer_ttl;
	return -1;
}

struct doctor_view_controls
doctor_view_controls(const struct doctor_facts *facts, enum doctor_control_kind kind, bool is_v4)
{
	struct doctor_view_controls v = { 0 };

	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];

		if (c->kind != kind || c->address.len == 0 ||
		    (c->address.any.sa_family == AF_INET) != is_v4 ||
		    c->tcp.end == PROBE_TCP_NOT_TRIED)
			continue;
		v.tried++;
		v.open += c->tcp.end == PROBE_TCP_OPEN;
		v.alive += c->is_alive;
		if (c->is_alive && v.first_alive == NULL)
			v.first_alive = c;
		if (c->tcp.end == PROBE_TCP_SILENT && v.first_silent == NULL)
			v.first_silent = c;
	}
	return v;
}

bool
doctor_view_has_counterpart(const struct doctor_facts *f, const struct doctor_control *c)
{
	for (size_t i = 0; i < f->control_count; i++) {
		const struct doctor_control *other = &f->controls[i];

		if (!other->is_alive || other->address.any.sa_family != c->address.any.sa_family)
			continue;
		if (other->kind == c->kind || doctor_view_same_ip(&other->address, &c->address))
			return true;
	}
	return false;
}

bool
doctor_view_is_rejected_elsewhere(const struct doctor_facts *f, const struct doctor_control *c)
{
	for (size_t i = 0; i < f->control_count; i++) {
		const struct doctor_control *other = &f->controls[i];

		if (other->kind == c->kind && other->tcp.end == PROBE_TCP_REJECTED &&
		    other->address.any.sa_family == c->address.any.sa_family)
			return true;
	}
	return false;
}

static bool
is_mute(const struct probe_dialog_facts *d)
{
	const struct probe_stage_fact *s = &d->stages[PROBE_STAGE_GREETING];

	return d->tcp.end == PROBE_TCP_OPEN &&
	       ((s->end == PROBE_STAGE_TIMEOUT && s->partial_len == 0) ||
		   s->end == PROBE_STAGE_BROKEN);
}

struct doctor_view_greetings
doctor_view_greetings(const struct doctor_facts *facts, bool is_v4)
{
	struct doctor_view_greetings v = { 0 };

	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];
		const struct probe_dialog_facts *d = c->dialog;

		if (c->kind != DOCTOR_CONTROL_SUBMISSION || d == NULL ||
		    (c->address.any.sa_family == AF_INET) != is_v4)
			continue;
		v.greeted += d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED ||
			     d->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_REFUSED;
		if (!is_mute(d))
			continue;
		if (v.mute == 0)
			v.first_mute = c;
		else if (v.mute == 1)
			v.second_mute = c;
		v.mute++;
	}
	return v;
}

bool
doctor_view_is_swallowed(const struct doctor_view_greetings *greetings)
{
	return greetings->greeted == 0 && greetings->mute >= 2;
}

unsigned
doctor_view_progress(const struct doctor_probe *p)
{
	unsigned best = 0;

	for (unsigned i = 0; i < PROBE_STAGE_QUIT; i++)
		if (p->dialog.stages[i].end == PROBE_STAGE_PASSED)
			best = i + 1;
	return best;
}

const struct doctor_probe *
doctor_view_genuine(const struct doctor_facts *facts, const struct doctor_probe *p)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *other = &facts->probes[i];

		if (other != p && doctor_view_works(other) &&
		    doctor_view_same_ip(&other->address, &p->address))
			return other;
	}
	return NULL;
}

bool
doctor_view_is_submitted(const struct doctor_probe *p)
{
	for (unsigned stage = PROBE_STAGE_AUTH; stage <= PROBE_STAGE_END; stage++)
		if (p->dialog.stages[stage].end != PROBE_STAGE_NOT_REACHED)
			return true;
	return false;
}

bool
doctor_view_works(const struct doctor_probe *p)
{
	const struct probe_dialog_facts *d = &p->dialog;
	const struct probe_certificate *c = &d->tls.certificate;

	return d->is_tried && d->stages[PROBE_STAGE_EHLO_TLS].end == PROBE_STAGE_PASSED &&
	       c->is_there && (c->faults & ~(unsigned)PROBE_CERTIFICATE_WEAK) == 0 &&
	       c->error == NULL;
}

bool
doctor_view_is_web(const struct doctor_probe *p)
{
	return p->dialog.tls.trouble == PROBE_TLS_NOT_TLS &&
	       strncmp(p->dialog.stages[PROBE_STAGE_HANDSHAKE].text, "HTTP/", 5) == 0;
}
