/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

enum { MS_PER_S = 1000, S_PER_DAY = 86400, PROBES_MAX = 64 };

/* Of microseconds. */
#define MS UINT64_C(1000)

struct ip
fixture_ip(const char *text)
{
	struct ip ip = { { 0 } };
	const bool ok = ip_parse(slice_of(text), &ip);

	assert(ok);
	return ip;
}

static void
add_address(struct doctor_facts *facts, const char *address)
{
	struct probe_name *name = &facts->name;
	struct probe_route *route = &facts->routes[name->address_count];
	const bool ok = net_address_parse(address, 0, &name->addresses[name->address_count]);

	assert(ok);
	name->address_count++;
	*route = (struct probe_route){ .has_gateway = true, .mtu = 1500, .interface = "eth0" };
	route->gateway = fixture_ip(strchr(address, ':') == NULL ? "10.0.0.1" : "2001:db8:f::1");
	route->source = fixture_ip(strchr(address, ':') == NULL ? "10.0.0.2" : "2001:db8:f::2");
}

static void
fill_machine(struct probe_host *m)
{
	m->address_count = 1;
	m->addresses[0] = fixture_ip("10.0.0.2");
	m->has_v4 = true;
	m->has_gateway_v4 = true;
	m->gateway_v4 = fixture_ip("10.0.0.1");
	m->resolver_count = 1;
	m->resolvers[0] = fixture_ip("10.0.0.1");
}

void
fixture_begin(struct doctor_facts *facts, const char *v4, const char *v6)
{
	static const uint16_t ports[] = { 587, 465, 25, 2525 };

	*facts = (struct doctor_facts){
		.host = "mail.example.org",
		.port_count = sizeof ports / sizeof ports[0],
		.name = { .text = "mail.example.org", .took_us = 3200 },
		.began_unix_ms = (int64_t)FIXTURE_NOW_UNIX_S * MS_PER_S,
		.took_us = 812 * MS,
	};
	memcpy(facts->ports, ports, sizeof ports);
	fill_machine(&facts->machine);
	facts->name.v6.end = v6 != NULL ? PROBE_NAME_FOUND : PROBE_NAME_NO_ADDRESS;
	facts->name.v4.end = v4 != NULL ? PROBE_NAME_FOUND : PROBE_NAME_NO_ADDRESS;
	if (v6 != NULL)
		add_address(facts, v6);
	if (v4 != NULL)
		add_address(facts, v4);
	facts->probes = xcalloc(PROBES_MAX, sizeof *facts->probes);
}

struct doctor_probe *
fixture_add_probe(struct doctor_facts *facts, const char *address, uint16_t port)
{
	struct doctor_probe *p = &facts->probes[facts->probe_count++];
	const bool ok = net_address_parse(address, port, &p->address);

	assert(ok && facts->probe_count <= PROBES_MAX);
	p->port = port;
	p->is_control = port == 443 || port == 993;
	p->dialog.is_tried = true;
	p->dialog.is_implicit_tls = port == 465;
	p->dialog.tls.trouble = PROBE_TLS_NOT_TRIED;
	return p;
}

struct doctor_control *
fixture_add_control(struct doctor_facts *facts, enum doctor_control_kind kind, const char *name,
    const char *address, uint16_t port)
{
	struct doctor_control *c = &facts->controls[facts->control_count++];

	assert(facts->control_count <= DOCTOR_CONTROLS_MAX);
	c->kind = kind;
	(void)snprintf(c->name, sizeof c->name, "%s", name);
	(void)net_address_parse(address, port, &c->address);
	c->port = port;
	return c;
}

static void
set_open(struct probe_tcp *tcp)
{
	*tcp = (struct probe_tcp){
		.end = PROBE_TCP_OPEN, .took_us = 12 * MS, .rtt_us = 12 * MS, .mss = 1448
	};
}

void
fixture_set_silent(struct probe_tcp *tcp)
{
	*tcp = (struct probe_tcp){
		.end = PROBE_TCP_SILENT, .error = ETIMEDOUT, .took_us = 3000 * MS, .retransmits = 2
	};
}

void
fixture_set_reset(struct probe_tcp *tcp)
{
	*tcp =
	    (struct probe_tcp){ .end = PROBE_TCP_RESET, .error = ECONNREFUSED, .took_us = 12 * MS };
}

void
fixture_set_rejected(struct probe_tcp *tcp, const char *offender)
{
	*tcp = (struct probe_tcp){ .end = PROBE_TCP_REJECTED,
		.error = EHOSTUNREACH,
		.has_icmp = true,
		.icmp = { .type = 3, .code = 13, .offender = fixture_ip(offender) },
		.took_us = 4 * MS };
}

static void
pass(struct probe_dialog_facts *d, enum probe_stage stage, uint64_t took_us, uint16_t code,
    const char *text)
{
	struct probe_stage_fact *s = &d->stages[stage];

	s->end = PROBE_STAGE_PASSED;
	s->began_us = d->took_us;
	s->took_us = took_us;
	s->code = code;
	(void)snprintf(s->text, sizeof s->text, "%s", text);
	d->took_us += took_us;
}

void
fixture_set_open(struct doctor_probe *p)
{
	set_open(&p->dialog.tcp);
	pass(&p->dialog, PROBE_STAGE_CONNECT, 12 * MS, 0, "");
}

static void
set_ehlo(struct probe_ehlo *e, bool is_tls)
{
	*e = (struct probe_ehlo){ .is_there = true,
		.code = 250,
		.has_starttls = !is_tls,
		.has_pipelining = true,
		.has_8bitmime = true,
		.has_auth = is_tls,
		.size_max = 52428800 };
	(void)snprintf(e->text, sizeof e->text, "mail.example.org\nPIPELINING\nSIZE 52428800\n%s",
	    is_tls ? "AUTH PLAIN LOGIN SCRAM-SHA-256" : "STARTTLS");
	if (is_tls)
		(void)snprintf(e->mechanisms, sizeof e->mechanisms, "PLAIN LOGIN SCRAM-SHA-256");
}

static void
set_certificate(struct probe_certificate *c)
{
	*c = (struct probe_certificate){ .is_there = true,
		.subject = "CN=mail.example.org",
		.issuer = "C=US, O=Example Trust, CN=R3",
		.not_before_unix_s = FIXTURE_NOW_UNIX_S - (int64_t)30 * S_PER_DAY,
		.not_after_unix_s = FIXTURE_NOW_UNIX_S + (int64_t)60 * S_PER_DAY,
		.name_count = 1,
		.key_bits = 256,
		.key_type = "EC",
		.signature = "ecdsa-with-SHA256",
		.chain_length = 2 };
	(void)snprintf(c->names[0], sizeof c->names[0], "mail.example.org");
	memset(c->sha256, 'a', sizeof c->sha256 - 1);
	memset(c->key_sha256, 'b', sizeof c->key_sha256 - 1);
}

static void
set_tls(struct probe_tls *tls)
{
	*tls = (struct probe_tls){
		.trouble = PROBE_TLS_FINE, .version = "TLSv1.3", .cipher = "TLS_AES_256_GCM_SHA384"
	};
	set_certificate(&tls->certificate);
}

void
fixture_set_healthy(struct doctor_probe *p)
{
	struct probe_dialog_facts *d = &p->dialog;

	fixture_set_open(p);
	if (d->is_implicit_tls)
		pass(d, PROBE_STAGE_HANDSHAKE, 25 * MS, 0, "");
	pass(d, PROBE_STAGE_GREETING, 15 * MS, 220, "mail.example.org ESMTP");
	if (!d->is_implicit_tls) {
		pass(d, PROBE_STAGE_EHLO, 12 * MS, 250, "mail.example.org");
		pass(d, PROBE_STAGE_STARTTLS, 12 * MS, 220, "ready");
		pass(d, PROBE_STAGE_HANDSHAKE, 25 * MS, 0, "");
		set_ehlo(&d->ehlo, false);
	}
	pass(d, PROBE_STAGE_EHLO_TLS, 12400, 250, "mail.example.org");
	set_ehlo(&d->ehlo_tls, true);
	set_tls(&d->tls);
}

static void
set_hop(struct probe_hop *hop, struct slice word)
{
	hop->took_us = 4200;
	if (slice_is(word, "-")) {
		hop->kind = PROBE_HOP_SILENT;
	} else if (slice_is(word, "open")) {
		hop->kind = PROBE_HOP_OPEN;
	} else if (slice_is(word, "reset")) {
		hop->kind = PROBE_HOP_RESET;
	} else {
		const bool ok = ip_parse(word, &hop->who);

		assert(ok);
		hop->kind = PROBE_HOP_ROUTER;
		hop->icmp_type = 11;
	}
}

void
fixture_set_path(struct probe_path *path, uint16_t port, const char *hops)
{
	struct slice rest = slice_of(hops);

	*path = (struct probe_path){ .port = port };
	while (rest.len > 0) {
		const size_t len = slice_find(rest, ' ');
		struct probe_hop *hop = &path->hops[path->count++];

		set_hop(hop, slice_first(rest, len));
		if (hop->kind == PROBE_HOP_ROUTER)
			path->last_router_ttl = path->count;
		else if (hop->kind != PROBE_HOP_SILENT && path->end_ttl == 0)
			path->end_ttl = path->count;
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
	}
}

const struct fixture *
fixture_find(const char *name)
{
	const struct fixture *f = fixtures;

	while (strcmp(f->name, name) != 0) {
		f++;
		assert(f->name != NULL);
	}
	return f;
}

void
fixture_fill(
    const struct fixture *fixture, struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	fixture->fill_facts(facts);
	*verdict = (struct doctor_verdict){ .sentence = NULL };
	fixture->fill_verdict(verdict);
}
