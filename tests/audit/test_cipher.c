/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/cipher.h"

static const struct flaw_case {
	uint16_t id;
	enum audit_cipher_flaw flaw;
} cases[] = {
	{ 0x0002, AUDIT_CIPHER_NULL },
	{ 0xc015, AUDIT_CIPHER_NULL }, /* anonymous as well: what is graver counts */
	{ 0x0003, AUDIT_CIPHER_EXPORT },
	{ 0x0019, AUDIT_CIPHER_EXPORT },
	{ 0x0034, AUDIT_CIPHER_ANONYMOUS },
	{ 0x0009, AUDIT_CIPHER_DES },
	{ 0x0005, AUDIT_CIPHER_RC4 },
	{ 0xc011, AUDIT_CIPHER_RC4 },
	{ 0x000a, AUDIT_CIPHER_BLOCK64 },
	{ 0x0007, AUDIT_CIPHER_BLOCK64 },
	{ 0xc012, AUDIT_CIPHER_BLOCK64 },
	{ 0x002f, AUDIT_CIPHER_STATIC },
	{ 0x009c, AUDIT_CIPHER_STATIC },
	{ 0x00a0, AUDIT_CIPHER_STATIC }, /* DH with the certificate's own key */
	{ 0xc02d, AUDIT_CIPHER_STATIC },
	{ 0x0081, AUDIT_CIPHER_BLOCK64 }, /* GOST 28147 */
	{ 0xc0b4, AUDIT_CIPHER_NULL },    /* of TLS 1.3 */
	{ 0xc00a, AUDIT_CIPHER_CBC },
	{ 0xc0ac, AUDIT_CIPHER_SOUND },
	{ 0xc05c, AUDIT_CIPHER_SOUND },
	{ 0xc013, AUDIT_CIPHER_CBC },
	{ 0xc02f, AUDIT_CIPHER_SOUND },
	{ 0xcca8, AUDIT_CIPHER_SOUND },
	{ 0x1301, AUDIT_CIPHER_SOUND },
};

static void
test_the_gravest_flaw_of_a_suite_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct audit_cipher *c = audit_cipher_find(cases[i].id);

		assert_non_null(c);
		if (audit_cipher_flaw(c) != cases[i].flaw)
			fail_msg("%s has flaw %d", c->name, (int)audit_cipher_flaw(c));
	}
}

static const struct {
	uint16_t id;
	enum audit_cipher_proof proof;
} proofs[] = {
	{ 0x002f, AUDIT_PROOF_RSA }, { 0xc09c, AUDIT_PROOF_RSA }, { 0x0033, AUDIT_PROOF_SIGNED },
	{ 0x0032, AUDIT_PROOF_SIGNED }, /* DSS */
	{ 0xc02b, AUDIT_PROOF_SIGNED }, { 0xcca8, AUDIT_PROOF_SIGNED },
	{ 0x0034, AUDIT_PROOF_UNUSUAL }, { 0xc018, AUDIT_PROOF_UNUSUAL },
	{ 0x008c, AUDIT_PROOF_UNUSUAL }, /* a key that is shared */
	{ 0x0095, AUDIT_PROOF_UNUSUAL }, /* that, and RSA */
	{ 0x00a0, AUDIT_PROOF_UNUSUAL }, /* DH with the certificate's own key */
	{ 0x001f, AUDIT_PROOF_UNUSUAL }, /* Kerberos */
};

static void
test_how_the_server_proves_who_it_is_stands_in_the_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
		const struct audit_cipher *c = audit_cipher_find(proofs[i].id);

		assert_non_null(c);
		if (audit_cipher_proof(c) != proofs[i].proof)
			fail_msg("%s: %d", c->name, (int)audit_cipher_proof(c));
	}
}

static void
test_every_suite_up_to_tls_1_2_has_one_flaw_or_none(void **state)
{
	const struct audit_cipher *c;
	unsigned last = 0;
	size_t count = 0;

	(void)state;
	for (; (c = audit_cipher_at(count)) != NULL; count++) {
		const enum audit_cipher_flaw flaw = audit_cipher_flaw(c);
		char exchange[AUDIT_KEY_EXCHANGE_SIZE];

		assert_ptr_equal(audit_cipher_find(c->id), c);
		assert_true(c->id > last);
		last = c->id;
		audit_cipher_key_exchange(c, exchange);
		assert_int_equal(exchange[0] == '\0', audit_cipher_is_tls13(c));
		/* Nothing without encryption is sound, and nothing with it is called without. */
		if ((audit_cipher_bits(c) == 0) != (flaw == AUDIT_CIPHER_NULL))
			fail_msg("%s: %u bits, %s", c->name, audit_cipher_bits(c),
			    audit_cipher_flaw_name(flaw));
		if (audit_cipher_bits(c) < 112 && flaw == AUDIT_CIPHER_SOUND)
			fail_msg("%s: %u bits", c->name, audit_cipher_bits(c));
	}
	assert_true(count < AUDIT_CIPHERS_MAX);
	assert_null(audit_cipher_find(0x00ff));
}

static void
test_forward_secrecy_and_groups_are_told_by_the_name(void **state)
{
	(void)state;
	assert_true(audit_cipher_is_forward_secret(audit_cipher_find(0x0033)));
	assert_true(audit_cipher_is_forward_secret(audit_cipher_find(0xc02f)));
	assert_true(audit_cipher_is_forward_secret(audit_cipher_find(0x1301)));
	assert_false(audit_cipher_is_forward_secret(audit_cipher_find(0x002f)));
	assert_true(audit_cipher_is_dhe(audit_cipher_find(0x0033)));
	assert_false(audit_cipher_is_dhe(audit_cipher_find(0xc02f)));
	assert_true(audit_cipher_is_ecdhe(audit_cipher_find(0xc02f)));
	assert_true(audit_cipher_is_ecdhe(audit_cipher_find(0xc018)));
	assert_false(audit_cipher_is_ecdhe(audit_cipher_find(0xc004)));
	/* The hint of a shared key comes before the group. */
	assert_false(audit_cipher_is_dhe(audit_cipher_find(0x00aa)));
	assert_false(audit_cipher_is_ecdhe(audit_cipher_find(0xc035)));
}

static void
test_strength_and_key_exchange_are_told_by_the_name(void **state)
{
	static const struct {
		uint16_t id;
		unsigned bits;
		const char *exchange;
	} rows[] = { { 0x0003, 40, "RSA_EXPORT" }, { 0x0009, 56, "RSA" }, { 0x000a, 112, "RSA" },
		{ 0x0064, 56, "RSA_EXPORT1024" }, { 0x0033, 128, "DHE_RSA" },
		{ 0xc030, 256, "ECDHE_RSA" }, { 0xcca9, 256, "ECDHE_ECDSA" },
		{ 0xc0af, 256, "ECDHE_ECDSA" }, { 0xc018, 128, "ECDH_anon" }, { 0x1302, 256, "" },
		{ 0x1303, 256, "" }, { 0x1301, 128, "" }, { 0x0002, 0, "RSA" } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct audit_cipher *c = audit_cipher_find(rows[i].id);
		char exchange[AUDIT_KEY_EXCHANGE_SIZE];

		audit_cipher_key_exchange(c, exchange);
		assert_string_equal(exchange, rows[i].exchange);
		assert_int_equal(audit_cipher_bits(c), rows[i].bits);
	}
}

static void
test_a_suite_has_the_flaws_of_each_of_its_parts(void **state)
{
	static const struct {
		enum audit_cipher_flaw flaw;
		uint16_t id;
		bool is_there;
	} parts[] = {
		{ AUDIT_CIPHER_NULL, 0xc015, true }, /* ECDH_anon_WITH_NULL_SHA */
		{ AUDIT_CIPHER_ANONYMOUS, 0xc015, true },
		{ AUDIT_CIPHER_EXPORT, 0x0017, true }, /* DH_anon_EXPORT_WITH_RC4_40_MD5 */
		{ AUDIT_CIPHER_ANONYMOUS, 0x0017, true },
		{ AUDIT_CIPHER_RC4, 0x0017, true },
		{ AUDIT_CIPHER_BLOCK64, 0x001b, true }, /* DH_anon_WITH_3DES_EDE_CBC_SHA */
		{ AUDIT_CIPHER_ANONYMOUS, 0x0005, false },
		{ AUDIT_CIPHER_STATIC, 0x0005, false }, /* RC4 is grave enough */
		{ AUDIT_CIPHER_SOUND, 0xc02f, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (audit_cipher_has_flaw(audit_cipher_find(parts[i].id), parts[i].flaw) !=
		    parts[i].is_there)
			fail_msg("%s: %s", audit_cipher_find(parts[i].id)->name,
			    audit_cipher_flaw_name(parts[i].flaw));
	assert_true(audit_cipher_has_md5(audit_cipher_find(0x0004)));
	assert_false(audit_cipher_has_md5(audit_cipher_find(0x0005)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_gravest_flaw_of_a_suite_is_told),
		cmocka_unit_test(test_how_the_server_proves_who_it_is_stands_in_the_name),
		cmocka_unit_test(test_every_suite_up_to_tls_1_2_has_one_flaw_or_none),
		cmocka_unit_test(test_forward_secrecy_and_groups_are_told_by_the_name),
		cmocka_unit_test(test_strength_and_key_exchange_are_told_by_the_name),
		cmocka_unit_test(test_a_suite_has_the_flaws_of_each_of_its_parts),
	};

	return cmocka_run_group_tests_name("audit/cipher", tests, NULL, NULL);
}
