/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/way.h"

#include <string.h>

#include "doctor/view.h"

static bool
same_ip(const struct ip *a, const struct ip *b)
{
	return memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

/* Another port of the same address whose ladder reaches further. NULL: none. */
static const struct probe_path *
find_control(const struct doctor_facts *facts, const struct doctor_probe *probe)
{
	const struct probe_path *best = NULL;

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p == probe || p->path.count == 0 ||
		    !doctor_view_same_ip(&p->address, &probe->address))
			continue;
		if (best == NULL || p->path.end_ttl > best->end_ttl)
			best = &p->path;
	}
	return best;
}

static const struct probe_hop *
hop_at(const struct probe_path *path, unsigned ttl)
{
	return path != NULL && ttl >= 1 && ttl <= path->count ? &path->hops[ttl - 1] : NULL;
}

/* The router that answered for this TTL in either ladder. */
static const struct probe_hop *
find_router(const struct probe_path *own, const struct probe_path *control, unsigned ttl)
{
	const struct probe_path *const paths[] = { own, control };

	for (size_t i = 0; i < 2; i++) {
		const struct probe_hop *hop = hop_at(paths[i], ttl);

		if (hop != NULL && hop->kind == PROBE_HOP_ROUTER)
			return hop;
	}
	return NULL;
}

/* How many hops away the host is: the furthest that anything was answered otherwise. 0: unknown. */
static unsigned
host_distance(const struct probe_path *own, const struct probe_path *control)
{
	const unsigned a = own->end_ttl, b = control == NULL ? 0 : control->end_ttl;

	return a > b ? a : b;
}

static void
add_station(struct doctor_way *way, struct doctor_station station)
{
	if (way->count < DOCTOR_WAY_MAX)
		way->stations[way->count++] = station;
}

/* Neighbours that did not tell who they are become one station. */
static void
add_unknown(struct doctor_way *way, unsigned ttl, unsigned hop_count)
{
	struct doctor_station *last = &way->stations[way->count - 1];

	if (last->kind == DOCTOR_STATION_UNKNOWN && hop_count > 0 && last->hop_count > 0)
		last->hop_count += hop_count;
	else
		add_station(
		    way, (struct doctor_station){
			     .kind = DOCTOR_STATION_UNKNOWN, .ttl = ttl, .hop_count = hop_count });
}

/* With our address on that way, where the kernel told it. */
static void
add_machine(
    struct doctor_way *way, const struct doctor_facts *facts, const struct doctor_probe *probe)
{
	const struct probe_route *route = doctor_view_route(facts, probe);
	struct doctor_station machine = { .kind = DOCTOR_STATION_MACHINE };

	if (route != NULL && route->error == 0) {
		machine.has_ip = true;
		machine.ip = route->source;
	}
	add_station(way, machine);
}

static void
add_router(
    struct doctor_way *way, const struct doctor_facts *facts, const struct ip *ip, unsigned ttl)
{
	add_station(
	    way, (struct doctor_station){
		     .kind = doctor_view_is_gateway(facts, ip) || ttl == 1 ? DOCTOR_STATION_GATEWAY
									   : DOCTOR_STATION_ROUTER,
		     .has_ip = true,
		     .ip = *ip,
		     .ttl = ttl,
		     .hop_count = 1,
		 });
}

/* Without a ladder: the kernel knows the first hop. */
static void
add_route(
    struct doctor_way *way, const struct doctor_facts *facts, const struct doctor_probe *probe)
{
	const struct probe_route *route = doctor_view_route(facts, probe);

	if (route == NULL || route->error != 0 || !route->has_gateway)
		return;
	add_router(way, facts, &route->gateway, 1);
	add_unknown(way, 2, 0);
}

/* All that lies between this machine and the host, as far as the ladders have shown it. */
static void
add_hops(struct doctor_way *way, const struct doctor_facts *facts, const struct doctor_probe *probe,
    const struct probe_path *control)
{
	const unsigned distance = host_distance(&probe->path, control);
	const unsigned far = control == NULL ? 0 : control->last_router_ttl;
	unsigned last = distance > 0 ? distance - 1 : probe->path.last_router_ttl;

	if (distance == 0 && far > last)
		last = far;
	for (unsigned ttl = 1; ttl <= last; ttl++) {
		const struct probe_hop *hop = find_router(&probe->path, control, ttl);

		if (hop == NULL) {
			add_unknown(way, ttl, 1);
			continue;
		}
		add_router(way, facts, &hop->who, ttl);
		way->stations[way->count - 1].took_us = hop->took_us;
	}
	if (distance == 0)
		add_unknown(way, last + 1, 0);
}

/* The last station at or before this TTL. */
static size_t
station_of_ttl(const struct doctor_way *way, unsigned ttl)
{
	size_t found = 0;

	for (size_t i = 1; i < way->count; i++)
		if (way->stations[i].ttl != 0 && way->stations[i].ttl <= ttl)
			found = i;
	return found;
}

static void
end_at(struct doctor_way *way, enum doctor_way_end kind, size_t station)
{
	way->end_kind = kind;
	way->end = station;
}

/* Who sent the ICMP: a station that is drawn already, or one more behind the last that is. */
static void
end_at_offender(struct doctor_way *way, const struct doctor_facts *facts, const struct ip *offender)
{
	if (probe_host_owns(&facts->machine, offender)) {
		end_at(way, DOCTOR_WAY_AT, 0);
		return;
	}
	for (size_t i = 1; i < way->count; i++)
		if (way->stations[i].has_ip && same_ip(&way->stations[i].ip, offender)) {
			end_at(way, DOCTOR_WAY_AT, i);
			return;
		}
	if (way->count == DOCTOR_WAY_MAX) {
		way->end_kind = DOCTOR_WAY_SOMEWHERE;
		return;
	}
	way->stations[way->count] = way->stations[way->count - 1];
	way->count--;
	add_router(way, facts, offender, 0);
	way->count++;
	end_at(way, DOCTOR_WAY_AT, way->count - 2);
}

/* Is the answer (handshake or reset) from a hop that is nearer than the host? */
static void
end_at_answer(struct doctor_way *way, const struct doctor_probe *probe,
    const struct probe_path *control, bool is_open)
{
	const unsigned own = probe->path.end_ttl, distance = host_distance(&probe->path, control);

	if (own != 0 && own < distance)
		end_at(way, DOCTOR_WAY_AT, station_of_ttl(way, own));
	else if (is_open)
		way->end_kind = DOCTOR_WAY_THROUGH;
	else
		end_at(way, DOCTOR_WAY_AT, way->count - 1);
}

static void
find_end(struct doctor_way *way, const struct doctor_facts *facts, const struct doctor_probe *probe,
    const struct probe_path *control)
{
	const struct probe_tcp *tcp = &probe->dialog.tcp;

	way->end_kind = DOCTOR_WAY_SOMEWHERE;
	switch (tcp->end) {
	case PROBE_TCP_OPEN:
	case PROBE_TCP_RESET:
		end_at_answer(way, probe, control, tcp->end == PROBE_TCP_OPEN);
		break;
	case PROBE_TCP_REJECTED:
		if (tcp->has_icmp)
			end_at_offender(way, facts, &tcp->icmp.offender);
		break;
	case PROBE_TCP_SILENT:
		if (probe->path.count > 0)
			end_at(way, DOCTOR_WAY_BEHIND,
			    station_of_ttl(way, probe->path.last_router_ttl));
		break;
	case PROBE_TCP_LOCAL:
		end_at(way, DOCTOR_WAY_AT, 0);
		break;
	case PROBE_TCP_NOT_TRIED:
	case PROBE_TCP_UNREACHABLE:
		break;
	}
}

void
doctor_way_draw(
    const struct doctor_facts *facts, const struct doctor_probe *probe, struct doctor_way *ret_way)
{
	const struct probe_path *control = find_control(facts, probe);
	struct doctor_station host = { .kind = DOCTOR_STATION_HOST, .hop_count = 1 };
	struct doctor_way way = { .count = 0 };

	add_machine(&way, facts, probe);
	if (probe->path.count > 0 || control != NULL)
		add_hops(&way, facts, probe, control);
	else
		add_route(&way, facts, probe);
	host.has_ip = net_address_ip(&probe->address, &host.ip);
	host.ttl = host_distance(&probe->path, control);
	host.took_us = probe->dialog.tcp.end == PROBE_TCP_OPEN ? probe->dialog.tcp.took_us : 0;
	if (way.count == DOCTOR_WAY_MAX)
		way.count--;
	add_station(&way, host);
	find_end(&way, facts, probe, control);
	*ret_way = way;
}

static unsigned
stages_passed(const struct probe_dialog_facts *dialog)
{
	unsigned count = 0;

	for (size_t i = 0; i < PROBE_STAGE_COUNT; i++)
		count += dialog->stages[i].end == PROBE_STAGE_PASSED;
	return count;
}

static bool
is_better(const struct doctor_probe *a, const struct doctor_probe *b)
{
	const unsigned x = stages_passed(&a->dialog), y = stages_passed(&b->dialog);

	return x != y ? x > y : a->dialog.took_us < b->dialog.took_us;
}

const struct doctor_probe *
doctor_way_best(const struct doctor_facts *facts)
{
	const struct doctor_probe *best = NULL;

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->is_control || (!p->dialog.ehlo.is_there && !p->dialog.ehlo_tls.is_there))
			continue;
		if (best == NULL || is_better(p, best))
			best = p;
	}
	return best;
}

const struct doctor_probe *
doctor_way_probe(const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	const struct doctor_probe *best = doctor_way_best(facts);

	if (!verdict->is_fine && verdict->finding_count > 0 &&
	    verdict->findings[0].probe < facts->probe_count)
		return &facts->probes[verdict->findings[0].probe];
	if (best != NULL)
		return best;
	return facts->probe_count > 0 ? &facts->probes[0] : NULL;
}
