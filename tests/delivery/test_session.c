/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../net/pki.h"
#include "net/tls.h"
#include "util/alloc.h"
#include "world.h"

static void
test_a_message_arrives_and_each_recipient_has_a_verdict(void **state)
{
	struct world w;
	char host[64];

	(void)state;
	world_open(&w, NULL);
	world_send(&w, "a@y bad@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_check(&w, 0, 1, SMTP_VERDICT_FAILED, "while sending RCPT TO");
	assert_int_equal(w.queue.jobs[0].verdicts[1].enhanced[2], 1);
	(void)snprintf(host, sizeof host, "[127.0.0.1]:%u", (unsigned)w.peer.port);
	assert_string_equal(w.queue.jobs[0].verdicts[0].host, host);
	assert_true(slice_is(buf_slice(&w.peer.text), "Subject: x\r\n\r\n..dot\r\n.\r\n"));
	assert_true(slice_is(
	    buf_slice(&w.peer.commands), "MAIL FROM:<s@x>\nRCPT TO:<a@y>\nRCPT TO:<bad@y>\n"));
	assert_int_equal(w.queue.ready, DELIVERY_LINK_JOBS_MAX);
	assert_true(w.is_idle);
	world_close(&w);
}

/* RFC 5321 §4.5.3.1.8. */
static void
test_many_recipients_go_in_several_transactions(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	world_send(&w, "a@y bad@y later@y b@y c@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	assert_int_equal(w.peer.mail_count, 3);
	assert_int_equal(w.peer.message_count, 3);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_check(&w, 0, 1, SMTP_VERDICT_FAILED, NULL);
	world_check(&w, 0, 2, SMTP_VERDICT_DEFERRED, NULL);
	world_check(&w, 0, 3, SMTP_VERDICT_DELIVERED, NULL);
	world_check(&w, 0, 4, SMTP_VERDICT_DELIVERED, NULL);
	world_close(&w);
}

/* Lines of 64 octets, none with a dot in front. */
static uint8_t *
make_body(size_t len)
{
	uint8_t *body = xmalloc(len);

	assert_int_equal(len % 64, 0);
	for (size_t i = 0; i < len; i++)
		body[i] = (uint8_t)('a' + (i / 64 + i) % 26);
	for (size_t i = 62; i < len; i += 64) {
		body[i] = '\r';
		body[i + 1] = '\n';
	}
	return body;
}

static void
test_a_large_body_is_pulled_and_comes_again_for_the_next_transaction(void **state)
{
	static const size_t len = 1024UL * 1024;
	struct world w;
	uint8_t *body = make_body(len);

	(void)state;
	world_open(&w, NULL);
	fake_queue_send(&w.queue, "a@y b@y c@y", slice_make(body, len), len);
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 3; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.queue.rewind_count, 1);
	assert_true(w.queue.pull_count >= 2 * 7);
	assert_int_equal(w.peer.text.len, 2 * (len + 3));
	assert_memory_equal(w.peer.text.ptr, body, len);
	assert_memory_equal(w.peer.text.ptr + len + 3, body, len);
	world_close(&w);
	free(body);
}

static void
test_a_message_is_tried_again_when_its_idle_connection_was_dead(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	w.peer.cut = FAKE_HOP_CUT_MAIL;
	world_send(&w, "a@y");
	world_wait(&w, &w.peer.connection_count, 2);
	w.peer.cut = FAKE_HOP_CUT_NEVER;
	world_wait(&w, &w.queue.outcome_count, 2);
	world_check(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.message_count, 2);
	world_close(&w);
}

static void
test_a_message_is_not_tried_again_on_a_new_connection(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_MAIL;
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	assert_int_equal(w.peer.connection_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DEFERRED, NULL);
	world_close(&w);
}

static void
test_a_connection_lost_in_the_text_defers(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_TEXT;
	world_send(&w, "a@y b@y c@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 3; i++)
		world_check(&w, 0, i, SMTP_VERDICT_DEFERRED, NULL);
	assert_int_equal(w.peer.message_count, 0);
	world_close(&w);
}

static void
test_a_body_that_cannot_be_read_defers_and_is_never_completed(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	(void)fake_queue_send(&w.queue, "a@y", slice_of("half\r\nof it\r\n"), 6);
	fake_queue_send_lost(&w.queue, 0);
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DEFERRED, NULL);
	world_settle(&w);
	assert_int_equal(w.peer.message_count, 0);
	world_close(&w);
}

static void
test_lmtp_over_a_unix_socket_answers_for_each_recipient(void **state)
{
	struct world w;
	char directory[] = "/tmp/test-delivery-XXXXXX", path[64], host[80];

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/lmtp", directory);
	(void)snprintf(host, sizeof host, "unix:%s", path);
	world_open(&w, path);
	w.peer.is_lmtp = true;
	w.config.protocol = CONFIG_PROTOCOL_LMTP;
	w.config.host = host;
	w.config.tls_name = NULL;
	w.queue.parameters = "REQUIRETLS"; /* which a local socket has no need of */
	world_send(&w, "a@y b@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	world_check(&w, 0, 1, SMTP_VERDICT_DELIVERED, NULL);
	assert_string_equal(w.queue.jobs[0].verdicts[0].host, host);
	world_close(&w);
	(void)rmdir(directory);
}

/* A next hop whose certificate is for `name`, and a client that trusts it. */
struct secure_world {
	struct world w;
	struct pki pki;
};

static void
open_secure(struct secure_world *s, const char *name, enum config_next_hop_tls policy)
{
	char path[] = "/tmp/test-delivery-XXXXXX";
	int fd = mkstemp(path);
	struct net_tls_client_options options = { .verify = true, .ca_file = path };
	struct delivery_context *x = &s->w.context;
	struct buf error;

	pki_init(&s->pki, PKI_P256, name);
	world_open(&s->w, NULL);
	s->w.config.tls = policy;
	s->w.peer.tls = pki_server(&s->pki);
	assert_int_equal(write(fd, s->pki.certificate_pem.ptr, s->pki.certificate_pem.len),
	    (ssize_t)s->pki.certificate_pem.len);
	(void)close(fd);
	buf_init(&error, 1000);
	x->authority_count = 1;
	assert_int_equal(net_tls_client_new(&options, &x->authorities[0].context, &error), 0);
	x->authorities[0].relaxed = net_tls_client_relax(x->authorities[0].context);
	buf_done(&error);
	(void)unlink(path);
}

static void
close_secure(struct secure_world *s)
{
	SSL_CTX *server = s->w.peer.tls;
	struct delivery_context context = s->w.context;

	world_close(&s->w);
	SSL_CTX_free(context.authorities[0].context);
	SSL_CTX_free(context.authorities[0].relaxed);
	SSL_CTX_free(server);
	pki_done(&s->pki);
}

static void
test_required_tls_delivers_to_the_right_certificate(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, world_tls_name, CONFIG_NEXT_HOP_TLS_REQUIRED);
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.tls_count, 1);
	close_secure(&s);
}

static void
test_required_tls_does_not_deliver_to_another_name(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_REQUIRED);
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(
	    &s.w, 0, 0, SMTP_VERDICT_DEFERRED, "hostname mismatch while in the TLS handshake");
	assert_int_equal(s.w.queue.jobs[0].verdicts[0].enhanced[1], 7);
	assert_int_equal(s.w.peer.mail_count, 0);
	close_secure(&s);
}

/* RFC 3207 §6. */
static void
test_required_tls_that_is_not_offered_defers(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.config.tls = CONFIG_NEXT_HOP_TLS_REQUIRED;
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DEFERRED,
	    "TLS is required, but the next hop does not offer STARTTLS");
	assert_int_equal(w.peer.mail_count, 0);
	world_close(&w);
}

static void
test_opportunistic_tls_takes_any_certificate(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.tls_count, 1);
	close_secure(&s);
}

static void
test_opportunistic_tls_that_fails_is_done_without(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	s.w.peer.cut = FAKE_HOP_CUT_TLS;
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.connection_count, 2);
	assert_int_equal(s.w.peer.tls_count, 0);
	close_secure(&s);
}

#define REQUIRETLS "250-REQUIRETLS\r\n250 PIPELINING\r\n"

/* RFC 8689 §4.2.1 */
static void
test_requiretls_is_met_by_a_certificate_that_was_not_insisted_on(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, world_tls_name, CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	s.w.peer.extensions = REQUIRETLS;
	s.w.queue.parameters = "REQUIRETLS";
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_true(
	    slice_starts_nocase(buf_slice(&s.w.peer.commands), "MAIL FROM:<s@x> REQUIRETLS\n"));
	close_secure(&s);
}

static void
test_requiretls_fails_with_another_name_and_the_rest_goes_through(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	s.w.peer.extensions = REQUIRETLS;
	s.w.queue.parameters = "REQUIRETLS";
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 1);
	world_check(&s.w, 0, 0, SMTP_VERDICT_FAILED, NULL);
	assert_int_equal(s.w.queue.jobs[0].verdicts[0].enhanced[2], 10);
	s.w.queue.parameters = NULL;
	world_send(&s.w, "a@y");
	world_wait(&s.w, &s.w.queue.outcome_count, 2);
	world_check(&s.w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.mail_count, 1);
	assert_int_equal(s.w.peer.connection_count, 1);
	close_secure(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_arrives_and_each_recipient_has_a_verdict),
		cmocka_unit_test(test_many_recipients_go_in_several_transactions),
		cmocka_unit_test(
		    test_a_large_body_is_pulled_and_comes_again_for_the_next_transaction),
		cmocka_unit_test(test_a_message_is_tried_again_when_its_idle_connection_was_dead),
		cmocka_unit_test(test_a_message_is_not_tried_again_on_a_new_connection),
		cmocka_unit_test(test_a_connection_lost_in_the_text_defers),
		cmocka_unit_test(test_a_body_that_cannot_be_read_defers_and_is_never_completed),
		cmocka_unit_test(test_lmtp_over_a_unix_socket_answers_for_each_recipient),
		cmocka_unit_test(test_required_tls_delivers_to_the_right_certificate),
		cmocka_unit_test(test_required_tls_does_not_deliver_to_another_name),
		cmocka_unit_test(test_required_tls_that_is_not_offered_defers),
		cmocka_unit_test(test_opportunistic_tls_takes_any_certificate),
		cmocka_unit_test(test_opportunistic_tls_that_fails_is_done_without),
		cmocka_unit_test(test_requiretls_is_met_by_a_certificate_that_was_not_insisted_on),
		cmocka_unit_test(test_requiretls_fails_with_another_name_and_the_rest_goes_through),
	};

	return cmocka_run_group_tests_name("delivery/session", tests, NULL, NULL);
}
