/* SPDX-License-Identifier: Apache-2.0 */
/* judge_refused.c - the connection was refused: by whom, and does he stand where he says? */
#include "doctor/judge.h"

#include <stdio.h>
#include <string.h>

#include "doctor/view.h"
#include "doctor/where.h"
#include "doctor/words.h"

/*
 * That long takes a router, or this machine, to find that nobody answers to ARP or to neighbour
 * discovery: three tries a second apart. A route or a firewall that says no does so at once, or a
 * second later when its messages are limited to so many a second.
 */
#define NEIGHBOUR_MS 2500

/* Of ICMP and of ICMPv6. */
enum { TIME_EXCEEDED_V4 = 11, TIME_EXCEEDED_V6 = 3 };

static void
prove_reset(const struct doctor_judging *j, struct doctor_finding *f)
{
	doctor_finding_prove(f, "%s answered the SYN with a reset after %s; no ICMP came.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_time(j->probe->dialog.tcp.took_us).text);
}

/* Is the same port of other hosts reset, too? */
static void
prove_other_hosts(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct doctor_view_controls mail =
	    doctor_view_controls(j->facts, DOCTOR_CONTROL_SUBMISSION, doctor_view_is_v4(j->probe));

	if (mail.open != 0)
		doctor_finding_prove(f, "Port 587 of another mail server (%s) is open from here.",
		    mail.first_alive->name);
	else if (mail.tried != 0)
		doctor_finding_prove(f, "Port 587 of %zu other mail server%s does not open either.",
		    mail.tried, mail.tried == 1 ? "" : "s");
}

/* Even a TTL of 1 is answered so: before any router has sent it on. */
static bool
is_before_first(const struct doctor_probe *p)
{
	return p->path.count != 0 && p->path.hops[0].kind == PROBE_HOP_RESET;
}

static struct doctor_finding *
find_forged(const struct doctor_judging *j, const struct doctor_forger *forger)
{
	struct doctor_finding *f = doctor_judge_find(j, "port-reset-forged", DOCTOR_BROKEN);

	if (is_before_first(j->probe))
		doctor_finding_say(f,
		    "Port %u is refused by this machine's own firewall or by the first router%s%s, "
		    "not by the server: the reset is forged.",
		    (unsigned)j->probe->port, forger->has_who ? ", " : "",
		    forger->has_who ? doctor_words_ip(&forger->who).text : "");
	else
		doctor_finding_say(f,
		    "Port %u is refused by something on the way%s%s, not by the server: the reset "
		    "is forged.",
		    (unsigned)j->probe->port, forger->text[0] == '\0' ? "" : ", ", forger->text);
	prove_reset(j, f);
	doctor_finding_prove(f, "%s", forger->proof);
	prove_other_hosts(j, f);
	if (forger->text[0] != '\0')
		doctor_finding_set(&f->where, "%s", forger->text);
	if (forger->has_who)
		doctor_finding_set(&f->offender, "%s", doctor_words_ip(&forger->who).text);
	if (!forger->is_by_ladder)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	doctor_finding_exclude(f, "The server did not send it: its own answers come from further "
				  "away.");
	return f;
}

static struct doctor_finding *
find_closed(const struct doctor_judging *j, const struct doctor_forger *forger)
{
	struct doctor_finding *f = doctor_judge_find(j, "port-closed", DOCTOR_BROKEN);
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const struct doctor_probe *alive = doctor_view_alive(j->facts, j->probe);

	doctor_finding_say(f, "Nothing listens on port %u of %s: it refuses connections.",
	    (unsigned)j->probe->port, doctor_words_host(j->facts));
	prove_reset(j, f);
	if (alive != NULL)
		doctor_finding_prove(f, "Port %u of the same host %s.", (unsigned)alive->port,
		    alive->dialog.tcp.end == PROBE_TCP_OPEN ? "is open" : "is closed as well");
	if (forger->is_compared)
		doctor_finding_exclude(f, "A firewall on the way that forges the reset is "
					  "excluded: it comes from as far as the host's other "
					  "answers.");
	else if (route != NULL && (route->is_loopback || !route->has_gateway))
		doctor_finding_exclude(f, "No router is between, so none can have forged it.");
	else {
		doctor_finding_doubt(f, DOCTOR_LIKELY);
		doctor_finding_exclude(f, "A firewall that forges resets looks the same; no open "
					  "port of the host was there to compare distances.");
	}
	return f;
}

struct doctor_finding *
doctor_judge_reset(const struct doctor_judging *j)
{
	struct doctor_forger forger;

	doctor_where_forged(j->facts, j->probe, &forger);
	return forger.is_seen ? find_forged(j, &forger) : find_closed(j, &forger);
}

/* Does the ICMP say that the host cannot be reached, rather than that it may not be? */
static bool
is_unreachable(const struct probe_icmp *icmp)
{
	if (icmp->is_v6)
		return icmp->type == 1 && (icmp->code == 0 || icmp->code == 2 || icmp->code == 3);
	return icmp->type == 3 && (icmp->code == 0 || icmp->code == 1 || icmp->code == 6 ||
				      icmp->code == 7 || icmp->code == 8);
}

/* The whole TTL was used up on the way: routers send it in a circle. */
static bool
is_loop(const struct probe_icmp *icmp)
{
	return icmp->type == (icmp->is_v6 ? TIME_EXCEEDED_V6 : TIME_EXCEEDED_V4);
}

/* The router of the last link, or this machine on its own, has looked for it. */
static bool
is_host_code(const struct probe_icmp *icmp)
{
	return icmp->is_v6 ? icmp->type == 1 && icmp->code == 3
			   : icmp->type == 3 && icmp->code == 1;
}

/* The slowest rejection of that address: SYNs that came later share the wait of the first. */
static uint64_t
slowest_us(const struct doctor_judging *j)
{
	uint64_t us = 0;

	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *p = &j->facts->probes[i];

		if (doctor_view_same_ip(&p->address, &j->probe->address) &&
		    p->dialog.tcp.end == PROBE_TCP_REJECTED && p->dialog.tcp.took_us > us)
			us = p->dialog.tcp.took_us;
	}
	return us;
}

static void
prove_icmp(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_tcp *tcp = &j->probe->dialog.tcp;
	const unsigned hop = doctor_where_hop(j->facts, j->probe, &tcp->icmp.offender);

	doctor_finding_prove(f, "The SYN to %s was answered by %s with %s after %s.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_who(j->facts, &tcp->icmp.offender).text,
	    doctor_words_icmp(&tcp->icmp).text, doctor_words_time(tcp->took_us).text);
	doctor_finding_set(&f->offender, "%s", doctor_words_ip(&tcp->icmp.offender).text);
	if (hop != 0)
		doctor_finding_set(&f->where, "%s", doctor_words_hops(hop).text);
}

/* It is not the only way where packets of the other family do go out. */
static const char *
words_of_family(const struct doctor_judging *j)
{
	const bool is_v4 = doctor_view_is_v4(j->probe);

	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *p = &j->facts->probes[i];

		if (doctor_view_is_v4(p) != is_v4 && doctor_view_is_answered(p) &&
		    !(p->dialog.tcp.has_icmp &&
			probe_host_owns(&j->facts->machine, &p->dialog.tcp.icmp.offender)))
			return is_v4 ? " over IPv4" : " over IPv6";
	}
	return "";
}

/* Nobody has the address on the last link; who says so is this machine or the last router. */
static struct doctor_finding *
find_absent(const struct doctor_judging *j)
{
	const struct ip *who = &j->probe->dialog.tcp.icmp.offender;
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const bool is_own = probe_host_owns(&j->facts->machine, who);
	const bool is_gateway = is_own && route != NULL && route->has_gateway;
	struct doctor_finding *f =
	    doctor_judge_find(j, is_gateway ? "network-down" : "host-down", DOCTOR_BROKEN);

	prove_icmp(j, f);
	if (is_gateway)
		doctor_finding_say(f,
		    "Your router, %s, does not answer: this machine has no way "
		    "out%s.",
		    doctor_words_ip(&route->gateway).text, words_of_family(j));
	else
		doctor_finding_say(f,
		    "The server is down, or no machine has the address %s: nobody answers for it "
		    "on its own network.",
		    doctor_words_address(&j->probe->address).text);
	return f;
}

static struct doctor_finding *
find_unreachable(const struct doctor_judging *j)
{
	const struct doctor_words who =
	    doctor_words_who(j->facts, &j->probe->dialog.tcp.icmp.offender);
	struct doctor_finding *f = doctor_judge_find(j, "host-unreachable", DOCTOR_BROKEN);

	prove_icmp(j, f);
	if (is_loop(&j->probe->dialog.tcp.icmp))
		doctor_finding_say(f,
		    "There is no way to the server's address %s: routers send packets in a circle, "
		    "the last that was heard of is %s.",
		    doctor_words_address(&j->probe->address).text, who.text);
	else
		doctor_finding_say(f, "There is no way to the server's address %s: %s says so.",
		    doctor_words_address(&j->probe->address).text, who.text);
	return f;
}

static struct doctor_finding *
find_local_firewall(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "local-firewall", DOCTOR_BROKEN);

	prove_icmp(j, f);
	doctor_finding_say(f, "The firewall of this machine itself rejects connections to port %u.",
	    (unsigned)j->probe->port);
	doctor_finding_exclude(f,
	    "The network is not the cause: the ICMP message is from this machine's own "
	    "address.");
	return f;
}

/* Who says no, as a sentence has it. */
static void
say_rejected(
    const struct doctor_judging *j, struct doctor_finding *f, const struct doctor_forger *forger)
{
	const struct ip *who = &j->probe->dialog.tcp.icmp.offender;
	const unsigned port = j->probe->port;
	const unsigned hop = doctor_where_hop(j->facts, j->probe, who);
	char away[48] = "";

	if (hop != 0)
		(void)snprintf(away, sizeof away, ", %.32s", doctor_words_hops(hop).text);
	if (doctor_view_is_target(j->facts, who) && forger->is_seen)
		doctor_finding_say(f,
		    "A firewall on the way%s%s rejects port %u in the server's name.",
		    forger->text[0] == '\0' ? "" : ", ", forger->text, port);
	else if (doctor_view_is_target(j->facts, who))
		doctor_finding_say(f, "The server's own firewall rejects port %u.", port);
	else if (doctor_view_is_gateway(j->facts, who))
		doctor_finding_say(f, "Port %u is blocked by your router, %s, which rejects it.",
		    port, doctor_words_ip(who).text);
	else
		doctor_finding_say(f,
		    "Port %u is blocked by a firewall between you and the server%s: %s rejects it.",
		    port, away, doctor_words_who(j->facts, who).text);
}

static struct doctor_finding *
find_rejected(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "port-rejected", DOCTOR_BROKEN);
	const struct doctor_probe *alive = doctor_view_alive(j->facts, j->probe);
	struct doctor_forger forger;

	doctor_where_forged(j->facts, j->probe, &forger);
	prove_icmp(j, f);
	say_rejected(j, f, &forger);
	if (forger.is_seen)
		doctor_finding_prove(f, "%s", forger.proof);
	if (alive != NULL)
		doctor_finding_prove(f, "The host itself is there: port %u %s.",
		    (unsigned)alive->port,
		    alive->dialog.tcp.end == PROBE_TCP_OPEN ? "is open" : "answers");
	prove_other_hosts(j, f);
	doctor_finding_exclude(f, "It is not that nothing listens there: then the server would "
				  "answer with a reset of TCP, not with ICMP.");
	return f;
}

struct doctor_finding *
doctor_judge_rejected(const struct doctor_judging *j)
{
	const struct probe_icmp *icmp = &j->probe->dialog.tcp.icmp;
	const bool is_own = probe_host_owns(&j->facts->machine, &icmp->offender) &&
			    !doctor_view_is_target(j->facts, &icmp->offender);
	const bool is_slow = slowest_us(j) >= (uint64_t)NEIGHBOUR_MS * 1000;
	const bool is_alive = doctor_view_alive(j->facts, j->probe) != NULL;

	if (is_loop(icmp))
		return find_unreachable(j);
	if (is_host_code(icmp) && !is_alive && is_slow)
		return find_absent(j);
	if (is_own)
		return find_local_firewall(j);
	if (is_unreachable(icmp) && !is_alive)
		return find_unreachable(j);
	return find_rejected(j);
}

struct doctor_finding *
doctor_judge_unreachable(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "host-unreachable", DOCTOR_BROKEN);

	doctor_finding_say(f, "There is no way to the server's address %s: %s.",
	    doctor_words_address(&j->probe->address).text,
	    strerrordesc_np(j->probe->dialog.tcp.error));
	doctor_finding_prove(f, "connect() to %s: %s after %s; who said so is not known.",
	    doctor_words_endpoint(j->probe).text, strerrordesc_np(j->probe->dialog.tcp.error),
	    doctor_words_time(j->probe->dialog.tcp.took_us).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}
