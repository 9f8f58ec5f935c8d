/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <assert.h>

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* As strcmp(domain in lower case, route's domain), which is the order of the routes. */
static int
compare(struct slice domain, const char *route)
{
	for (size_t i = 0; i < domain.len; i++) {
		const uint8_t a = lower(domain.ptr[i]), b = (uint8_t)route[i];

		if (a != b || b == '\0')
			return a < b ? -1 : 1;
	}
	return route[domain.len] == '\0' ? 0 : -1;
}

size_t
config_route_find(const struct config *c, struct slice domain)
{
	size_t low = 0, high = c->route_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare(domain, c->routes[middle].domain);

		if (order == 0)
			return c->routes[middle].next_hop;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	/* "*" sorts before every domain and config_parse() asks for it. */
	assert(c->route_count > 0 && c->routes[0].domain[0] == '*');
	return c->routes[0].next_hop;
}
