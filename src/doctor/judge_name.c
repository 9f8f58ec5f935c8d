/* SPDX-License-Identifier: Apache-2.0 */
/* judge_name.c - there is no address to try, or half of them only: whose fault is that? */
#include "doctor/judge.h"

#include <errno.h>
#include <string.h>

#include "doctor/words.h"

enum { SLOW_US = 1000000 };

static size_t
count_answering(const struct probe_name *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->resolver_count; i++)
		count += n->resolvers[i].is_udp_answered || n->resolvers[i].is_tcp_answered;
	return count;
}

void
doctor_judge_prove_resolvers(const struct probe_name *n, struct doctor_finding *f)
{
	for (size_t i = 0; i < n->resolver_count; i++) {
		const struct probe_resolver_state *r = &n->resolvers[i];

		doctor_finding_prove(f, "Name server %s: over UDP %s, over TCP %s.",
		    doctor_words_ip(&r->ip).text,
		    r->is_udp_answered   ? "it answers"
		    : r->is_udp_rejected ? "it is rejected"
					 : "no answer",
		    r->is_tcp_answered   ? "it answers"
		    : r->is_tcp_rejected ? "it is rejected"
					 : "no answer");
	}
}

static const char *
family_words(const struct probe_name_family *family)
{
	if (family->error != NULL)
		return family->error;
	return family->end == PROBE_NAME_NOT_ASKED ? "not asked for" : "found";
}

static void
prove_families(const struct probe_name *n, struct doctor_finding *f)
{
	doctor_finding_prove(f, "IPv4 addresses of %s: %s; IPv6: %s.", n->text,
	    family_words(&n->v4), family_words(&n->v6));
}

void
doctor_judge_prove_name(const struct doctor_facts *facts, struct doctor_finding *f)
{
	prove_families(&facts->name, f);
	doctor_judge_prove_resolvers(&facts->name, f);
}

static bool
is_either(const struct probe_name *n, enum probe_name_end end)
{
	return n->v4.end == end || n->v6.end == end;
}

/* Nobody on the local network answered for the gateway: our own kernel said so. */
static bool
is_gateway_gone(const struct doctor_facts *facts)
{
	const struct probe_name *n = &facts->name;

	for (size_t i = 0; i < n->resolver_count; i++)
		if (!n->resolvers[i].has_rejecter ||
		    !probe_host_owns(&facts->machine, &n->resolvers[i].rejecter) ||
		    probe_host_owns(&facts->machine, &n->resolvers[i].ip))
			return false;
	return n->resolver_count != 0;
}

static struct doctor_finding *
find_no_network(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_host *m = &facts->machine;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "network-down", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	if (m->has_gateway_v4 || m->has_gateway_v6)
		doctor_finding_say(f,
		    "This machine has no way out: on its own network nobody answers for the "
		    "gateway (%s).",
		    doctor_words_ip(m->has_gateway_v4 ? &m->gateway_v4 : &m->gateway_v6).text);
	else
		doctor_finding_say(f, "This machine has no way to its name server: nobody answers "
				      "for it on the local network.");
	doctor_finding_prove(f,
	    "Questions to name server %s come back from this machine itself (%s): host "
	    "unreachable.",
	    doctor_words_ip(&facts->name.resolvers[0].ip).text,
	    doctor_words_ip(&facts->name.resolvers[0].rejecter).text);
	doctor_finding_exclude(f, "That says nothing about the mail server or about port 587: "
				  "nothing was sent there.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

/* What this machine itself said to questions for any name server; 0: it let some out. */
static int
own_error(const struct probe_name *n)
{
	for (size_t i = 0; i < n->resolver_count; i++)
		if (n->resolvers[i].error == 0)
			return 0;
	return n->resolver_count == 0 ? 0 : n->resolvers[0].error;
}

/* Nothing went out, not even a question for the address. */
static struct doctor_finding *
find_own_refusal(const struct doctor_facts *facts, int error, struct doctor_verdict *verdict)
{
	const bool is_denied = error == EACCES || error == EPERM;
	const bool is_down = !facts->machine.has_v4 && !facts->machine.has_v6;
	struct doctor_finding *f = doctor_finding_add(verdict,
	    is_denied ? "local-denied"
	    : is_down ? "network-down"
		      : "local-no-route",
	    DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	if (is_denied)
		doctor_finding_say(f, "This machine does not allow the program to connect, not "
				      "even to its name server.");
	else if (is_down)
		doctor_finding_say(f, "This machine is not connected to a network: it has no "
				      "route to the outside.");
	else
		doctor_finding_say(f, "This machine cannot send anything to its name server.");
	doctor_finding_prove(f, "A question to name server %s: %s (%s); nothing was sent.",
	    doctor_words_ip(&facts->name.resolvers[0].ip).text, strerrordesc_np(error),
	    strerrorname_np(error));
	if (facts->machine.has_seccomp)
		doctor_finding_prove(f, "System call filters (seccomp) are on for this process.");
	doctor_finding_exclude(f, "That says nothing about the mail server or about port 587: "
				  "nothing was sent there.");
	return f;
}

/* Later than libraries wait for an answer. */
static uint64_t
slowest_us(const struct probe_name *n)
{
	uint64_t most_us = 0;

	for (size_t i = 0; i < n->resolver_count; i++)
		if (n->resolvers[i].is_udp_answered && n->resolvers[i].udp_took_us > most_us)
			most_us = n->resolvers[i].udp_took_us;
	return most_us > SLOW_US ? most_us : 0;
}

/* Without a line in resolv.conf(5) it is this machine that is asked. */
static bool
is_nobody_asked(const struct doctor_facts *facts)
{
	const struct probe_name *n = &facts->name;

	return !facts->is_resolver_given && n->resolver_count == 1 &&
	       ip_is_loopback(&n->resolvers[0].ip) && n->resolvers[0].is_udp_rejected;
}

static bool
is_any_answering_udp(const struct probe_name *n)
{
	for (size_t i = 0; i < n->resolver_count; i++)
		if (n->resolvers[i].is_udp_answered)
			return true;
	return false;
}

/* No name server answers at all. */
static void
say_silent(const struct doctor_facts *facts, struct doctor_finding *f)
{
	const struct probe_name *n = &facts->name;

	if (facts->machine.resolver_count == 0)
		doctor_finding_say(
		    f, "This machine has no name server set up, so no name can be looked up.");
	else if (is_nobody_asked(facts))
		doctor_finding_say(f,
		    "No name server runs on this machine (%s), and /etc/resolv.conf names no "
		    "other, so no name can be looked up.",
		    doctor_words_ip(&n->resolvers[0].ip).text);
	else if (facts->is_resolver_given)
		doctor_finding_say(f,
		    "The name server that was given, %s, does not answer, so %s cannot be looked "
		    "up.",
		    doctor_words_ip(&facts->machine.resolvers[0]).text, n->text);
	else
		doctor_finding_say(f,
		    "The name server of this machine gives no answer, so %s cannot be looked up.",
		    n->text);
}

static struct doctor_finding *
find_timeout(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	const bool is_up = count_answering(n) != 0, is_deaf = !is_any_answering_udp(n);
	const uint64_t slow_us = slowest_us(n);
	struct doctor_finding *f = doctor_finding_add(verdict,
	    is_deaf ? "resolver-down" : "name-server-failed", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	if (slow_us != 0)
		doctor_finding_say(f,
		    "The name %s could not be looked up in time: the name server of this machine "
		    "is slow, it took %s for one answer.",
		    n->text, doctor_words_time(slow_us).text);
	else if (is_up && is_deaf)
		doctor_finding_say(f,
		    "The name server answers over TCP, but not over UDP, by which programs ask "
		    "first, so %s cannot be looked up.",
		    n->text);
	else if (is_up)
		doctor_finding_say(f,
		    "The name %s cannot be looked up: the name server of this machine answers, "
		    "but not about this name in time.",
		    n->text);
	else
		say_silent(facts, f);
	prove_families(n, f);
	doctor_judge_prove_resolvers(n, f);
	if (!is_up)
		doctor_finding_exclude(f, "That says nothing about the mail server or about port "
					  "587: nothing was sent there.");
	return f;
}

static struct doctor_finding *
find_failed(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-server-failed", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The name %s cannot be looked up: the name server gives no usable answer%s%s.", n->text,
	    n->v4.error == NULL ? "" : ": ", n->v4.error == NULL ? "" : n->v4.error);
	prove_families(n, f);
	if (n->alias[0] != '\0')
		doctor_finding_prove(f, "The last name that its aliases lead to is %s.", n->alias);
	doctor_judge_prove_resolvers(n, f);
	doctor_finding_exclude(f, "It is not that the name does not exist: then the answer would "
				  "say so.");
	return f;
}

static struct doctor_finding *
find_bogus(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-bogus", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The answer about %s does not pass DNSSEC: it was changed on the way, or the domain "
	    "is signed wrongly.",
	    facts->name.text);
	prove_families(&facts->name, f);
	return f;
}

static struct doctor_finding *
find_no_address(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-no-address", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	if (n->v4.end == PROBE_NAME_NOT_ASKED)
		doctor_finding_say(f, "%s has no IPv6 address.", n->text);
	else if (n->v6.end == PROBE_NAME_NOT_ASKED)
		doctor_finding_say(f, "%s has no IPv4 address.", n->text);
	else if (doctor_judge_submission_host(facts)[0] != '\0')
		doctor_finding_say(f,
		    "The name %s exists, but it has no address: it is a domain, and its server "
		    "for submission is %s.",
		    n->text, doctor_judge_submission_host(facts));
	else if (n->alias[0] != '\0')
		doctor_finding_say(f,
		    "The name %s is an alias (CNAME) for %s, and that has no address.", n->text,
		    n->alias);
	else
		doctor_finding_say(f, "The name %s exists, but it has no address.", n->text);
	prove_families(n, f);
	doctor_judge_prove_services(facts, f);
	return f;
}

static struct doctor_finding *
find_no_name(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-not-found", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	if (facts->name.is_impossible) {
		doctor_finding_say(f, "\"%s\" cannot be the name of a host.", facts->name.text);
		doctor_finding_prove(f, "No name in DNS can be written like this; nothing was "
					"asked.");
		return f;
	}
	if (facts->name.alias[0] != '\0')
		doctor_finding_say(f,
		    "%s is an alias (CNAME) for %s, and there is no host of that name.",
		    facts->name.text, facts->name.alias);
	else
		doctor_finding_say(f, "There is no host named %s.", facts->name.text);
	prove_families(&facts->name, f);
	doctor_finding_exclude(f, "The name server works: it answered that there is no such name.");
	return f;
}

/* One family is found; questions for the other are not answered as they should be. */
void
doctor_judge_half_name(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	const bool is_v6 = n->v4.end == PROBE_NAME_FOUND;
	const enum probe_name_end end = is_v6 ? n->v6.end : n->v4.end;
	struct doctor_finding *f;

	if (n->address_count == 0 ||
	    (end != PROBE_NAME_TIMEOUT && end != PROBE_NAME_FAILED && end != PROBE_NAME_BOGUS))
		return;
	f = doctor_finding_add(verdict,
	    end == PROBE_NAME_BOGUS ? "name-bogus" : "name-server-failed", DOCTOR_WARNING,
	    DOCTOR_NO_PROBE);
	doctor_finding_say(f,
	    "Questions for IPv%d addresses of %s %s: programs that ask for both families wait or "
	    "give up.",
	    is_v6 ? 6 : 4, n->text, end == PROBE_NAME_TIMEOUT ? "are not answered" : "fail");
	prove_families(n, f);
}

void
doctor_judge_hosts_file(const struct doctor_facts *facts, struct doctor_finding *f)
{
	const struct probe_name *n = &facts->name;

	if (n->is_localhost)
		doctor_finding_prove(f,
		    "%s is this machine itself by its name (RFC 6761). The hosts file (/etc/hosts) "
		    "has no line for it, so that some programs may not find it.",
		    n->text);
	if (!n->is_from_hosts || strcasecmp(n->text, "localhost") == 0)
		return;
	doctor_finding_prove(f,
	    "The address of %s, %s, is the one in the hosts file of this machine (/etc/hosts); DNS "
	    "was not asked.",
	    n->text, doctor_words_address(&n->addresses[0]).text);
}

struct doctor_finding *
doctor_judge_name(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;

	if (n->address_count != 0)
		return NULL;
	if (is_either(n, PROBE_NAME_BOGUS))
		return find_bogus(facts, verdict);
	if (is_either(n, PROBE_NAME_NO_NAME))
		return find_no_name(facts, verdict);
	if (is_either(n, PROBE_NAME_FAILED))
		return find_failed(facts, verdict);
	if (own_error(n) != 0)
		return find_own_refusal(facts, own_error(n), verdict);
	if (is_either(n, PROBE_NAME_TIMEOUT))
		return is_gateway_gone(facts) ? find_no_network(facts, verdict)
					      : find_timeout(facts, verdict);
	return find_no_address(facts, verdict);
}
