/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/server.h"
#include "util/buf.h"

#include "../util/heap.h"

/* A hostile client that sends the longest of everything, an octet at a time. */

enum { LOOK_EVERY = 64 /* octets */, TEXT_LEN = 200 * 1000, REPLIES_LEN = 100 * 1000 };

static const struct smtp_server_limits limits = {
	.message_size = 100000,
	.command_length = 4096,
	.auth_line_length = 12288,
	.recipients = 50,
	.transactions = UINT32_MAX,
	.bad_commands = UINT32_MAX,
	.auth_failures = UINT32_MAX,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 50,
	.parameters = 20,
	.errors_before_delay = UINT32_MAX,
};

static const struct smtp_server_options options = {
	.hostname = "mail.example.com",
	.limits = &limits,
	.implicit_tls = true,
};

struct drip {
	struct smtp_server *server;
	size_t before, most; /* of the heap: without the session; with it, at most */
	size_t octet_count;
	bool reads_replies;
};

static void
look(struct drip *d)
{
	size_t now = heap_len();

	d->most = now > d->most ? now : d->most;
}

static void
answer(struct drip *d)
{
	switch (smtp_server_want(d->server)) {
	case SMTP_SERVER_WANT_TLS:
		smtp_server_tls_done(d->server, 0);
		break;
	case SMTP_SERVER_WANT_AUTH:
		look(d);
		if (smtp_server_auth_step(d->server).kind == SMTP_SERVER_AUTH_CANCEL)
			smtp_server_auth_cancelled(d->server, 0);
		else if (smtp_server_auth_step(d->server).has_octets)
			smtp_server_auth_ok(d->server, slice_of("alice"), 0);
		else
			smtp_server_auth_continue(d->server, slice_of(""), 0);
		break;
	case SMTP_SERVER_WANT_SENDER:
		smtp_server_sender_done(d->server, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_RECIPIENT:
		smtp_server_recipient_done(d->server, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_STORE:
		look(d);
		smtp_server_store_done(d->server, SMTP_SERVER_OK, slice_of("0ABC"), 0);
		break;
	case SMTP_SERVER_WANT_ABORT:
		smtp_server_abort_done(d->server, 0);
		break;
	case SMTP_SERVER_WANT_CLOSE:
	case SMTP_SERVER_WANT_NONE:
		break;
	}
}

static void
say(struct drip *d, struct slice octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		(void)smtp_server_input(d->server, slice_make(octets.ptr + i, 1), 0);
		answer(d);
		if (d->octet_count++ % LOOK_EVERY == 0)
			look(d);
		if (d->reads_replies)
			smtp_server_output_taken(d->server, smtp_server_output(d->server).len);
	}
	look(d);
}

static void
say_text(struct drip *d, const char *text)
{
	say(d, slice_of(text));
}

static void
say_many(struct drip *d, uint8_t octet, size_t count)
{
	for (size_t i = 0; i < count; i++)
		say(d, slice_make(&octet, 1));
}

static struct drip
begin(void)
{
	struct drip d = { .before = heap_len(), .reads_replies = true };

	d.server = smtp_server_new(&options, 0);
	answer(&d);
	smtp_server_output_taken(d.server, smtp_server_output(d.server).len);
	return d;
}

static void
log_in(struct drip *d)
{
	say_text(d, "EHLO ");
	say_many(d, 'h', 255);
	say_text(d, "\r\nAUTH PLAIN\r\n");
	say_many(d, 'A', 12284);
	say_text(d, "\r\n");
	assert_true(slice_is(smtp_server_account(d->server), "alice"));
}

static void
say_mail(struct drip *d)
{
	say_text(d, "MAIL FROM:<");
	say_many(d, 's', 64);
	say_text(d, "@example.org> ENVID=");
	say_many(d, 'e', 100);
	say_text(d, " AUTH=");
	say_many(d, 'a', 64);
	say_text(d, "@example.org\r\n");
}

static void
say_rcpt(struct drip *d, unsigned number)
{
	struct buf line;

	buf_init(&line, 4096);
	buf_addf(
	    &line, "RCPT TO:<%064u@%063u.%063u.example.net> ORCPT=rfc822;", number, number, 1u);
	for (int i = 0; i < 480; i++)
		buf_add_octet(&line, 'o');
	buf_add_text(&line, "@example.net\r\n");
	say(d, buf_slice(&line));
	buf_done(&line);
}

static void
say_envelope(struct drip *d)
{
	say_mail(d);
	for (unsigned i = 0; i < limits.recipients + 10; i++)
		say_rcpt(d, i);
	assert_int_equal(smtp_server_recipient_count(d->server), limits.recipients);
}

static void
finish(struct drip *d)
{
	size_t most = d->most - d->before;

	smtp_server_free(&d->server);
	assert_int_not_equal(most, 0); /* it is measured at all */
	if (most > smtp_server_memory_max(&limits))
		fail_msg("%zu octets of memory, the bound is %zu", most,
		    smtp_server_memory_max(&limits));
}

static void
test_memory_is_bounded_before_a_login(void **state)
{
	struct drip d = begin();

	(void)state;
	say_many(&d, 'x', (size_t)2 * limits.command_length);
	say_text(&d, "\r\n");
	say_text(&d, "EHLO x\r\nAUTH PLAIN\r\n");
	say_many(&d, 'A', (size_t)2 * limits.auth_line_length);
	say_text(&d, "\r\nBDAT 20000\r\n");
	say_many(&d, 'x', 20000);
	say_many(&d, 'x', limits.command_length - 1);
	finish(&d);
}

static void
test_memory_is_bounded_in_the_text(void **state)
{
	struct drip d = begin();

	(void)state;
	log_in(&d);
	say_envelope(&d);
	say_text(&d, "DATA\r\n");
	say_many(&d, 'x', TEXT_LEN);
	say_text(&d, "\r\n.\r\n");
	say_envelope(&d);
	say_text(&d, "DATA\r\n");
	say_many(&d, '\n', TEXT_LEN);
	say_text(&d, "\r\n.\r\n");
	say_many(&d, 'x', limits.command_length - 1);
	finish(&d);
}

static void
test_memory_is_bounded_in_chunks(void **state)
{
	struct drip d = begin();

	(void)state;
	log_in(&d);
	say_envelope(&d);
	for (int i = 0; i < 5000; i++)
		say_text(&d, "BDAT 7\r\nabcde\r\n");
	say_text(&d, "BDAT 18446744073709551615 LAST\r\n");
	say_many(&d, 'x', TEXT_LEN);
	finish(&d);
}

static void
test_memory_is_bounded_when_no_reply_is_read(void **state)
{
	struct drip d = begin();

	(void)state;
	log_in(&d);
	say_envelope(&d);
	d.reads_replies = false;
	for (int i = 0; i < REPLIES_LEN / 6; i++)
		say_text(&d, "NOOP\r\n");
	say_many(&d, 'x', limits.command_length - 1);
	finish(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_bounded_before_a_login),
		cmocka_unit_test(test_memory_is_bounded_in_the_text),
		cmocka_unit_test(test_memory_is_bounded_in_chunks),
		cmocka_unit_test(test_memory_is_bounded_when_no_reply_is_read),
	};
	return cmocka_run_group_tests_name("smtp/server_memory", tests, NULL, NULL);
}
