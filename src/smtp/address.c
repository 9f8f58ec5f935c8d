/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/address.h"

#include "smtp/idna.h"
#include "smtp/literal.h"
#include "smtp/utf8.h"
#include "util/octet.h"

/* Where the parser is. With a fault, at is where it cannot go on. */
struct cursor {
	struct slice in;
	size_t at;
	enum smtp_address_fault fault;
};

/* The functions named take_* move the cursor past a production; false: it has a fault. */

static bool
fail(struct cursor *c, enum smtp_address_fault fault)
{
	c->fault = fault;
	return false;
}

static bool
fail_at(struct cursor *c, size_t at, enum smtp_address_fault fault)
{
	c->at = at;
	return fail(c, fault);
}

/* NUL at the end, too: no production has one. */
static uint8_t
next(const struct cursor *c)
{
	return c->at < c->in.len ? c->in.ptr[c->at] : '\0';
}

/* The end of the address, be it of a path or of a mailbox alone. */
static bool
is_end(const struct cursor *c)
{
	return c->at == c->in.len || next(c) == '>';
}

/* RFC 5322 §3.2.3: letters, digits and !#$%&'*+-/=?^_`{|}~, a bit for each ASCII character. */
static bool
is_atext(uint8_t c)
{
	static const uint64_t bits[] = { 0xa3ffacfa00000000, 0x7fffffffc7fffffe };

	return c < 0x80 && (bits[c / 64] >> c % 64 & 1) != 0;
}

/* One UTF8-non-ascii (RFC 6531 §3.3). */
static bool
take_non_ascii(struct cursor *c)
{
	size_t len = smtp_utf8_non_ascii_len(slice_after(c->in, c->at));

	c->at += len;
	return len != 0 || fail(c, SMTP_ADDRESS_BAD_UTF8);
}

/* Atom, if there is one. */
static bool
take_atext(struct cursor *c)
{
	while (is_atext(next(c)) || next(c) >= 0x80) {
		if (next(c) < 0x80)
			c->at++;
		else if (!take_non_ascii(c))
			return false;
	}
	return true;
}

/* Where an atom should be and is none. */
static bool
fail_atom(struct cursor *c, bool is_first)
{
	if (next(c) == '.' || (!is_first && (next(c) == '@' || is_end(c))))
		return fail(c, SMTP_ADDRESS_LOCAL_DOT);
	return fail(
	    c, next(c) == '@' || is_end(c) ? SMTP_ADDRESS_EMPTY_LOCAL : SMTP_ADDRESS_BAD_LOCAL);
}

static bool
take_dot_string(struct cursor *c)
{
	size_t start = c->at;

	for (;;) {
		size_t atom = c->at;

		if (!take_atext(c))
			return false;
		if (c->at == atom)
			return fail_atom(c, atom == start);
		if (next(c) != '.')
			break;
		c->at++;
	}
	return next(c) == '@' || is_end(c) || fail(c, SMTP_ADDRESS_BAD_LOCAL);
}

static bool
take_quoted_string(struct cursor *c)
{
	size_t start = c->at++;

	while (c->at < c->in.len && next(c) != '"') {
		if (next(c) >= 0x80) {
			if (!take_non_ascii(c))
				return false;
			continue;
		}
		if (next(c) == '\\')
			c->at++;
		if (c->at == c->in.len)
			break;
		/* A pair is of ASCII (RFC 5321 §4.1.2 quoted-pairSMTP). */
		if (next(c) < ' ' || next(c) > '~')
			return fail(c, SMTP_ADDRESS_BAD_QUOTED);
		c->at++;
	}
	if (c->at == c->in.len)
		return fail_at(c, start, SMTP_ADDRESS_OPEN_QUOTE);
	c->at++;
	return next(c) == '@' || is_end(c) || fail(c, SMTP_ADDRESS_AFTER_QUOTE);
}

static bool
take_local_part(struct cursor *c)
{
	return next(c) == '"' ? take_quoted_string(c) : take_dot_string(c);
}

/* sub-domain; a U-label is checked with the whole domain. */
static bool
take_label(struct cursor *c)
{
	size_t start = c->at;
	bool is_ascii = true;

	if (next(c) == '-')
		return fail(c, SMTP_ADDRESS_HYPHEN);
	while (octet_is_let_dig(next(c)) || next(c) == '-' || next(c) >= 0x80) {
		is_ascii = is_ascii && next(c) < 0x80;
		if (next(c) < 0x80)
			c->at++;
		else if (!take_non_ascii(c))
			return false;
	}
	if (c->at == start)
		return fail(c, next(c) == '.' || is_end(c) ? SMTP_ADDRESS_DOMAIN_DOT
							   : SMTP_ADDRESS_BAD_DOMAIN);
	if (c->in.ptr[c->at - 1] == '-')
		return fail_at(c, c->at - 1, SMTP_ADDRESS_HYPHEN);
	if (is_ascii && c->at - start > SMTP_LABEL_MAX)
		return fail_at(c, start + SMTP_LABEL_MAX, SMTP_ADDRESS_LONG_LABEL);
	return true;
}

/* Is the domain from start to here one that DNS could have, with U-labels as A-labels? */
static bool
check_idn(struct cursor *c, size_t start)
{
	struct slice domain = slice_after(slice_first(c->in, c->at), start);
	size_t ascii_len = 0;

	if (smtp_is_ascii(domain) || smtp_idna_check(domain))
		return true;
	while (ascii_len < domain.len && domain.ptr[ascii_len] < 0x80)
		ascii_len++;
	return fail_at(c, start + ascii_len, SMTP_ADDRESS_BAD_IDN);
}

/* Domain, as far as its characters and their number go. */
static bool
take_labels(struct cursor *c)
{
	size_t start = c->at;

	if (is_end(c))
		return fail(c, SMTP_ADDRESS_EMPTY_DOMAIN);
	if (!take_label(c))
		return false;
	while (next(c) == '.') {
		c->at++;
		if (!take_label(c))
			return false;
	}
	return c->at - start <= SMTP_DOMAIN_MAX ||
	       fail_at(c, start + SMTP_DOMAIN_MAX, SMTP_ADDRESS_LONG_DOMAIN);
}

static bool
take_domain(struct cursor *c)
{
	size_t start = c->at;

	return take_labels(c) && check_idn(c, start);
}

static bool
take_literal(struct cursor *c)
{
	size_t start = c->at + 1, at;
	size_t len = slice_find(slice_after(c->in, start), ']');
	struct slice inside = slice_first(slice_after(c->in, start), len);

	if (start + len == c->in.len)
		return fail(c, SMTP_ADDRESS_OPEN_LITERAL);
	if (len + 2 > SMTP_DOMAIN_MAX)
		return fail_at(c, start - 1 + SMTP_DOMAIN_MAX, SMTP_ADDRESS_LONG_DOMAIN);
	if (!smtp_literal_check(inside, &at))
		return fail_at(c, start + at, SMTP_ADDRESS_BAD_LITERAL);
	c->at = start + len + 1;
	return true;
}

/* Mailbox, or a local part alone; then *has_domain is false. */
static bool
take_mailbox(struct cursor *c, bool *has_domain)
{
	*has_domain = false;
	if (!take_local_part(c))
		return false;
	if (next(c) != '@')
		return true;
	*has_domain = true;
	c->at++;
	if (next(c) == '[' ? !take_literal(c) : !take_domain(c))
		return false;
	return is_end(c) || fail(c, SMTP_ADDRESS_BAD_DOMAIN);
}

/* "@" Domain of the route from start. Its length comes first: IDNA is slow. */
static bool
take_at_domain(struct cursor *c, size_t start)
{
	size_t domain;

	if (next(c) != '@')
		return fail(c, SMTP_ADDRESS_BAD_ROUTE);
	domain = ++c->at;
	if (!take_labels(c))
		return false;
	if (c->at - start >= SMTP_ROUTE_MAX) /* there is no room for the colon */
		return fail_at(c, start + SMTP_ROUTE_MAX, SMTP_ADDRESS_LONG_ROUTE);
	return check_idn(c, domain);
}

/* "@one.example,@two.example:" */
static bool
take_source_route(struct cursor *c)
{
	size_t start = c->at;

	for (;;) {
		if (!take_at_domain(c, start))
			return false;
		if (next(c) != ',')
			break;
		c->at++;
	}
	if (is_end(c))
		return fail_at(c, start, SMTP_ADDRESS_EMPTY_LOCAL);
	if (next(c) != ':')
		return fail(c, SMTP_ADDRESS_BAD_ROUTE);
	c->at++;
	return true;
}

/* Path; the mailbox begins at *start. */
static bool
take_path(struct cursor *c, size_t *start, bool *has_domain)
{
	*has_domain = false;
	if (next(c) != '<')
		return fail(c, SMTP_ADDRESS_NO_OPEN);
	*start = ++c->at;
	if (next(c) == '>')
		return true;
	if (next(c) == '@' && !take_source_route(c))
		return false;
	*start = c->at;
	if (c->at != c->in.len && !take_mailbox(c, has_domain))
		return false;
	return next(c) == '>' || fail(c, SMTP_ADDRESS_NO_CLOSE);
}

enum smtp_address_fault
smtp_path_parse(struct slice in, struct smtp_path *ret_path, size_t *fault_at)
{
	struct cursor c = { in, 0, SMTP_ADDRESS_OK };
	size_t start = 0;
	bool has_domain, is_path = take_path(&c, &start, &has_domain);

	*fault_at = c.at;
	if (!is_path)
		return c.fault;
	if (c.at - start > SMTP_MAILBOX_MAX) {
		*fault_at = start + SMTP_MAILBOX_MAX;
		return SMTP_ADDRESS_LONG_PATH;
	}
	*ret_path = (struct smtp_path){
		.mailbox = slice_after(slice_first(in, c.at), start),
		.has_domain = has_domain,
		.len = c.at + 1,
	};
	return SMTP_ADDRESS_OK;
}

enum smtp_address_fault
smtp_mailbox_check(struct slice s)
{
	struct cursor c = { s, 0, SMTP_ADDRESS_OK };
	bool has_domain;

	if (!take_mailbox(&c, &has_domain))
		return c.fault;
	if (c.at != s.len)
		return has_domain ? SMTP_ADDRESS_BAD_DOMAIN : SMTP_ADDRESS_BAD_LOCAL;
	if (!has_domain)
		return SMTP_ADDRESS_NO_AT;
	return s.len > SMTP_MAILBOX_MAX ? SMTP_ADDRESS_LONG_PATH : SMTP_ADDRESS_OK;
}

bool
smtp_mailbox_normalize(struct slice mailbox, struct buf *out)
{
	struct slice local = smtp_mailbox_local(mailbox), domain = smtp_mailbox_domain(mailbox);
	size_t start = out->len;
	enum smtp_address_fault fault;

	if (smtp_is_ascii(mailbox))
		return buf_add_slice(out, mailbox);
	if (!smtp_nfc_add(local, out))
		return false;
	if (local.len != mailbox.len) {
		buf_add_octet(out, '@');
		if (!smtp_idna_add_unicode(domain, out))
			return false;
	}
	/* Normal forms of some characters are ASCII that has a meaning here: U+037E is ";". */
	fault = smtp_mailbox_check(slice_after(buf_slice(out), start));
	return fault == SMTP_ADDRESS_OK ||
	       (fault == SMTP_ADDRESS_NO_AT && local.len == mailbox.len);
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
	struct cursor c = { mailbox, 0, SMTP_ADDRESS_OK };

	return mailbox.len == 0 || take_local_part(&c) ? slice_first(mailbox, c.at) : mailbox;
}

struct slice
smtp_mailbox_domain(struct slice mailbox)
{
	size_t at = smtp_mailbox_local(mailbox).len;

	return slice_after(mailbox, at == mailbox.len ? at : at + 1);
}

bool
smtp_domain_is_valid(struct slice s)
{
	struct cursor c = { s, 0, SMTP_ADDRESS_OK };

	return smtp_is_ascii(s) && take_domain(&c) && c.at == s.len;
}

bool
smtp_literal_is_valid(struct slice s)
{
	struct cursor c = { s, 0, SMTP_ADDRESS_OK };

	return next(&c) == '[' && take_literal(&c) && c.at == s.len;
}
