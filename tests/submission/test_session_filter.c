/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of the text between client and queue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../util/heap.h"
#include "house.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

#define DATED "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"

static const size_t chunk_len = WIRE_CHUNK_MAX;

static bool
has(const struct buf *b, const char *text)
{
	return b->len != 0 && memmem(b->ptr, b->len, text, strlen(text)) != NULL;
}

static struct client *
open_session(struct house *h)
{
	struct client *c = client_open(h);

	client_log_in(c);
	return c;
}

/* len octets of lines of 64 octets. */
static void
say_lines(struct client *c, const char *start, size_t len)
{
	char line[65];

	(void)snprintf(line, sizeof line, "%-62.62s\r\n", start);
	for (size_t i = 0; i < len; i += 64)
		client_say(c, line);
}

static void
test_what_is_missing_is_added_and_what_is_secret_is_dropped(void **state)
{
	struct house *h = *state;
	struct client *c = open_session(h);
	const struct house_message *m = &h->messages[0];

	client_begin_message(c);
	client_say(c, "From: kim@example.org\r\nBcc: secret@example.net\r\n\r\ntext\r\n.\r\n");
	client_expect(c, "250 2.0.0 ");
	assert_true(has(&m->body, "\r\nDate: "));
	assert_true(has(&m->body, "\r\nMessage-ID: <"));
	assert_false(has(&m->body, "secret"));
	assert_true(has(&m->body, "\r\n\r\ntext\r\n"));
	client_done(c);
}

static const struct flaw_case {
	const char *text, *reply;
} flaws[] = {
	{ "", "554 5.6.0 " },
	{ "Subject: nobody\r\n\r\ntext\r\n", "554 5.6.0 " },
	{ "From: a@example.org\r\nFrom: b@example.org\r\n\r\ntext\r\n", "554 5.6.0 " },
	{ "From: a@example.org\r\nno field\r\n\r\ntext\r\n", "554 5.6.0 " },
};

static void
test_a_flaw_refuses_the_message_and_the_session_goes_on(void **state)
{
	struct house *h = *state;
	struct client *c = open_session(h);

	for (size_t i = 0; i < sizeof flaws / sizeof flaws[0]; i++) {
		client_begin_message(c);
		client_say(c, flaws[i].text);
		client_say(c, ".\r\n");
		client_expect(c, flaws[i].reply);
	}
	assert_int_equal(h->message_count, 0);
	client_begin_message(c);
	client_say_text(c, 640);
	client_say(c, ".\r\n");
	client_expect(c, "250 2.0.0 ");
	client_check_text(&h->messages[0], 640);
	client_done(c);
}

/* A line that is too long comes when two chunks have gone already. */
static void
test_a_flaw_takes_back_the_chunks_that_have_gone(void **state)
{
	struct house *h = *state;
	struct client *c = open_session(h);
	char line[1001];

	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	client_begin_message(c);
	client_say_text(c, 3 * chunk_len);
	house_settle(h);
	assert_int_equal(h->messages[0].chunk_count, 2);
	client_say(c, line);
	client_say(c, "\r\n");
	client_say_text(c, 3 * chunk_len);
	client_say(c, ".\r\n");
	client_expect(c, "554 5.6.0 ");
	house_settle(h);
	assert_true(h->messages[0].is_aborted);
	assert_in_range(h->messages[0].chunk_count, 2, 3);
	client_done(c);
}

static void
test_a_long_line_is_folded_where_the_config_says_so(void **state)
{
	struct house *h = *state;
	struct client *c;
	char line[2001];

	house_reload(h, "message { fold_lines = true }");
	c = open_session(h);
	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	client_begin_message(c);
	client_say(c, "From: kim@example.org\r\n" DATED "\r\n");
	for (int i = 0; i < 100; i++) { /* more than a chunk, so that folds cross its end */
		client_say(c, line);
		client_say(c, "\r\n");
	}
	client_say(c, ".\r\n");
	client_expect(c, "250 2.0.0 ");
	assert_int_equal(h->messages[0].chunk_count, 3);
	assert_in_range(h->messages[0].body.len, 100 * 2004, 100 * 2008 + 128);
	client_done(c);
}

/* A header comes out of the filter at once, and may be longer than a chunk. */
static void
test_a_header_of_several_chunks_waits_for_credit_too(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->credit = WIRE_CHUNK_MAX;
	house_open_queue(h);
	c = open_session(h);
	client_begin_message(c);
	client_say(c, "From: kim@example.org\r\n" DATED);
	say_lines(c, "X-Long: x", 3 * chunk_len);
	client_say(c, ".\r\n");
	house_settle(h);
	assert_int_equal(h->messages[0].chunk_count, 1);
	assert_false(h->messages[0].is_whole);
	assert_int_equal(h->process.held.count, 1);
	house_give_credit(h, (uint32_t)(8 * chunk_len));
	client_expect(c, "250 2.0.0 ");
	assert_int_equal(h->messages[0].chunk_count, 3);
	assert_in_range(h->messages[0].body.len, 3 * chunk_len, 3 * chunk_len + 128);
	client_done(c);
}

static void
test_a_session_held_at_the_end_of_its_text_hears_when_queue_dies(void **state)
{
	struct house *h = *state;
	struct client *c;

	h->credit = 0;
	house_open_queue(h);
	c = open_session(h);
	client_begin_message(c);
	client_say(c, "From: kim@example.org\r\n" DATED);
	say_lines(c, "X-Long: x", 2 * chunk_len);
	client_say(c, ".\r\n");
	house_settle(h);
	assert_int_equal(h->process.held.count, 1);
	house_close_queue(h);
	client_expect(c, "451 4.3.0 ");
	assert_int_equal(h->process.held.count, 0);
	client_done(c);
}

static const struct size_case {
	size_t lines; /* of 64 octets, after 64 octets of From */
	const char *reply;
} sizes[] = {
	{ 255, "250 2.0.0 " },
	{ 256, "552 5.3.4 " },
};

static void
test_a_header_is_taken_at_its_limit_and_not_beyond(void **state)
{
	struct house *h = *state;
	struct client *c;

	house_reload(h, "limits { header_size = 16K }");
	c = open_session(h);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		client_begin_message(c);
		say_lines(c, "From: kim@example.org", 64);
		say_lines(c, "X-Long: x", sizes[i].lines * 64);
		client_say(c, "\r\n.\r\n");
		client_expect(c, sizes[i].reply);
	}
	client_done(c);
}

static const struct parameter_case {
	const char *mail, *text, *parameters;
} parameters[] = {
	{ "", "From: kim@example.org\r\n\r\nascii\r\n", "" },
	{ "", "From: kim@example.org\r\n\r\n\xc3\xa9\r\n", "BODY=8BITMIME" },
	{ " BODY=8BITMIME", "From: kim@example.org\r\n\r\nascii\r\n", "BODY=8BITMIME" },
	{ " SMTPUTF8", "From: kim@example.org\r\n\r\nascii\r\n", "" },
	{ " SMTPUTF8", "From: kim@example.org\r\nSubject: \xc3\xa9\r\n\r\nascii\r\n",
	    "BODY=8BITMIME SMTPUTF8" },
	{ "", "From: kim@example.org\r\nTLS-Required: No\r\n\r\nascii\r\n", "TLSOPTIONAL" },
	{ " REQUIRETLS", "From: kim@example.org\r\nTLS-Required: No\r\n\r\nascii\r\n",
	    "REQUIRETLS" },
	{ " RET=HDRS ENVID=x", "From: kim@example.org\r\n\r\nascii\r\n", "RET=HDRS ENVID=x" },
};

/* RFC 6531 §3.4, RFC 6152 §3, RFC 8689 §3, §4.1, RFC 3461 §4 */
static void
test_parameters_go_to_queue_as_the_text_needs_them(void **state)
{
	struct house *h = *state;
	struct client *c = open_session(h);

	for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
		const struct parameter_case *t = &parameters[i];

		client_say(c, "MAIL FROM:<kim@example.org>");
		client_say(c, t->mail);
		client_say(c, "\r\nRCPT TO:<one@example.net> NOTIFY=SUCCESS\r\nDATA\r\n");
		client_expect(c, "250 ");
		client_expect(c, "250 ");
		client_expect(c, "354 ");
		client_say(c, t->text);
		client_say(c, ".\r\n");
		client_expect(c, "250 2.0.0 ");
		if (!slice_is(buf_slice(&h->messages[i].parameters), t->parameters))
			fail_msg("%s: %.*s", t->mail, (int)h->messages[i].parameters.len,
			    (const char *)h->messages[i].parameters.ptr);
		assert_true(
		    slice_is(buf_slice(&h->messages[i].recipient_parameters), "NOTIFY=SUCCESS\n"));
	}
	client_done(c);
}

static void
test_an_address_beyond_ascii_is_no_reason_to_mark_the_message(void **state)
{
	struct house *h = *state;
	struct client *c = open_session(h);

	client_say(c, "MAIL FROM:<kim@example.org> SMTPUTF8\r\n"
		      "RCPT TO:<j\xc3\xb8rgen@example.net>\r\nDATA\r\n");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	client_expect(c, "354 ");
	client_say_text(c, 640);
	client_say(c, ".\r\n");
	client_expect(c, "250 2.0.0 ");
	assert_true(slice_is(buf_slice(&h->messages[0].parameters), ""));
	client_done(c);
}

static void
say_chunk(struct client *c, struct slice text, bool is_last)
{
	char command[64];

	(void)snprintf(command, sizeof command, "BDAT %zu%s\r\n", text.len, is_last ? " LAST" : "");
	client_say(c, command);
	net_conn_write(c->conn, text);
	client_expect(c, "250 ");
}

/* RFC 3030 §2: chunks of a client are not those of queue, and what is binary has no lines. */
static void
test_binary_text_in_chunks_goes_to_queue_as_it_is(void **state)
{
	static const char head[] = "From: kim@example.org\r\n" DATED "\r\n";
	struct house *h = *state;
	struct client *c = open_session(h);
	const struct buf *body = &h->messages[0].body;
	uint8_t text[3000];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i % 251);
	client_say(c, "MAIL FROM:<kim@example.org> BODY=BINARYMIME\r\n"
		      "RCPT TO:<one@example.net>\r\n");
	client_expect(c, "250 ");
	client_expect(c, "250 ");
	say_chunk(c, slice_of(head), false);
	for (int i = 0; i < 49; i++)
		say_chunk(c, slice_make(text, sizeof text), false);
	say_chunk(c, slice_make(text, sizeof text), true);
	assert_int_equal(h->messages[0].chunk_count, 2);
	assert_true(slice_is(buf_slice(&h->messages[0].parameters), "BODY=BINARYMIME"));
	assert_int_equal(body->len, strlen(head) + 50 * sizeof text);
	assert_memory_equal(body->ptr, head, strlen(head));
	for (size_t i = 0; i < 50; i++)
		assert_memory_equal(body->ptr + strlen(head) + i * sizeof text, text, sizeof text);
	client_done(c);
}

/* Says it piece by piece, each read before the next is sent. */
static void
drip(struct house *h, struct client *c, const char *text, size_t piece_len)
{
	for (size_t at = 0, len = strlen(text); at < len; at += piece_len) {
		const size_t left = len - at;

		net_conn_write(c->conn, slice_make(text + at, left < piece_len ? left : piece_len));
		house_settle(h);
	}
}

static void
check_memory(const struct house *h, size_t before)
{
	const size_t max = SESSION_TEXT_MEMORY_MAX(h->config->limits.header_size);
	const size_t used = heap_len();

	if (used > before && used - before > max)
		fail_msg("%zu octets are held, %zu are said to be the most", used - before, max);
}

/* A client that never ends its header costs what session.h says, and no more. */
static void
test_memory_of_a_session_in_its_text_is_bounded(void **state)
{
	struct house *h = *state;
	const size_t header_size = h->config->limits.header_size;
	struct client *c = open_session(h);
	size_t before;

	client_begin_message(c);
	house_settle(h);
	before = heap_len();
	assert_int_not_equal(before, 0); /* it is measured at all */
	drip(h, c, "From: kim@example.org\r\nSubject: it comes octet by octet\r\n", 1);
	for (size_t len = 0; len + 2048 < header_size; len += 1024) {
		say_lines(c, "X-Long: x", 1024);
		house_settle(h);
		check_memory(h, before);
	}
	drip(h, c, "\r\nThe body too.\r\n", 1);
	check_memory(h, before);
	client_say_text(c, 4 * chunk_len);
	house_settle(h);
	check_memory(h, before + h->messages[0].body.size); /* the test's own */
	drip(h, c, ".\r\n", 1);
	client_expect(c, "250 2.0.0 ");
	client_done(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_what_is_missing_is_added_and_what_is_secret_is_dropped),
		HOUSE_TEST(test_a_flaw_refuses_the_message_and_the_session_goes_on),
		HOUSE_TEST(test_a_flaw_takes_back_the_chunks_that_have_gone),
		HOUSE_TEST(test_a_long_line_is_folded_where_the_config_says_so),
		HOUSE_TEST(test_a_header_of_several_chunks_waits_for_credit_too),
		HOUSE_TEST(test_a_session_held_at_the_end_of_its_text_hears_when_queue_dies),
		HOUSE_TEST(test_a_header_is_taken_at_its_limit_and_not_beyond),
		HOUSE_TEST(test_parameters_go_to_queue_as_the_text_needs_them),
		HOUSE_TEST(test_an_address_beyond_ascii_is_no_reason_to_mark_the_message),
		HOUSE_TEST(test_binary_text_in_chunks_goes_to_queue_as_it_is),
		HOUSE_TEST(test_memory_of_a_session_in_its_text_is_bounded),
	};

	return cmocka_run_group_tests_name("submission/session_filter", tests, NULL, NULL);
}
