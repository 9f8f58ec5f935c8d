/* SPDX-License-Identifier: Apache-2.0 */
/* ports_json.c - the same for programs. sallyport-ports(1) says what the keys are. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/ports_view.h"
#include "probe/icmp.h"
#include "probe/service.h"

enum { SCHEMA = 1 };

static json_t *
must(json_t *json)
{
	if (json == NULL)
		abort();
	return json;
}

static void
set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		abort();
}

static json_t *
text_of(const char *text)
{
	return must(text == NULL ? json_null() : json_string(text));
}

static json_t *
ms_of(uint64_t us)
{
	return must(json_real((double)us / 1000));
}

static json_t *
ip_of(const struct ip *ip)
{
	char text[IP_TEXT_SIZE];

	ip_print(ip, text);
	return must(json_string(text));
}

static json_t *
icmp_of(const struct probe_tcp *t)
{
	json_t *json;

	if (!t->has_icmp)
		return must(json_null());
	json = must(json_object());
	set(json, "type", must(json_integer(t->icmp.type)));
	set(json, "code", must(json_integer(t->icmp.code)));
	set(json, "name", text_of(probe_icmp_name(&t->icmp)));
	set(json, "from", ip_of(&t->icmp.offender));
	return json;
}

static json_t *
port_of(const struct probe_scan_port *p)
{
	const bool is_answered = p->state != PROBE_PORT_FILTERED && p->tries > 0;
	json_t *json = must(json_object());

	set(json, "port", must(json_integer(p->port)));
	set(json, "service", text_of(probe_service_name(p->port)));
	set(json, "state", text_of(probe_port_state_name(p->state)));
	set(json, "took_ms", is_answered ? ms_of(p->tcp.took_us) : must(json_null()));
	set(json, "rtt_ms", p->tcp.rtt_us > 0 ? ms_of(p->tcp.rtt_us) : must(json_null()));
	set(json, "tries", must(json_integer((json_int_t)p->tries)));
	set(json, "error", text_of(p->tcp.error == 0 ? NULL : strerrorname_np(p->tcp.error)));
	set(json, "icmp", icmp_of(&p->tcp));
	return json;
}

static json_t *
counts_of(const struct ports_scan *s)
{
	json_int_t counts[PROBE_PORT_STATE_COUNT] = { 0 };
	json_t *json = must(json_object());

	for (size_t i = 0; i < s->count; i++)
		counts[s->ports[i].state]++;
	for (int i = 0; i < PROBE_PORT_STATE_COUNT; i++)
		set(json, probe_port_state_name((enum probe_port_state)i),
		    must(json_integer(counts[i])));
	return json;
}

static json_t *
scan_of(const struct ports_scan *s, bool is_open_only)
{
	json_t *json = must(json_object()), *ports = must(json_array());

	for (size_t i = 0; i < s->count; i++)
		if (!is_open_only || s->ports[i].state == PROBE_PORT_OPEN)
			if (json_array_append_new(ports, port_of(&s->ports[i])) < 0)
				abort();
	set(json, "address", ip_of(&s->ip));
	set(json, "family", text_of(ip_is_v4(&s->ip) ? "ipv4" : "ipv6"));
	set(json, "is_absent", json_boolean(s->is_absent));
	set(json, "took_ms", ms_of(s->took_us));
	set(json, "counts", counts_of(s));
	set(json, "ports", ports);
	return json;
}

void
ports_json(const struct ports_view *view)
{
	json_t *json = must(json_object()), *addresses = must(json_array());

	for (size_t i = 0; i < view->scan_count; i++)
		if (json_array_append_new(addresses, scan_of(&view->scans[i], view->is_open_only)) <
		    0)
			abort();
	set(json, "schema", must(json_integer(SCHEMA)));
	set(json, "host", text_of(view->host));
	set(json, "took_ms", ms_of(view->took_us));
	set(json, "addresses", addresses);
	if (json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0)
		(void)putchar('\n');
	json_decref(json);
}
