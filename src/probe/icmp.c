/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/icmp.h"

#include <stddef.h>

/* Types; the system's header of them would bring a struct ip of its own. */
enum {
	V4_UNREACHABLE = 3,
	V4_TIME_EXCEEDED = 11,
	V4_PARAMETER = 12,
	V6_UNREACHABLE = 1,
	V6_TOO_BIG = 2,
	V6_TIME_EXCEEDED = 3,
	V6_PARAMETER = 4,
};
enum { V4_HOST = 1, V6_ADDRESS = 3 }; /* codes of unreachable */

struct code {
	const char *name;
	bool is_prohibited;
};

/* Of "unreachable", by code. */
static const struct code v4_codes[] = {
	{ "network unreachable", false },
	{ "host unreachable", false },
	{ "protocol unreachable", false },
	{ "port unreachable", false },
	{ "fragmentation needed", false },
	{ "source route failed", false },
	{ "network unknown", false },
	{ "host unknown", false },
	{ "source host isolated", false },
	{ "network administratively prohibited", true },
	{ "host administratively prohibited", true },
	{ "network unreachable for this type of service", false },
	{ "host unreachable for this type of service", false },
	{ "administratively prohibited", true },
	{ "host precedence violation", true },
	{ "precedence cut off", true },
};
static const struct code v6_codes[] = {
	{ "no route", false },
	{ "administratively prohibited", true },
	{ "beyond the scope of the source address", false },
	{ "host unreachable", false },
	{ "port unreachable", false },
	{ "source address refused by policy", true },
	{ "route rejected", true },
};

static const struct code *
find_code(const struct probe_icmp *icmp)
{
	if (icmp->is_v6)
		return icmp->type == V6_UNREACHABLE &&
			       icmp->code < sizeof v6_codes / sizeof v6_codes[0]
			   ? &v6_codes[icmp->code]
			   : NULL;
	return icmp->type == V4_UNREACHABLE && icmp->code < sizeof v4_codes / sizeof v4_codes[0]
		   ? &v4_codes[icmp->code]
		   : NULL;
}

static const char *
name_type(const struct probe_icmp *icmp)
{
	if (probe_icmp_is_time_exceeded(icmp))
		return "TTL exceeded";
	if (icmp->type == (icmp->is_v6 ? V6_UNREACHABLE : V4_UNREACHABLE))
		return "unreachable";
	if (icmp->type == (icmp->is_v6 ? V6_PARAMETER : V4_PARAMETER))
		return "parameter problem";
	if (icmp->is_v6 && icmp->type == V6_TOO_BIG)
		return "packet too big";
	return "ICMP of an unknown type";
}

const char *
probe_icmp_name(const struct probe_icmp *icmp)
{
	const struct code *c = find_code(icmp);

	return c != NULL ? c->name : name_type(icmp);
}

bool
probe_icmp_is_time_exceeded(const struct probe_icmp *icmp)
{
	return icmp->type == (icmp->is_v6 ? V6_TIME_EXCEEDED : V4_TIME_EXCEEDED);
}

bool
probe_icmp_is_host_unreachable(const struct probe_icmp *icmp)
{
	return icmp->is_v6 ? icmp->type == V6_UNREACHABLE && icmp->code == V6_ADDRESS
			   : icmp->type == V4_UNREACHABLE && icmp->code == V4_HOST;
}

bool
probe_icmp_is_prohibited(const struct probe_icmp *icmp)
{
	const struct code *c = find_code(icmp);

	return c != NULL && c->is_prohibited;
}
