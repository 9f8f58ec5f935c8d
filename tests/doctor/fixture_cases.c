/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_cases.c - the checks of fixture.h, one by one */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/alloc.h"

#define V4 "192.0.2.10"
#define V6 "2001:db8::10"

enum { US_PER_MS = 1000, S_PER_DAY = 86400 };

static struct doctor_finding *
add_finding(struct doctor_verdict *v, const char *id, enum doctor_weight weight, size_t probe,
    const char *sentence)
{
	struct doctor_finding *f = &v->findings[v->finding_count++];

	f->cause = explain_cause_find(id);
	assert(f->cause != NULL);
	f->weight = weight;
	f->probe = probe;
	f->sentence = xstrdup(sentence);
	f->port = xstrdup("587");
	return f;
}

static void
prove(struct doctor_finding *f, const char *text)
{
	f->evidence[f->evidence_count++].text = xstrdup(text);
}

static void
decide(struct doctor_verdict *v, enum doctor_exit exit, const char *sentence)
{
	v->exit = exit;
	v->is_fine = exit == DOCTOR_EXIT_FINE;
	v->is_inconclusive = exit == DOCTOR_EXIT_INCONCLUSIVE;
	v->sentence = xstrdup(sentence);
}

static void
fill_healthy(struct doctor_facts *facts)
{
	fixture_begin(facts, V4, NULL);
	fixture_set_healthy(fixture_add_probe(facts, V4, 587));
	fixture_set_healthy(fixture_add_probe(facts, V4, 465));
	fixture_set_reset(&fixture_add_probe(facts, V4, 25)->dialog.tcp);
	fixture_set_silent(&fixture_add_probe(facts, V4, 2525)->dialog.tcp);
}

static void
judge_healthy(struct doctor_verdict *v)
{
	decide(v, DOCTOR_EXIT_FINE, "Submission to mail.example.org works on ports 587 and 465.");
}

static void
fill_filtered(struct doctor_facts *facts)
{
	struct doctor_probe *p;
	struct doctor_control *c;

	fixture_begin(facts, V4, NULL);
	p = fixture_add_probe(facts, V4, 587);
	fixture_set_silent(&p->dialog.tcp);
	fixture_set_path(&p->path, 587, "10.0.0.1 198.51.100.7 - - -");
	fixture_set_healthy(fixture_add_probe(facts, V4, 465));
	p = fixture_add_probe(facts, V4, 443);
	fixture_set_open(p);
	fixture_set_path(&p->path, 443, "10.0.0.1 198.51.100.7 203.0.113.1 open");
	c = fixture_add_control(
	    facts, DOCTOR_CONTROL_SUBMISSION, "smtp.example.net", "203.0.113.25", 587);
	fixture_set_silent(&c->tcp);
	c = fixture_add_control(facts, DOCTOR_CONTROL_GATEWAY, "", "10.0.0.1", 0);
	c->is_alive = true;
	facts->took_us = (uint64_t)3900 * US_PER_MS;
}

static void
judge_filtered(struct doctor_verdict *v)
{
	struct doctor_finding *f = add_finding(v, "port-filtered", DOCTOR_BROKEN, 0,
	    "Packets to 192.0.2.10:587 are dropped behind 198.51.100.7, 2 hops away.");

	f->where = xstrdup("2 hops away");
	f->offender = xstrdup("198.51.100.7");
	f->confidence = DOCTOR_LIKELY;
	prove(f, "Port 587: 198.51.100.7 answers for a TTL of 2, nobody for 3 and more.");
	prove(f, "Port 443: 203.0.113.1 answers for a TTL of 3, the host for 4.");
	prove(f, "smtp.example.net:587, another provider, is silent, too.");
	f->excluded = xstrdup("The server is not down: its ports 443 and 465 answer.");
	v->use_port = 465;
	decide(v, DOCTOR_EXIT_FILTERED,
	    "Port 587 is blocked on the way, 2 hops away; the server itself is fine: 465 works.");
}

static void
fill_rejected(struct doctor_facts *facts)
{
	static const uint16_t ports[] = { 587, 465, 25, 2525 };

	fixture_begin(facts, V4, NULL);
	for (size_t i = 0; i < 4; i++)
		fixture_set_rejected(
		    &fixture_add_probe(facts, V4, ports[i])->dialog.tcp, "10.0.0.1");
	fixture_set_open(fixture_add_probe(facts, V4, 443));
}

static void
judge_rejected(struct doctor_verdict *v)
{
	struct doctor_finding *f = add_finding(v, "port-rejected", DOCTOR_BROKEN, 0,
	    "A firewall at 10.0.0.1 (your router) rejects connections to port 587.");

	f->offender = xstrdup("10.0.0.1");
	f->where = xstrdup("1 hop away");
	prove(f, "ICMP 3/13 (administratively prohibited) came from 10.0.0.1.");
	decide(v, DOCTOR_EXIT_FILTERED,
	    "Your router, 10.0.0.1, rejects connections to the ports of mail submission.");
}

static void
fill_stripped(struct doctor_facts *facts)
{
	struct doctor_probe *p;

	fixture_begin(facts, V4, NULL);
	p = fixture_add_probe(facts, V4, 587);
	fixture_set_healthy(p);
	p->dialog.ehlo.has_starttls = false;
	p->dialog.ehlo.is_masked = true;
	(void)snprintf(p->dialog.ehlo.masked, sizeof p->dialog.ehlo.masked, "XXXXXXXA");
	p->dialog.ehlo_tls.is_there = false;
	p->dialog.tls = (struct probe_tls){ .trouble = PROBE_TLS_NOT_TRIED };
	for (enum probe_stage i = PROBE_STAGE_STARTTLS; i <= PROBE_STAGE_EHLO_TLS; i++)
		p->dialog.stages[i].end = PROBE_STAGE_SKIPPED;
	fixture_set_healthy(fixture_add_probe(facts, V4, 465));
}

static void
judge_stripped(struct doctor_verdict *v)
{
	struct doctor_finding *f = add_finding(v, "starttls-masked", DOCTOR_BROKEN, 0,
	    "A firewall paints over STARTTLS: the server seems to say XXXXXXXA.");

	f->detail = xstrdup("XXXXXXXA");
	prove(f, "EHLO on port 587 has the keyword XXXXXXXA where STARTTLS would be.");
	v->use_port = 465;
	decide(v, DOCTOR_EXIT_INTERCEPTED,
	    "Something on the way hides STARTTLS on port 587; port 465 works.");
}

static void
fill_bad_certificate(struct doctor_facts *facts)
{
	struct probe_certificate *c;
	struct doctor_probe *p;

	fixture_begin(facts, V4, NULL);
	p = fixture_add_probe(facts, V4, 587);
	fixture_set_healthy(p);
	c = &p->dialog.tls.certificate;
	c->faults = PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_WRONG_NAME;
	c->error = "certificate has expired";
	c->not_after_unix_s = FIXTURE_NOW_UNIX_S - (int64_t)3 * S_PER_DAY;
	c->name_count = 2;
	(void)snprintf(c->names[0], sizeof c->names[0], "example.net");
	(void)snprintf(c->names[1], sizeof c->names[1], "www.example.net");
}

static void
judge_bad_certificate(struct doctor_verdict *v)
{
	struct doctor_finding *f = add_finding(v, "certificate-expired", DOCTOR_BROKEN, 0,
	    "The certificate of port 587 expired on 2026-11-19.");

	f->detail = xstrdup("2026-11-19");
	f = add_finding(v, "certificate-wrong-name", DOCTOR_BROKEN, 0,
	    "The certificate of port 587 is for example.net and www.example.net.");
	f->detail = xstrdup("example.net, www.example.net");
	decide(v, DOCTOR_EXIT_CERTIFICATE,
	    "The certificate of mail.example.org expired 3 days ago, so clients refuse it.");
}

static void
fill_dead_ipv6(struct doctor_facts *facts)
{
	fixture_begin(facts, V4, V6);
	fixture_set_silent(&fixture_add_probe(facts, V6, 587)->dialog.tcp);
	fixture_set_silent(&fixture_add_probe(facts, V6, 465)->dialog.tcp);
	fixture_set_healthy(fixture_add_probe(facts, V4, 587));
	fixture_set_healthy(fixture_add_probe(facts, V4, 465));
}

static void
judge_dead_ipv6(struct doctor_verdict *v)
{
	(void)add_finding(v, "ipv6-broken", DOCTOR_WARNING, 0,
	    "No port of 2001:db8::10 answers, while 192.0.2.10 works.");
	decide(v, DOCTOR_EXIT_PARTIAL,
	    "Submission to mail.example.org works over IPv4 but not over IPv6.");
}

static void
fill_name_not_found(struct doctor_facts *facts)
{
	fixture_begin(facts, NULL, NULL);
	facts->name.v4.end = facts->name.v6.end = PROBE_NAME_NO_NAME;
	facts->name.resolver_count = 1;
	facts->name.resolvers[0] =
	    (struct probe_resolver_state){ .is_udp_answered = true, .udp_took_us = 2100 };
	facts->name.resolvers[0].ip = fixture_ip("10.0.0.1");
}

static void
judge_name_not_found(struct doctor_verdict *v)
{
	(void)add_finding(v, "name-not-found", DOCTOR_BROKEN, SIZE_MAX,
	    "DNS says that there is no name mail.example.org.");
	decide(v, DOCTOR_EXIT_NAME, "There is no host named mail.example.org.");
}

static void
fill_inconclusive(struct doctor_facts *facts)
{
	struct doctor_probe *p;

	fixture_begin(facts, V4, NULL);
	p = fixture_add_probe(facts, V4, 587);
	fixture_set_silent(&p->dialog.tcp);
	fixture_set_path(&p->path, 587, "- - - -");
}

static void
judge_inconclusive(struct doctor_verdict *v)
{
	struct doctor_finding *f = add_finding(v, "inconclusive", DOCTOR_BROKEN, 0,
	    "Nothing answers, and there is nothing to compare it with.");

	f->confidence = DOCTOR_POSSIBLE;
	decide(v, DOCTOR_EXIT_INCONCLUSIVE,
	    "Port 587 does not answer; whether it is the network or the server cannot be told.");
}

const struct fixture fixtures[] = {
	{ "healthy", fill_healthy, judge_healthy },
	{ "filtered", fill_filtered, judge_filtered },
	{ "rejected", fill_rejected, judge_rejected },
	{ "stripped", fill_stripped, judge_stripped },
	{ "bad-certificate", fill_bad_certificate, judge_bad_certificate },
	{ "dead-ipv6", fill_dead_ipv6, judge_dead_ipv6 },
	{ "name-not-found", fill_name_not_found, judge_name_not_found },
	{ "inconclusive", fill_inconclusive, judge_inconclusive },
	{ NULL, NULL, NULL },
};
