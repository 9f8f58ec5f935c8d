/* SPDX-License-Identifier: Apache-2.0 */
#include "util/ip.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

enum { V4_AT = 12 }; /* where the octets of a mapped address are */

static const uint8_t mapped[V4_AT] = { [10] = 0xff, [11] = 0xff };

_Static_assert(IP_TEXT_SIZE == INET6_ADDRSTRLEN, "inet_ntop(3) fits");
_Static_assert(sizeof(struct ip) == sizeof(struct in6_addr), "the kernel's form");

struct ip
ip_from_v4(uint32_t number)
{
	struct ip ip;

	memcpy(ip.octets, mapped, sizeof mapped);
	for (size_t i = 0; i < IP_LEN - V4_AT; i++)
		ip.octets[V4_AT + i] = (uint8_t)(number >> (24 - 8 * i));
	return ip;
}

bool
ip_parse(struct slice text, struct ip *ret_ip)
{
	char copy[IP_TEXT_SIZE] = "";
	const size_t len = slice_find(text, '%');
	struct in_addr four;

	if (len >= sizeof copy)
		return false;
	if (len != 0)
		memcpy(copy, text.ptr, len);
	if (strlen(copy) != len)
		return false;
	if (inet_pton(AF_INET, copy, &four) == 1) {
		*ret_ip = ip_from_v4(ntohl(four.s_addr));
		return true;
	}
	return inet_pton(AF_INET6, copy, ret_ip->octets) == 1;
}

bool
ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->octets, mapped, sizeof mapped) == 0;
}

void
ip_print(const struct ip *ip, char text[IP_TEXT_SIZE])
{
	const char *printed = ip_is_v4(ip)
				  ? inet_ntop(AF_INET, ip->octets + V4_AT, text, IP_TEXT_SIZE)
				  : inet_ntop(AF_INET6, ip->octets, text, IP_TEXT_SIZE);

	assert(printed != NULL);
}

static uint64_t
read_octets(const uint8_t *octets, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | octets[i];
	return value;
}

uint64_t
ip_group(const struct ip *ip)
{
	if (ip_is_v4(ip))
		return read_octets(ip->octets + V4_AT, IP_LEN - V4_AT);
	return read_octets(ip->octets, IP_LEN / 2);
}

/* Do the first bits of the address equal those of the network? */
static bool
is_within(const uint8_t *address, const uint8_t *network, unsigned bits)
{
	const size_t whole = bits / 8;
	const uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return memcmp(address, network, whole) == 0 &&
	       (bits % 8 == 0 || (address[whole] & mask) == (network[whole] & mask));
}

bool
ip_is_unspecified(const struct ip *ip)
{
	static const uint8_t none[IP_LEN];

	return ip_is_v4(ip) ? memcmp(ip->octets + V4_AT, none, IP_LEN - V4_AT) == 0
			    : memcmp(ip->octets, none, IP_LEN) == 0;
}

bool
ip_is_loopback(const struct ip *ip)
{
	static const uint8_t one[IP_LEN] = { [IP_LEN - 1] = 1 };

	return ip_is_v4(ip) ? ip->octets[V4_AT] == 127 : memcmp(ip->octets, one, IP_LEN) == 0;
}

bool
ip_is_nowhere(const struct ip *ip)
{
	return ip_is_unspecified(ip) || ip_is_loopback(ip);
}

bool
ip_is_private(const struct ip *ip)
{
	static const struct {
		uint8_t network[4];
		uint8_t bits;
	} v4[] = { { { 10 }, 8 }, { { 172, 16 }, 12 }, { { 192, 168 }, 16 }, { { 100, 64 }, 10 },
		{ { 169, 254 }, 16 } },
	  v6[] = { { { 0xfc }, 7 }, { { 0xfe, 0x80 }, 10 } };

	if (!ip_is_v4(ip)) {
		for (size_t i = 0; i < sizeof v6 / sizeof v6[0]; i++)
			if (is_within(ip->octets, v6[i].network, v6[i].bits))
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof v4 / sizeof v4[0]; i++)
		if (is_within(ip->octets + V4_AT, v4[i].network, v4[i].bits))
			return true;
	return false;
}
