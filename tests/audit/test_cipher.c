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

static void
test_every_suite_up_to_tls_1_2_has_one_flaw_or_none(void **state)
{
	uint16_t ids[AUDIT_CIPHERS_MAX];
	size_t selected = 0, all = 0;
	const struct audit_cipher *c;

	(void)state;
	for (int flaw = 0; flaw < AUDIT_CIPHER_FLAW_COUNT; flaw++)
		selected +=
		    audit_cipher_select((enum audit_cipher_flaw)flaw, ids, AUDIT_CIPHERS_MAX);
	for (size_t i = 0; (c = audit_cipher_at(i)) != NULL; i++) {
		all += !audit_cipher_is_tls13(c);
		assert_ptr_equal(audit_cipher_find(c->id), c);
	}
	assert_int_equal(selected, all);
	assert_true(all < AUDIT_CIPHERS_MAX);
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
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_gravest_flaw_of_a_suite_is_told),
		cmocka_unit_test(test_every_suite_up_to_tls_1_2_has_one_flaw_or_none),
		cmocka_unit_test(test_forward_secrecy_and_groups_are_told_by_the_name),
	};

	return cmocka_run_group_tests_name("audit/cipher", tests, NULL, NULL);
}
