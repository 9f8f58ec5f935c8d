/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_family.c - the host works at some of its addresses and not at others.
 *
 * Programs that try the addresses in order hang at the dead ones, or give up there; that is a
 * trouble of its own, though mail does go out from here.
 */
#include "doctor/judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"
#include "util/ip.h"

struct family_count {
	size_t tried, broken;
};

static struct family_count
count_family(const struct doctor_facts *facts, const struct doctor_subject *subject, bool is_v4)
{
	struct family_count n = { 0 };

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (p->port != subject->port || p->is_control || !p->dialog.is_tried ||
		    doctor_view_is_v4(p) != is_v4)
			continue;
		n.tried++;
		n.broken += subject->broken[i] != NULL;
	}
	return n;
}

/* A machine without IPv6 does not miss it: programs fail at once there and take IPv4. */
static bool
is_of_no_matter(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	const struct doctor_probe *p = &facts->probes[f->probe];

	return strcmp(f->cause->id, "local-no-route") == 0 && !doctor_view_is_v4(p) &&
	       (!doctor_view_has_v6_address(facts) || p->dialog.tcp.error == EAFNOSUPPORT);
}

static bool
is_public(const struct net_address *address)
{
	struct ip ip;

	return net_address_ip(address, &ip) && !ip_is_nowhere(&ip) && !ip_is_private(&ip);
}

/* Whom else it belongs to, when DNS gives it beside public ones; NULL: nothing to say. */
static const char *
words_of_stray(const struct probe_name *n, const struct net_address *address)
{
	bool is_mixed = false;
	struct ip ip;

	for (size_t i = 0; i < n->address_count; i++)
		is_mixed = is_mixed || is_public(&n->addresses[i]);
	if (!is_mixed || n->is_from_hosts || !net_address_ip(address, &ip))
		return NULL;
	if (ip_is_nowhere(&ip))
		return "that is this machine itself, and no public address of anybody";
	return ip_is_private(&ip) ? "that is in a private network, and no public address of anybody"
				  : NULL;
}

static struct doctor_finding *
find_partial(const struct doctor_facts *facts, const struct doctor_subject *subject,
    struct doctor_verdict *verdict, const char *id)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, id, DOCTOR_WARNING, subject->deciding->probe);
	const struct doctor_probe *p = &facts->probes[subject->deciding->probe];
	const struct doctor_words where = doctor_words_address(&p->address);
	/* What is refused costs no time: programs go on to the next address. */
	const bool is_closed = p->dialog.tcp.end == PROBE_TCP_RESET;
	const char *stray = words_of_stray(&facts->name, &p->address);

	if (strcmp(id, "address-broken") == 0)
		doctor_finding_say(f,
		    "Port %u works, but not at every address of the server: at %s it does not%s%s.",
		    (unsigned)subject->port, where.text, stray == NULL ? "" : "; ",
		    stray == NULL ? "" : stray);
	else
		doctor_finding_say(f, "Port %u works over %s, but not over %s (%s): %s.",
		    (unsigned)subject->port, doctor_view_is_v4(p) ? "IPv6" : "IPv4",
		    doctor_view_is_v4(p) ? "IPv4" : "IPv6", where.text,
		    stray != NULL ? stray
		    : is_closed   ? "connections are refused there"
				  : "programs that try that first hang or fail");
	doctor_finding_set(&f->port, "%u", (unsigned)subject->port);
	doctor_finding_set(&f->detail, "%s", where.text);
	doctor_finding_prove(
	    f, "It works at %zu of %zu addresses.", subject->working, subject->tried);
	if (strstr(subject->deciding->sentence, where.text) != NULL)
		doctor_finding_prove(f, "%s", subject->deciding->sentence);
	else
		doctor_finding_prove(f, "At %s: %s", where.text, subject->deciding->sentence);
	return f;
}

/* What is broken at one address is no more than a warning when others work. */
static void
soften(const struct doctor_subject *subject, size_t count, enum doctor_weight weight)
{
	for (size_t i = 0; i < count; i++)
		if (subject->broken[i] != NULL)
			subject->broken[i]->weight = weight;
}

struct doctor_finding *
doctor_judge_family(const struct doctor_facts *facts, const struct doctor_subject *subject,
    struct doctor_verdict *verdict)
{
	const struct family_count v4 = count_family(facts, subject, true);
	const struct family_count v6 = count_family(facts, subject, false);
	const char *id = "address-broken";

	if (is_of_no_matter(facts, subject->deciding)) {
		soften(subject, facts->probe_count, DOCTOR_NOTE);
		return NULL;
	}
	soften(subject, facts->probe_count, DOCTOR_WARNING);
	if (v6.broken == v6.tried && v6.tried != 0 && v4.broken == 0)
		id = "ipv6-broken";
	else if (v4.broken == v4.tried && v4.tried != 0 && v6.broken == 0)
		id = "ipv4-broken";
	return find_partial(facts, subject, verdict, id);
}
