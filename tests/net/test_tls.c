/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "pki.h"

/* Client and server joined by memory: no socket, no loop. */
struct pair {
	SSL *client, *server;
};

static struct pair
pair_make(SSL_CTX *client, SSL_CTX *server)
{
	struct pair p = { SSL_new(client), SSL_new(server) };
	BIO *left, *right;

	assert_int_equal(BIO_new_bio_pair(&left, 0, &right, 0), 1);
	SSL_set_bio(p.client, left, left);
	SSL_set_bio(p.server, right, right);
	SSL_set_connect_state(p.client);
	SSL_set_accept_state(p.server);
	return p;
}

static void
pair_done(struct pair *p)
{
	SSL_free(p->client);
	SSL_free(p->server);
	ERR_clear_error();
}

static bool
handshake(struct pair *p)
{
	int client = 0, server = 0;

	for (int i = 0; i < 10 && (client != 1 || server != 1); i++) {
		client = SSL_do_handshake(p->client);
		server = SSL_do_handshake(p->server);
	}
	return client == 1 && server == 1;
}

/* One octet each way, which also carries the tickets of TLS 1.3. */
static void
exchange(struct pair *p)
{
	char octet = 'x';

	assert_int_equal(SSL_write(p->server, &octet, 1), 1);
	assert_int_equal(SSL_read(p->client, &octet, 1), 1);
	assert_int_equal(SSL_write(p->client, &octet, 1), 1);
	assert_int_equal(SSL_read(p->server, &octet, 1), 1);
}

static SSL_CTX *
client_context(int version)
{
	const struct net_tls_client_options options = { .verify = false };
	SSL_CTX *context;

	assert_int_equal(net_tls_client_new(&options, &context, NULL), 0);
	(void)SSL_CTX_set_max_proto_version(context, version);
	return context;
}

static const struct key_case {
	const char *name;
	enum pki_kind kind;
	int version;
} key_cases[] = {
	{ "P-256, TLS 1.2", PKI_P256, TLS1_2_VERSION },
	{ "P-256, TLS 1.3", PKI_P256, TLS1_3_VERSION },
	{ "P-384, TLS 1.2", PKI_P384, TLS1_2_VERSION },
	{ "P-384, TLS 1.3", PKI_P384, TLS1_3_VERSION },
	{ "RSA, TLS 1.2", PKI_RSA, TLS1_2_VERSION },
	{ "RSA, TLS 1.3", PKI_RSA, TLS1_3_VERSION },
};

/* No client certificate is asked for (RFC 8314 §4.2). */
static void
test_a_handshake_asks_the_signer_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof key_cases / sizeof key_cases[0]; i++) {
		const struct key_case *t = &key_cases[i];
		SSL_CTX *client = client_context(t->version), *server;
		struct pki pki;
		struct pair p;
		uint64_t id;

		pki_init(&pki, t->kind, "mail.example");
		server = pki_server(&pki);
		p = pair_make(client, server);
		if (!handshake(&p))
			fail_msg("%s: no handshake", t->name);
		exchange(&p);
		assert_int_equal(SSL_version(p.client), t->version);
		assert_int_equal(pki.signature_count, 1);
		assert_true(net_tls_key_id(pki.key, &id));
		assert_true(pki.asked_id == id);
		pair_done(&p);
		SSL_CTX_free(server);
		SSL_CTX_free(client);
		pki_done(&pki);
	}
}

static void
test_every_key_has_an_id_of_its_own(void **state)
{
	static const enum pki_kind kinds[] = { PKI_P256, PKI_P256, PKI_P384, PKI_RSA, PKI_RSA };
	enum { COUNT = sizeof kinds / sizeof kinds[0] };
	uint64_t ids[COUNT];
	struct pki pki;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		pki_init(&pki, kinds[i], "mail.example");
		assert_true(net_tls_key_id(pki.key, &ids[i]));
		for (size_t k = 0; k < i; k++)
			assert_true(ids[k] != ids[i]);
		pki_done(&pki);
	}
	pki_init(&pki, PKI_ED25519, "mail.example");
	assert_false(net_tls_key_id(pki.key, &ids[0]));
	pki_done(&pki);
}

/* The certificate and the key file may write the same point in two ways (RFC 5480 §2.2). */
static void
test_a_key_id_does_not_depend_on_the_encoding(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256"), *read;
	uint64_t id, other_id = 0;
	uint8_t *der = NULL;
	const uint8_t *at;
	int len;

	(void)state;
	assert_true(net_tls_key_id(key, &id));
	assert_int_equal(EVP_PKEY_set_utf8_string_param(
			     key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed"),
	    1);
	len = i2d_PUBKEY(key, &der);
	at = der;
	read = d2i_PUBKEY(NULL, &at, len);
	assert_true(net_tls_key_id(read, &other_id));
	assert_true(other_id == id);
	EVP_PKEY_free(read);
	EVP_PKEY_free(key);
	OPENSSL_free(der);
}

/* TLS 1.2 clients may still ask for PKCS #1 v1.5 signatures only. */
static void
test_rsa_signs_pkcs1_for_old_clients(void **state)
{
	SSL_CTX *client = client_context(TLS1_2_VERSION), *server;
	char algorithms[] = "RSA+SHA256";
	struct pki pki;
	struct pair p;

	(void)state;
	pki_init(&pki, PKI_RSA, "mail.example");
	server = pki_server(&pki);
	assert_int_equal(SSL_CTX_set1_sigalgs_list(client, algorithms), 1);
	p = pair_make(client, server);
	assert_true(handshake(&p));
	assert_int_equal(pki.signature_count, 1);
	pair_done(&p);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	pki_done(&pki);
}

static void
test_a_failed_signature_fails_the_handshake_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof key_cases / sizeof key_cases[0]; i++) {
		SSL_CTX *client = client_context(key_cases[i].version), *server;
		struct pki pki;
		struct pair p;

		pki_init(&pki, key_cases[i].kind, "mail.example");
		server = pki_server(&pki);
		pki.is_broken = true;
		p = pair_make(client, server);
		assert_false(handshake(&p));
		pair_done(&p);
		pki.is_broken = false;
		p = pair_make(client, server);
		assert_true(handshake(&p));
		pair_done(&p);
		SSL_CTX_free(server);
		SSL_CTX_free(client);
		pki_done(&pki);
	}
}

/* Two contexts stand for two processes, or for one before and after a reload. */
static void
test_a_ticket_resumes_in_another_context_without_a_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		SSL_CTX *client = client_context(key_cases[i].version), *first, *second;
		SSL_SESSION *session;
		struct pki pki;
		struct pair p;
		char text[NET_TLS_DESCRIPTION_SIZE];

		pki_init(&pki, PKI_P256, "mail.example");
		first = pki_server(&pki);
		second = pki_server(&pki);
		p = pair_make(client, first);
		assert_true(handshake(&p));
		exchange(&p);
		session = SSL_get1_session(p.client);
		SSL_shutdown(p.client);
		pair_done(&p);
		p = pair_make(client, second);
		assert_int_equal(SSL_set_session(p.client, session), 1);
		assert_true(handshake(&p));
		assert_int_equal(SSL_session_reused(p.server), 1);
		assert_int_equal(pki.signature_count, 1);
		net_tls_describe(p.server, text);
		assert_non_null(strstr(text, " resumed"));
		pair_done(&p);
		SSL_SESSION_free(session);
		SSL_CTX_free(first);
		SSL_CTX_free(second);
		SSL_CTX_free(client);
		pki_done(&pki);
	}
}

/* RFC 8996, RFC 9325 §3.1.1 RFC 8314 §4, §4.1; RFC 3207 §4.1. */
static void
test_versions_before_tls_1_2_are_refused(void **state)
{
	SSL_CTX *client = client_context(TLS1_1_VERSION), *server;
	struct pki pki;
	struct pair p;

	(void)state;
	pki_init(&pki, PKI_P256, "mail.example");
	server = pki_server(&pki);
	(void)SSL_CTX_set_min_proto_version(client, TLS1_VERSION);
	SSL_CTX_set_security_level(client, 0);
	p = pair_make(client, server);
	assert_false(handshake(&p));
	pair_done(&p);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	pki_done(&pki);
}

static void
check_server_refusal(struct slice certificate, const char *words)
{
	static const uint8_t ticket_key[NET_TLS_TICKET_KEY_LEN];
	const struct net_tls_server_options options = {
		.certificate = certificate,
		.ticket_key = slice_make(ticket_key, sizeof ticket_key),
		.sign = pki_sign,
	};
	struct buf error;
	SSL_CTX *context;

	buf_init(&error, 1024);
	assert_int_equal(net_tls_server_new(&options, &context, &error), -EINVAL);
	(void)buf_add_octet(&error, '\0');
	if (strstr((const char *)error.ptr, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", (const char *)error.ptr, words);
	buf_done(&error);
}

static void
test_what_is_no_usable_certificate_is_refused_in_words(void **state)
{
	struct pki pki;

	(void)state;
	pki_init(&pki, PKI_ED25519, "mail.example");
	check_server_refusal(buf_slice(&pki.certificate_pem), "use ECDSA with P-256");
	check_server_refusal(buf_slice(&pki.key_pem), "no usable PEM certificate");
	check_server_refusal(slice_make(NULL, 0), "no PEM certificate");
	pki_done(&pki);
	pki_init(&pki, PKI_P256, "mail.example");
	(void)buf_add_text(
	    &pki.certificate_pem, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	check_server_refusal(buf_slice(&pki.certificate_pem), "chain is broken");
	pki_done(&pki);
}

static void
test_a_key_must_belong_to_its_certificate(void **state)
{
	struct pki one, other;
	struct buf error;

	(void)state;
	buf_init(&error, 1024);
	pki_init(&one, PKI_P256, "mail.example");
	pki_init(&other, PKI_P256, "mail.example");
	assert_int_equal(
	    net_tls_check_pair(buf_slice(&one.certificate_pem), buf_slice(&one.key_pem), &error),
	    0);
	assert_int_equal(
	    net_tls_check_pair(buf_slice(&one.certificate_pem), buf_slice(&other.key_pem), &error),
	    -EINVAL);
	assert_int_equal(net_tls_check_pair(buf_slice(&one.certificate_pem),
			     buf_slice(&other.certificate_pem), &error),
	    -EINVAL);
	pki_done(&one);
	pki_done(&other);
	buf_done(&error);
}

static bool
verifies(const char *ca_file, SSL_CTX *server, const char *name)
{
	const struct net_tls_client_options options = { .verify = true, .ca_file = ca_file };
	SSL_CTX *client, *relaxed;
	struct buf error;
	struct pair p;
	bool ok;

	buf_init(&error, 1024);
	assert_int_equal(net_tls_client_new(&options, &client, &error), 0);
	p = pair_make(client, server);
	assert_true(net_tls_set_name(p.client, name));
	ok = handshake(&p);
	pair_done(&p);
	relaxed = net_tls_client_relax(client);
	SSL_CTX_free(client);
	p = pair_make(relaxed, server);
	assert_true(net_tls_set_name(p.client, name));
	assert_true(handshake(&p));
	assert_int_equal(net_tls_is_verified(p.client), ok);
	pair_done(&p);
	SSL_CTX_free(relaxed);
	buf_done(&error);
	return ok;
}

/*
 * RFC 9525 §6: the name or address that was asked for, and none else. A relaxed client takes any
 * certificate and comes to the same verdict.
 * RFC 4954 §14.
 */
static void
test_a_verifying_client_checks_authority_name_and_address(void **state)
{
	char path[] = "/tmp/test_tls.XXXXXX", other_path[] = "/tmp/test_tls.XXXXXX";
	int fd = mkstemp(path), other_fd = mkstemp(other_path);
	struct pki pki, other;
	SSL_CTX *server;

	(void)state;
	pki_init(&pki, PKI_P256, "mail.example");
	pki_init(&other, PKI_P256, "mail.example");
	assert_true(write(fd, pki.certificate_pem.ptr, pki.certificate_pem.len) > 0);
	assert_true(write(other_fd, other.certificate_pem.ptr, other.certificate_pem.len) > 0);
	server = pki_server(&pki);
	assert_true(verifies(path, server, "mail.example"));
	assert_true(verifies(path, server, "127.0.0.1"));
	assert_false(verifies(path, server, "other.example"));
	assert_false(verifies(path, server, "127.0.0.2"));
	assert_false(verifies(other_path, server, "mail.example"));
	SSL_CTX_free(server);
	pki_done(&pki);
	pki_done(&other);
	(void)close(fd);
	(void)close(other_fd);
	(void)unlink(path);
	(void)unlink(other_path);
}

static void
test_a_missing_ca_file_is_an_error(void **state)
{
	const struct net_tls_client_options options = { .verify = true, .ca_file = "/nonexistent" };
	struct buf error;
	SSL_CTX *context;

	(void)state;
	buf_init(&error, 1024);
	assert_int_equal(net_tls_client_new(&options, &context, &error), -EINVAL);
	assert_true(slice_starts_nocase(buf_slice(&error), "/nonexistent: "));
	buf_done(&error);
}

/* A server as there are still some. */
static SSL_CTX *
old_server(struct pki *pki)
{
	SSL_CTX *server = pki_server(pki);

	SSL_CTX_set_security_level(server, 0);
	(void)SSL_CTX_set_min_proto_version(server, TLS1_VERSION);
	(void)SSL_CTX_set_max_proto_version(server, TLS1_1_VERSION);
	(void)SSL_CTX_set_cipher_list(server, "ALL");
	return server;
}

static bool
reaches(SSL_CTX *server, const struct net_tls_client_options *options, int *ret_version)
{
	SSL_CTX *client;
	struct pair p;
	bool ok;

	assert_int_equal(net_tls_client_new(options, &client, NULL), 0);
	p = pair_make(client, server);
	ok = handshake(&p);
	if (ok)
		*ret_version = SSL_version(p.client);
	pair_done(&p);
	SSL_CTX_free(client);
	return ok;
}

static void
test_a_probe_can_look_at_old_versions(void **state)
{
	const struct net_tls_client_options usual = { .verify = false };
	const struct net_tls_client_options old = { .version_min = TLS1_VERSION };
	const struct net_tls_client_options older = { .version_min = TLS1_VERSION,
		.version_max = TLS1_VERSION,
		.ciphers = "AES128-SHA:ECDHE-ECDSA-AES128-SHA" };
	struct pki pki;
	SSL_CTX *server;
	int version = 0;

	(void)state;
	pki_init(&pki, PKI_P256, "mail.example");
	server = old_server(&pki);
	assert_false(reaches(server, &usual, &version));
	assert_true(reaches(server, &old, &version));
	assert_int_equal(version, TLS1_1_VERSION);
	assert_true(reaches(server, &older, &version));
	assert_int_equal(version, TLS1_VERSION);
	SSL_CTX_free(server);
	pki_done(&pki);
}

static void
test_ciphers_that_do_not_exist_are_an_error(void **state)
{
	const struct net_tls_client_options options = { .ciphers = "NO-SUCH-CIPHER" };
	struct buf error;
	SSL_CTX *context;

	(void)state;
	buf_init(&error, 1024);
	assert_int_equal(net_tls_client_new(&options, &context, &error), -EINVAL);
	assert_true(slice_starts_nocase(buf_slice(&error), "no such ciphers"));
	buf_done(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_handshake_asks_the_signer_once),
		cmocka_unit_test(test_every_key_has_an_id_of_its_own),
		cmocka_unit_test(test_a_key_id_does_not_depend_on_the_encoding),
		cmocka_unit_test(test_rsa_signs_pkcs1_for_old_clients),
		cmocka_unit_test(test_a_failed_signature_fails_the_handshake_alone),
		cmocka_unit_test(test_a_ticket_resumes_in_another_context_without_a_signature),
		cmocka_unit_test(test_versions_before_tls_1_2_are_refused),
		cmocka_unit_test(test_what_is_no_usable_certificate_is_refused_in_words),
		cmocka_unit_test(test_a_key_must_belong_to_its_certificate),
		cmocka_unit_test(test_a_verifying_client_checks_authority_name_and_address),
		cmocka_unit_test(test_a_missing_ca_file_is_an_error),
		cmocka_unit_test(test_a_probe_can_look_at_old_versions),
		cmocka_unit_test(test_ciphers_that_do_not_exist_are_an_error),
	};

	net_tls_prepare();
	return cmocka_run_group_tests_name("net/tls", tests, NULL, NULL);
}
