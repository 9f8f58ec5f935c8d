/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link, hop and session together: a fake queue at one end of a channel, a fake next hop on the
 * loopback interface, all on one loop. A real clock runs, but no test waits for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../net/pki.h"
#include "delivery/context.h"
#include "delivery/hop.h"
#include "delivery/link.h"
#include "fake_hop.h"
#include "fake_queue.h"
#include "net/tls.h"
#include "util/alloc.h"

enum { GIVE_UP_S = 20 }; /* a test that hangs fails */

struct world {
	struct event_base *base;
	struct delivery_context context;
	struct config_next_hop config;
	struct delivery_hop *hop;
	struct delivery_link *link;
	struct fake_queue queue;
	struct fake_hop peer;
	bool is_idle;
};

static void
on_job(void *owner, struct delivery_job *job)
{
	struct world *w = owner;

	w->is_idle = false;
	delivery_hop_add(w->hop, job);
}

static void
on_lost(void *owner)
{
	struct world *w = owner;

	delivery_hop_abandon(w->hop);
	delivery_link_free(&w->link);
}

static void
on_idle(void *owner)
{
	struct world *w = owner;

	w->is_idle = true;
}

static const struct delivery_link_handler link_handler = {
	.on_job = on_job,
	.on_lost = on_lost,
	.on_idle = on_idle,
};

static char host_name[] = "127.0.0.1", hop_name[] = "hop", tls_name[] = "hop.example";

static void
give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	fail_msg("nothing happens");
}

/* Turns the loop until *count has reached least. */
static void
wait_for(struct world *w, const unsigned *count, unsigned least)
{
	static const struct timeval limit = { .tv_sec = GIVE_UP_S };
	struct event *timer = evtimer_new(w->base, give_up, NULL);

	assert_non_null(timer);
	(void)event_add(timer, &limit);
	while (*count < least)
		assert_int_equal(event_base_loop(w->base, EVLOOP_ONCE), 0);
	event_free(timer);
}

static void
settle(struct world *w)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

static void
connect_queue(struct world *w)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	w->link = delivery_link_new(w->base, pair[0], &link_handler, w);
	fake_queue_init(&w->queue, w->base, pair[1]);
	delivery_link_ready(w->link);
	settle(w);
	assert_int_equal(w->queue.ready, DELIVERY_LINK_JOBS_MAX);
}

static void
open_world(struct world *w, const char *path)
{
	*w = (struct world){ .base = event_base_new() };
	assert_non_null(w->base);
	w->context.base = w->base;
	w->context.hostname = "client.example";
	fake_hop_init(&w->peer, w->base, path);
	w->config = (struct config_next_hop){ .name = hop_name,
		.host = host_name,
		.port = w->peer.port,
		.tls = CONFIG_NEXT_HOP_TLS_NONE,
		.tls_name = tls_name,
		.connections = 2,
		.recipients = 2,
		.messages = 100,
		.idle_ms = 60000,
		.connect_timeout_ms = 60000,
		.reply_timeout_ms = 60000,
		.data_timeout_ms = 60000 };
	w->hop = delivery_hop_new(&w->context, &w->config);
	connect_queue(w);
}

static void
close_world(struct world *w)
{
	delivery_hop_abandon(w->hop);
	delivery_hop_free(&w->hop);
	delivery_link_free(&w->link);
	fake_queue_done(&w->queue);
	fake_hop_done(&w->peer);
	settle(w);
	event_base_free(w->base);
}

static size_t
send_small(struct world *w, const char *recipients)
{
	return fake_queue_send(&w->queue, recipients, slice_of("Subject: x\r\n\r\n.dot\r\n"), 100);
}

static void
check_verdict(const struct world *w, size_t job, size_t recipient, enum smtp_verdict_class class,
    const char *reason)
{
	const struct smtp_verdict *v = &w->queue.jobs[job].verdicts[recipient];

	assert_true(w->queue.jobs[job].is_done);
	if (v->class != class ||
	    (reason != NULL && (v->reason == NULL || strcmp(v->reason, reason) != 0)))
		fail_msg("job %zu, recipient %zu: %s %u '%s' '%s'", job, recipient,
		    smtp_verdict_class_name(v->class), (unsigned)v->code,
		    v->reason == NULL ? "" : v->reason, v->peer_text == NULL ? "" : v->peer_text);
}

static void
test_a_message_arrives_and_each_recipient_has_a_verdict(void **state)
{
	struct world w;
	char host[64];

	(void)state;
	open_world(&w, NULL);
	send_small(&w, "a@y bad@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	check_verdict(&w, 0, 1, SMTP_VERDICT_FAILED, "while sending RCPT TO");
	assert_int_equal(w.queue.jobs[0].verdicts[1].enhanced[2], 1);
	(void)snprintf(host, sizeof host, "[127.0.0.1]:%u", (unsigned)w.peer.port);
	assert_string_equal(w.queue.jobs[0].verdicts[0].host, host);
	assert_true(slice_is(buf_slice(&w.peer.text), "Subject: x\r\n\r\n..dot\r\n.\r\n"));
	assert_true(slice_is(
	    buf_slice(&w.peer.commands), "MAIL FROM:<s@x>\nRCPT TO:<a@y>\nRCPT TO:<bad@y>\n"));
	assert_int_equal(w.queue.ready, DELIVERY_LINK_JOBS_MAX);
	assert_true(w.is_idle);
	close_world(&w);
}

static void
test_a_connection_is_used_again(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	for (unsigned i = 1; i <= 3; i++) {
		send_small(&w, "a@y");
		wait_for(&w, &w.queue.outcome_count, i);
	}
	assert_int_equal(w.peer.connection_count, 1);
	assert_int_equal(w.peer.message_count, 3);
	close_world(&w);
}

static void
test_a_connection_is_renewed_after_its_messages(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.config.messages = 2;
	for (unsigned i = 1; i <= 5; i++) {
		send_small(&w, "a@y");
		wait_for(&w, &w.queue.outcome_count, i);
	}
	assert_int_equal(w.peer.connection_count, 3);
	wait_for(&w, &w.peer.quit_count, 2);
	close_world(&w);
}

static void
test_no_more_connections_than_allowed_are_made(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.peer.holds_reply = true;
	for (unsigned i = 0; i < 10; i++)
		send_small(&w, "a@y");
	wait_for(&w, &w.peer.message_count, 2);
	settle(&w);
	assert_int_equal(w.peer.open_max, 2);
	fake_hop_release(&w.peer);
	wait_for(&w, &w.queue.outcome_count, 10);
	assert_int_equal(w.peer.connection_count, 2);
	assert_int_equal(w.peer.message_count, 10);
	close_world(&w);
}

static void
test_many_recipients_go_in_several_transactions(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	send_small(&w, "a@y bad@y later@y b@y c@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	assert_int_equal(w.peer.mail_count, 3);
	assert_int_equal(w.peer.message_count, 3);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	check_verdict(&w, 0, 1, SMTP_VERDICT_FAILED, NULL);
	check_verdict(&w, 0, 2, SMTP_VERDICT_DEFERRED, NULL);
	check_verdict(&w, 0, 3, SMTP_VERDICT_DELIVERED, NULL);
	check_verdict(&w, 0, 4, SMTP_VERDICT_DELIVERED, NULL);
	close_world(&w);
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
	open_world(&w, NULL);
	fake_queue_send(&w.queue, "a@y b@y c@y", slice_make(body, len), len);
	wait_for(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 3; i++)
		check_verdict(&w, 0, i, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.queue.rewind_count, 1);
	assert_true(w.queue.pull_count >= 2 * 7);
	assert_int_equal(w.peer.text.len, 2 * (len + 3));
	assert_memory_equal(w.peer.text.ptr, body, len);
	assert_memory_equal(w.peer.text.ptr + len + 3, body, len);
	close_world(&w);
	free(body);
}

static void
test_a_dead_next_hop_gives_its_reason_to_all_at_once(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	fake_hop_stop_listening(&w.peer);
	for (unsigned i = 0; i < 5; i++)
		send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 5);
	for (size_t i = 0; i < 5; i++)
		check_verdict(
		    &w, i, 0, SMTP_VERDICT_DEFERRED, "Connection refused while connecting");
	assert_int_equal(w.hop->session_count, 0);
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 6);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.queue.ready, DELIVERY_LINK_JOBS_MAX);
	close_world(&w);
}

static void
test_a_next_hop_that_hangs_up_on_us_defers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_GREETING;
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(
	    &w, 0, 0, SMTP_VERDICT_DEFERRED, "closed by the peer while waiting for the greeting");
	close_world(&w);
}

static void
test_a_message_is_tried_again_when_its_idle_connection_was_dead(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	w.peer.cut = FAKE_HOP_CUT_MAIL;
	send_small(&w, "a@y");
	wait_for(&w, &w.peer.connection_count, 2);
	w.peer.cut = FAKE_HOP_CUT_NEVER;
	wait_for(&w, &w.queue.outcome_count, 2);
	check_verdict(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.message_count, 2);
	close_world(&w);
}

static void
test_a_message_is_not_tried_again_on_a_new_connection(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_MAIL;
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	assert_int_equal(w.peer.connection_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DEFERRED, NULL);
	close_world(&w);
}

static void
test_an_idle_connection_that_the_peer_closes_is_forgotten(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	fake_hop_close_all(&w.peer);
	settle(&w);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.hop->down_until_ms, 0);
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 2);
	check_verdict(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	close_world(&w);
}

static void
test_a_connection_lost_in_the_text_defers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.peer.cut = FAKE_HOP_CUT_TEXT;
	send_small(&w, "a@y b@y c@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	for (size_t i = 0; i < 3; i++)
		check_verdict(&w, 0, i, SMTP_VERDICT_DEFERRED, NULL);
	assert_int_equal(w.peer.message_count, 0);
	close_world(&w);
}

static void
test_a_half_sent_message_is_never_completed_when_queue_goes(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	(void)fake_queue_send(&w.queue, "a@y", slice_of("half\r\nof it\r\n"), 6);
	wait_for(&w, &w.peer.mail_count, 1);
	settle(&w);
	fake_queue_done(&w.queue);
	settle(&w);
	assert_null(w.link);
	assert_int_equal(w.hop->session_count, 0);
	assert_int_equal(w.peer.open_count, 0);
	assert_int_equal(w.peer.message_count, 0);
	connect_queue(&w);
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	close_world(&w);
}

static void
test_a_body_that_cannot_be_read_defers_and_is_never_completed(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	(void)fake_queue_send(&w.queue, "a@y", slice_of("half\r\nof it\r\n"), 6);
	fake_queue_send_lost(&w.queue, 0);
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DEFERRED, NULL);
	settle(&w);
	assert_int_equal(w.peer.message_count, 0);
	close_world(&w);
}

static void
test_an_unused_connection_says_goodbye(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.config.idle_ms = 0;
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	wait_for(&w, &w.peer.quit_count, 1);
	assert_int_equal(w.hop->session_count, 0);
	close_world(&w);
}

static void
test_a_hop_that_is_retired_finishes_its_transactions(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.peer.holds_reply = true;
	for (unsigned i = 0; i < 3; i++)
		send_small(&w, "a@y");
	wait_for(&w, &w.peer.message_count, 2);
	delivery_hop_retire(w.hop, NULL);
	settle(&w);
	check_verdict(
	    &w, 2, 0, SMTP_VERDICT_DEFERRED, "the next hop is no longer in the configuration");
	fake_hop_release(&w.peer);
	wait_for(&w, &w.queue.outcome_count, 3);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	check_verdict(&w, 1, 0, SMTP_VERDICT_DELIVERED, NULL);
	wait_for(&w, &w.peer.quit_count, 2);
	assert_int_equal(w.hop->session_count, 0);
	close_world(&w);
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
	open_world(&w, path);
	w.peer.is_lmtp = true;
	w.config.protocol = CONFIG_PROTOCOL_LMTP;
	w.config.host = host;
	send_small(&w, "a@y b@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	check_verdict(&w, 0, 1, SMTP_VERDICT_DELIVERED, NULL);
	assert_string_equal(w.queue.jobs[0].verdicts[0].host, host);
	close_world(&w);
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
	open_world(&s->w, NULL);
	s->w.config.tls = policy;
	s->w.peer.tls = pki_server(&s->pki);
	assert_int_equal(write(fd, s->pki.certificate_pem.ptr, s->pki.certificate_pem.len),
	    (ssize_t)s->pki.certificate_pem.len);
	(void)close(fd);
	buf_init(&error, 1000);
	x->authority_count = 1;
	assert_int_equal(net_tls_client_new(&options, &x->authorities[0].context, &error), 0);
	options = (struct net_tls_client_options){ .verify = false };
	assert_int_equal(net_tls_client_new(&options, &x->opportunistic, &error), 0);
	buf_done(&error);
	(void)unlink(path);
}

static void
close_secure(struct secure_world *s)
{
	SSL_CTX *server = s->w.peer.tls;
	struct delivery_context context = s->w.context;

	close_world(&s->w);
	SSL_CTX_free(context.authorities[0].context);
	SSL_CTX_free(context.opportunistic);
	SSL_CTX_free(server);
	pki_done(&s->pki);
}

static void
test_required_tls_delivers_to_the_right_certificate(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, tls_name, CONFIG_NEXT_HOP_TLS_REQUIRED);
	send_small(&s.w, "a@y");
	wait_for(&s.w, &s.w.queue.outcome_count, 1);
	check_verdict(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.tls_count, 1);
	close_secure(&s);
}

static void
test_required_tls_does_not_deliver_to_another_name(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_REQUIRED);
	send_small(&s.w, "a@y");
	wait_for(&s.w, &s.w.queue.outcome_count, 1);
	check_verdict(
	    &s.w, 0, 0, SMTP_VERDICT_DEFERRED, "hostname mismatch while in the TLS handshake");
	assert_int_equal(s.w.queue.jobs[0].verdicts[0].enhanced[1], 7);
	assert_int_equal(s.w.peer.mail_count, 0);
	close_secure(&s);
}

static void
test_required_tls_that_is_not_offered_defers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, NULL);
	w.config.tls = CONFIG_NEXT_HOP_TLS_REQUIRED;
	send_small(&w, "a@y");
	wait_for(&w, &w.queue.outcome_count, 1);
	check_verdict(&w, 0, 0, SMTP_VERDICT_DEFERRED,
	    "TLS is required, but the next hop does not offer STARTTLS");
	assert_int_equal(w.peer.mail_count, 0);
	close_world(&w);
}

static void
test_opportunistic_tls_takes_any_certificate(void **state)
{
	struct secure_world s;

	(void)state;
	open_secure(&s, "other.example", CONFIG_NEXT_HOP_TLS_OPPORTUNISTIC);
	send_small(&s.w, "a@y");
	wait_for(&s.w, &s.w.queue.outcome_count, 1);
	check_verdict(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
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
	send_small(&s.w, "a@y");
	wait_for(&s.w, &s.w.queue.outcome_count, 1);
	check_verdict(&s.w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(s.w.peer.connection_count, 2);
	assert_int_equal(s.w.peer.tls_count, 0);
	close_secure(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_arrives_and_each_recipient_has_a_verdict),
		cmocka_unit_test(test_a_connection_is_used_again),
		cmocka_unit_test(test_a_connection_is_renewed_after_its_messages),
		cmocka_unit_test(test_no_more_connections_than_allowed_are_made),
		cmocka_unit_test(test_many_recipients_go_in_several_transactions),
		cmocka_unit_test(
		    test_a_large_body_is_pulled_and_comes_again_for_the_next_transaction),
		cmocka_unit_test(test_a_dead_next_hop_gives_its_reason_to_all_at_once),
		cmocka_unit_test(test_a_next_hop_that_hangs_up_on_us_defers),
		cmocka_unit_test(test_a_message_is_tried_again_when_its_idle_connection_was_dead),
		cmocka_unit_test(test_a_message_is_not_tried_again_on_a_new_connection),
		cmocka_unit_test(test_an_idle_connection_that_the_peer_closes_is_forgotten),
		cmocka_unit_test(test_a_connection_lost_in_the_text_defers),
		cmocka_unit_test(test_a_half_sent_message_is_never_completed_when_queue_goes),
		cmocka_unit_test(test_a_body_that_cannot_be_read_defers_and_is_never_completed),
		cmocka_unit_test(test_an_unused_connection_says_goodbye),
		cmocka_unit_test(test_a_hop_that_is_retired_finishes_its_transactions),
		cmocka_unit_test(test_lmtp_over_a_unix_socket_answers_for_each_recipient),
		cmocka_unit_test(test_required_tls_delivers_to_the_right_certificate),
		cmocka_unit_test(test_required_tls_does_not_deliver_to_another_name),
		cmocka_unit_test(test_required_tls_that_is_not_offered_defers),
		cmocka_unit_test(test_opportunistic_tls_takes_any_certificate),
		cmocka_unit_test(test_opportunistic_tls_that_fails_is_done_without),
	};

	return cmocka_run_group_tests_name("delivery/hop", tests, NULL, NULL);
}
