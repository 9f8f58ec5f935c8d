/* SPDX-License-Identifier: Apache-2.0 */
/* route.h - the way out of this network. */
#ifndef PROBE_ROUTE_H
#define PROBE_ROUTE_H

#include <stdbool.h>

#include "util/ip.h"

struct probe_default_route {
	bool is_there;
	bool has_gateway; /* false: a line without one, as a tunnel */
	struct ip gateway;
	unsigned metric;
};

/* The default route of the main table that is preferred. family: AF_INET or AF_INET6. */
void probe_default_route_read(int family, struct probe_default_route *ret_route);

#endif
