/* SPDX-License-Identifier: Apache-2.0 */
/* test_host.c - names of servers, and words that only look like them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/explain.h"
#include "explain/host.h"

static int
rank(const char *name)
{
	return explain_host_rank(slice_of(name), false, false);
}

static void
test_names_of_servers_are_hosts(void **state)
{
	static const char *const names[] = { "smtp.example.com", "mail.firma.local", "smtp.wp.pl",
		"smtp.antel.com.py", "smtp.beotel.rs", "MAIL.EXAMPLE.ORG", "Smtp.Office365.com",
		"smtp.mail.berlin", "email-smtp.eu-west-1.amazonaws.com",
		"smtp.xn--bcher-kva.xn--p1ai", "mail.intern.kanzlei", "smtp.mail.me.com",
		"mx1.free.fr", "example.info" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (rank(names[i]) == 0)
			fail_msg("%s is no host", names[i]);
}

static void
test_files_classes_and_selectors_are_none(void **state)
{
	static const char *const names[] = { "smtp.py", "smtplib.py", "mailer.js", "mail.err",
		"mail.info", "mail.warn", "mail.log", "mail.log.1", "mail.service", "SMTP.pm",
		"smtp.rs", "sendmail.sh", "java.net.ConnectException", "java.net.connectexception",
		"MailKit.Net.Smtp.SmtpClient", "system.net.mail.smtpexception", "mail.smtp.host",
		"smtp.send", "class.phpmailer.php", "app.module.ts", "gomail.go", "msmtprc.conf",
		"config.toml", "5.7.1", "1.2.3.4.5", "a..b", ".com", "com", "smtp.", "-a.com",
		"support.google.com", "emailHelper.sendMail.net" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (rank(names[i]) != 0)
			fail_msg("%s is a host", names[i]);
}

static void
test_what_stands_around_a_name_decides_when_it_is_doubtful(void **state)
{
	(void)state;
	assert_int_equal(explain_host_rank(slice_of("mail.py"), false, false), 0);
	assert_true(explain_host_rank(slice_of("mail.py"), true, false) > 0);
	assert_int_equal(explain_host_rank(slice_of("mail.example.pl"), false, true), 0);
	assert_int_equal(explain_host_rank(slice_of("192.0.2.7"), false, false), 0);
	assert_true(explain_host_rank(slice_of("192.0.2.7"), true, false) > 0);
	assert_true(explain_host_rank(slice_of("mail.kanzlei"), true, false) > 0);
	assert_int_equal(explain_host_rank(slice_of("mail.kanzlei"), false, false), 0);
}

static const struct host_case {
	const char *text, *host, *port;
} cases[] = {
	{ "Nov 22 10:00:00 mail.err postfix/smtp[7]: connect to mx.firma.example[192.0.2.1]:587: "
	  "Connection refused",
	    "mx.firma.example", "587" },
	{ "Nov 22 mail.info: SASL authentication failed", "", "" },
	{ "File \"/usr/lib/python3.11/smtplib.py\", line 255, in __init__\n"
	  "File \"/app/smtp.py\", line 3\nConnectionRefusedError: [Errno 111] Connection refused",
	    "", "" },
	{ "java.net.ConnectException: Connection refused\n\tat com.sun.mail.smtp.SMTPTransport", "",
	    "" },
	{ "at Object.<anonymous> (/srv/app/mailer.js:12:9)\nError: connect ECONNREFUSED "
	  "192.0.2.7:465",
	    "192.0.2.7", "465" },
	{ "smtp.other.example:25 was tried first\nconnect to relay.firma.example: Connection "
	  "timed out\nmail.third.example:587 comes next",
	    "relay.firma.example", "" },
	{ "trying smtp.wp.pl port 465\nCould not connect: Connection timed out", "smtp.wp.pl",
	    "465" },
	{ "dial tcp 198.51.100.9:587: i/o timeout (config: /etc/alertmanager/mail.yml)",
	    "198.51.100.9", "587" },
	{ "550 5.7.1 Client host [203.0.113.5] blocked using zen.spamhaus.org", "", "" },
	{ "see /var/log/mail.log: Connection refused", "", "" },
};

static void
test_the_host_of_the_decisive_line_is_the_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct explain_answer answer;

		explain_text(slice_of(cases[i].text), &answer);
		assert_true(answer.count > 0);
		assert_string_equal(answer.host, cases[i].host);
		assert_string_equal(answer.port, cases[i].port);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_servers_are_hosts),
		cmocka_unit_test(test_files_classes_and_selectors_are_none),
		cmocka_unit_test(test_what_stands_around_a_name_decides_when_it_is_doubtful),
		cmocka_unit_test(test_the_host_of_the_decisive_line_is_the_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
