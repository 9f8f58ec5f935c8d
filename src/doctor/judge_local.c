/* SPDX-License-Identifier: Apache-2.0 */
/* judge_local.c - this machine itself refused to send, before anything went out */
#include "doctor/judge.h"

#include <errno.h>
#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

enum {
	V4_AT = 12,
	MULTICAST_V4 = 224,
	MULTICAST_V6 = 0xff,
	LINK_V6 = 0xfe,
	LINK_V6_MASK = 0xc0,
	LINK_V6_BITS = 0x80,
};

static void
prove_refusal(const struct doctor_judging *j, struct doctor_finding *f)
{
	doctor_finding_prove(f, "connect() to %s: %s, at once (%s); nothing was sent.",
	    doctor_words_endpoint(j->probe).text, strerrordesc_np(j->probe->dialog.tcp.error),
	    strerrorname_np(j->probe->dialog.tcp.error));
}

/* EACCES and EPERM without a route that says so: a rule about programs, not about packets. */
static struct doctor_finding *
find_denied(const struct doctor_judging *j)
{
	const struct probe_host *m = &j->facts->machine;
	struct doctor_finding *f = doctor_judge_find(j, "local-denied", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "This machine does not allow the program to connect to port %u: the kernel refused "
	    "before anything was sent.",
	    (unsigned)j->probe->port);
	prove_refusal(j, f);
	if (j->probe->dialog.tcp.error == EPERM)
		doctor_finding_prove(f,
		    "EPERM comes from a rule for this program's control group (eBPF), such as "
		    "systemd's, or of the local packet filter.");
	if (m->is_selinux_enforcing)
		doctor_finding_prove(
		    f, "SELinux is enforcing; the label of this process is \"%s\".", m->label);
	else if (m->label[0] != '\0')
		doctor_finding_prove(f, "The security label of this process is \"%s\".", m->label);
	if (m->has_seccomp)
		doctor_finding_prove(f, "System call filters (seccomp) are on for this process.");
	doctor_finding_exclude(f, "No route of the kind \"prohibit\" and no ICMP message explains "
				  "it, so it is not the network.");
	if (j->probe->dialog.tcp.error == EACCES && doctor_view_alive(j->facts, j->probe) != NULL)
		doctor_finding_exclude(
		    f, "A rule for this port (`ip rule`, kind \"prohibit\") looks the same.");
	return f;
}

/* A route is for all ports of an address; only a rule (ip-rule(8)) can be for one of them. */
static struct doctor_finding *
find_route(const struct doctor_judging *j, const char *id, const char *kind)
{
	const struct doctor_probe *alive = doctor_view_alive(j->facts, j->probe);
	struct doctor_finding *f = doctor_judge_find(j, id, DOCTOR_BROKEN);

	if (alive != NULL) {
		doctor_finding_say(f,
		    "A rule of this machine (ip rule, kind \"%s\") does not let port %u out.", kind,
		    (unsigned)j->probe->port);
		doctor_finding_prove(
		    f, "Port %u of the same address is reached.", (unsigned)alive->port);
	} else {
		doctor_finding_say(f,
		    "The routing table of this machine has a route of the kind \"%s\" for %s.",
		    kind, doctor_words_address(&j->probe->address).text);
	}
	prove_refusal(j, f);
	doctor_finding_set(&f->detail, "%s", kind);
	return f;
}

/* Is there no way out for either family? */
static bool
is_offline(const struct doctor_facts *facts)
{
	if (facts->machine.has_v4 || facts->machine.has_v6)
		return false;
	for (size_t i = 0; i < facts->name.address_count; i++)
		if (facts->routes[i].error == 0)
			return false;
	return true;
}

static struct doctor_finding *
find_no_route(const struct doctor_judging *j)
{
	const bool is_v4 = doctor_view_is_v4(j->probe);
	const bool is_down = is_offline(j->facts);
	struct doctor_finding *f =
	    doctor_judge_find(j, is_down ? "network-down" : "local-no-route", DOCTOR_BROKEN);

	if (is_down)
		doctor_finding_say(f, "This machine is not connected to a network: it has no "
				      "route to the outside.");
	else if (!is_v4 && (!doctor_view_has_v6_address(j->facts) ||
			       j->probe->dialog.tcp.error == EAFNOSUPPORT))
		doctor_finding_say(f,
		    "This machine has no IPv6, so %s cannot be reached from here.",
		    doctor_words_address(&j->probe->address).text);
	else
		doctor_finding_say(f, "This machine has no route to %s.",
		    doctor_words_address(&j->probe->address).text);
	prove_refusal(j, f);
	doctor_finding_prove(f, "There is %s default route for IPv4 and %s for IPv6.",
	    j->facts->machine.has_v4 ? "a" : "no", j->facts->machine.has_v6 ? "one" : "none");
	return f;
}

static struct doctor_finding *
find_no_local_port(const struct doctor_judging *j)
{
	struct doctor_finding *f;

	if (!doctor_view_is_v4(j->probe) && !doctor_view_has_v6_address(j->facts))
		return find_no_route(j);
	f = doctor_judge_find(j, "local-ports-exhausted", DOCTOR_BROKEN);
	doctor_finding_say(
	    f, "This machine has no free local port or address for one more connection.");
	prove_refusal(j, f);
	return f;
}

/* Of a link (fe80::/10), of a group (ff00::/8, 224.0.0.0/4), or reserved: no host's. */
static bool
is_no_hosts(const struct net_address *address)
{
	struct ip ip;

	if (!net_address_ip(address, &ip))
		return false;
	if (ip_is_v4(&ip))
		return ip.octets[V4_AT] >= MULTICAST_V4;
	return ip.octets[0] == MULTICAST_V6 ||
	       (ip.octets[0] == LINK_V6 && (ip.octets[1] & LINK_V6_MASK) == LINK_V6_BITS &&
		   address->v6.sin6_scope_id == 0);
}

static struct doctor_finding *
find_no_hosts(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "name-no-address", DOCTOR_BROKEN);
	const struct doctor_words address = doctor_words_address(&j->probe->address);

	if (j->facts->name.is_literal)
		doctor_finding_say(f, "%s is no address that a server can have.", address.text);
	else
		doctor_finding_say(f,
		    "The name server gives %s for %s: that is no address that a server can have.",
		    address.text, doctor_words_host(j->facts));
	prove_refusal(j, f);
	return f;
}

static struct doctor_finding *
find_other(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f, "This machine could not open a connection: %s.",
	    strerrordesc_np(j->probe->dialog.tcp.error));
	prove_refusal(j, f);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

struct doctor_finding *
doctor_judge_local(const struct doctor_judging *j)
{
	const struct probe_route *route = doctor_view_route(j->facts, j->probe);
	const int route_error = route == NULL ? 0 : -abs(route->error);

	if (is_no_hosts(&j->probe->address))
		return find_no_hosts(j);
	switch (j->probe->dialog.tcp.error) {
	case EACCES:
		if (route_error == -EACCES)
			return find_route(j, "local-route-prohibited", "prohibit");
		return find_denied(j);
	case EPERM:
		return find_denied(j);
	case EINVAL:
		return find_route(j, "local-blackhole", "blackhole");
	case EHOSTUNREACH:
		return find_route(j, "local-no-route", "unreachable");
	case ENETUNREACH:
		if (doctor_view_alive(j->facts, j->probe) != NULL)
			return find_route(j, "local-no-route", "unreachable");
		return find_no_route(j);
	case ENETDOWN:
	case EAFNOSUPPORT: /* no IPv6 in the kernel, or none for this program */
		return find_no_route(j);
	case EADDRNOTAVAIL:
		return find_no_local_port(j);
	default:
		return find_other(j);
	}
}
