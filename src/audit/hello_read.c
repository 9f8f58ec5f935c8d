/* SPDX-License-Identifier: Apache-2.0 */
/* hello_read.c - the answer of a server: records, messages in them, and what they choose. */
#include <string.h>

#include "audit/cipher.h"
#include "audit/hello.h"

enum {
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_HEADER_LEN = 5,
	RECORD_LEN_MAX = (1 << 14) + 2048,
	MESSAGE_HEADER_LEN = 4,
	SERVER_HELLO = 2,
	SERVER_KEY_EXCHANGE = 12,
	SERVER_HELLO_DONE = 14,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
	NAMED_CURVE = 3,
	EXTENSION_RENEGOTIATION = 0xff01,
	RANDOM_LEN = 32,
	SSL2_SERVER_HELLO = 4,
	SSL2_SERVER_HELLO_LEN = 11, /* with nothing in its fields of variable length */
};

/* What is read so far; every take is checked, and one that is short marks all. */
struct reader {
	struct slice rest;
	bool is_short;
};

static unsigned
take_number(struct reader *r, size_t width)
{
	unsigned number = 0;

	if (r->rest.len < width) {
		r->is_short = true;
		return 0;
	}
	for (size_t i = 0; i < width; i++)
		number = number << 8 | r->rest.ptr[i];
	r->rest = slice_after(r->rest, width);
	return number;
}

static struct slice
take(struct reader *r, size_t len)
{
	struct slice taken;

	if (r->rest.len < len) {
		r->is_short = true;
		return slice_make(NULL, 0);
	}
	taken = slice_first(r->rest, len);
	r->rest = slice_after(r->rest, len);
	return taken;
}

/* RFC 8446 §4.2.1: with TLS 1.3 the version is in an extension. */
static void
read_extensions(struct slice in, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };

	while (r.rest.len > 0 && !r.is_short) {
		const unsigned type = take_number(&r, 2);
		const struct slice body = take(&r, take_number(&r, 2));

		if (type == EXTENSION_VERSIONS && body.len == 2)
			answer->version = (uint16_t)(body.ptr[0] << 8 | body.ptr[1]);
		else if (type == EXTENSION_KEY_SHARE && body.len >= 2)
			answer->group = (uint16_t)(body.ptr[0] << 8 | body.ptr[1]);
		else if (type == EXTENSION_RENEGOTIATION)
			answer->has_secure_renegotiation = true;
	}
}

static bool
read_server_hello(struct slice in, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };

	answer->version = (uint16_t)take_number(&r, 2);
	(void)take(&r, RANDOM_LEN);
	(void)take(&r, take_number(&r, 1));
	answer->cipher = (uint16_t)take_number(&r, 2);
	answer->has_compression = take_number(&r, 1) != 0;
	if (r.is_short || answer->version >> 8 != 3)
		return false;
	if (r.rest.len >= 2)
		read_extensions(take(&r, take_number(&r, 2)), answer);
	return true;
}

/* RFC 5246 §7.4.3: the prime comes first. */
static void
read_dh(struct slice in, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };
	struct slice prime = take(&r, take_number(&r, 2));
	unsigned top;

	while (prime.len > 0 && prime.ptr[0] == 0)
		prime = slice_after(prime, 1);
	if (prime.len == 0)
		return;
	answer->dh_bits = (unsigned)prime.len * 8;
	for (top = prime.ptr[0]; top < 0x80; top <<= 1)
		answer->dh_bits--;
	if (prime.len <= sizeof answer->dh_prime) {
		memcpy(answer->dh_prime, prime.ptr, prime.len);
		answer->dh_prime_len = prime.len;
	}
}

/* RFC 8422 §5.4 */
static void
read_ecdh(struct slice in, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };

	if (take_number(&r, 1) == NAMED_CURVE)
		answer->group = (uint16_t)take_number(&r, 2);
}

static void
read_server_key(struct slice in, struct audit_hello_answer *answer)
{
	const struct audit_cipher *cipher = audit_cipher_find(answer->cipher);

	if (cipher != NULL && audit_cipher_is_dhe(cipher))
		read_dh(in, answer);
	else if (cipher != NULL && audit_cipher_is_ecdhe(cipher))
		read_ecdh(in, answer);
}

/* One message of the handshake. MORE: it is not the last that is wanted. */
static enum audit_hello_status
read_message(unsigned type, struct slice body, bool wants_key, struct audit_hello_answer *answer)
{
	switch (type) {
	case SERVER_HELLO:
		if (!read_server_hello(body, answer))
			return AUDIT_HELLO_NO_TLS;
		/* What follows with TLS 1.3 is encrypted. */
		return wants_key && answer->version < AUDIT_TLS13 ? AUDIT_HELLO_MORE
								  : AUDIT_HELLO_ACCEPTED;
	case SERVER_KEY_EXCHANGE:
		read_server_key(body, answer);
		return AUDIT_HELLO_ACCEPTED;
	case SERVER_HELLO_DONE:
		return AUDIT_HELLO_ACCEPTED;
	default: /* a certificate and the like */
		return answer->version == 0 ? AUDIT_HELLO_NO_TLS : AUDIT_HELLO_MORE;
	}
}

static enum audit_hello_status
read_messages(struct slice in, bool wants_key, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };
	enum audit_hello_status status = AUDIT_HELLO_MORE;

	while (status == AUDIT_HELLO_MORE && r.rest.len >= MESSAGE_HEADER_LEN) {
		const unsigned type = take_number(&r, 1), len = take_number(&r, 3);
		const struct slice body = take(&r, len);

		if (r.is_short)
			break;
		status = read_message(type, body, wants_key, answer);
	}
	return status;
}

/* An alert: level and description. */
static enum audit_hello_status
read_alert(struct slice body, struct audit_hello_answer *answer)
{
	if (body.len != 2)
		return AUDIT_HELLO_NO_TLS;
	answer->alert = body.ptr[1];
	/* A server that chose and then thought better of it did not accept. */
	return AUDIT_HELLO_ALERT;
}

static void
read_ssl2_suites(struct reader *r, unsigned count, struct audit_hello_answer *answer)
{
	for (unsigned i = 0; i < count && i < AUDIT_SSL2_SUITES_MAX; i++) {
		const uint32_t suite = take_number(r, 3);

		if (!r->is_short)
			answer->ssl2_suites[answer->ssl2_suite_count++] = suite;
	}
}

static enum audit_hello_status
read_ssl2(struct slice in, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };
	unsigned len = take_number(&r, 2) & 0x7fff, type = take_number(&r, 1), suites, skipped;

	(void)take_number(&r, 2);
	answer->version = (uint16_t)take_number(&r, 2);
	skipped = take_number(&r, 2);
	suites = take_number(&r, 2);
	(void)take_number(&r, 2);
	if (r.is_short)
		return AUDIT_HELLO_MORE;
	if (type != SSL2_SERVER_HELLO || answer->version != AUDIT_SSL2 ||
	    len < SSL2_SERVER_HELLO_LEN)
		return AUDIT_HELLO_NO_TLS;
	/* Without a suite in common a server may still answer, and then hang up. */
	if (suites < 3 || skipped + suites > len - SSL2_SERVER_HELLO_LEN)
		return AUDIT_HELLO_NO_TLS;
	if (r.rest.len < skipped + suites)
		return AUDIT_HELLO_MORE;
	(void)take(&r, skipped);
	read_ssl2_suites(&r, suites / 3, answer);
	return AUDIT_HELLO_ACCEPTED;
}

static bool
is_record(struct slice in)
{
	return (in.ptr[0] == RECORD_HANDSHAKE || in.ptr[0] == RECORD_ALERT) &&
	       (in.len < 2 || in.ptr[1] == 3);
}

/* Records one by one; messages may be spread over several. */
static enum audit_hello_status
read_records(
    struct slice in, bool wants_key, struct buf *messages, struct audit_hello_answer *answer)
{
	struct reader r = { in, false };
	enum audit_hello_status status = AUDIT_HELLO_MORE;

	while (status == AUDIT_HELLO_MORE && r.rest.len > 0) {
		struct slice body;
		unsigned type, len;

		if (!is_record(r.rest))
			return AUDIT_HELLO_NO_TLS;
		type = take_number(&r, 1);
		(void)take_number(&r, 2);
		len = take_number(&r, 2);
		if (len > RECORD_LEN_MAX)
			return AUDIT_HELLO_NO_TLS;
		body = take(&r, len);
		if (r.is_short)
			return AUDIT_HELLO_MORE;
		if (type == RECORD_ALERT)
			return read_alert(body, answer);
		(void)buf_add_slice(messages, body);
		*answer = (struct audit_hello_answer){ 0 };
		status = read_messages(buf_slice(messages), wants_key, answer);
	}
	return status;
}

enum audit_hello_status
audit_hello_read(struct slice in, bool wants_key, struct audit_hello_answer *ret_answer)
{
	struct audit_hello_answer answer = { 0 };
	enum audit_hello_status status;
	struct buf messages;

	if (in.len == 0)
		return AUDIT_HELLO_MORE;
	buf_init(&messages, AUDIT_HELLO_ANSWER_MAX);
	if ((in.ptr[0] & 0x80) != 0)
		status = read_ssl2(in, &answer);
	else
		status = read_records(in, wants_key, &messages, &answer);
	buf_done(&messages);
	if (status == AUDIT_HELLO_MORE && in.len >= AUDIT_HELLO_ANSWER_MAX)
		status = AUDIT_HELLO_NO_TLS;
	if (status != AUDIT_HELLO_MORE)
		*ret_answer = answer;
	return status;
}

const char *
audit_ssl2_suite_name(uint32_t suite)
{
	static const struct {
		uint32_t suite;
		const char *name;
	} names[] = { { 0x010080, "SSL_CK_RC4_128_WITH_MD5" },
		{ 0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5" },
		{ 0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5" },
		{ 0x040080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5" },
		{ 0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5" },
		{ 0x060040, "SSL_CK_DES_64_CBC_WITH_MD5" },
		{ 0x0700c0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].suite == suite)
			return names[i].name;
	return "an unknown suite of SSL 2.0";
}

const char *
audit_version_name(uint16_t version)
{
	switch (version) {
	case AUDIT_SSL2:
		return "SSL 2.0";
	case AUDIT_SSL3:
		return "SSL 3.0";
	case AUDIT_TLS10:
		return "TLS 1.0";
	case AUDIT_TLS11:
		return "TLS 1.1";
	case AUDIT_TLS12:
		return "TLS 1.2";
	case AUDIT_TLS13:
		return "TLS 1.3";
	default:
		return "an unknown version";
	}
}

/* RFC 8446 §6, and RFC 5246 §7.2 for what went with it. */
const char *
audit_alert_name(uint8_t alert)
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = { { 0, "close_notify" }, { 10, "unexpected_message" }, { 20, "bad_record_mac" },
		{ 40, "handshake_failure" }, { 42, "bad_certificate" }, { 47, "illegal_parameter" },
		{ 50, "decode_error" }, { 70, "protocol_version" }, { 71, "insufficient_security" },
		{ 80, "internal_error" }, { 86, "inappropriate_fallback" },
		{ 109, "missing_extension" }, { 112, "unrecognized_name" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].number == alert)
			return names[i].name;
	return "alert";
}
