/* SPDX-License-Identifier: Apache-2.0 */
/* ports_text.c - a table of ports; what is the same for many of them is said once. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ports_view.h"
#include "probe/icmp.h"
#include "probe/service.h"
#include "util/alloc.h"

enum {
	ROWS_MAX = 10, /* of one fate; more share a line */
	LINE_WIDTH = 78,
	DETAIL_SIZE = 160,
	RANGE_SIZE = 16,
	PORTS_NOTED = 20, /* so many silent ones that a limit on rejections would show */
};

/* Did both ports meet the same end, by the same hand? */
static bool
is_same_fate(const struct probe_scan_port *a, const struct probe_scan_port *b)
{
	if (a->state != b->state)
		return false;
	if (a->state == PROBE_PORT_REJECTED)
		return a->tcp.icmp.type == b->tcp.icmp.type &&
		       a->tcp.icmp.code == b->tcp.icmp.code &&
		       memcmp(&a->tcp.icmp.offender, &b->tcp.icmp.offender, sizeof(struct ip)) == 0;
	return a->state != PROBE_PORT_FAILED || a->tcp.error == b->tcp.error;
}

/* Ports of one fate. */
struct fate {
	const struct probe_scan_port *first;
	size_t count;
};

/* A scan, with the fates that its ports have met. */
struct table {
	const struct ports_view *view;
	const struct ports_scan *scan;
	struct fate *fates;
	size_t fate_count;
};

static struct fate *
find_fate(const struct table *t, const struct probe_scan_port *p)
{
	for (size_t i = 0; i < t->fate_count; i++)
		if (is_same_fate(t->fates[i].first, p))
			return &t->fates[i];
	return NULL;
}

static void
count_fates(struct table *t)
{
	for (size_t i = 0; i < t->scan->count; i++) {
		const struct probe_scan_port *p = &t->scan->ports[i];
		struct fate *fate = find_fate(t, p);

		if (fate != NULL) {
			fate->count++;
			continue;
		}
		t->fates = xrealloc(t->fates, (t->fate_count + 1) * sizeof *t->fates);
		t->fates[t->fate_count++] = (struct fate){ p, 1 };
	}
}

static bool
is_gateway(const struct probe_host *machine, const struct ip *ip)
{
	return (machine->has_gateway_v4 && memcmp(ip, &machine->gateway_v4, sizeof *ip) == 0) ||
	       (machine->has_gateway_v6 && memcmp(ip, &machine->gateway_v6, sizeof *ip) == 0);
}

static const char *
whose(const struct table *t, const struct ip *ip)
{
	if (probe_host_owns(t->view->machine, ip))
		return " (this machine)";
	if (memcmp(ip, &t->scan->ip, sizeof *ip) == 0)
		return " (the host itself)";
	return is_gateway(t->view->machine, ip) ? " (the gateway of this network)" : "";
}

/* What came back, in words. */
static void
describe(const struct table *t, const struct probe_scan_port *p, char words[DETAIL_SIZE])
{
	char offender[IP_TEXT_SIZE];

	switch (p->state) {
	case PROBE_PORT_OPEN:
		(void)snprintf(words, DETAIL_SIZE, "round trip %.2f ms%s",
		    (double)p->tcp.rtt_us / 1000, p->tcp.error == 0 ? "" : ", and reset at once");
		break;
	case PROBE_PORT_CLOSED:
		(void)snprintf(words, DETAIL_SIZE, "reset");
		break;
	case PROBE_PORT_REJECTED:
		ip_print(&p->tcp.icmp.offender, offender);
		(void)snprintf(words, DETAIL_SIZE, "%s, says %s%s", probe_icmp_name(&p->tcp.icmp),
		    offender, whose(t, &p->tcp.icmp.offender));
		break;
	case PROBE_PORT_FILTERED:
		(void)snprintf(words, DETAIL_SIZE, "no answer");
		break;
	case PROBE_PORT_FAILED:
		(void)snprintf(words, DETAIL_SIZE, "%s%s", strerrordesc_np(p->tcp.error),
		    p->tcp.end == PROBE_TCP_LOCAL ? ", says this machine" : "");
		break;
	}
}

static size_t
count_state(const struct ports_scan *s, enum probe_port_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		count += s->ports[i].state == state;
	return count;
}

static void
print_row(const struct table *t, const struct probe_scan_port *p)
{
	const char *name = probe_service_name(p->port);
	char words[DETAIL_SIZE];

	describe(t, p, words);
	(void)printf("  %5u  %-8s  %-11s  %s\n", p->port, probe_port_state_name(p->state),
	    name == NULL ? "" : name, words);
}

static bool
has_row(const struct table *t, const struct probe_scan_port *p)
{
	const struct fate *fate;

	if (p->state == PROBE_PORT_OPEN)
		return true;
	fate = find_fate(t, p);
	return !t->view->is_open_only && fate != NULL && fate->count <= ROWS_MAX;
}

static void
print_rows(const struct table *t)
{
	bool is_first = true;

	for (size_t i = 0; i < t->scan->count; i++) {
		if (!has_row(t, &t->scan->ports[i]))
			continue;
		if (is_first)
			(void)puts("   PORT  STATE     SERVICE      WHAT CAME BACK");
		is_first = false;
		print_row(t, &t->scan->ports[i]);
	}
}

/* The end of the run of ports that begins at i and shares its fate, by number without a gap. */
static size_t
find_run_end(const struct ports_scan *s, size_t i)
{
	while (i + 1 < s->count && s->ports[i + 1].port == s->ports[i].port + 1 &&
	       is_same_fate(&s->ports[i + 1], &s->ports[i]))
		i++;
	return i;
}

/* "1-24,26-464", in lines. */
static void
print_ranges(const struct ports_scan *s, const struct probe_scan_port *fate)
{
	int column = printf("          ");

	for (size_t i = 0; i < s->count; i++) {
		const size_t first = i;
		char range[RANGE_SIZE];
		int len;

		if (!is_same_fate(&s->ports[i], fate))
			continue;
		i = find_run_end(s, i);
		len = i == first ? snprintf(range, sizeof range, "%u", s->ports[i].port)
				 : snprintf(range, sizeof range, "%u-%u", s->ports[first].port,
				       s->ports[i].port);
		if (column + len + 1 > LINE_WIDTH)
			column = printf("\n          ") - 1;
		column += printf(" %s", range);
	}
	(void)putchar('\n');
}

static void
print_crowd(const struct table *t, const struct fate *fate)
{
	const struct probe_scan_port *p = fate->first;
	char words[DETAIL_SIZE];

	describe(t, p, words);
	(void)printf("  %5zu  %s: %s\n", fate->count, probe_port_state_name(p->state), words);
	print_ranges(t->scan, p);
}

static void
print_absence(const struct table *t)
{
	char words[DETAIL_SIZE];

	for (size_t i = 0; i < t->fate_count; i++) {
		if (t->fates[i].first->state != PROBE_PORT_REJECTED)
			continue;
		describe(t, t->fates[i].first, words);
		(void)printf("  no machine there has this address: %s\n", words);
		return;
	}
}

static void
print_table(const struct table *t)
{
	print_rows(t);
	for (size_t i = 0; i < t->fate_count; i++)
		if (!t->view->is_open_only && !has_row(t, t->fates[i].first))
			print_crowd(t, &t->fates[i]);
}

static void
print_scan(const struct ports_view *v, const struct ports_scan *s)
{
	struct table t = { .view = v, .scan = s };
	char ip[IP_TEXT_SIZE];

	ip_print(&s->ip, ip);
	if (strcmp(ip, v->host) == 0)
		(void)puts(ip);
	else
		(void)printf("%s (%s)\n", v->host, ip);
	count_fates(&t);
	if (s->is_absent)
		print_absence(&t);
	else
		print_table(&t);
	free(t.fates);
}

static void
print_summary(const struct ports_scan *s)
{
	(void)printf("  %zu port%s in %.1f s", s->count, s->count == 1 ? "" : "s",
	    (double)s->took_us / 1000000);
	for (int state = 0; !s->is_absent && state < PROBE_PORT_STATE_COUNT; state++) {
		const size_t count = count_state(s, (enum probe_port_state)state);

		if (count > 0)
			(void)printf(
			    ", %zu %s", count, probe_port_state_name((enum probe_port_state)state));
	}
	(void)putchar('\n');
	if (!s->is_absent && count_state(s, PROBE_PORT_REJECTED) > 0 &&
	    count_state(s, PROBE_PORT_FILTERED) >= PORTS_NOTED)
		(void)puts("  Most systems limit how often they reject: what is shown as filtered "
			   "may\n  be rejected, too. Ask for few ports, or with a low --rate.");
}

void
ports_text(const struct ports_view *view)
{
	for (size_t i = 0; i < view->scan_count; i++) {
		if (i > 0)
			(void)putchar('\n');
		print_scan(view, &view->scans[i]);
		print_summary(&view->scans[i]);
	}
}
