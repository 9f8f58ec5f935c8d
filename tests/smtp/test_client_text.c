/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

static void
check_ends_undelivered(struct smtp_client *c, enum smtp_verdict_class class, const char *reason)
{
	struct smtp_verdict v;
	struct slice out = smtp_client_output(c);

	assert_true(out.len < 3 || memcmp(out.ptr + out.len - 3, ".\r\n", 3) != 0);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_RESULT);
	assert_false(smtp_client_is_stale(c));
	v = smtp_client_verdict_take(c, 0);
	assert_int_equal(v.class, class);
	assert_string_equal(v.reason, reason);
	smtp_verdict_done(&v);
	smtp_client_result_done(c, 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_CLOSE);
	assert_int_equal(smtp_client_input(c, slice_of("250 late\r\n"), 1), 0);
}

static struct smtp_client *
start_half_a_message(void)
{
	struct smtp_client *c = start_text();

	smtp_client_text(c, slice_of("half a message\r\n"), false, 1);
	return c;
}

static void
test_a_text_that_is_given_up_is_never_completed(void **state)
{
	struct smtp_client *c = start_half_a_message();

	(void)state;
	smtp_client_abort(c, "the queue is gone");
	check_ends_undelivered(
	    c, SMTP_VERDICT_DEFERRED, "the queue is gone while sending the text");
	smtp_client_free(&c);
}

/* RFC 2045 §2.8: only binary text may have one, and where it is dropped it has hidden a line end.
 */
static void
test_a_nul_octet_does_not_go_out_as_text(void **state)
{
	struct smtp_client *c = start_half_a_message();

	(void)state;
	drop_output(c);
	smtp_client_text(c, slice_make("a\r\n\0.\r\n", 7), true, 1);
	assert_int_equal(smtp_client_output(c).len, 0);
	check_ends_undelivered(
	    c, SMTP_VERDICT_FAILED, "the message has a NUL octet, which only binary text may have");
	smtp_client_free(&c);
}

static void
test_a_refusal_in_the_midst_of_the_text_ends_it(void **state)
{
	struct smtp_client *c = start_half_a_message();

	(void)state;
	assert_int_equal(smtp_client_input(c, slice_of("552 too large\r\n"), 1), 15);
	check_ends_undelivered(c, SMTP_VERDICT_FAILED, "while sending the text");
	smtp_client_free(&c);
}

static void
test_consent_in_the_midst_of_the_text_is_not_believed(void **state)
{
	struct smtp_client *c = start_half_a_message();

	(void)state;
	assert_int_equal(smtp_client_input(c, slice_of("250 taken\r\n"), 1), 11);
	check_ends_undelivered(
	    c, SMTP_VERDICT_DEFERRED, "the reply makes no sense while sending the text");
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_that_is_given_up_is_never_completed),
		cmocka_unit_test(test_a_nul_octet_does_not_go_out_as_text),
		cmocka_unit_test(test_a_refusal_in_the_midst_of_the_text_ends_it),
		cmocka_unit_test(test_consent_in_the_midst_of_the_text_is_not_believed),
	};

	return cmocka_run_group_tests_name("smtp/client_text", tests, NULL, NULL);
}
