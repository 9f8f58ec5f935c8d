/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message/field_kind.h"

/* RFC 5322 §1.2.2: names compare without case. */
static void
test_each_kind_is_found_by_its_name_in_any_case(void **state)
{
	(void)state;
	for (int i = 0; i < MESSAGE_FIELD_OTHER; i++) {
		enum message_field_kind kind = (enum message_field_kind)i;
		const char *name = message_field_rule(kind)->name;
		char upper[32] = "", lower[32] = "";

		for (size_t c = 0; name[c] != '\0'; c++) {
			bool is_letter = name[c] != '-';

			upper[c] = (char)(is_letter ? name[c] & ~0x20 : '-');
			lower[c] = (char)(is_letter ? name[c] | 0x20 : '-');
		}
		assert_int_equal(message_field_kind_of(slice_of(name)), kind);
		assert_int_equal(message_field_kind_of(slice_of(upper)), kind);
		assert_int_equal(message_field_kind_of(slice_of(lower)), kind);
	}
}

static void
test_what_only_looks_like_a_known_name_is_another(void **state)
{
	static const char *const names[] = { "", "Fro", "Fromm", "Bc", "X-From", "Message_ID",
		"T" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(message_field_kind_of(slice_of(names[i])), MESSAGE_FIELD_OTHER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_is_found_by_its_name_in_any_case),
		cmocka_unit_test(test_what_only_looks_like_a_known_name_is_another),
	};
	return cmocka_run_group_tests_name("message/field_kind", tests, NULL, NULL);
}
