/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/certificate.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "authority.h"

enum { DAY_S = 86400, LONG_AGO_S = -864000, LONG_S = 864000 };

/* Root, intermediate, leaf; what is out of the ordinary is changed. */
struct house {
	struct certificate_spec root, middle, leaf;
	bool has_middle, sends_middle, sends_root, is_self_signed, knows_root, knows_leaf;
};

static struct house
good_house(void)
{
	return (struct house){
		.root = { .subject = "Root", .organization = "House", .is_authority = true },
		.middle = { .subject = "Middle", .organization = "House", .is_authority = true },
		.leaf = { .names = "DNS:mail.example,DNS:*.example.net,IP:192.0.2.1,IP:2001:db8::1",
		    .organization = "Mail" },
		.has_middle = true,
		.sends_middle = true,
		.knows_root = true,
	};
}

static void
shake_hands(SSL *client, SSL *server)
{
	BIO *left, *right;
	int done = 0;

	assert_int_equal(BIO_new_bio_pair(&left, 0, &right, 0), 1);
	SSL_set_bio(client, left, left);
	SSL_set_bio(server, right, right);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	for (int i = 0; i < 20 && done < 2; i++)
		done = (SSL_do_handshake(client) == 1) + (SSL_do_handshake(server) == 1);
	assert_int_equal(done, 2);
}

static void
look(SSL_CTX *server_context, X509_STORE *roots, const char *name, struct probe_certificate *ret_c)
{
	SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
	SSL *client, *server = SSL_new(server_context);

	SSL_CTX_set_security_level(client_context, 0);
	client = SSL_new(client_context);
	shake_hands(client, server);
	probe_certificate_read(client, roots, name, (int64_t)time(NULL), ret_c);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(client_context);
}

static void
visit(const struct house *h, const char *name, struct probe_certificate *ret_c)
{
	struct certificate root = certificate_make(&h->root, NULL);
	struct certificate middle = certificate_make(&h->middle, &root);
	struct certificate leaf = certificate_make(&h->leaf, h->is_self_signed ? NULL
							     : h->has_middle   ? &middle
									       : &root);
	SSL_CTX *server = certificate_server(
	    &leaf, h->sends_middle ? &middle : NULL, h->sends_root ? &root : NULL);
	X509_STORE *roots = certificate_store(h->knows_root ? &root : NULL);

	if (h->knows_leaf)
		(void)X509_STORE_add_cert(roots, leaf.x509);
	look(server, roots, name, ret_c);
	X509_STORE_free(roots);
	SSL_CTX_free(server);
	certificate_done(&root);
	certificate_done(&middle);
	certificate_done(&leaf);
}

static void
check(const struct house *h, const char *name, unsigned faults)
{
	struct probe_certificate c;

	visit(h, name, &c);
	if (c.faults != faults)
		fail_msg("faults %#x, not %#x: %s; %s issued by %s", c.faults, faults,
		    c.error == NULL ? "-" : c.error, c.subject, c.issuer);
	assert_int_equal(c.error == NULL, (faults & ~(unsigned)(PROBE_CERTIFICATE_WRONG_NAME |
								PROBE_CERTIFICATE_INSPECTED)) == 0);
}

static void
test_a_good_chain_has_no_fault(void **state)
{
	const struct house h = good_house();

	(void)state;
	check(&h, "mail.example", 0);
	check(&h, "MAIL.example", 0);
	check(&h, NULL, 0);
}

/* RFC 9525 §6 */
static const struct {
	const char *name;
	bool is_shown;
} names[] = {
	{ "mail.example", true },
	{ "a.example.net", true },
	{ "a.b.example.net", false },
	{ "example.net", false },
	{ "192.0.2.1", true },
	{ "192.0.2.2", false },
	{ "2001:db8::1", true },
	{ "2001:db8::2", false },
	{ "other.example", false },
};

static void
test_the_name_must_be_shown(void **state)
{
	const struct house h = good_house();

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		check(&h, names[i].name, names[i].is_shown ? 0 : PROBE_CERTIFICATE_WRONG_NAME);
}

static void
test_times_are_judged_by_the_time_given(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.from_s = LONG_AGO_S;
	h.leaf.until_s = -DAY_S;
	check(&h, "mail.example", PROBE_CERTIFICATE_EXPIRED);
	h.leaf.from_s = DAY_S;
	h.leaf.until_s = LONG_S;
	check(&h, "mail.example", PROBE_CERTIFICATE_NOT_YET_VALID);
}

static void
test_an_intermediate_that_has_expired_counts(void **state)
{
	struct house h = good_house();

	(void)state;
	h.middle.from_s = LONG_AGO_S;
	h.middle.until_s = -DAY_S;
	check(&h, "mail.example", PROBE_CERTIFICATE_EXPIRED);
}

static void
test_it_is_said_which_certificate_has_expired(void **state)
{
	struct house h = good_house();
	struct probe_certificate c;

	(void)state;
	visit(&h, "mail.example", &c);
	assert_int_equal(c.issuer_faults, 0);
	h.middle.from_s = LONG_AGO_S;
	h.middle.until_s = -DAY_S;
	visit(&h, "mail.example", &c);
	assert_int_equal(c.issuer_faults, PROBE_CERTIFICATE_EXPIRED);
	assert_string_equal(c.issuer_at_fault, "CN=Middle,O=House");
	assert_true(c.issuer_not_after_unix_s < c.not_after_unix_s);
}

static void
test_all_faults_are_found_at_once(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.from_s = LONG_AGO_S;
	h.leaf.until_s = -DAY_S;
	h.is_self_signed = true;
	h.sends_middle = false;
	check(&h, "other.example",
	    PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_SELF_SIGNED |
		PROBE_CERTIFICATE_WRONG_NAME);
}

static void
test_a_missing_intermediate_is_told_from_an_unknown_authority(void **state)
{
	struct house h = good_house();

	(void)state;
	h.sends_middle = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_INCOMPLETE);
	h.root.organization = "Other house";
	check(&h, "mail.example", PROBE_CERTIFICATE_INCOMPLETE | PROBE_CERTIFICATE_UNTRUSTED);
	h.leaf.issuer_url = "caIssuers;URI:http://house.example/middle.crt";
	check(&h, "mail.example", PROBE_CERTIFICATE_INCOMPLETE);
}

/* A root besides, so that there are any. */
static void
check_with_other_root(struct house h, unsigned faults)
{
	const struct certificate_spec other = { .subject = "Other root", .is_authority = true };
	struct certificate root = certificate_make(&h.root, NULL),
			   middle = certificate_make(&h.middle, &root),
			   leaf = certificate_make(&h.leaf, &middle),
			   known = certificate_make(&other, NULL);
	SSL_CTX *server = certificate_server(&leaf, &middle, h.sends_root ? &root : NULL);
	X509_STORE *roots = certificate_store(&known);
	struct probe_certificate c;

	look(server, roots, "mail.example", &c);
	assert_int_equal(c.faults, faults);
	assert_int_equal(c.chain_length, h.sends_root ? 3 : 2);
	X509_STORE_free(roots);
	SSL_CTX_free(server);
	certificate_done(&root);
	certificate_done(&middle);
	certificate_done(&leaf);
	certificate_done(&known);
}

/* OpenSSL looks at the key before it looks for the issuer, and would rather tell of one fault. */
static void
test_a_weak_key_does_not_hide_who_signed(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.rsa_bits = 1024;
	h.is_self_signed = true;
	h.sends_middle = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_WEAK | PROBE_CERTIFICATE_SELF_SIGNED);
	h.is_self_signed = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_WEAK | PROBE_CERTIFICATE_INCOMPLETE);
	h.sends_middle = true;
	check_with_other_root(h, PROBE_CERTIFICATE_WEAK | PROBE_CERTIFICATE_UNTRUSTED);
}

static void
test_an_authority_that_is_not_known_is_said_so(void **state)
{
	struct house h = good_house();

	(void)state;
	check_with_other_root(h, PROBE_CERTIFICATE_UNTRUSTED);
	h.sends_root = true;
	check_with_other_root(h, PROBE_CERTIFICATE_UNTRUSTED);
}

static void
test_without_any_authority_that_is_the_fault(void **state)
{
	struct house h = good_house();
	struct probe_certificate c;

	(void)state;
	h.knows_root = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_NO_ROOTS);
	h.sends_middle = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_NO_ROOTS);
	visit(&h, "mail.example", &c);
	assert_true(c.is_there);
}

static void
test_a_self_signed_certificate_may_be_named_as_one_to_trust(void **state)
{
	struct house h = good_house();

	(void)state;
	h.is_self_signed = true;
	h.sends_middle = false;
	check(&h, "mail.example", PROBE_CERTIFICATE_SELF_SIGNED);
	h.knows_leaf = true;
	check(&h, "mail.example", 0);
}

static void
test_what_is_not_for_servers_is_not(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.usage = "clientAuth";
	check(&h, "mail.example", PROBE_CERTIFICATE_WRONG_USE);
	h.leaf.usage = "clientAuth,serverAuth";
	check(&h, "mail.example", 0);
}

static void
test_weak_keys_and_signatures_are_told(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.rsa_bits = 1024;
	check(&h, "mail.example", PROBE_CERTIFICATE_WEAK);
	h.leaf.rsa_bits = 2048;
	check(&h, "mail.example", 0);
	h.leaf.is_sha1 = true;
	check(&h, "mail.example", PROBE_CERTIFICATE_WEAK);
	h.leaf.is_sha1 = false;
	h.middle.rsa_bits = 1024;
	check(&h, "mail.example", PROBE_CERTIFICATE_WEAK);
}

static const struct {
	const char *subject, *organization, *product;
} authorities[] = {
	{ "Avast Web/Mail Shield Root", "Avast Web/Mail Shield", "Avast" },
	{ "AVG Web/Mail Shield Root", "AVG Web/Mail Shield", "AVG" },
	{ "Kaspersky Anti-Virus Personal Root Certificate", "AO Kaspersky Lab", "Kaspersky" },
	{ "ESET SSL Filter CA", "ESET, spol. s r. o.", "ESET" },
	{ "FGT60F0000000000", "Fortinet", "Fortinet" },
	{ "Zscaler Intermediate Root CA (zscaler.net)", "Zscaler Inc.", "Zscaler" },
	{ "mitmproxy", "mitmproxy", "mitmproxy" },
	{ "Cisco Umbrella Secondary SubCA", "Cisco", "Cisco Umbrella" },
	{ "R11", "Let's Encrypt", NULL },
	{ "Symantec Class 3 Secure Server CA - G4", "Symantec Corporation", NULL },
	{ "DigiCert TLS RSA SHA256 2020 CA1", "DigiCert Inc", NULL },
};

/* Trusted here or not: a company may have put its gateway's authority among the system's. */
static void
test_a_product_that_looks_into_tls_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof authorities / sizeof authorities[0]; i++) {
		struct house h = good_house();
		struct probe_certificate c;

		h.middle.subject = authorities[i].subject;
		h.middle.organization = authorities[i].organization;
		visit(&h, "mail.example", &c);
		if (authorities[i].product == NULL) {
			assert_null(c.inspector);
			assert_int_equal(c.faults, 0);
			continue;
		}
		assert_int_equal(c.faults, PROBE_CERTIFICATE_INSPECTED);
		assert_string_equal(c.inspector, authorities[i].product);
	}
}

/* The leaf of a maker of such products is not by its product. */
static void
test_a_products_maker_may_have_a_server(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.organization = "Fortinet";
	check(&h, "mail.example", 0);
}

static void
test_what_stands_in_it_is_read(void **state)
{
	struct house h = good_house();
	struct probe_certificate c;

	(void)state;
	h.leaf.rsa_bits = 2048;
	visit(&h, "mail.example", &c);
	assert_string_equal(c.subject, "CN=mail.example,O=Mail");
	assert_string_equal(c.issuer, "CN=Middle,O=House");
	assert_int_equal(c.not_after_unix_s - c.not_before_unix_s, 7200);
	assert_int_equal(c.name_count, 4);
	assert_string_equal(c.names[1], "*.example.net");
	assert_string_equal(c.names[2], "192.0.2.1");
	assert_string_equal(c.names[3], "2001:db8::1");
	assert_string_equal(c.key_type, "RSA");
	assert_int_equal(c.key_bits, 2048);
	assert_string_equal(c.signature, "ecdsa-with-SHA256");
	assert_int_equal(strspn(c.sha256, "0123456789abcdef"), 64);
	assert_int_equal(strspn(c.key_sha256, "0123456789abcdef"), 64);
	assert_string_not_equal(c.sha256, c.key_sha256);
	assert_int_equal(c.chain_length, 2);
}

static void
test_control_characters_and_many_names_do_no_harm(void **state)
{
	struct house h = good_house();
	struct probe_certificate c;
	char list[64 * 16] = "DNS:a";
	size_t len = strlen(list);

	(void)state;
	for (int i = 0; i < 49; i++)
		len += (size_t)snprintf(list + len, sizeof list - len, ",DNS:n%d.example", i);
	h.leaf.names = list;
	h.leaf.subject = "\x1b[2Jmail\xc3\xa4";
	visit(&h, "n48.example", &c);
	assert_int_equal(c.faults, 0);
	assert_int_equal(c.name_count, 50);
	assert_string_equal(c.names[PROBE_CERTIFICATE_NAMES_MAX - 1], "n30.example");
	for (const char *p = c.subject; *p != '\0'; p++)
		assert_in_range(*p, 0x20, 0x7e);
}

/* The common name stands in for names where there are none. */
static void
test_the_common_name_does_not_count(void **state)
{
	struct house h = good_house();

	(void)state;
	h.leaf.names = NULL;
	check(&h, "mail.example", PROBE_CERTIFICATE_WRONG_NAME);
	h.leaf.names = "DNS:other.example";
	check(&h, "mail.example", PROBE_CERTIFICATE_WRONG_NAME);
}

static void
test_every_fault_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 13; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    probe_certificate_fault_name((enum probe_certificate_fault)(1u << i)),
			    probe_certificate_fault_name((enum probe_certificate_fault)(1u << j)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_chain_has_no_fault),
		cmocka_unit_test(test_the_name_must_be_shown),
		cmocka_unit_test(test_times_are_judged_by_the_time_given),
		cmocka_unit_test(test_an_intermediate_that_has_expired_counts),
		cmocka_unit_test(test_it_is_said_which_certificate_has_expired),
		cmocka_unit_test(test_all_faults_are_found_at_once),
		cmocka_unit_test(test_a_weak_key_does_not_hide_who_signed),
		cmocka_unit_test(test_a_missing_intermediate_is_told_from_an_unknown_authority),
		cmocka_unit_test(test_an_authority_that_is_not_known_is_said_so),
		cmocka_unit_test(test_without_any_authority_that_is_the_fault),
		cmocka_unit_test(test_a_self_signed_certificate_may_be_named_as_one_to_trust),
		cmocka_unit_test(test_what_is_not_for_servers_is_not),
		cmocka_unit_test(test_weak_keys_and_signatures_are_told),
		cmocka_unit_test(test_a_product_that_looks_into_tls_is_named),
		cmocka_unit_test(test_a_products_maker_may_have_a_server),
		cmocka_unit_test(test_what_stands_in_it_is_read),
		cmocka_unit_test(test_control_characters_and_many_names_do_no_harm),
		cmocka_unit_test(test_the_common_name_does_not_count),
		cmocka_unit_test(test_every_fault_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
