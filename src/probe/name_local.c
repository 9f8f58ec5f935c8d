/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/name_local.h"

#include <string.h>

#include "probe/name_judge.h"
#include "probe/route.h"

bool
probe_name_is_localhost(const char *name)
{
	static const char top[] = "localhost";
	const size_t len = strlen(name), top_len = sizeof top - 1;

	return len >= top_len && strcasecmp(name + len - top_len, top) == 0 &&
	       (len == top_len || name[len - top_len - 1] == '.');
}

static void
add(struct probe_name *n, struct probe_name_family *family, const struct net_address *address)
{
	n->addresses[n->address_count++] = *address;
	family->end = PROBE_NAME_FOUND;
}

/* ::1 is not there where IPv6 is off. */
static bool
is_reachable(const struct ip *ip)
{
	struct probe_route route;

	probe_route_read(ip, &route);
	return route.error == 0;
}

void
probe_name_take_localhost(struct probe_name *n, uint16_t port)
{
	static const struct ip v6 = { { [IP_LEN - 1] = 1 } };
	const struct net_address address_v6 = net_address_of(&v6, port);
	struct net_address address_v4;

	n->is_localhost = true;
	n->v4.end = n->v6.end = PROBE_NAME_NO_ADDRESS;
	if (is_reachable(&v6))
		add(n, &n->v6, &address_v6);
	if (net_address_parse("127.0.0.1", port, &address_v4))
		add(n, &n->v4, &address_v4);
	probe_name_judge_addresses(n);
}

void
probe_name_take_literal(struct probe_name *n, const struct net_address *address)
{
	n->is_literal = true;
	add(n, address->any.sa_family == AF_INET6 ? &n->v6 : &n->v4, address);
	probe_name_judge_addresses(n);
	n->is_filtered = false; /* whoever writes 127.0.0.1 means it */
}
