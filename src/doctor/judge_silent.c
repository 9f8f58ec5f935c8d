/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_silent.c - nothing came back at all.
 *
 * Silence by itself says nothing. Three comparisons give it a meaning: other ports of the same host
 * (is it alive?), the same port of other hosts (is it this network?), and how far packets come
 * (where?).
 */
#include "doctor/judge.h"

#include <stdio.h>

#include "doctor/view.h"
#include "doctor/where.h"
#include "doctor/words.h"
#include "util/port.h"

struct silence {
	const struct doctor_probe *alive; /* another port of the host that answered; NULL: none */
	struct doctor_where where;
	struct doctor_view_controls mail, web; /* other hosts */
	bool is_comparable; /* does the port 587 of other hosts say anything of this one? */
	bool is_near_alive; /* gateway, resolver or a router answered */
};

static void
prove_silence(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_tcp *tcp = &j->probe->dialog.tcp;

	doctor_finding_prove(f, "%s did not answer within %s (the SYN was sent %u time%s).",
	    doctor_words_endpoint(j->probe).text, doctor_words_time(tcp->took_us).text,
	    tcp->retransmits + 1, tcp->retransmits == 0 ? "" : "s");
	if (j->probe->again != NULL && j->probe->again->is_tried)
		doctor_finding_prove(f, "Nor a second later: a router that rejects, but had said "
					"by ICMP what it may in a "
					"second, could have spoken again.");
}

static void
prove_alive(const struct silence *s, struct doctor_finding *f)
{
	if (s->alive != NULL)
		doctor_finding_prove(f, "The host itself is there: port %u %s.",
		    (unsigned)s->alive->port,
		    s->alive->dialog.tcp.end == PROBE_TCP_OPEN ? "is open" : "answers, closed");
}

static void
prove_mail(const struct silence *s, struct doctor_finding *f)
{
	if (!s->is_comparable)
		return;
	if (s->mail.tried == 0)
		doctor_finding_prove(f, "No other mail server could be tried for comparison.");
	else if (s->mail.alive != 0)
		doctor_finding_prove(f, "Port 587 of another mail server (%s) answers from here.",
		    s->mail.first_alive->name);
	else
		doctor_finding_prove(f,
		    "Port 587 of %zu other mail server%s that %s tried (%s%s) is silent, too.",
		    s->mail.tried, s->mail.tried == 1 ? "" : "s",
		    s->mail.tried == 1 ? "was" : "were",
		    s->mail.first_silent == NULL ? "?" : s->mail.first_silent->name,
		    s->mail.tried == 1 ? "" : ", ...");
}

static void
prove_place(const struct silence *s, struct doctor_finding *f)
{
	if (s->where.proof[0] != '\0')
		doctor_finding_prove(f, "%s", s->where.proof);
	if (s->where.text[0] != '\0')
		doctor_finding_set(&f->where, "%s", s->where.text);
	if (s->where.has_who)
		doctor_finding_set(&f->offender, "%s", doctor_words_ip(&s->where.who).text);
}

static void
prove_all(const struct doctor_judging *j, const struct silence *s, struct doctor_finding *f)
{
	prove_silence(j, f);
	prove_alive(s, f);
	prove_mail(s, f);
	prove_place(s, f);
}

/* Port is dropped on the way, somewhere that may be known. */
static struct doctor_finding *
find_filtered(const struct doctor_judging *j, const struct silence *s)
{
	struct doctor_finding *f = doctor_judge_find(j, "port-filtered", DOCTOR_BROKEN);
	const bool is_ours = s->mail.tried != 0 && s->mail.alive == 0;
	const unsigned port = j->probe->port;

	prove_all(j, s, f);
	if (s->where.side == DOCTOR_SIDE_HERE || s->where.side == DOCTOR_SIDE_BETWEEN)
		doctor_finding_say(f, "Port %u is blocked%s, %s.", port,
		    is_ours ? " on your side of the network" : " on the way to the server",
		    s->where.text);
	else if (is_ours && s->where.side == DOCTOR_SIDE_SERVER && s->where.hop != 0)
		doctor_finding_say(f,
		    "Port %u is blocked on your side of the network, %s, behind %s or on the way "
		    "back.",
		    port, doctor_words_hops(s->where.hop).text,
		    doctor_words_who(j->facts, &s->where.who).text);
	else if (is_ours)
		doctor_finding_say(f,
		    "Port %u is blocked on your side of the network: no mail server that was tried "
		    "answers.",
		    port);
	else if (s->where.text[0] != '\0')
		doctor_finding_say(f, "Port %u is blocked, %s.", port, s->where.text);
	else
		doctor_finding_say(f,
		    "Port %u is blocked by a filter somewhere between this "
		    "machine and the server.",
		    port);
	if (s->mail.tried == 0 || s->alive == NULL)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	if (is_ours && s->mail.tried == 1 && s->web.alive == 0)
		doctor_finding_doubt(f, DOCTOR_LIKELY);
	if (s->alive != NULL)
		doctor_finding_exclude(f, "The server is not down: another port of it answers.");
	if (s->mail.alive != 0)
		doctor_finding_exclude(f, "It is not all mail that is blocked here: another mail "
					  "server's port 587 answers.");
	return f;
}

/* Only this server's, only for us, and the packets come as far as its last router. */
static struct doctor_finding *
find_shut_out(const struct doctor_judging *j, const struct silence *s)
{
	struct doctor_finding *f = doctor_judge_find(j, "server-blocks-you", DOCTOR_BROKEN);

	prove_all(j, s, f);
	doctor_finding_say(f,
	    "The side of %s does not let you in on port %u: a firewall there, a list of "
	    "allowed addresses, or a ban of your address.",
	    doctor_words_host(j->facts), (unsigned)j->probe->port);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	doctor_finding_exclude(f,
	    "Your network does not block port 587: another mail server answers on it. From "
	    "outside a ban cannot be told from a firewall, nor from a service that is too busy to "
	    "take connections.");
	return f;
}

/* Several addresses, and not a word from any. */
static bool
is_all_silent(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (facts->probes[i].dialog.tcp.end != PROBE_TCP_SILENT &&
		    facts->probes[i].dialog.tcp.end != PROBE_TCP_NOT_TRIED)
			return false;
	return facts->name.address_count > 1;
}

static struct doctor_finding *
find_host_down(const struct doctor_judging *j, const struct silence *s)
{
	struct doctor_finding *f = doctor_judge_find(j, "host-down", DOCTOR_BROKEN);

	prove_all(j, s, f);
	if (is_all_silent(j->facts))
		doctor_finding_say(f,
		    "None of the %zu addresses of %s%s answers on any port that was tried: it is "
		    "down, or something before it drops everything.",
		    j->facts->name.address_count, doctor_words_host(j->facts),
		    j->facts->name.v4.left_out + j->facts->name.v6.left_out == 0
			? ""
			: " that were looked at");
	else
		doctor_finding_say(f,
		    "%s does not answer on any port that was tried: it is down, or something "
		    "before it drops everything.",
		    doctor_words_address(&j->probe->address).text);
	doctor_finding_doubt(f, s->mail.alive != 0 ? DOCTOR_LIKELY : DOCTOR_POSSIBLE);
	if (s->mail.alive != 0)
		doctor_finding_exclude(
		    f, "Your network is fine: another mail server's port 587 answers.");
	return f;
}

/* The host has addresses of one family only: nothing is known of the other. */
static bool
is_one_family(const struct doctor_judging *j)
{
	const bool is_v4 = doctor_view_is_v4(j->probe);

	for (size_t i = 0; i < j->facts->probe_count; i++)
		if (doctor_view_is_v4(&j->facts->probes[i]) != is_v4)
			return false;
	return is_v4 ? j->facts->machine.has_v6 : j->facts->machine.has_v4;
}

static struct doctor_finding *
find_network_down(const struct doctor_judging *j, const struct silence *s)
{
	const char *family = doctor_view_is_v4(j->probe) ? "IPv4" : "IPv6";
	const char *other = doctor_view_is_v4(j->probe) ? "IPv6" : "IPv4";
	struct doctor_finding *f = doctor_judge_find(j, "network-down", DOCTOR_BROKEN);

	prove_all(j, s, f);
	if (is_one_family(j))
		doctor_finding_say(f,
		    "Nothing outside answers this machine over %s, and %s has no %s address: over "
		    "%s there is no way out of this network.",
		    family, doctor_words_host(j->facts), other, family);
	else
		doctor_finding_say(f,
		    "Nothing outside answers this machine: no mail server, no web server. There is "
		    "no way to the Internet, or a firewall or a login page of the network keeps "
		    "everything in.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_nothing(const struct doctor_judging *j, const struct silence *s)
{
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	prove_all(j, s, f);
	doctor_finding_say(f,
	    "%s is silent on every port, and nothing else could be reached to compare with: "
	    "whether the server, this network or this machine is at fault cannot be said.",
	    doctor_words_address(&j->probe->address).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/* Does another port of the host come further, though neither is answered? */
static bool
is_shorter(const struct doctor_judging *j, unsigned *ret_further)
{
	unsigned further = 0;

	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *other = &j->facts->probes[i];

		if (doctor_view_same_ip(&other->address, &j->probe->address) &&
		    other->path.last_router_ttl > further)
			further = other->path.last_router_ttl;
	}
	*ret_further = further;
	return doctor_view_has_path(j->probe) && further > j->probe->path.last_router_ttl;
}

/* No port of the host answered. */
static struct doctor_finding *
judge_dead(const struct doctor_judging *j, struct silence *s)
{
	struct doctor_finding *f;
	unsigned further;

	if (is_shorter(j, &further)) {
		f = find_filtered(j, s);
		doctor_finding_prove(f,
		    "SYNs to another port of the host are answered by routers up to hop %u.",
		    further);
		return f;
	}
	if (s->mail.alive != 0)
		return find_host_down(j, s);
	if (s->mail.tried != 0 && s->web.alive != 0) {
		f = find_filtered(j, s);
		doctor_finding_exclude(f, "Whether the server is up is not known: it answers on "
					  "no port that was tried.");
		return f;
	}
	if (s->mail.tried == 0 && further != 0)
		return find_host_down(j, s);
	if (s->mail.tried != 0 && s->is_near_alive)
		return find_network_down(j, s);
	return find_nothing(j, s);
}

static bool
is_near_alive(const struct doctor_judging *j)
{
	const bool is_v4 = doctor_view_is_v4(j->probe);

	return doctor_view_controls(j->facts, DOCTOR_CONTROL_GATEWAY, is_v4).alive != 0 ||
	       doctor_view_controls(j->facts, DOCTOR_CONTROL_RESOLVER, is_v4).alive != 0 ||
	       j->probe->path.last_router_ttl != 0;
}

/*
 * Of the host's other ports the first router takes the connection for itself: what is open there is
 * a page to log in to this network, and not the host.
 */
struct doctor_finding *
doctor_judge_captive(const struct doctor_judging *j)
{
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const struct doctor_probe *control = doctor_view_measured(j->facts, j->probe);
	struct doctor_finding *f;

	if (route == NULL || !route->has_gateway || control == NULL || control->path.end_ttl != 1 ||
	    control->dialog.tcp.end != PROBE_TCP_OPEN)
		return NULL;
	f = doctor_judge_find(j, "network-down", DOCTOR_BROKEN);
	doctor_finding_say(f,
	    "This network lets nothing out yet: your router, %s, answers in the place of others on "
	    "port %u, as a login page does, and keeps port %u shut.",
	    doctor_words_ip(&route->gateway).text, (unsigned)control->port,
	    (unsigned)j->probe->port);
	doctor_finding_set(&f->where, "%s", "1 hop away");
	doctor_finding_set(&f->offender, "%s", doctor_words_ip(&route->gateway).text);
	doctor_finding_prove(f,
	    "A SYN with a TTL of 1, which no router passes on, is answered on port %u of %s.",
	    (unsigned)control->port, doctor_words_address(&control->address).text);
	doctor_finding_prove(f, "To port %u of it: %s after %s.", (unsigned)j->probe->port,
	    probe_tcp_end_name(j->probe->dialog.tcp.end),
	    doctor_words_time(j->probe->dialog.tcp.took_us).text);
	doctor_finding_exclude(f,
	    "If %s is that router's own address, then it is the router that has no mail server.",
	    doctor_words_address(&j->probe->address).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

/* The wire is out: the kernel knows. */
static struct doctor_finding *
find_unplugged(const struct doctor_judging *j, const struct probe_route *route)
{
	struct doctor_finding *f = doctor_judge_find(j, "network-down", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "This machine is not connected: its network interface %s has no link.",
	    route->interface);
	prove_silence(j, f);
	doctor_finding_prove(f, "The way to %s leads over %s, which has no carrier.",
	    doctor_words_address(&j->probe->address).text, route->interface);
	return f;
}

/*
 * Networks treat port 25 in a way of its own; and where the host's own 587 is open, that of others
 * says nothing of its other ports.
 */
static bool
is_comparable(const struct doctor_judging *j)
{
	if (j->probe->port == PORT_SMTP)
		return false;
	for (size_t i = 0; j->probe->port != PORT_SUBMISSION && i < j->facts->probe_count; i++) {
		const struct doctor_probe *p = &j->facts->probes[i];

		if (p->port == PORT_SUBMISSION && p->dialog.tcp.end == PROBE_TCP_OPEN &&
		    doctor_view_same_ip(&p->address, &j->probe->address))
			return false;
	}
	return true;
}

struct doctor_finding *
doctor_judge_silent(const struct doctor_judging *j)
{
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const bool is_v4 = doctor_view_is_v4(j->probe);
	struct silence s = {
		.alive = doctor_view_alive(j->facts, j->probe),
		.mail = doctor_view_controls(j->facts, DOCTOR_CONTROL_SUBMISSION, is_v4),
		.web = doctor_view_controls(j->facts, DOCTOR_CONTROL_WEB, is_v4),
		.is_near_alive = is_near_alive(j),
		.is_comparable = true,
	};

	if (route != NULL && route->is_link_down)
		return find_unplugged(j, route);
	doctor_where_dropped(j->facts, j->probe, &s.where);
	if (s.alive == NULL)
		return judge_dead(j, &s);
	s.is_comparable = is_comparable(j);
	if (!s.is_comparable)
		s.mail = (struct doctor_view_controls){ 0 };
	if (s.mail.alive != 0 && s.where.side != DOCTOR_SIDE_HERE &&
	    s.where.side != DOCTOR_SIDE_BETWEEN)
		return find_shut_out(j, &s);
	return find_filtered(j, &s);
}
