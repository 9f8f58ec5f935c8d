/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/hello.h"

#include <assert.h>
#include <string.h>

#include "audit/group.h"

enum {
	RECORD_HANDSHAKE = 22,
	CLIENT_HELLO = 1,
	RANDOM_LEN = 32,
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINT_FORMATS = 11,
	EXTENSION_SIGNATURES = 13,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
	GROUP_X25519 = 29,
	SCSV_RENEGOTIATION = 0x00ff, /* RFC 5746 §3.3 */
	SCSV_FALLBACK = 0x5600,      /* RFC 7507 */
	SSL2_CHALLENGE_LEN = 16,
};

static void
add_u16(struct buf *out, unsigned number)
{
	(void)buf_add_octet(out, (uint8_t)(number >> 8));
	(void)buf_add_octet(out, (uint8_t)number);
}

/* A length of that many octets is left open, to be filled in when what it counts is written. */
static size_t
open_length(struct buf *out, size_t width)
{
	static const uint8_t zero[3];

	(void)buf_add(out, zero, width);
	return out->len;
}

static void
close_length(struct buf *out, size_t at, size_t width)
{
	size_t len = out->len - at;

	for (size_t i = 1; i <= width; i++, len >>= 8)
		out->ptr[at - i] = (uint8_t)len;
}

static void
add_list(struct buf *out, const uint16_t *numbers, size_t count)
{
	const size_t at = open_length(out, 2);

	for (size_t i = 0; i < count; i++)
		add_u16(out, numbers[i]);
	close_length(out, at, 2);
}

static void
add_ciphers(const struct audit_hello *h, struct buf *out)
{
	const size_t at = open_length(out, 2);

	for (size_t i = 0; i < h->cipher_count; i++)
		add_u16(out, h->ciphers[i]);
	if (h->version != AUDIT_TLS13)
		add_u16(out, SCSV_RENEGOTIATION);
	if (h->is_fallback)
		add_u16(out, SCSV_FALLBACK);
	close_length(out, at, 2);
}

static size_t
open_extension(struct buf *out, unsigned type)
{
	add_u16(out, type);
	return open_length(out, 2);
}

/* RFC 6066 §3 */
static void
add_server_name(const char *name, struct buf *out)
{
	const size_t extension = open_extension(out, EXTENSION_SERVER_NAME);
	const size_t list = open_length(out, 2);
	size_t host;

	(void)buf_add_octet(out, 0);
	host = open_length(out, 2);
	(void)buf_add_text(out, name);
	close_length(out, host, 2);
	close_length(out, list, 2);
	close_length(out, extension, 2);
}

static void
add_groups(const struct audit_hello *h, struct buf *out)
{
	uint16_t all[AUDIT_GROUPS_MAX];

	if (h->group_count > 0)
		add_list(out, h->groups, h->group_count);
	else
		add_list(out, all, audit_group_select(all));
}

/*
 * All that a server may need to agree to a suite: groups of every age, all pairs of hash and
 * signature that certificates are signed with.
 */
static void
add_algorithms(const struct audit_hello *h, struct buf *out)
{
	static const uint16_t signatures[] = { 0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804,
		0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0402, 0x0203, 0x0201,
		0x0202, 0x0101 };
	size_t at = open_extension(out, EXTENSION_GROUPS);

	add_groups(h, out);
	close_length(out, at, 2);
	at = open_extension(out, EXTENSION_POINT_FORMATS);
	(void)buf_add(out, "\1\0", 2);
	close_length(out, at, 2);
	at = open_extension(out, EXTENSION_SIGNATURES);
	add_list(out, signatures, sizeof signatures / sizeof signatures[0]);
	close_length(out, at, 2);
}

/* Any 32 octets are a public key of X25519 (RFC 7748), so randomness will do. */
static void
add_share(const uint8_t *random, struct buf *out)
{
	size_t share;

	add_u16(out, GROUP_X25519);
	share = open_length(out, 2);
	(void)buf_add(out, random, RANDOM_LEN);
	close_length(out, share, 2);
}

/* RFC 8446 §4.2.8: without a key the server asks for one of the group that it prefers. */
static void
add_tls13(const struct audit_hello *h, const uint8_t *random, struct buf *out)
{
	size_t at = open_extension(out, EXTENSION_VERSIONS), shares;

	(void)buf_add(out, "\2\3\4", 3);
	close_length(out, at, 2);
	at = open_extension(out, EXTENSION_KEY_SHARE);
	shares = open_length(out, 2);
	if (!h->is_keyless)
		add_share(random, out);
	close_length(out, shares, 2);
	close_length(out, at, 2);
}

static void
add_extensions(const struct audit_hello *h, const uint8_t *random, struct buf *out)
{
	const size_t at = open_length(out, 2);

	if (h->name != NULL)
		add_server_name(h->name, out);
	add_algorithms(h, out);
	if (h->version == AUDIT_TLS13)
		add_tls13(h, random, out);
	close_length(out, at, 2);
}

static void
add_hello(const struct audit_hello *h, const uint8_t *random, struct buf *out)
{
	/* RFC 8446 §4.1.2: the field stays at TLS 1.2 for ever. */
	add_u16(out, h->version > AUDIT_TLS12 ? AUDIT_TLS12 : h->version);
	(void)buf_add(out, random, RANDOM_LEN);
	(void)buf_add_octet(out, 0);
	add_ciphers(h, out);
	if (h->offers_compression)
		(void)buf_add(out, "\2\1\0", 3);
	else
		(void)buf_add(out, "\1\0", 2);
	if (h->version != AUDIT_SSL3)
		add_extensions(h, random + RANDOM_LEN, out);
}

/* The form of SSL 2.0: a record header of two octets, suites of three. */
static void
write_ssl2(const uint8_t *random, struct buf *out)
{
	static const uint8_t suites[] = { 1, 0, 0x80, 2, 0, 0x80, 3, 0, 0x80, 4, 0, 0x80, 5, 0,
		0x80, 6, 0, 0x40, 7, 0, 0xc0 };
	const size_t at = open_length(out, 2);

	(void)buf_add_octet(out, CLIENT_HELLO);
	add_u16(out, AUDIT_SSL2);
	add_u16(out, sizeof suites);
	add_u16(out, 0);
	add_u16(out, SSL2_CHALLENGE_LEN);
	(void)buf_add(out, suites, sizeof suites);
	(void)buf_add(out, random, SSL2_CHALLENGE_LEN);
	close_length(out, at, 2);
	out->ptr[at - 2] |= 0x80;
}

void
audit_hello_write(const struct audit_hello *h, const uint8_t *random, struct buf *out)
{
	size_t record, message;

	if (h->version == AUDIT_SSL2) {
		write_ssl2(random, out);
		return;
	}
	(void)buf_add_octet(out, RECORD_HANDSHAKE);
	add_u16(out, h->version == AUDIT_SSL3 ? AUDIT_SSL3 : AUDIT_TLS10);
	record = open_length(out, 2);
	(void)buf_add_octet(out, CLIENT_HELLO);
	message = open_length(out, 3);
	add_hello(h, random, out);
	close_length(out, message, 3);
	close_length(out, record, 2);
	assert(!out->overflow);
}
