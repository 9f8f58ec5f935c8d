/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/server_transaction.h"

static const struct smtp_mail_params none = { 0 };
static const struct smtp_rcpt_params unsaid = { 0 };

static void
test_addresses_come_back_as_they_were_added(void **state)
{
	struct smtp_transaction *t =
	    smtp_transaction_new(slice_of("alice@example.org"), &none, 100);
	char address[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(smtp_transaction_recipient_count(t), i);
		assert_true(snprintf(address, sizeof address, "bob%d@example.net", i) > 0);
		smtp_transaction_add_recipient(t, slice_of(address), &unsaid);
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
	struct smtp_transaction *t = smtp_transaction_new(slice_of(""), &none, 2);

	(void)state;
	smtp_transaction_add_recipient(t, slice_of("a@example.org"), &unsaid);
	smtp_transaction_add_recipient(t, slice_of("b@example.org"), &unsaid);
	smtp_transaction_drop_recipient(t);
	smtp_transaction_add_recipient(t, slice_of("c@example.org"), &unsaid);
	assert_int_equal(smtp_transaction_recipient_count(t), 2);
	assert_true(slice_is(smtp_transaction_recipient(t, 0), "a@example.org"));
	assert_true(slice_is(smtp_transaction_recipient(t, 1), "c@example.org"));
	assert_int_equal(smtp_transaction_sender(t).len, 0);
	smtp_transaction_free(&t);
}

static void
test_parameters_outlive_what_they_were_read_from(void **state)
{
	char envid[] = "QQ314159", auth[] = "a@example.org", orcpt[] = "rfc822;b@example.net";
	const struct smtp_mail_params params = {
		.is_utf8 = true,
		.envid = slice_of(envid),
		.auth = slice_of(auth),
	};
	const struct smtp_rcpt_params delay = { SMTP_NOTIFY_DELAY, slice_of(orcpt) };
	struct smtp_transaction *t = smtp_transaction_new(slice_of("a@example.org"), &params, 3);
	struct smtp_rcpt_params got;

	(void)state;
	smtp_transaction_add_recipient(t, slice_of("b@example.net"), &delay);
	smtp_transaction_add_recipient(t, slice_of("c@example.net"), &unsaid);
	smtp_transaction_drop_recipient(t);
	smtp_transaction_add_recipient(t, slice_of("d@example.net"), &unsaid);
	memset(envid, 'x', sizeof envid);
	memset(auth, 'x', sizeof auth);
	memset(orcpt, 'x', sizeof orcpt);
	assert_true(t->params.is_utf8);
	assert_true(slice_is(t->params.envid, "QQ314159"));
	assert_true(slice_is(t->params.auth, "a@example.org"));
	got = smtp_transaction_recipient_params(t, 0);
	assert_int_equal(got.notify, SMTP_NOTIFY_DELAY);
	assert_true(slice_is(got.orcpt, "rfc822;b@example.net"));
	got = smtp_transaction_recipient_params(t, 1);
	assert_int_equal(got.notify, 0);
	assert_int_equal(got.orcpt.len, 0);
	assert_true(slice_is(smtp_transaction_recipient(t, 1), "d@example.net"));
	smtp_transaction_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_come_back_as_they_were_added),
		cmocka_unit_test(test_the_newest_recipient_can_be_taken_back),
		cmocka_unit_test(test_parameters_outlive_what_they_were_read_from),
	};
	return cmocka_run_group_tests_name("smtp/server_transaction", tests, NULL, NULL);
}
