/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/sender.h"

/* A quoted local part may hold an "@" too: the last one is the divider (RFC 5321 §4.1.2). Beyond
 * that a local part is read by nobody but its own domain (§2.3.11). */
static bool
split(struct slice address, struct slice *ret_local, struct slice *ret_domain)
{
	for (size_t i = address.len; i > 0; i--) {
		if (address.ptr[i - 1] != '@')
			continue;
		*ret_local = slice_first(address, i - 1);
		*ret_domain = slice_after(address, i);
		return true;
	}
	return false;
}

bool
auth_sender_is_pattern(struct slice text)
{
	struct slice local, domain;

	if (slice_is(text, "*"))
		return true;
	if (text.len > AUTH_SENDER_PATTERN_MAX || !split(text, &local, &domain) || domain.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] == 0x7f || text.ptr[i] == '*' ||
		    text.ptr[i] == '<' || text.ptr[i] == '>')
			return false;
	return true;
}

static bool
matches(struct slice pattern, struct slice address)
{
	struct slice local, domain;

	if (slice_is(pattern, "*"))
		return true;
	if (pattern.len == 0 || pattern.ptr[0] != '@')
		return slice_equal_nocase(pattern, address);
	return split(address, &local, &domain) &&
	       slice_equal_nocase(slice_after(pattern, 1), domain);
}

static bool
is_own(struct slice name, struct slice hostname, struct slice address)
{
	struct slice local, domain;

	if (slice_find(name, '@') != name.len)
		return slice_equal_nocase(name, address);
	return split(address, &local, &domain) && slice_equal_nocase(local, name) &&
	       slice_equal_nocase(domain, hostname);
}

bool
auth_sender_is_allowed(
    struct slice name, struct slice senders, struct slice hostname, struct slice address)
{
	if (senders.len == 0)
		return is_own(name, hostname, address);
	while (senders.len != 0) {
		size_t len = slice_find(senders, ' ');

		if (matches(slice_first(senders, len), address))
			return true;
		senders = slice_after(senders, len == senders.len ? len : len + 1);
	}
	return false;
}
