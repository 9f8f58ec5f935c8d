/* SPDX-License-Identifier: Apache-2.0 */
#include "signer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <arpa/nameser.h>
#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "util/base64.h"
#include "util/fd.h"

enum {
	ALGORITHM = 13, /* ECDSA with P-256 and SHA-256 (RFC 6605 §4) */
	NUMBER_LEN = 32,
	WHOLE_SIZE = 2 * SIGNER_TEXT_SIZE,
	TTL_S = 60,
	DAY_S = 86400,
};

static const uint8_t key_head[] = { 0x01, 0x01, 3, ALGORITHM }; /* flags 257: an entry point */

static void
put(struct buf *b, const void *ptr, size_t len)
{
	assert_true(buf_add(b, ptr, len));
}

static void
put_number(struct buf *b, unsigned value, unsigned len)
{
	while (len-- > 0)
		assert_true(buf_add_octet(b, (uint8_t)(value >> 8 * len)));
}

static void
put_name(struct buf *b, const char *name)
{
	uint8_t wire[NS_MAXCDNAME];

	assert_true(ns_name_pton(name, wire, sizeof wire) >= 0);
	for (size_t at = 0;; at += 1 + (size_t)wire[at]) {
		put(b, wire + at, 1 + (size_t)wire[at]);
		if (wire[at] == 0)
			return;
	}
}

static unsigned
count_labels(const char *name)
{
	unsigned count = strcmp(name, ".") != 0;

	for (; *name != '\0'; name++)
		count += name[0] == '.' && name[1] != '\0';
	return count;
}

static void
print_hex(struct slice octets, char text[SIGNER_TEXT_SIZE])
{
	assert_true(2 * octets.len < SIGNER_TEXT_SIZE);
	for (size_t i = 0; i < octets.len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", octets.ptr[i]);
}

/* RFC 4034, appendix B. */
static uint16_t
count_tag(struct slice data)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < data.len; i++)
		sum += i % 2 == 0 ? (uint32_t)data.ptr[i] << 8 : data.ptr[i];
	return (uint16_t)(sum + (sum >> 16));
}

static void
write_key(const struct signer *s, struct buf *b)
{
	uint8_t point[1 + 2 * NUMBER_LEN];
	size_t len = 0;

	assert_int_equal(EVP_PKEY_get_octet_string_param(
			     s->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len),
	    1);
	assert_int_equal(len, sizeof point);
	put(b, key_head, sizeof key_head);
	put(b, point + 1, sizeof point - 1);
}

void
signer_init(struct signer *s)
{
	struct buf data;

	buf_init(&data, SIGNER_TEXT_SIZE);
	s->key = EVP_EC_gen("P-256");
	assert_non_null(s->key);
	write_key(s, &data);
	s->tag = count_tag(buf_slice(&data));
	print_hex(buf_slice(&data), s->dnskey);
	buf_done(&data);
}

void
signer_done(struct signer *s)
{
	EVP_PKEY_free(s->key);
	s->key = NULL;
}

void
signer_write_anchor(const struct signer *s, char *path)
{
	const int fd_new = mkstemp(path);
	struct buf key, text;
	int fd = fd_new;

	assert_true(fd >= 0);
	buf_init(&key, SIGNER_TEXT_SIZE);
	buf_init(&text, SIGNER_TEXT_SIZE);
	write_key(s, &key);
	assert_true(buf_addf(&text, ". IN DNSKEY 257 3 %d ", ALGORITHM));
	assert_true(base64_encode(slice_after(buf_slice(&key), sizeof key_head), &text));
	assert_true(buf_add_octet(&text, '\n'));
	assert_int_equal(fd_write_all(fd, text.ptr, text.len), 0);
	fd_close(&fd);
	buf_done(&key);
	buf_done(&text);
}

/* What is signed first: the record of the signature without it (RFC 4034 §3.1.8.1). */
static void
put_head(const struct signer *s, const struct nameserver_row *row, struct buf *b)
{
	const unsigned now = (unsigned)time(NULL);

	put_number(b, row->type, 2);
	put_number(b, ALGORITHM, 1);
	put_number(b, count_labels(row->name), 1);
	put_number(b, TTL_S, 4);
	put_number(b, now + DAY_S, 4);
	put_number(b, now - DAY_S, 4);
	put_number(b, s->tag, 2);
	put_name(b, ".");
}

/* The two numbers of the signature, each 32 octets (RFC 6605 §4). */
static void
put_signature(const struct signer *s, struct slice text, struct buf *b)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[128], numbers[2 * NUMBER_LEN];
	const uint8_t *at = der;
	size_t len = sizeof der;
	ECDSA_SIG *signature;

	assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, s->key), 1);
	assert_int_equal(EVP_DigestSign(context, der, &len, text.ptr, text.len), 1);
	EVP_MD_CTX_free(context);
	signature = d2i_ECDSA_SIG(NULL, &at, (long)len);
	assert_non_null(signature);
	assert_int_equal(
	    BN_bn2binpad(ECDSA_SIG_get0_r(signature), numbers, NUMBER_LEN), NUMBER_LEN);
	assert_int_equal(
	    BN_bn2binpad(ECDSA_SIG_get0_s(signature), numbers + NUMBER_LEN, NUMBER_LEN),
	    NUMBER_LEN);
	ECDSA_SIG_free(signature);
	put(b, numbers, sizeof numbers);
}

void
signer_sign(const struct signer *s, const struct nameserver_row *row, char text[SIGNER_TEXT_SIZE])
{
	struct buf head, whole;
	uint8_t data[SIGNER_TEXT_SIZE];
	const size_t data_len = nameserver_data(row->type, row->data, data, sizeof data);

	buf_init(&head, SIGNER_TEXT_SIZE);
	buf_init(&whole, WHOLE_SIZE);
	put_head(s, row, &head);
	put(&whole, head.ptr, head.len);
	put_name(&whole, row->name);
	put_number(&whole, row->type, 2);
	put_number(&whole, ns_c_in, 2);
	put_number(&whole, TTL_S, 4);
	put_number(&whole, (unsigned)data_len, 2);
	put(&whole, data, data_len);
	put_signature(s, buf_slice(&whole), &head);
	print_hex(buf_slice(&head), text);
	buf_done(&head);
	buf_done(&whole);
}
