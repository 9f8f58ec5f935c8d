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

/* Of "unreachable", by code. */
static const char *const v4_codes[] = {
	"network unreachable",
	"host unreachable",
	"protocol unreachable",
	"port unreachable",
	"fragmentation needed",
	"source route failed",
	"network unknown",
	"host unknown",
	"source host isolated",
	"network administratively prohibited",
	"host administratively prohibited",
	"network unreachable for this type of service",
	"host unreachable for this type of service",
	"administratively prohibited",
	"host precedence violation",
	"precedence cut off",
};
static const char *const v6_codes[] = {
	"no route",
	"administratively prohibited",
	"beyond the scope of the source address",
	"host unreachable",
	"port unreachable",
	"source address refused by policy",
	"route rejected",
};

static const char *
name_code(const struct probe_icmp *icmp)
{
	if (icmp->is_v6)
		return icmp->type == V6_UNREACHABLE &&
			       icmp->code < sizeof v6_codes / sizeof v6_codes[0]
			   ? v6_codes[icmp->code]
			   : NULL;
	return icmp->type == V4_UNREACHABLE && icmp->code < sizeof v4_codes / sizeof v4_codes[0]
		   ? v4_codes[icmp->code]
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
	const char *name = name_code(icmp);

	return name != NULL ? name : name_type(icmp);
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
