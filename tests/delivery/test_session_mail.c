/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction says and how it is cut to what the next hop takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/alloc.h"
#include "world.h"

static void
test_parameters_are_passed_on(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.extensions = "250-8BITMIME\r\n250-DSN\r\n250 PIPELINING\r\n";
	w.queue.parameters = "BODY=8BITMIME RET=HDRS ENVID=Q";
	w.queue.recipient_parameters = "NOTIFY=SUCCESS ORCPT=rfc822;o@z";
	world_send(&w, "a@y b@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	assert_true(slice_is(buf_slice(&w.peer.commands),
	    "MAIL FROM:<s@x> BODY=8BITMIME RET=HDRS ENVID=Q\n"
	    "RCPT TO:<a@y> NOTIFY=SUCCESS ORCPT=rfc822;o@z\n"
	    "RCPT TO:<b@y> NOTIFY=SUCCESS ORCPT=rfc822;o@z\n"));
	assert_true(w.queue.jobs[0].verdicts[0].dsn_passed);
	assert_false(w.queue.jobs[0].verdicts[0].by_passed);
	world_close(&w);
}

static void
test_what_was_not_passed_on_is_said(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.queue.recipient_parameters = "NOTIFY=SUCCESS";
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_false(w.queue.jobs[0].verdicts[0].dsn_passed);
	world_close(&w);
}

/* The connection knows it from then on; another connection has to hear it itself. */
static void
test_a_message_goes_without_an_auth_parameter_that_is_refused(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.extensions = "250-AUTH PLAIN\r\n250 PIPELINING\r\n";
	w.peer.refused = "AUTH=";
	w.queue.parameters = "AUTH=<>";
	for (unsigned i = 0; i < 2; i++) {
		world_send(&w, "a@y");
		world_wait(&w, &w.queue.outcome_count, i + 1);
		world_check(&w, i, 0, SMTP_VERDICT_DELIVERED, NULL);
	}
	assert_true(slice_is(buf_slice(&w.peer.commands),
	    "MAIL FROM:<s@x> AUTH=<>\nRCPT TO:<a@y>\nMAIL FROM:<s@x>\nRCPT TO:<a@y>\n"
	    "MAIL FROM:<s@x>\nRCPT TO:<a@y>\n"));
	assert_int_equal(w.peer.connection_count, 1);
	world_close(&w);
}

static void
test_it_goes_without_on_a_new_connection_where_one_takes_one_mail(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.connections = w.hop->connections_max = 1;
	w.peer.extensions = "250-AUTH PLAIN\r\n250-LIMITS MAILMAX=1\r\n250 PIPELINING\r\n";
	w.peer.refused = "AUTH=";
	w.queue.parameters = "AUTH=<>";
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.connection_count, 2);
	assert_int_equal(w.peer.mail_count, 2);
	world_close(&w);
}

static void
test_a_mail_that_is_refused_without_auth_too_is_not_tried_again(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.extensions = "250-AUTH PLAIN\r\n250 PIPELINING\r\n";
	w.peer.refused = "MAIL";
	w.queue.parameters = "AUTH=<>";
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_FAILED, "while sending MAIL FROM");
	assert_int_equal(w.peer.mail_count, 2);
	world_close(&w);
}

/* RFC 2852 §4.1.4: the time that the clock of this machine leaves. */
static void
test_what_is_left_of_the_time_is_passed_on(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.extensions = "250-DELIVERBY\r\n250 PIPELINING\r\n";
	w.queue.parameters = "BYUNTIL=1;N";
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	assert_true(slice_starts_nocase(buf_slice(&w.peer.commands), "MAIL FROM:<s@x> BY=-9"));
	assert_true(w.queue.jobs[0].verdicts[0].by_passed);
	world_close(&w);
}

/* RFC 3030 §3: bare CR, bare LF, NUL, dots and octets above 127, larger than the window. */
static void
test_binary_text_arrives_octet_for_octet(void **state)
{
	static const size_t len = 700001;
	struct world w;
	uint8_t *body = xmalloc(len);
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		body[i] = (uint8_t)(x >> 24);
	}
	world_open(&w, NULL);
	w.peer.extensions = "250-CHUNKING\r\n250-BINARYMIME\r\n250 PIPELINING\r\n";
	w.queue.parameters = "BODY=BINARYMIME";
	fake_queue_send(&w.queue, "a@y b@y c@y", slice_make(body, len), len);
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 3; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_true(w.peer.chunk_count >= 2 * len / 65536);
	assert_int_equal(w.peer.text.len, 2 * len);
	assert_memory_equal(w.peer.text.ptr, body, len);
	assert_memory_equal(w.peer.text.ptr + len, body, len);
	world_close(&w);
	free(body);
}

static void
test_binary_text_without_binarymime_fails(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.queue.parameters = "BODY=BINARYMIME";
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_FAILED, NULL);
	assert_int_equal(w.queue.jobs[0].verdicts[0].enhanced[1], 6);
	assert_int_equal(w.peer.mail_count, 0);
	world_close(&w);
}

static void
test_rcptmax_cuts_a_job_into_transactions(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.recipients = 100;
	w.peer.extensions = "250-LIMITS RCPTMAX=2\r\n250 PIPELINING\r\n";
	world_send(&w, "a@y b@y c@y d@y e@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 5; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.mail_count, 3);
	assert_int_equal(w.peer.connection_count, 1);
	world_close(&w);
}

static void
test_mailmax_renews_the_connection(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.connections = w.hop->connections_max = 1;
	w.peer.extensions = "250-LIMITS MAILMAX=2\r\n250 PIPELINING\r\n";
	world_send(&w, "a@y b@y c@y d@y e@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 5; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.mail_count, 3);
	assert_int_equal(w.peer.connection_count, 2);
	world_wait(&w, &w.peer.quit_count, 1);
	world_close(&w);
}

static void
test_rcptdomainmax_cuts_a_job_and_renews_the_connection(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.connections = w.hop->connections_max = 1;
	w.config.recipients = 100;
	w.peer.extensions = "250-LIMITS RCPTDOMAINMAX=1\r\n250 PIPELINING\r\n";
	world_send(&w, "a@one b@one c@two d@two e@one");
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 5; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.mail_count, 3);
	assert_int_equal(w.peer.connection_count, 3);
	world_send(&w, "a@one");
	world_wait(&w, &w.queue.outcome_count, 2);
	assert_int_equal(w.peer.connection_count, 3);
	world_send(&w, "a@two");
	world_wait(&w, &w.queue.outcome_count, 3);
	world_check(&w, 2, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.connection_count, 4);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters_are_passed_on),
		cmocka_unit_test(test_what_was_not_passed_on_is_said),
		cmocka_unit_test(test_a_message_goes_without_an_auth_parameter_that_is_refused),
		cmocka_unit_test(test_it_goes_without_on_a_new_connection_where_one_takes_one_mail),
		cmocka_unit_test(test_a_mail_that_is_refused_without_auth_too_is_not_tried_again),
		cmocka_unit_test(test_what_is_left_of_the_time_is_passed_on),
		cmocka_unit_test(test_binary_text_arrives_octet_for_octet),
		cmocka_unit_test(test_binary_text_without_binarymime_fails),
		cmocka_unit_test(test_rcptmax_cuts_a_job_into_transactions),
		cmocka_unit_test(test_mailmax_renews_the_connection),
		cmocka_unit_test(test_rcptdomainmax_cuts_a_job_and_renews_the_connection),
	};

	return cmocka_run_group_tests_name("delivery/session_mail", tests, NULL, NULL);
}
