/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain.c - what ranks before what, and what a text says of its place */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "explain/explain.h"
#include "util/buf.h"

enum { LOG_MAX = 3 * 1024 * 1024 };

/* In a heap block of its exact size: ASan sees any overread. Keep it as long as the answer. */
static uint8_t *
explain_copy(const char *text, size_t len, struct explain_answer *ret_answer)
{
	uint8_t *copy = malloc(len + (len == 0));

	memcpy(copy, text, len);
	explain_text(slice_make(copy, len), ret_answer);
	return copy;
}

static void
assert_first(const char *text, const char *cause)
{
	struct explain_answer answer;
	uint8_t *copy = explain_copy(text, strlen(text), &answer);

	assert_true(answer.count > 0);
	assert_string_equal(answer.results[0].cause->id, cause);
	free(copy);
}

static void
test_a_servers_reply_ranks_before_the_library_around_it(void **state)
{
	(void)state;
	assert_first(
	    "SMTP connect() failed: 535 5.7.8 Error: authentication failed", "auth-failed");
	assert_first("550 5.1.1 User unknown\nConnection closed unexpectedly", "no-such-recipient");
	assert_first("Connection closed unexpectedly\n452 4.3.1 Insufficient system storage",
	    "server-storage");
	assert_first("Failure sending mail. ---> 421 4.4.2 words nobody knows", "dialog-timeout");
	assert_first("Could not authenticate. 421 4.7.0 words nobody knows", "rate-limited");
	assert_first("SMTPAuthenticationError: (530, b'words nobody knows')", "auth-missing");
	assert_first("AuthenticationFailedException: 451 words nobody knows", "temporary-failure");
	assert_first("SMTPServerDisconnected: Connection unexpectedly closed: 452 nobody knows",
	    "server-storage");
}

static void
test_a_known_reason_ranks_before_words_that_only_say_it_failed(void **state)
{
	(void)state;
	assert_first("SMTP connect() failed.\nConnection refused (111)", "port-closed");
	assert_first("Failure sending mail. certificate has expired", "certificate-expired");
}

static void
test_the_decisive_line_of_a_dialog_is_found(void **state)
{
	(void)state;
	assert_first("<-  250-STARTTLS\n<-  250 DSN\n -> MAIL FROM:<joe@example.org>\n"
		     "<** 530 5.7.0 Must issue a STARTTLS command first\n -> QUIT\n<-  221 Bye\n",
	    "tls-required-by-peer");
	assert_first("220 *****\nEHLO x\n250-mail.example\n250-XXXXXXXA\n250 HELP\nSTARTTLS\n"
		     "500 Command not recognized\n",
	    "starttls-masked");
	assert_first("verify error:num=20:unable to get local issuer certificate\n"
		     "Verify return code: 21 (unable to verify the first certificate)\n",
	    "certificate-incomplete");
	assert_first(
	    "Couldn't connect to host, port: smtp.example.com, 587; timeout 5000;\n"
	    "  nested exception is:\n\tjava.net.SocketTimeoutException: connect timed out\n",
	    "port-filtered");
}

static void
test_accents_and_the_order_of_words_do_not_count(void **state)
{
	static const char *const texts[] = { "Le certificat du serveur est perim\\u00e9",
		"Le certificat est p\xc3\xa9rim\xc3\xa9", "le certificat est perime",
		"pe\xcc\x81rime\xcc\x81: le certificat du serveur" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_first(texts[i], "certificate-expired");
}

static void
test_words_count_whatever_stands_between_them(void **state)
{
	(void)state;
	assert_first("CONNECTION\r\n  refused", "port-closed");
	assert_first("\"error\":\"Connection\\u0020refused\"", "port-closed");
	assert_first("Connection&nbsp;refused", "port-closed");
	assert_first("ConnectionRefused", "port-closed");
}

static void
test_the_place_decides_between_causes(void **state)
{
	(void)state;
	assert_first("connect ECONNREFUSED 192.0.2.1:587", "port-closed");
	assert_first("connect ECONNREFUSED 127.0.0.1:587", "wrong-host-setting");
	assert_first("connect ENETUNREACH 192.0.2.1:587", "local-no-route");
	assert_first("connect ENETUNREACH 2001:db8::1:587", "ipv6-broken");
}

static void
test_a_text_without_a_known_message_has_no_answer(void **state)
{
	static const char *const texts[] = { "", "\n", "hello world", "250 2.0.0 ok then",
		"\xff\xfe", "the port is 587 and the line 421", "\\u12", "&amp", "(" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct explain_answer answer;
		uint8_t *copy = explain_copy(texts[i], strlen(texts[i]), &answer);

		if (answer.count != 0 && strcmp(answer.results[0].cause->id, "ok") != 0)
			fail_msg("'%s' is explained as %s", texts[i], answer.results[0].cause->id);
		free(copy);
	}
}

/* Its words are known ones: they stand for a recipient that does not exist. */
#define USER "www:x:33:33:www user,,,:/nonexistent:/usr/sbin/nologin\n"
#define FOUR_USERS USER USER USER USER
#define LIST_OF_USERS FOUR_USERS FOUR_USERS FOUR_USERS FOUR_USERS FOUR_USERS

static void
test_a_long_text_without_a_failure_has_no_answer(void **state)
{
	/* The last is in a language whose words for it are not looked for. */
	static const char *const texts[] = { USER, LIST_OF_USERS "connect: Connection refused\n",
		LIST_OF_USERS "550 5.1.1 User unknown\n", LIST_OF_USERS "Соединение отклонено\n" };
	struct explain_answer answer;

	(void)state;
	explain_text(slice_of(LIST_OF_USERS), &answer);
	assert_int_equal(answer.count, 0);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		explain_text(slice_of(texts[i]), &answer);
		assert_true(answer.count > 0);
	}
}

static void
test_every_cut_of_a_message_is_read_within_its_end(void **state)
{
	static const char text[] =
	    "(535, b'5.7.8 \\u00fc&quot; Benutzername f\xc3\xbcr UnknownHost\n"
	    "550-5.7.1 a@b smtp.example.com:587\n550 5.7.1 \xe6\x8e\xa5 (110)";

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		struct explain_answer answer;

		free(explain_copy(text, len, &answer));
	}
}

static const struct place_case {
	const char *text, *host, *port, *user;
} places[] = {
	{ "connect to smtp.example.com[192.0.2.1]:587: Connection timed out", "smtp.example.com",
	    "587", "" },
	{ "Couldn't connect to host, port: mail.example.com, 465; timeout -1", "mail.example.com",
	    "465", "" },
	{ "dial tcp: lookup mail.example.com: no such host", "mail.example.com", "", "" },
	{ "Failed to authenticate on SMTP server with username \"joe@example.com\" using LOGIN", "",
	    "", "joe@example.com" },
	{ "at Mailer.php line 3: Connection refused", "", "", "" },
	{ "see https://support.google.com/mail: username and password not accepted", "", "", "" },
	{ "connect ECONNREFUSED 192.0.2.7:2525", "192.0.2.7", "2525", "" },
	{ "ssl.SSLCertVerificationError: certificate verify failed", "", "", "" },
	{ "MailKit.Net.Smtp.SmtpCommandException: 5.7.3 Authentication unsuccessful", "", "", "" },
	{ "mail.smtp.port=587, mail.smtp.host=mail.example.com: Connection refused",
	    "mail.example.com", "587", "" },
};

static void
test_host_port_and_user_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct explain_answer answer;
		uint8_t *copy = explain_copy(places[i].text, strlen(places[i].text), &answer);

		assert_true(answer.count > 0);
		assert_string_equal(answer.host, places[i].host);
		assert_string_equal(answer.port, places[i].port);
		assert_string_equal(answer.user, places[i].user);
		free(copy);
	}
}

/* len octets of lines that all say the same, then the last one. */
static void
make_log(struct buf *log, const char *line, size_t len, const char *last)
{
	buf_init(log, LOG_MAX);
	while (log->len < len)
		assert_true(buf_add_text(log, line));
	assert_true(buf_add_text(log, last));
}

static void
test_the_last_failure_of_a_log_is_the_one(void **state)
{
	static const char line[] = "Nov 22 10:00:00 mail postfix/smtp[77]: 4F: to=<a@b.example>, "
				   "status=bounced (host c said: 550 5.1.1 User unknown)\n";
	static const char last[] =
	    "Nov 22 10:00:01 mail postfix/smtp[78]: 5A: to=<a@b.example>, dsn=4.4.1, "
	    "status=deferred (connect to d.example[192.0.2.1]:587: Connection timed out)\n"
	    "Nov 22 10:00:02 mail postfix/qmgr[5]: 4F: removed\n";
	struct explain_answer answer;
	struct buf log;

	(void)state;
	make_log(&log, line, (size_t)2 * 1024 * 1024, last);
	explain_text(buf_slice(&log), &answer);
	assert_true(answer.count > 0);
	assert_string_equal(answer.results[0].cause->id, "port-filtered");
	assert_string_equal(answer.host, "d.example");
	buf_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_servers_reply_ranks_before_the_library_around_it),
		cmocka_unit_test(test_a_known_reason_ranks_before_words_that_only_say_it_failed),
		cmocka_unit_test(test_the_decisive_line_of_a_dialog_is_found),
		cmocka_unit_test(test_accents_and_the_order_of_words_do_not_count),
		cmocka_unit_test(test_words_count_whatever_stands_between_them),
		cmocka_unit_test(test_the_place_decides_between_causes),
		cmocka_unit_test(test_a_text_without_a_known_message_has_no_answer),
		cmocka_unit_test(test_a_long_text_without_a_failure_has_no_answer),
		cmocka_unit_test(test_every_cut_of_a_message_is_read_within_its_end),
		cmocka_unit_test(test_host_port_and_user_are_found),
		cmocka_unit_test(test_the_last_failure_of_a_log_is_the_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
