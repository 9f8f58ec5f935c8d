/* SPDX-License-Identifier: Apache-2.0 */
#include "message/received.h"

#include "message/date.h"

#define NAME_LEN_MAX 255    /* octets kept of a name; a domain has no more (RFC 1035 §2.3.4) */
#define ADDRESS_LEN_MAX 900 /* a line may hold 998 octets (RFC 5322 §2.1.1) */

/* May c stand in a name outside of quotes and comments (RFC 5321 §4.1.2: Domain, literal)? */
static bool
is_name_octet(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '.' || c == '_' || c == ':' || c == '[' || c == ']' || c == '/' || c == '+';
}

/* Printable and no delimiter of a path: enough to keep a recipient inside its <>. */
static bool
is_path_octet(uint8_t c)
{
	return c > ' ' && c < 0x7f && c != '<' && c != '>';
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

/* The address that we saw; what the client calls itself may be a lie (RFC 5321 §4.4). */
static void
add_from(struct buf *out, const struct message_received *r)
{
	bool is_v6 = slice_find(r->peer, ':') != r->peer.len;

	buf_add_text(out, "Received: from ");
	add_name(out, r->helo);
	buf_add_text(out, is_v6 ? "\r\n\t([IPv6:" : "\r\n\t([");
	add_name(out, r->peer);
	buf_add_text(out, "])\r\n");
}

static void
add_tls(struct buf *out, const struct message_received *r)
{
	if (!r->is_tls || r->tls_version.len == 0)
		return;
	buf_add_text(out, "\r\n\t(version=");
	add_name(out, r->tls_version);
	buf_add_text(out, " cipher=");
	add_name(out, r->tls_cipher);
	buf_add_text(out, ")");
}

static void
add_for(struct buf *out, const struct message_received *r)
{
	if (r->recipient.len == 0 || r->recipient.len > ADDRESS_LEN_MAX)
		return;
	buf_add_text(out, "\r\n\tfor <");
	add_filtered(out, r->recipient, ADDRESS_LEN_MAX, is_path_octet);
	buf_add_text(out, ">");
}

const char *
message_received_protocol(bool is_extended, bool is_tls, bool is_authenticated)
{
	/* RFC 3848 has names for TLS and AUTH with EHLO only: both are extensions. */
	if (!is_extended)
		return "SMTP";
	if (is_tls)
		return is_authenticated ? "ESMTPSA" : "ESMTPS";
	return is_authenticated ? "ESMTPA" : "ESMTP";
}

bool
message_received_add(const struct message_received *r, struct buf *out)
{
	add_from(out, r);
	buf_add_text(out, "\tby ");
	add_name(out, r->hostname);
	buf_addf(out, " with %s",
	    message_received_protocol(r->is_extended, r->is_tls, r->is_authenticated));
	buf_add_text(out, " id ");
	add_name(out, r->queue_id);
	add_tls(out, r);
	add_for(out, r);
	buf_add_text(out, ";\r\n\t");
	message_date_add(r->unix_s, out);
	buf_add_text(out, "\r\n");
	return !out->overflow;
}
