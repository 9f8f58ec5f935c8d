/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports about facts made of anybody's octets: strings of the facts are the input's parts between
 * octets 0xfe, numbers are its octets.
 * Laws: text and letter have no control characters, and are ASCII where it was asked for; the line
 * for Nagios is one, with one bar; JSON is what it was after it was printed and read; and a page
 * has as many marks of HTML as one about the same octets without them.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor/report.h"
#include "util/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { PART_MARK = 0xfe, PROBE_COUNT = 3, FINDING_COUNT = 2, CONTROL_COUNT = 2 };

struct input {
	struct slice rest;
	bool is_bland; /* marks of HTML become x */
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t
next_octet(struct input *in)
{
	uint8_t c = in->rest.len == 0 ? 0 : in->rest.ptr[0];

	in->rest = slice_after(in->rest, in->rest.len == 0 ? 0 : 1);
	return c;
}

static unsigned
next_below(struct input *in, unsigned bound)
{
	return next_octet(in) % bound;
}

/* All marks that the page uses of its own accord. */
static char
bland(char c)
{
	if (strchr("<>\"'&", c) != NULL)
		return 'x';
	return c;
}

static void
next_text(struct input *in, char *text, size_t size)
{
	const size_t len = slice_find(in->rest, PART_MARK);
	size_t used = 0;

	for (size_t i = 0; i < len && used + 1 < size && in->rest.ptr[i] != '\0'; i++) {
		const char c = (char)in->rest.ptr[i];

		if (in->is_bland)
			text[used++] = bland(c);
		else
			text[used++] = c;
	}
	text[used] = '\0';
	in->rest = slice_after(in->rest, len < in->rest.len ? len + 1 : len);
}

static char *
next_string(struct input *in)
{
	char text[512];

	next_text(in, text, sizeof text);
	return xstrdup(text);
}

static void
fill_tcp(struct input *in, struct probe_tcp *tcp)
{
	tcp->end = (enum probe_tcp_end)next_below(in, PROBE_TCP_UNREACHABLE + 1);
	tcp->error = next_octet(in);
	tcp->has_icmp = tcp->end == PROBE_TCP_REJECTED;
	tcp->icmp.type = next_octet(in);
	tcp->icmp.code = next_octet(in);
	tcp->took_us = (uint64_t)next_octet(in) << next_below(in, 32);
}

static void
fill_certificate(struct input *in, struct probe_certificate *c)
{
	c->is_there = next_below(in, 2) != 0;
	c->faults = next_octet(in) | (unsigned)next_octet(in) << 8;
	c->faults &= (unsigned)PROBE_CERTIFICATE_OUR_CLOCK * 2 - 1;
	c->not_after_unix_s = (int64_t)next_octet(in) << next_below(in, 40);
	next_text(in, c->subject, sizeof c->subject);
	next_text(in, c->issuer, sizeof c->issuer);
	next_text(in, c->key_type, sizeof c->key_type);
	next_text(in, c->sha256, sizeof c->sha256);
	c->name_count = 1 + (size_t)next_octet(in);
	next_text(in, c->names[0], sizeof c->names[0]);
}

static void
fill_ehlo(struct input *in, struct probe_ehlo *e)
{
	e->is_there = next_below(in, 2) != 0;
	e->has_starttls = next_below(in, 2) != 0;
	e->size_max = (uint64_t)next_octet(in) << next_below(in, 57);
	next_text(in, e->text, sizeof e->text);
	next_text(in, e->mechanisms, sizeof e->mechanisms);
	next_text(in, e->masked, sizeof e->masked);
}

static void
fill_dialog(struct input *in, struct probe_dialog_facts *d)
{
	d->is_tried = true;
	d->is_implicit_tls = next_below(in, 2) != 0;
	fill_tcp(in, &d->tcp);
	for (size_t i = 0; i < PROBE_STAGE_COUNT; i++) {
		struct probe_stage_fact *s = &d->stages[i];

		s->end = (enum probe_stage_end)next_below(in, PROBE_STAGE_BROKEN + 1);
		s->code = next_octet(in);
		s->began_us = (uint64_t)next_octet(in) << 10;
		s->took_us = (uint64_t)next_octet(in) << 10;
		next_text(in, s->text, sizeof s->text);
	}
	fill_ehlo(in, &d->ehlo);
	fill_ehlo(in, &d->ehlo_tls);
	d->tls.trouble = (enum probe_tls_trouble)next_below(in, PROBE_TLS_OTHER + 1);
	next_text(in, d->tls.version, sizeof d->tls.version);
	next_text(in, d->tls.error, sizeof d->tls.error);
	fill_certificate(in, &d->tls.certificate);
	next_text(in, d->queue_id, sizeof d->queue_id);
}

static void
fill_path(struct input *in, struct probe_path *path)
{
	path->count = next_below(in, PROBE_HOPS_MAX + 1);
	path->end_ttl = path->count == 0 ? 0 : next_below(in, path->count + 1);
	path->last_router_ttl = path->count == 0 ? 0 : next_below(in, path->count + 1);
	for (unsigned i = 0; i < path->count; i++) {
		path->hops[i].kind = (enum probe_hop_kind)next_below(in, PROBE_HOP_LOCAL + 1);
		path->hops[i].who.octets[0] = next_octet(in);
	}
}

static void
fill_facts(struct input *in, struct doctor_facts *facts)
{
	next_text(in, facts->host, sizeof facts->host);
	next_text(in, facts->name.text, sizeof facts->name.text);
	next_text(in, facts->machine.label, sizeof facts->machine.label);
	facts->name.v4.end = (enum probe_name_end)next_below(in, PROBE_NAME_TIMEOUT + 1);
	facts->began_unix_ms = (int64_t)next_octet(in) << next_below(in, 50);
	facts->name.address_count = 1;
	(void)net_address_parse("2001:db8::1", 0, &facts->name.addresses[0]);
	facts->probe_count = PROBE_COUNT;
	facts->probes = xcalloc(PROBE_COUNT, sizeof *facts->probes);
	for (size_t i = 0; i < PROBE_COUNT; i++) {
		struct doctor_probe *p = &facts->probes[i];

		(void)net_address_parse(i == 0 ? "192.0.2.1" : "2001:db8::1", 0, &p->address);
		p->port = next_octet(in);
		fill_dialog(in, &p->dialog);
		fill_path(in, &p->path);
	}
	facts->control_count = CONTROL_COUNT;
	for (size_t i = 0; i < CONTROL_COUNT; i++) {
		next_text(in, facts->controls[i].name, sizeof facts->controls[i].name);
		fill_tcp(in, &facts->controls[i].tcp);
	}
}

static void
fill_verdict(struct input *in, struct doctor_verdict *v)
{
	v->sentence = next_string(in);
	v->is_fine = next_below(in, 2) != 0;
	v->use_port = next_octet(in);
	v->finding_count = FINDING_COUNT;
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		struct doctor_finding *f = &v->findings[i];

		f->cause = explain_cause_at(next_octet(in));
		if (f->cause == NULL)
			f->cause = explain_cause_at(0);
		f->weight = (enum doctor_weight)next_below(in, DOCTOR_NOTE + 1);
		f->confidence = (enum doctor_confidence)next_below(in, DOCTOR_POSSIBLE + 1);
		f->probe = next_below(in, PROBE_COUNT + 1);
		f->sentence = next_string(in);
		f->port = next_string(in);
		f->where = next_string(in);
		f->offender = next_string(in);
		f->detail = next_string(in);
		f->evidence_count = 1;
		f->evidence[0].text = next_string(in);
		f->excluded = next_string(in);
	}
}

struct check_case {
	struct doctor_facts facts;
	struct doctor_verdict verdict;
};

static struct check_case *
make_case(const uint8_t *octets, size_t len, bool is_bland)
{
	struct input in = { { octets, len }, is_bland };
	struct check_case *c = xcalloc(1, sizeof *c);

	fill_facts(&in, &c->facts);
	fill_verdict(&in, &c->verdict);
	return c;
}

static void
free_case(struct check_case *c)
{
	doctor_verdict_done(&c->verdict);
	doctor_facts_done(&c->facts);
	free(c);
}

static size_t
count(const struct buf *out, uint8_t c)
{
	size_t n = 0;

	for (size_t i = 0; i < out->len; i++)
		n += out->ptr[i] == c;
	return n;
}

static void
check_octets(const struct buf *out, bool is_ascii)
{
	check(!out->overflow);
	for (size_t i = 0; i < out->len; i++) {
		const uint8_t c = out->ptr[i];

		check(c == '\n' || (c >= ' ' && c != 0x7f));
		check(!is_ascii || c < 0x80);
	}
}

static void
check_texts(const struct check_case *c)
{
	struct buf out;

	buf_init(&out, DOCTOR_REPORT_MAX);
	doctor_report_text(&c->facts, &c->verdict, DOCTOR_STYLE_PLAIN, &out);
	check_octets(&out, true);
	buf_clear(&out);
	doctor_report_text(&c->facts, &c->verdict, DOCTOR_STYLE_UTF8, &out);
	check_octets(&out, false);
	buf_clear(&out);
	doctor_report_letter(&c->facts, &c->verdict, &out);
	check_octets(&out, true);
	buf_clear(&out);
	(void)doctor_report_nagios(&c->facts, &c->verdict, &out);
	check_octets(&out, true);
	check(count(&out, '\n') == 1 && count(&out, '|') == 1);
	buf_done(&out);
}

static void
check_json(const struct check_case *c)
{
	json_t *report = doctor_report_json(&c->facts, &c->verdict), *again;
	char *text = json_dumps(report, JSON_COMPACT);

	check(text != NULL);
	again = json_loads(text, 0, NULL);
	check(json_equal(report, again) != 0);
	json_decref(report);
	json_decref(again);
	free(text);
}

static void
check_page(const struct check_case *wild, const struct check_case *bland_case)
{
	static const uint8_t marks[] = { '<', '>', '"', '\'' };
	struct buf out, other;

	buf_init(&out, DOCTOR_REPORT_MAX);
	buf_init(&other, DOCTOR_REPORT_MAX);
	doctor_report_html(&wild->facts, &wild->verdict, &out);
	doctor_report_html(&bland_case->facts, &bland_case->verdict, &other);
	check(!out.overflow);
	for (size_t i = 0; i < sizeof marks; i++)
		check(count(&out, marks[i]) == count(&other, marks[i]));
	buf_done(&out);
	buf_done(&other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct check_case *wild = make_case(in, len, false), *other = make_case(in, len, true);

	check_texts(wild);
	check_json(wild);
	check_page(wild, other);
	free_case(wild);
	free_case(other);
	return 0;
}
