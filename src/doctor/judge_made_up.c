/* SPDX-License-Identifier: Apache-2.0 */
/* judge_made_up.c - the name has an address, but one that was made up for it: by whom? */
#include "doctor/judge.h"

#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"

static bool
leads_nowhere(const struct net_address *address)
{
	struct ip ip;

	return net_address_ip(address, &ip) && ip_is_nowhere(&ip);
}

/* Nothing at the addresses has spoken SMTP to us. */
static bool
is_mute(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (facts->probes[i].dialog.ehlo.is_there ||
		    facts->probes[i].dialog.ehlo_tls.is_there)
			return false;
	return true;
}

/* Has a certificate shown that the host itself is there? */
static bool
is_proven(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		if (doctor_view_works(&facts->probes[i]))
			return true;
	return false;
}

/* Has the name been given just what one has been given that does not exist? */
static bool
is_invented(const struct probe_name *n)
{
	for (size_t i = 0; i < n->address_count; i++) {
		struct ip ip;

		if (net_address_ip(&n->addresses[i], &ip) &&
		    memcmp(&ip, &n->invented, sizeof ip) == 0)
			return true;
	}
	return false;
}

static struct doctor_finding *
find_filtered(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-filtered", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The name server gives an address for %s (%s) that no public host has: a filter for "
	    "names does that.",
	    n->text, doctor_words_address(&n->addresses[0]).text);
	doctor_finding_prove(f, "%s: %s, as this machine's name server says.", n->text,
	    doctor_words_address(&n->addresses[0]).text);
	doctor_judge_prove_resolvers(n, f);
	return f;
}

/* 0.0.0.0 in the hosts file: lists against advertisements and malware have such lines. */
static struct doctor_finding *
find_blocked_by_hosts(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-filtered", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The hosts file of this machine blocks %s: the address it gives, %s, is no host's.",
	    facts->name.text, doctor_words_address(&facts->name.addresses[0]).text);
	return f;
}

static void
prove_invention(const struct probe_name *n, struct doctor_finding *f)
{
	doctor_finding_prove(f,
	    "Asked for a name of 20 random letters in .com, the name server of this machine gave "
	    "%s; for %s it gives %s.",
	    doctor_words_ip(&n->invented).text, n->text,
	    doctor_words_address(&n->addresses[0]).text);
	doctor_judge_prove_resolvers(n, f);
}

static struct doctor_finding *
find_hijacked(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-hijacked", DOCTOR_BROKEN, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The name server makes addresses up: it gives %s even for a name that cannot exist, so "
	    "that %s has it, too, means nothing.",
	    doctor_words_ip(&n->invented).text, n->text);
	prove_invention(n, f);
	doctor_finding_exclude(f, "Nothing there has shown a valid certificate for %s.", n->text);
	return f;
}

static void
warn_hijacked(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;
	struct doctor_finding *f =
	    doctor_finding_add(verdict, "name-hijacked", DOCTOR_WARNING, DOCTOR_NO_PROBE);

	doctor_finding_say(f,
	    "The name server makes addresses up for names that do not exist: whether that of %s is "
	    "its own cannot be relied on.",
	    n->text);
	prove_invention(n, f);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
}

struct doctor_finding *
doctor_judge_made_up(const struct doctor_facts *facts, struct doctor_verdict *verdict)
{
	const struct probe_name *n = &facts->name;

	if (n->address_count == 0 || n->is_literal || n->is_localhost)
		return NULL;
	if (n->is_from_hosts)
		return n->is_filtered && is_mute(facts) ? find_blocked_by_hosts(facts, verdict)
							: NULL;
	if (n->is_filtered && leads_nowhere(&n->addresses[0]) && is_mute(facts))
		return find_filtered(facts, verdict);
	if (!n->is_hijacked || is_proven(facts))
		return NULL;
	if (is_invented(n))
		return find_hijacked(facts, verdict);
	warn_hijacked(facts, verdict);
	return NULL;
}
