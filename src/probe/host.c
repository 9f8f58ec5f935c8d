/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/host.h"

#include <ifaddrs.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include "probe/route.h"
#include "probe/surroundings.h"

static bool
read_address(const struct sockaddr *from, struct ip *ret_ip)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from == NULL)
		return false;
	if (from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof v4);
		*ret_ip = ip_from_v4(ntohl(v4.sin_addr.s_addr));
		return true;
	}
	if (from->sa_family != AF_INET6)
		return false;
	memcpy(&v6, from, sizeof v6);
	memcpy(ret_ip->octets, &v6.sin6_addr, sizeof ret_ip->octets);
	return true;
}

/* Good for more than the next cable: 169.254/16 and fe80::/10 are not. */
static bool
is_wide(const struct ip *ip)
{
	const uint8_t *v4 = ip->octets + IP_LEN - 4;

	if (ip_is_v4(ip))
		return !(v4[0] == 169 && v4[1] == 254);
	return !(ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0x80);
}

static void
add_address(struct probe_host *host, const struct ifaddrs *i)
{
	struct ip ip;

	if ((i->ifa_flags & IFF_UP) == 0 || !read_address(i->ifa_addr, &ip) ||
	    host->address_count == PROBE_HOST_ADDRESSES_MAX)
		return;
	host->addresses[host->address_count++] = ip;
	if ((i->ifa_flags & IFF_LOOPBACK) != 0 || !is_wide(&ip))
		return;
	if (ip_is_v4(&ip))
		host->has_v4 = true;
	else
		host->has_v6 = true;
}

static void
read_addresses(struct probe_host *host)
{
	struct ifaddrs *all;

	if (getifaddrs(&all) != 0)
		return;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		add_address(host, i);
	freeifaddrs(all);
}

static void
read_gateways(struct probe_host *host)
{
	struct probe_default_route v4, v6;

	probe_default_route_read(AF_INET, &v4);
	probe_default_route_read(AF_INET6, &v6);
	host->has_v4 = host->has_v4 && v4.is_there;
	host->has_v6 = host->has_v6 && v6.is_there;
	host->has_gateway_v4 = v4.has_gateway;
	host->has_gateway_v6 = v6.has_gateway;
	host->gateway_v4 = v4.gateway;
	host->gateway_v6 = v6.gateway;
}

void
probe_host_read(struct probe_host *host)
{
	memset(host, 0, sizeof *host);
	read_addresses(host);
	read_gateways(host);
	probe_surroundings_read(host);
}

bool
probe_host_owns(const struct probe_host *host, const struct ip *ip)
{
	for (size_t i = 0; i < host->address_count; i++)
		if (memcmp(&host->addresses[i], ip, sizeof *ip) == 0)
			return true;
	return false;
}
