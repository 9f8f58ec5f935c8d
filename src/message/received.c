/* SPDX-License-Identifier: Apache-2.0 */
#include "message/received.h"

#include "message/date.h"
#include "smtp/address.h"
#include "smtp/utf8.h"
#include "util/octet.h"

#define NAME_LEN_MAX 255    /* octets kept of a name; a domain has no more (RFC 1035 §2.3.4) */
#define ADDRESS_LEN_MAX 900 /* a line may hold 998 octets (RFC 5322 §2.1.1) */

/* May c stand in a name outside of quotes and comments (RFC 5321 §4.1.2: Domain, literal)? */
static bool
is_name_octet(uint8_t c)
{
	return octet_is_let_dig(c) || c == '-' || c == '.' || c == '_' || c == ':' || c == '[' ||
	       c == ']' || c == '/' || c == '+';
}

/* Printable and no delimiter of a path: enough to keep a recipient inside its <>. */
static bool
is_path_octet(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != '<' && c != '>';
}

/* RFC 6531 §3.7.3: of a recipient that is UTF-8. */
static bool
is_utf8_path_octet(uint8_t c)
{
	return is_path_octet(c) || c > 0x7f;
}

/* Each octet that may_stand() refuses becomes '?': visible, and nothing in any grammar. */
static void
add_filtered(struct buf *out, struct slice s, size_t len_max, bool (*may_stand)(uint8_t))
{
	size_t len = s.len < len_max ? s.len : len_max;
	uint8_t *room = buf_reserve(out, len);

	if (room == NULL)
		return;
	for (size_t i = 0; i < len; i++)
		room[i] = may_stand(s.ptr[i]) ? s.ptr[i] : '?';
	out->len += len;
}

static void
add_name(struct buf *out, struct slice name)
{
	if (name.len == 0)
		buf_add_text(out, "unknown");
	add_filtered(out, name, NAME_LEN_MAX, is_name_octet);
}

/* RFC 5321 §4.1.3; out stays empty when peer is no address. */
static void
add_literal(struct buf *out, struct slice peer)
{
	bool is_v6 = slice_find(peer, ':') != peer.len;

	buf_add_text(out, is_v6 ? "[IPv6:" : "[");
	add_name(out, peer);
	buf_add_text(out, "]");
	if (!smtp_literal_is_valid(buf_slice(out)))
		buf_clear(out);
}

static bool
is_domain_or_literal(struct slice s)
{
	return smtp_is_ascii(s) && (smtp_domain_is_valid(s) || smtp_literal_is_valid(s));
}

/* The address that we saw; what the client calls itself may be a lie (RFC 5321 §4.4). */
static void
add_client(struct buf *out, const struct message_received *r)
{
	bool is_named = is_domain_or_literal(r->helo);
	struct buf literal;

	buf_init(&literal, NAME_LEN_MAX + sizeof "[IPv6:]");
	add_literal(&literal, r->peer);
	if (is_named)
		buf_add_slice(out, r->helo);
	else if (literal.len != 0)
		buf_add_slice(out, buf_slice(&literal));
	else
		buf_add_text(out, "unknown");
	if (literal.len != 0) {
		buf_add_text(out, "\r\n\t(");
		buf_add_slice(out, buf_slice(&literal));
		buf_add_text(out, ")");
	}
	if (!is_named && r->helo.len != 0) {
		buf_add_text(out, "\r\n\t(EHLO ");
		add_name(out, r->helo);
		buf_add_text(out, ")");
	}
	buf_done(&literal);
}

static void
add_from(struct buf *out, const struct message_received *r)
{
	buf_add_text(out, "Received: from ");
	if (r->pseudonym.len == 0) {
		add_client(out, r);
	} else {
		buf_add_slice(
		    out, smtp_domain_is_valid(r->pseudonym) ? r->pseudonym : slice_of("hidden"));
		buf_add_text(out, ".invalid");
	}
	buf_add_text(out, "\r\n");
}

/* RFC 8314 §4, §4.3: a clause of its own, after `for`. */
static void
add_tls(struct buf *out, const struct message_received *r)
{
	if (!r->is_tls || r->tls_version.len == 0)
		return;
	buf_add_text(out, "\r\n\ttls ");
	add_name(out, r->tls_cipher);
	buf_add_text(out, " (");
	add_name(out, r->tls_version);
	buf_add_text(out, ")");
}

static void
add_for(struct buf *out, const struct message_received *r)
{
	if (r->recipient.len == 0 || r->recipient.len > ADDRESS_LEN_MAX)
		return;
	buf_add_text(out, "\r\n\tfor <");
	add_filtered(
	    out, r->recipient, ADDRESS_LEN_MAX, r->is_utf8 ? is_utf8_path_octet : is_path_octet);
	buf_add_text(out, ">");
}

/* RFC 6710 §4.1, §7 */
static void
add_priority(struct buf *out, const struct message_received *r)
{
	if (r->has_priority)
		buf_addf(out, "\r\n\tPRIORITY %d", r->priority);
}

/* RFC 4954 §7: "A" for a login, "S" for TLS. */
const char *
message_received_protocol(const struct message_received *r)
{
	/* There are names for TLS, AUTH and SMTPUTF8 with EHLO only: all are extensions. */
	static const char *const names[2][2][2] = {
		{ { "ESMTP", "ESMTPA" }, { "ESMTPS", "ESMTPSA" } },
		{ { "UTF8SMTP", "UTF8SMTPA" }, { "UTF8SMTPS", "UTF8SMTPSA" } },
	};

	return r->is_extended ? names[r->is_utf8][r->is_tls][r->is_authenticated] : "SMTP";
}

/* It is folded between clauses, and no line is white space alone (RFC 5322 §2.2.3, §3.2.2). */
bool
message_received_add(const struct message_received *r, struct buf *out)
{
	add_from(out, r);
	buf_add_text(out, "\tby ");
	add_name(out, r->hostname);
	buf_addf(out, " with %s id ", message_received_protocol(r));
	add_name(out, r->queue_id);
	add_for(out, r);
	add_tls(out, r);
	add_priority(out, r);
	buf_add_text(out, ";\r\n\t");
	message_date_add(r->unix_s, out);
	buf_add_text(out, "\r\n");
	return !out->overflow;
}
