/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server_feed.h"
#include "smtp/server.h"

/* A session of a program on this machine, up to where MAIL is asked about. */
static struct smtp_server *
asked_for_sender(void)
{
	static const struct smtp_server_options options = {
		.hostname = "mail.example.com",
		.limits = &usual_limits,
		.local_user = { (const uint8_t *)"cron", 4 },
	};
	struct smtp_server *s = smtp_server_new(&options, 0);

	feed(s, "EHLO x\r\n");
	feed(s, "MAIL FROM:<a@example.org> SIZE=42\r\n");
	drop_output(s);
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_SENDER);
	return s;
}

static struct smtp_server_relayed
said(uint16_t code, const char *words)
{
	return (struct smtp_server_relayed){ code, slice_of(words) };
}

static void
relay_sender(struct smtp_server *s, uint16_t code, const char *words)
{
	const struct smtp_server_relayed answer = said(code, words);

	smtp_server_sender_relayed(s, &answer, 0);
}

static void
relay_recipient(struct smtp_server *s, const char *address, uint16_t code, const char *words)
{
	const struct smtp_server_relayed answer = said(code, words);

	feed(s, "RCPT TO:<");
	feed(s, address);
	feed(s, ">\r\n");
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_RECIPIENT);
	smtp_server_recipient_relayed(s, &answer, 0);
}

static void
expect(struct smtp_server *s, const char *replies)
{
	const struct slice out = smtp_server_output(s);

	if (!slice_is(out, replies))
		fail_msg("'%.*s', wanted '%s'", (int)out.len, (const char *)out.ptr, replies);
	drop_output(s);
}

/* RFC 2034 §4: each reply has an enhanced code of the class of its code. */
static void
test_the_next_servers_code_and_words_are_the_reply(void **state)
{
	static const struct {
		uint16_t code;
		const char *words, *reply;
	} cases[] = {
		{ 250, "2.1.0 Ok", "250 2.1.0 Ok\r\n" },
		{ 250, "fine", "250 2.0.0 fine\r\n" },
		{ 250, "", "250 2.0.0 \r\n" },
		{ 450, "4.7.1", "450 4.7.1 \r\n" },
		{ 553, "5.7.1 not yours", "553 5.7.1 not yours\r\n" },
		{ 553, "2.1.0 what", "553 5.0.0 2.1.0 what\r\n" },
		{ 451, "a\r\n250 b\x1b[2J\xff", "451 4.0.0 a??250 b?[2J?\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_server *s = asked_for_sender();

		relay_sender(s, cases[i].code, cases[i].words);
		expect(s, cases[i].reply);
		assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_NONE);
		smtp_server_free(&s);
	}
}

/* Lines of reply, each not longer than RFC 5321 §4.5.3.1.5 has it; the words that they hold. */
static size_t
check_lines(struct slice out, const char *before, const char *before_last)
{
	size_t word_count = 0;

	while (out.len > 0) {
		const size_t len = slice_find(out, '\n') + 1;
		const char *wanted = len == out.len ? before_last : before;

		assert_true(len <= 512 && out.ptr[len - 2] == '\r');
		assert_memory_equal(out.ptr, wanted, strlen(wanted));
		for (size_t i = strlen(wanted); i < len; i++)
			word_count += out.ptr[i] == 'w';
		out = slice_after(out, len);
	}
	return word_count;
}

static void
test_long_words_take_several_lines(void **state)
{
	struct smtp_server *s = asked_for_sender();
	char words[1200] = "5.7.1 ";

	(void)state;
	for (size_t i = 0; i < 200; i++)
		memcpy(words + 6 + 5 * i, "word ", 6);
	relay_sender(s, 550, words);
	assert_int_equal(check_lines(smtp_server_output(s), "550-5.7.1 ", "550 5.7.1 "), 200);
	smtp_server_free(&s);
}

static void
test_words_without_end_are_cut(void **state)
{
	struct smtp_server *s = asked_for_sender();
	char *words = malloc(65537);

	(void)state;
	assert_non_null(words);
	memset(words, 'w', 65536);
	words[65536] = '\0';
	relay_sender(s, 550, words);
	assert_true(check_lines(smtp_server_output(s), "550-5.0.0 w", "550 5.0.0 w") < 4096);
	free(words);
	smtp_server_free(&s);
}

static void
test_a_sender_that_is_refused_leaves_no_transaction(void **state)
{
	struct smtp_server *s = asked_for_sender();

	(void)state;
	assert_int_equal(smtp_server_declared_size(s), 42);
	relay_sender(s, 553, "5.7.1 not yours");
	drop_output(s);
	feed(s, "RCPT TO:<b@example.org>\r\n");
	expect(s, "503 5.5.1 Say MAIL FROM:<...> first\r\n");
	feed(s, "MAIL FROM:<c@example.org>\r\n");
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_SENDER);
	assert_int_equal(smtp_server_declared_size(s), 0);
	smtp_server_free(&s);
}

static void
test_each_recipient_has_its_own_answer(void **state)
{
	struct smtp_server *s = asked_for_sender();
	const struct smtp_server_relayed end = said(250, "2.0.0 Ok: queued as 17");

	(void)state;
	relay_sender(s, 250, "2.1.0 Ok");
	drop_output(s);
	relay_recipient(s, "gone@example.net", 550, "5.1.1 No such user");
	expect(s, "550 5.1.1 No such user\r\n");
	feed(s, "DATA\r\n");
	assert_memory_equal(smtp_server_output(s).ptr, "554 5.5.1 ", 10);
	drop_output(s);
	relay_recipient(s, "bob@example.net", 251, "2.1.5 will forward");
	relay_recipient(s, "full@example.net", 452, "4.2.2 full");
	expect(s, "251 2.1.5 will forward\r\n452 4.2.2 full\r\n");
	assert_int_equal(smtp_server_recipient_count(s), 1);
	assert_true(slice_is(smtp_server_recipient(s, 0), "bob@example.net"));
	feed(s, "DATA\r\n");
	assert_memory_equal(smtp_server_output(s).ptr, "354 ", 4);
	drop_output(s);
	feed(s, "From: a\r\n\r\n.\r\n");
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_STORE);
	smtp_server_store_relayed(s, &end, 0);
	expect(s, "250 2.0.0 Ok: queued as 17\r\n");
	assert_int_equal(smtp_server_want(s), SMTP_SERVER_WANT_NONE);
	smtp_server_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_next_servers_code_and_words_are_the_reply),
		cmocka_unit_test(test_long_words_take_several_lines),
		cmocka_unit_test(test_words_without_end_are_cut),
		cmocka_unit_test(test_a_sender_that_is_refused_leaves_no_transaction),
		cmocka_unit_test(test_each_recipient_has_its_own_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
