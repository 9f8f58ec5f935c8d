/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/address.h"

#include <arpa/inet.h>
#include <string.h>

/* The functions named *_len give the length of a production at the start of s, 0 when none is. */

static bool
is_let_dig(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool
is_atext(uint8_t c)
{
	return is_let_dig(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static uint8_t
octet_at(struct slice s, size_t i)
{
	return i < s.len ? s.ptr[i] : '\0';
}

static size_t
atom_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len && is_atext(s.ptr[i]))
		i++;
	return i;
}

static size_t
sub_domain_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len && (is_let_dig(s.ptr[i]) || (s.ptr[i] == '-' && i != 0)))
		i++;
	return i == 0 || s.ptr[i - 1] == '-' || i > SMTP_LABEL_MAX ? 0 : i;
}

/* part *("." part) */
static size_t
dotted_len(struct slice s, size_t (*part_len)(struct slice))
{
	size_t len = part_len(s), next = len;

	while (next != 0 && octet_at(s, len) == '.') {
		next = part_len(slice_after(s, len + 1));
		len += 1 + next;
	}
	return next == 0 ? 0 : len;
}

static size_t
quoted_string_len(struct slice s)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '"')
			return i + 1;
		if (s.ptr[i] == '\\')
			i++;
		if (octet_at(s, i) < ' ' || octet_at(s, i) > '~')
			return 0;
	}
	return 0;
}

static size_t
local_part_len(struct slice s)
{
	return octet_at(s, 0) == '"' ? quoted_string_len(s) : dotted_len(s, atom_len);
}

static size_t
domain_len(struct slice s)
{
	size_t len = dotted_len(s, sub_domain_len);

	return len > SMTP_DOMAIN_MAX ? 0 : len;
}

static bool
is_ip(int family, struct slice s)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t address[sizeof(struct in6_addr)];

	if (s.len >= sizeof text || slice_find(s, '\0') != s.len)
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, address) == 1;
}

/* Standardized-tag ":" 1*dcontent */
static bool
is_general_literal(struct slice s)
{
	size_t tag = sub_domain_len(s);

	if (tag == 0 || octet_at(s, tag) != ':' || tag + 1 == s.len)
		return false;
	for (size_t i = tag + 1; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '[' || s.ptr[i] == '\\')
			return false;
	return true;
}

static size_t
literal_len(struct slice s)
{
	size_t close = slice_find(s, ']');
	struct slice inside;
	bool is_valid;

	if (octet_at(s, 0) != '[' || close == s.len || close > SMTP_DOMAIN_MAX)
		return 0;
	inside = slice_after(slice_first(s, close), 1);
	if (slice_starts_nocase(inside, "IPv6:"))
		is_valid = is_ip(AF_INET6, slice_after(inside, 5));
	else
		is_valid = is_ip(AF_INET, inside) || is_general_literal(inside);
	return is_valid ? close + 1 : 0;
}

static size_t
mailbox_len(struct slice s)
{
	size_t local = local_part_len(s), domain;
	struct slice rest;

	if (local == 0 || octet_at(s, local) != '@')
		return 0;
	rest = slice_after(s, local + 1);
	domain = octet_at(rest, 0) == '[' ? literal_len(rest) : domain_len(rest);
	return domain == 0 ? 0 : local + 1 + domain;
}

/* "@one.example,@two.example:" */
static size_t
source_route_len(struct slice s)
{
	size_t len = 0, domain;

	while (octet_at(s, len) == '@') {
		domain = domain_len(slice_after(s, len + 1));
		len += 1 + domain;
		if (domain == 0)
			return 0;
		if (octet_at(s, len) == ':')
			return len + 1;
		if (octet_at(s, len) != ',')
			return 0;
		len++;
	}
	return 0;
}

enum smtp_address_status
smtp_path_parse(struct slice in, struct slice *ret_mailbox, size_t *ret_len)
{
	size_t start = 1, len = 0;
	struct slice rest;

	if (octet_at(in, 0) != '<')
		return SMTP_ADDRESS_SYNTAX;
	if (octet_at(in, 1) == '@')
		start += source_route_len(slice_after(in, 1));
	rest = slice_after(in, start);
	if (octet_at(in, 1) != '>') {
		len = mailbox_len(rest);
		if (len == 0 &&
		    smtp_mailbox_is_postmaster(slice_first(rest, slice_find(rest, '>'))))
			len = slice_find(rest, '>');
		if (len == 0)
			return SMTP_ADDRESS_SYNTAX;
	}
	if (octet_at(rest, len) != '>')
		return SMTP_ADDRESS_SYNTAX;
	if (len > SMTP_MAILBOX_MAX)
		return SMTP_ADDRESS_TOO_LONG;
	*ret_mailbox = slice_first(rest, len);
	*ret_len = start + len + 1;
	return SMTP_ADDRESS_OK;
}

enum smtp_address_status
smtp_mailbox_check(struct slice s)
{
	size_t len = mailbox_len(s);

	if (len == 0 || len != s.len)
		return SMTP_ADDRESS_SYNTAX;
	return len > SMTP_MAILBOX_MAX ? SMTP_ADDRESS_TOO_LONG : SMTP_ADDRESS_OK;
}

bool
smtp_mailbox_is_postmaster(struct slice s)
{
	return slice_is_nocase(s, "postmaster");
}

/* An @ may stand in a quoted local part and in a literal: only the grammar tells which divides. */
struct slice
smtp_mailbox_local(struct slice mailbox)
{
	return slice_first(mailbox, local_part_len(mailbox));
}

struct slice
smtp_mailbox_domain(struct slice mailbox)
{
	size_t at = local_part_len(mailbox);

	return slice_after(mailbox, at == mailbox.len ? at : at + 1);
}

bool
smtp_domain_is_valid(struct slice s)
{
	return s.len != 0 && domain_len(s) == s.len;
}

bool
smtp_literal_is_valid(struct slice s)
{
	return s.len != 0 && literal_len(s) == s.len;
}
