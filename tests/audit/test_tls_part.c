/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/tls_part.h"

enum {
	RSA = 0x002f,       /* TLS_RSA_WITH_AES_128_CBC_SHA */
	ANONYMOUS = 0x0034, /* TLS_DH_anon_WITH_AES_128_CBC_SHA */
	ECDHE = 0xc02f,     /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
	UNKNOWN = 0xfafa,   /* of no suite */
};

static const uint16_t offer[] = { ECDHE, ANONYMOUS, UNKNOWN, RSA };

static const struct part_case {
	enum audit_part part;
	size_t count;
	uint16_t ids[4];
} cases[] = {
	{ AUDIT_PART_ALL, 4, { ECDHE, ANONYMOUS, UNKNOWN, RSA } },
	{ AUDIT_PART_CERTIFIED, 2, { ECDHE, RSA } },
	{ AUDIT_PART_UNSIGNED, 2, { ANONYMOUS, RSA } },
};

static void
check(const struct part_case *t, const uint16_t *out, size_t count)
{
	assert_int_equal(count, t->count);
	assert_memory_equal(out, t->ids, count * sizeof *out);
}

static void
test_each_part_keeps_the_order_of_the_offer(void **state)
{
	uint16_t out[AUDIT_CIPHERS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i], out, audit_part_select(offer, 4, cases[i].part, out));
}

static void
test_a_list_may_be_cut_down_in_its_own_place(void **state)
{
	uint16_t ids[AUDIT_CIPHERS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memcpy(ids, offer, sizeof offer);
		check(&cases[i], ids, audit_part_select(ids, 4, cases[i].part, ids));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_part_keeps_the_order_of_the_offer),
		cmocka_unit_test(test_a_list_may_be_cut_down_in_its_own_place),
	};

	return cmocka_run_group_tests_name("audit/tls_part", tests, NULL, NULL);
}
