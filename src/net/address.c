/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>

#include "util/slice.h"

/* The interface behind the "%", by name or number. */
static bool
parse_zone(const char *zone, uint32_t *ret_scope)
{
	uint64_t number;

	*ret_scope = if_nametoindex(zone);
	if (*ret_scope != 0)
		return true;
	if (!slice_to_u64(slice_of(zone), UINT32_MAX, &number) || number == 0)
		return false;
	*ret_scope = (uint32_t)number;
	return true;
}

static bool
parse_v6(const char *text, uint16_t port, struct net_address *ret_address)
{
	struct net_address a = { .len = sizeof a.v6, .v6 = { .sin6_family = AF_INET6 } };
	char bare[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE], *zone;
	size_t len = strlen(text), skip = 0;

	if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
		skip = 1;
		len -= 2;
	}
	if (len >= sizeof bare)
		return false;
	memcpy(bare, text + skip, len);
	bare[len] = '\0';
	zone = strchr(bare, '%');
	if (zone != NULL) {
		*zone++ = '\0';
		if (!parse_zone(zone, &a.v6.sin6_scope_id))
			return false;
	}
	if (inet_pton(AF_INET6, bare, &a.v6.sin6_addr) != 1)
		return false;
	a.v6.sin6_port = htons(port);
	*ret_address = a;
	return true;
}

bool
net_address_parse(const char *text, uint16_t port, struct net_address *ret_address)
{
	struct net_address a = { .len = sizeof a.v4, .v4 = { .sin_family = AF_INET } };

	if (inet_pton(AF_INET, text, &a.v4.sin_addr) != 1)
		return parse_v6(text, port, ret_address);
	a.v4.sin_port = htons(port);
	*ret_address = a;
	return true;
}

bool
net_address_ip(const struct net_address *address, struct ip *ret_ip)
{
	if (address->len == 0)
		return false;
	if (address->any.sa_family == AF_INET6) {
		memcpy(ret_ip->octets, &address->v6.sin6_addr, sizeof ret_ip->octets);
		return true;
	}
	if (address->any.sa_family != AF_INET)
		return false;
	*ret_ip = ip_from_v4(ntohl(address->v4.sin_addr.s_addr));
	return true;
}

/* Where the port begins; NULL: there is none. An IPv6 address has one only behind a bracket. */
static const char *
find_port(const char *text)
{
	const char *bracket = strchr(text, ']'), *colon = strrchr(text, ':');

	if (colon == NULL || (bracket == NULL && strchr(text, ':') != colon) ||
	    (bracket != NULL && colon != bracket + 1))
		return NULL;
	return colon + 1;
}

bool
net_address_parse_with_port(const char *text, uint16_t port, struct net_address *ret_address)
{
	const char *digits = find_port(text);
	char address[INET6_ADDRSTRLEN + 2];
	uint64_t number;
	size_t len;

	if (digits == NULL)
		return net_address_parse(text, port, ret_address);
	len = (size_t)(digits - 1 - text);
	if (len >= sizeof address || !slice_to_u64(slice_of(digits), UINT16_MAX, &number) ||
	    number == 0)
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return net_address_parse(address, (uint16_t)number, ret_address);
}

struct net_address
net_address_of(const struct ip *ip, uint16_t port)
{
	struct net_address a = { .len = sizeof a.v6, .v6 = { .sin6_family = AF_INET6 } };

	if (ip_is_v4(ip)) {
		a = (struct net_address){ .len = sizeof a.v4, .v4 = { .sin_family = AF_INET } };
		a.v4.sin_port = htons(port);
		memcpy(&a.v4.sin_addr, ip->octets + IP_LEN - sizeof a.v4.sin_addr,
		    sizeof a.v4.sin_addr);
		return a;
	}
	a.v6.sin6_port = htons(port);
	memcpy(&a.v6.sin6_addr, ip->octets, sizeof ip->octets);
	return a;
}

bool
net_address_peer(int fd, struct ip *ret_ip)
{
	struct net_address a = { .len = 0 };
	socklen_t len = sizeof a.v6;

	if (getpeername(fd, &a.any, &len) != 0)
		return false;
	a.len = len;
	return net_address_ip(&a, ret_ip);
}
