/* SPDX-License-Identifier: Apache-2.0 */
/* json_surroundings.c - in JSON: this machine, the name, the way, and the controls. */
#include <string.h>

#include "doctor/report_json.h"

static json_t *
make_hop(unsigned ttl, const struct probe_hop *hop)
{
	const bool is_icmp = hop->kind == PROBE_HOP_ROUTER || hop->kind == PROBE_HOP_REJECTED;
	json_t *object = json_object();

	doctor_json_set(object, "ttl", doctor_json_number(ttl));
	doctor_json_set(object, "kind", doctor_json_text(probe_hop_kind_name(hop->kind)));
	doctor_json_set(object, "address", is_icmp ? doctor_json_ip(&hop->who) : json_null());
	doctor_json_set(object, "icmp_type", is_icmp ? json_integer(hop->icmp_type) : json_null());
	doctor_json_set(object, "icmp_code", is_icmp ? json_integer(hop->icmp_code) : json_null());
	doctor_json_set(object, "took_ms",
	    hop->kind == PROBE_HOP_SILENT ? json_null() : doctor_json_ms(hop->took_us));
	return object;
}

json_t *
doctor_json_path(const struct probe_path *path)
{
	json_t *object, *hops;

	if (path->count == 0)
		return json_null();
	object = json_object();
	hops = json_array();
	for (unsigned i = 0; i < path->count && i < PROBE_HOPS_MAX; i++)
		doctor_json_append(hops, make_hop(i + 1, &path->hops[i]));
	doctor_json_set(object, "hops", hops);
	doctor_json_set(object, "end_ttl", doctor_json_count(path->end_ttl));
	doctor_json_set(object, "last_router_ttl", doctor_json_count(path->last_router_ttl));
	return object;
}

static json_t *
make_ips(const struct ip *ips, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		doctor_json_append(list, doctor_json_ip(&ips[i]));
	return list;
}

json_t *
doctor_json_machine(const struct probe_host *m)
{
	json_t *object = json_object();

	doctor_json_set(object, "addresses", make_ips(m->addresses, m->address_count));
	doctor_json_set(object, "has_ipv4", json_boolean(m->has_v4));
	doctor_json_set(object, "has_ipv6", json_boolean(m->has_v6));
	doctor_json_set(object, "gateway_ipv4",
	    m->has_gateway_v4 ? doctor_json_ip(&m->gateway_v4) : json_null());
	doctor_json_set(object, "gateway_ipv6",
	    m->has_gateway_v6 ? doctor_json_ip(&m->gateway_v6) : json_null());
	doctor_json_set(object, "resolvers", make_ips(m->resolvers, m->resolver_count));
	doctor_json_set(object, "is_selinux_enforcing", json_boolean(m->is_selinux_enforcing));
	doctor_json_set(object, "has_seccomp", json_boolean(m->has_seccomp));
	doctor_json_set(object, "security_label", doctor_json_text(m->label));
	return object;
}

static json_t *
make_family(const struct probe_name_family *family)
{
	json_t *object = json_object();

	doctor_json_set(object, "end", doctor_json_text(probe_name_end_name(family->end)));
	doctor_json_set(object, "error", doctor_json_text(family->error));
	doctor_json_set(object, "left_out", json_integer((json_int_t)family->left_out));
	return object;
}

static json_t *
make_resolver(const struct probe_resolver_state *r)
{
	json_t *object = json_object();

	doctor_json_set(object, "address", doctor_json_ip(&r->ip));
	doctor_json_set(object, "answers_udp", json_boolean(r->is_udp_answered));
	doctor_json_set(object, "answers_tcp", json_boolean(r->is_tcp_answered));
	doctor_json_set(object, "rejects_udp", json_boolean(r->is_udp_rejected));
	doctor_json_set(object, "rejects_tcp", json_boolean(r->is_tcp_rejected));
	doctor_json_set(
	    object, "udp_ms", r->is_udp_answered ? doctor_json_ms(r->udp_took_us) : json_null());
	doctor_json_set(
	    object, "tcp_ms", r->is_tcp_answered ? doctor_json_ms(r->tcp_took_us) : json_null());
	return object;
}

static json_t *
make_route(const struct probe_route *route)
{
	const char *error = route->error == 0 ? NULL : strerrorname_np(route->error);
	json_t *object = json_object();

	doctor_json_set(object, "error", doctor_json_text(error));
	doctor_json_set(
	    object, "gateway", route->has_gateway ? doctor_json_ip(&route->gateway) : json_null());
	doctor_json_set(
	    object, "source", route->error == 0 ? doctor_json_ip(&route->source) : json_null());
	doctor_json_set(object, "interface", doctor_json_text(route->interface));
	doctor_json_set(object, "mtu", doctor_json_count(route->mtu));
	return object;
}

static json_t *
make_addresses(const struct doctor_facts *facts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < facts->name.address_count; i++) {
		json_t *object = json_object();

		doctor_json_set(object, "address", doctor_json_address(&facts->name.addresses[i]));
		doctor_json_set(object, "route", make_route(&facts->routes[i]));
		doctor_json_append(list, object);
	}
	return list;
}

json_t *
doctor_json_name(const struct doctor_facts *facts)
{
	const struct probe_name *name = &facts->name;
	json_t *object = json_object(), *resolvers = json_array();

	doctor_json_set(object, "text", doctor_json_text(name->text));
	doctor_json_set(object, "completed",
	    name->completed[0] == '\0' ? json_null() : doctor_json_text(name->completed));
	doctor_json_set(
	    object, "alias", name->alias[0] == '\0' ? json_null() : doctor_json_text(name->alias));
	doctor_json_set(object, "is_literal", json_boolean(name->is_literal));
	doctor_json_set(object, "is_from_hosts", json_boolean(name->is_from_hosts));
	doctor_json_set(object, "ipv4", make_family(&name->v4));
	doctor_json_set(object, "ipv6", make_family(&name->v6));
	doctor_json_set(object, "addresses", make_addresses(facts));
	doctor_json_set(object, "took_ms", doctor_json_ms(name->took_us));
	for (size_t i = 0; i < name->resolver_count; i++)
		doctor_json_append(resolvers, make_resolver(&name->resolvers[i]));
	doctor_json_set(object, "resolvers", resolvers);
	doctor_json_set(object, "is_hijacked", json_boolean(name->is_hijacked));
	doctor_json_set(object, "is_filtered", json_boolean(name->is_filtered));
	return object;
}

static json_t *
make_family_name(const struct net_address *address)
{
	struct ip ip;

	if (!net_address_ip(address, &ip))
		return json_null();
	return json_string(ip_is_v4(&ip) ? "ipv4" : "ipv6");
}

json_t *
doctor_json_probe(const struct doctor_probe *probe)
{
	json_t *object = json_object();

	doctor_json_set(object, "address", doctor_json_address(&probe->address));
	doctor_json_set(object, "family", make_family_name(&probe->address));
	doctor_json_set(object, "port", doctor_json_number(probe->port));
	doctor_json_set(object, "is_control", json_boolean(probe->is_control));
	doctor_json_set(object, "dialog", doctor_json_dialog(&probe->dialog));
	doctor_json_set(object, "path", doctor_json_path(&probe->path));
	doctor_json_set(object, "answer_ttl", doctor_json_count(probe->answer_ttl));
	doctor_json_set(object, "with_starttls_anyway", doctor_json_dialog(probe->anyway));
	doctor_json_set(object, "with_small_segments", doctor_json_dialog(probe->small));
	doctor_json_set(object, "with_other_mode", doctor_json_dialog(probe->other_mode));
	doctor_json_set(object, "with_tls12", doctor_json_dialog(probe->tls12));
	doctor_json_set(object, "again", doctor_json_dialog(probe->again));
	return object;
}
