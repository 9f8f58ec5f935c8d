/* SPDX-License-Identifier: Apache-2.0 */
/* check_dns.c - what DNS says of the host: services, certificates, the name of its address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/dns.h"
#include "audit/tlsa.h"

static bool
is_this_host(const struct audit *a, const struct net_record_srv *srv)
{
	bool is_our_port = false;

	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		is_our_port = is_our_port || srv->port == a->doors[i].port;
	return is_our_port && strcasecmp(srv->target, a->options->host) == 0;
}

static void
judge_srv(struct audit *a, const char *name, const struct audit_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		if (is_this_host(a, &answer->records[i].srv))
			return;
	if (answer->count == 0)
		audit_findings_add(
		    &a->result->findings, AUDIT_SRV_MISSING, "%s: %s", name, answer->error);
	else if (answer->records[0].srv.target[0] == '\0')
		audit_findings_add(&a->result->findings, AUDIT_SRV_ELSEWHERE,
		    "%s: the service is said not to exist (\".\")", name);
	else
		audit_findings_add(&a->result->findings, AUDIT_SRV_ELSEWHERE, "%s: %s port %u",
		    name, answer->records[0].srv.target, (unsigned)answer->records[0].srv.port);
}

/* RFC 6186 §3.1, RFC 8314 §5.1 */
static void
check_services(struct audit *a)
{
	static const char *const services[] = { "_submissions._tcp", "_submission._tcp" };

	if (a->result->domain[0] == '\0') {
		audit_gap(a, true, "no domain is known to look for services of; give --domain");
		return;
	}
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		struct audit_answer answer;
		char name[2 * NET_NAME_MAX];

		(void)snprintf(name, sizeof name, "%s.%s", services[i], a->result->domain);
		if (audit_ask(a, name, NET_RECORD_SRV, &answer) && !a->options->is_dry)
			judge_srv(a, name, &answer);
		audit_answer_done(&answer);
	}
}

static bool
matches_any(const struct audit_door *door, const struct audit_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		if (audit_tlsa_matches(&answer->records[i].tlsa, door->chain))
			return true;
	return false;
}

static void
judge_tlsa(struct audit *a, const struct audit_door *door, const char *name,
    const struct audit_answer *answer)
{
	struct audit_findings *list = &a->result->findings;

	if (answer->count == 0) {
		audit_findings_add(list, AUDIT_TLSA_MISSING, "%s: %s", name, answer->error);
		return;
	}
	if (answer->is_validated && !answer->is_secure)
		audit_findings_add(list, AUDIT_TLSA_UNSIGNED, "%s: the zone is not signed", name);
	else if (!answer->is_validated)
		audit_gap(a, true, "%s: DNSSEC cannot be judged from here", name);
	if (door->chain != NULL && !matches_any(door, answer))
		audit_findings_add(list, AUDIT_TLSA_MISMATCH,
		    "%s: none of %zu records fits the certificate with SHA-256 %s", name,
		    answer->count, door->certificate.sha256);
}

static void
check_tlsa(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		const struct audit_door *door = &a->doors[i];
		struct audit_answer answer;
		char name[2 * NET_NAME_MAX];

		if (!door->has_tls)
			continue;
		(void)snprintf(
		    name, sizeof name, "_%u._tcp.%s", (unsigned)door->port, a->options->host);
		if (audit_ask(a, name, NET_RECORD_TLSA, &answer) && !a->options->is_dry)
			judge_tlsa(a, door, name, &answer);
		audit_answer_done(&answer);
	}
}

/* Does the name lead back to the address? */
static bool
leads_back(struct audit *a, const char *name, const struct ip *ip)
{
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	enum net_resolve_status status;
	const size_t count = audit_resolve(a, name, 0, addresses, &status);

	for (size_t i = 0; i < count; i++) {
		struct ip other;

		if (net_address_ip(&addresses[i], &other) &&
		    memcmp(other.octets, ip->octets, IP_LEN) == 0)
			return true;
	}
	return false;
}

static void
check_reverse(struct audit *a)
{
	char name[NET_NAME_MAX + 1];
	struct audit_answer answer;
	struct ip ip;

	if (!ip_parse(slice_of(a->result->address), &ip))
		return;
	audit_reverse_name(&ip, name);
	if (audit_ask(a, name, NET_RECORD_PTR, &answer) && !a->options->is_dry) {
		if (answer.count == 0)
			audit_findings_add(&a->result->findings, AUDIT_PTR_MISSING,
			    "%s has no name", a->result->address);
		else if (!leads_back(a, answer.records[0].name, &ip))
			audit_findings_add(&a->result->findings, AUDIT_PTR_MISSING,
			    "%s is %s, which does not lead back", a->result->address,
			    answer.records[0].name);
	}
	audit_answer_done(&answer);
}

void
audit_check_dns(struct audit *a)
{
	check_services(a);
	if (a->is_literal) {
		audit_gap(a, true,
		    "the host was given as an address: what DNS says of its name "
		    "is not known");
		return;
	}
	check_tlsa(a);
	check_reverse(a);
}
