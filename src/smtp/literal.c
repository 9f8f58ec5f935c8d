/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/literal.h"

#include "util/octet.h"

/* The functions named take_* move *at past a production in s; false: it is not there. */

static bool
take_octet(struct slice s, size_t *at, uint8_t c)
{
	if (*at == s.len || s.ptr[*at] != c)
		return false;
	++*at;
	return true;
}

/* Snum: leading zeros are decimal. */
static bool
take_snum(struct slice s, size_t *at)
{
	size_t end = *at;
	uint64_t number;

	while (end < s.len && end - *at < 3 && octet_is_digit(s.ptr[end]))
		end++;
	if (!slice_to_u64(slice_make(s.ptr + *at, end - *at), 255, &number))
		return false;
	*at = end;
	return true;
}

static bool
take_ipv4(struct slice s, size_t *at)
{
	for (int i = 0; i < 4; i++)
		if ((i > 0 && !take_octet(s, at, '.')) || !take_snum(s, at))
			return false;
	return true;
}

/* IPv6-hex, unless it is the beginning of an IPv4 address. */
static bool
take_group(struct slice s, size_t *at)
{
	size_t end = *at;

	while (end < s.len && end - *at < 4 && octet_hex_value(s.ptr[end]) >= 0)
		end++;
	if (end == *at || (end < s.len && s.ptr[end] == '.'))
		return false;
	*at = end;
	return true;
}

/* Groups of 16 bits, an IPv4 address counts as two. */
struct groups {
	unsigned count;
	bool has_ipv4; /* which is the last */
};

/* At least one, with a colon between each two; ends before "::". */
static bool
take_groups(struct slice s, size_t *at, struct groups *g)
{
	for (;;) {
		size_t end;

		if (!take_group(s, at)) {
			g->count += 2;
			g->has_ipv4 = true;
			return take_ipv4(s, at);
		}
		g->count++;
		end = *at;
		if (g->count == 8 || !take_octet(s, at, ':'))
			return true;
		if (*at < s.len && s.ptr[*at] == ':') {
			*at = end;
			return true;
		}
	}
}

static bool
take_zeros(struct slice s, size_t *at)
{
	if (s.len - *at < 2 || s.ptr[*at] != ':' || s.ptr[*at + 1] != ':')
		return false;
	*at += 2;
	return true;
}

/* IPv6-addr: eight groups, or "::", which stands for two at least, and at most six. */
static bool
take_ipv6(struct slice s, size_t *at)
{
	struct groups g = { 0, false };
	bool begins_with_zeros = take_zeros(s, at);

	if (!begins_with_zeros) {
		if (!take_groups(s, at, &g))
			return false;
		if (g.count == 8)
			return true;
		if (g.has_ipv4 || !take_zeros(s, at))
			return false;
	}
	if (*at < s.len && !take_groups(s, at, &g))
		return false;
	return g.count <= 6;
}

/* Standardized-tag ":" 1*dcontent; the tag is an Ldh-str. */
static bool
take_general(struct slice s, size_t *at)
{
	while (*at < s.len && (octet_is_let_dig(s.ptr[*at]) || s.ptr[*at] == '-'))
		++*at;
	if (*at == 0 || s.ptr[*at - 1] == '-' || !take_octet(s, at, ':') || *at == s.len)
		return false;
	while (*at < s.len && s.ptr[*at] > ' ' && s.ptr[*at] <= '~' && s.ptr[*at] != '[' &&
	       s.ptr[*at] != '\\' && s.ptr[*at] != ']')
		++*at;
	return *at == s.len;
}

/* By the grammar "2001" could be a tag, but whoever writes [2001:db8::1] has left one out. */
static bool
is_untagged_ipv6(struct slice s)
{
	size_t at = 0;

	return take_ipv6(s, &at) && at == s.len;
}

bool
smtp_literal_check(struct slice s, size_t *fault_at)
{
	*fault_at = 0;
	if (slice_starts_nocase(s, "IPv6:")) {
		*fault_at = 5;
		return take_ipv6(s, fault_at) && *fault_at == s.len;
	}
	if (slice_find(s, ':') != s.len)
		return !is_untagged_ipv6(s) && take_general(s, fault_at);
	return take_ipv4(s, fault_at) && *fault_at == s.len;
}
