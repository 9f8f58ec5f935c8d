/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/server_transaction.h"

static void
test_addresses_come_back_as_they_were_added(void **state)
{
	struct smtp_transaction *t = smtp_transaction_new(slice_of("alice@example.org"), 100);
	char address[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(smtp_transaction_recipient_count(t), i);
		assert_true(snprintf(address, sizeof address, "bob%d@example.net", i) > 0);
		smtp_transaction_add_recipient(t, slice_of(address));
	}
	for (int i = 0; i < 100; i++) {
		assert_true(snprintf(address, sizeof address, "bob%d@example.net", i) > 0);
		assert_true(slice_is(smtp_transaction_recipient(t, (size_t)i), address));
	}
	assert_true(slice_is(smtp_transaction_sender(t), "alice@example.org"));
	smtp_transaction_free(&t);
	assert_null(t);
	smtp_transaction_free(&t);
}

static void
test_the_newest_recipient_can_be_taken_back(void **state)
{
	struct smtp_transaction *t = smtp_transaction_new(slice_of(""), 2);

	(void)state;
	smtp_transaction_add_recipient(t, slice_of("a@example.org"));
	smtp_transaction_add_recipient(t, slice_of("b@example.org"));
	smtp_transaction_drop_recipient(t);
	smtp_transaction_add_recipient(t, slice_of("c@example.org"));
	assert_int_equal(smtp_transaction_recipient_count(t), 2);
	assert_true(slice_is(smtp_transaction_recipient(t, 0), "a@example.org"));
	assert_true(slice_is(smtp_transaction_recipient(t, 1), "c@example.org"));
	assert_int_equal(smtp_transaction_sender(t).len, 0);
	smtp_transaction_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_come_back_as_they_were_added),
		cmocka_unit_test(test_the_newest_recipient_can_be_taken_back),
	};
	return cmocka_run_group_tests_name("smtp/server_transaction", tests, NULL, NULL);
}
