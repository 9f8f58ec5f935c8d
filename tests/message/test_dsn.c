/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsn_example.h"

static char host[] = "mx.example.net[192.0.2.1]:25", peer_text[] = "5.1.1 no such user here",
	    reason[] = "while sending RCPT TO", refused[] = "connection refused";

static const struct smtp_verdict refusal = { .class = SMTP_VERDICT_FAILED,
	.code = 550,
	.enhanced = { 5, 1, 1 },
	.host = host,
	.peer_text = peer_text,
	.reason = reason };
static const struct smtp_verdict expiry = { .class = SMTP_VERDICT_DEFERRED, .reason = refused };
static const struct smtp_verdict success = { .class = SMTP_VERDICT_DELIVERED };

static void
expect(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("this is missing:\n%s\nin:\n%s", part, text);
}

/* RFC 3464 §2, RFC 6522 §3, RFC 3834 §5 RFC 5321 §3.6.3, §4.2.5, §4.4. RFC 5321 §3.6.3, §4.4. */
static void
test_report_has_the_parts_and_fields_of_the_rfc(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &refusal,
		1795341650, { NULL, 0 } };
	struct message_dsn d = example(&bob, 1);
	char *text = print(&d);

	(void)state;
	expect(text, "From: Mail delivery <mailer-daemon@mail.example.com>\r\n"
		     "To: <alice@example.org>\r\n"
		     "Subject: Your message could not be delivered\r\n"
		     "Date: Sun, 22 Nov 2026 10:01:00 +0000\r\n"
		     "Message-ID: <0REPORT@mail.example.com>\r\n"
		     "In-Reply-To: <1@example.org>\r\n"
		     "Auto-Submitted: auto-replied\r\n"
		     "MIME-Version: 1.0\r\n"
		     "Content-Type: multipart/report; report-type=delivery-status;\r\n"
		     " boundary=\"=_0REPORT\"\r\n"
		     "\r\n"
		     "--=_0REPORT\r\n"
		     "Content-Type: text/plain; charset=us-ascii\r\n"
		     "\r\n");
	expect(text, "--=_0REPORT\r\n"
		     "Content-Type: message/delivery-status\r\n"
		     "\r\n"
		     "Reporting-MTA: dns; mail.example.com\r\n"
		     "Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
		     "X-Sallyport-Queue-ID: 0QUEUED\r\n"
		     "\r\n"
		     "Final-Recipient: rfc822; bob@example.net\r\n"
		     "Action: failed\r\n"
		     "Status: 5.1.1\r\n"
		     "Remote-MTA: dns; mx.example.net\r\n"
		     "Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n"
		     "Last-Attempt-Date: Sun, 22 Nov 2026 10:00:50 +0000\r\n"
		     "\r\n"
		     "--=_0REPORT\r\n"
		     "Content-Type: text/rfc822-headers\r\n"
		     "\r\n"
		     "Message-ID: <1@example.org>\r\n"
		     "Subject: hi\r\n"
		     "\r\n"
		     "--=_0REPORT--\r\n");
	assert_null(strstr(text, "body"));
	free(text);
}

static void
test_people_are_told_what_happened_and_what_to_do(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &refusal, 0,
		{ NULL, 0 } };
	struct message_dsn d = example(&bob, 1);
	char *text = print(&d);

	(void)state;
	expect(text, "<bob@example.net>\r\n"
		     "  The server mx.example.net[192.0.2.1]:25\r\n"
		     "  refused it and said:\r\n"
		     "    550\r\n"
		     "    5.1.1 no such user here\r\n");
	expect(text, "Check it for typing mistakes");
	expect(text, "queue id 0QUEUED");
	assert_null(strstr(text, "Last-Attempt-Date"));
	free(text);
}

/* RFC 3464 §2.3.4, §2.3.6 */
static void
test_what_was_given_up_says_so(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &expiry, 0,
		{ NULL, 0 } };
	struct message_dsn d = example(&bob, 1);
	char *text = print(&d);

	(void)state;
	expect(text, "given up.");
	expect(text, "Action: failed\r\nStatus: 4.4.7\r\n"
		     "Diagnostic-Code: X-Sallyport; connection refused\r\n");
	assert_null(strstr(text, "Remote-MTA"));
	free(text);
}

static void
test_recipients_who_got_it_are_left_out(void **state)
{
	const struct message_dsn_recipient both[] = {
		{ slice_of("bob@example.net"), &refusal, 0, { NULL, 0 } },
		{ slice_of("carol@example.net"), &success, 0, { NULL, 0 } },
	};
	struct message_dsn d = example(both, 2);
	char *text = print(&d);

	(void)state;
	expect(text, "rfc822; bob@example.net");
	assert_null(strstr(text, "carol"));
	free(text);
}

/* RFC 3464 §2.3.5 */
static void
test_remote_mta_is_a_name_or_a_literal(void **state)
{
	static const struct {
		const char *host, *field; /* NULL: no field */
	} cases[] = {
		{ "mx.example.net[192.0.2.1]:25", "Remote-MTA: dns; mx.example.net\r\n" },
		{ "mx.example.net", "Remote-MTA: dns; mx.example.net\r\n" },
		{ "[192.0.2.1]:25", "Remote-MTA: dns; [192.0.2.1]\r\n" },
		{ "/run/dovecot/lmtp", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_verdict v = refusal;
		const struct message_dsn_recipient bob = { slice_of("b@example.net"), &v, 0,
			{ NULL, 0 } };
		struct message_dsn d = example(&bob, 1);
		char *text;

		v.host = strdup(cases[i].host);
		text = print(&d);
		if (cases[i].field != NULL)
			expect(text, cases[i].field);
		else
			assert_null(strstr(text, "Remote-MTA"));
		free(text);
		free(v.host);
	}
}

/* RFC 6522 §4, RFC 6533 §4.3: what is no 7-bit text is encoded. */
static void
test_odd_headers_are_encoded(void **state)
{
	static const struct {
		const char *original, *part;
	} rows[] = {
		{ "Subject: caf\xc3\xa9\r\n\r\n", "Content-Type: message/global-headers\r\n"
						  "Content-Transfer-Encoding: quoted-printable\r\n"
						  "\r\n"
						  "Subject: caf=C3=A9\r\n" },
		{ "Subject: caf\xe9\r\n\r\n", "Content-Type: text/rfc822-headers\r\n"
					      "Content-Transfer-Encoding: quoted-printable\r\n"
					      "\r\n"
					      "Subject: caf=E9\r\n" },
	};
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &refusal, 0,
		{ NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message_dsn d = example(&bob, 1);
		char *text;

		d.original = slice_of(rows[i].original);
		text = print(&d);
		expect(text, rows[i].part);
		free(text);
	}
}

/* RFC 3461 §6, §6.3, RFC 3463 §3, RFC 3464 §2.3.3, §2.3.4, §2.3.9 */
static void
test_each_action_has_its_own_fields_and_words(void **state)
{
	static const struct smtp_verdict delay = { .class = SMTP_VERDICT_DEFERRED,
		.code = 451,
		.enhanced = { 4, 3, 0 },
		.peer_text = peer_text };
	static const struct {
		enum message_dsn_action action;
		const struct smtp_verdict *verdict;
		const char *subject, *words, *fields;
	} rows[] = {
		{ MESSAGE_DSN_DELAYED, &delay, "Subject: Your message is delayed\r\n",
		    "has not been delivered yet, and is still being tried, to:\r\n\r\n"
		    "<b@example.net>\r\n  The server there\r\n  said at last:\r\n    451\r\n",
		    "Action: delayed\r\nStatus: 4.3.0\r\n"
		    "Diagnostic-Code: smtp; 451 5.1.1 no such user here\r\n"
		    "Will-Retry-Until: Fri, 27 Nov 2026 10:00:00 +0000\r\n" },
		{ MESSAGE_DSN_RELAYED, &success, "Subject: Your message was passed on\r\n",
		    "was passed on, as you asked to be told, to the server of:\r\n\r\n"
		    "<b@example.net>\r\n\r\nThat server does not report",
		    "Action: relayed\r\nStatus: 2.0.0\r\n\r\n" },
		{ MESSAGE_DSN_DELIVERED, &success, "Subject: Your message was delivered\r\n",
		    "was delivered, as you asked to be told, to the mailbox of:\r\n\r\n"
		    "<b@example.net>\r\n\r\nOther recipients",
		    "Action: delivered\r\nStatus: 2.0.0\r\n\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct message_dsn_recipient bob = { slice_of("b@example.net"),
			rows[i].verdict, 0, { NULL, 0 } };
		struct message_dsn d = example(&bob, 1);
		char *text;

		d.action = rows[i].action;
		d.retry_until_unix_s = 1795341600 + 5 * 86400;
		text = print(&d);
		expect(text, rows[i].subject);
		expect(text, rows[i].words);
		expect(text, rows[i].fields);
		free(text);
	}
}

/* RFC 3461 §5.2.8 */
static void
test_only_recipients_that_fit_the_action_are_shown(void **state)
{
	const struct message_dsn_recipient all[] = {
		{ slice_of("failed@example.net"), &refusal, 0, { NULL, 0 } },
		{ slice_of("late@example.net"), &expiry, 0, { NULL, 0 } },
		{ slice_of("fine@example.net"), &success, 0, { NULL, 0 } },
	};
	static const struct {
		enum message_dsn_action action;
		bool shows[3];
	} rows[] = {
		{ MESSAGE_DSN_FAILED, { true, true, false } },
		{ MESSAGE_DSN_DELAYED, { false, true, false } },
		{ MESSAGE_DSN_RELAYED, { false, false, true } },
		{ MESSAGE_DSN_DELIVERED, { false, false, true } },
	};
	static const char *const fields[] = { "rfc822; failed@", "rfc822; late@", "rfc822; fine@" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message_dsn d = example(all, 3);
		char *text;

		d.action = rows[i].action;
		text = print(&d);
		for (size_t r = 0; r < 3; r++)
			assert_true((strstr(text, fields[r]) != NULL) == rows[i].shows[r]);
		free(text);
	}
}

/* RFC 3461 §6.3 (a), (d), RFC 2852 §5, RFC 4865 §5.1.2 */
static void
test_what_the_sender_said_comes_back_decoded(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("b@example.net"), &refusal, 0,
		slice_of("rfc822;bob+2Btag@example.net") };
	struct smtp_mail_params p = {
		.envid = slice_of("QQ+2B314159"),
		.by = SMTP_BY_RETURN,
		.by_unix_s = 1795341600,
		.hold_until_unix_s = 1795341540,
	};
	struct message_dsn d = example(&bob, 1);
	char *text;

	(void)state;
	d.params = &p;
	text = print(&d);
	expect(text, "\r\n\r\nOriginal-Envelope-Id: QQ+314159\r\n"
		     "Reporting-MTA: dns; mail.example.com\r\n"
		     "Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
		     "Deliver-By-Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
		     "Future-Release-Request: until;2026-11-22T09:59:00Z\r\n"
		     "X-Sallyport-Queue-ID: 0QUEUED\r\n"
		     "\r\n"
		     "Original-Recipient: rfc822; bob+tag@example.net\r\n"
		     "Final-Recipient: rfc822; b@example.net\r\n"
		     "Action: failed\r\n");
	free(text);
}

/* RFC 6533 §3, §4.1, RFC 6531 §3.2 */
static void
test_addresses_in_utf8_are_written_as_the_report_allows(void **state)
{
	const struct message_dsn_recipient r = { slice_of("\xe7\x8e\x8b+a@example.net"), &refusal,
		0, slice_of("utf-8;\\x{738B}\xc3\xa9@example.net") };
	struct message_dsn d = example(&r, 1);
	char *text = print(&d);

	(void)state;
	expect(text, "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: quoted-printable\r\n");
	expect(text, "\r\n<=E7=8E=8B+a@example.net>\r\n");
	expect(text, "Content-Type: message/delivery-status\r\n");
	expect(text, "Original-Recipient: utf-8; \\x{738B}\\x{E9}@example.net\r\n"
		     "Final-Recipient: utf-8; \\x{738B}\\x{2B}a@example.net\r\n");
	free(text);
	d.sender = slice_of("\xe7\x8e\x8b@example.org");
	text = print(&d);
	expect(text, "To: <\xe7\x8e\x8b@example.org>\r\n");
	expect(text, "Content-Type: text/plain; charset=utf-8\r\n"
		     "Content-Transfer-Encoding: 8bit\r\n");
	expect(text, "\r\n<\xe7\x8e\x8b+a@example.net>\r\n");
	expect(text, "Content-Type: message/global-delivery-status\r\n"
		     "Content-Transfer-Encoding: 8bit\r\n");
	expect(text, "Original-Recipient: utf-8; \xe7\x8e\x8b\xc3\xa9@example.net\r\n"
		     "Final-Recipient: utf-8; \xe7\x8e\x8b+a@example.net\r\n");
	free(text);
}

static const char *const odd_originals[] = {
	"",
	"\r\nbody only\r\n",
	"no line end",
	"Message-ID:\r\n\r\n",
	"Message-ID: <\r\n\r\n",
	"Message-ID: <a b>\r\n\r\n",
	"Message-ID: <a\r\n >\r\n\r\n",
	"Message-ID: <a\rX: y>\r\n\r\n",
	"Message-ID",
	"Message-ID: <a",
};

static void
test_odd_originals_make_no_field_of_their_own(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &refusal, 0,
		{ NULL, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof odd_originals / sizeof odd_originals[0]; i++) {
		struct message_dsn d = example(&bob, 1);
		char *text;

		d.original = slice_of(odd_originals[i]);
		text = print(&d);
		assert_null(strstr(text, "In-Reply-To"));
		assert_null(strstr(text, "body only"));
		free(text);
	}
}

static void
test_header_is_cut_between_lines_at_its_limit(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("bob@example.net"), &refusal, 0,
		{ NULL, 0 } };
	struct message_dsn d = example(&bob, 1);
	struct buf original;
	char *text;

	(void)state;
	buf_init(&original, 2 * MESSAGE_DSN_HEADER_MAX);
	while (original.len < MESSAGE_DSN_HEADER_MAX + 100)
		buf_add_text(&original, "X: 0123456789012345678901234567890123456789\r\n");
	d.original = buf_slice(&original);
	text = print(&d);
	assert_true(strlen(text) < MESSAGE_DSN_HEADER_MAX + 4096);
	expect(text, "789\r\n\r\n--=_0REPORT--\r\n");
	buf_done(&original);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_has_the_parts_and_fields_of_the_rfc),
		cmocka_unit_test(test_people_are_told_what_happened_and_what_to_do),
		cmocka_unit_test(test_what_was_given_up_says_so),
		cmocka_unit_test(test_recipients_who_got_it_are_left_out),
		cmocka_unit_test(test_remote_mta_is_a_name_or_a_literal),
		cmocka_unit_test(test_odd_headers_are_encoded),
		cmocka_unit_test(test_each_action_has_its_own_fields_and_words),
		cmocka_unit_test(test_only_recipients_that_fit_the_action_are_shown),
		cmocka_unit_test(test_what_the_sender_said_comes_back_decoded),
		cmocka_unit_test(test_addresses_in_utf8_are_written_as_the_report_allows),
		cmocka_unit_test(test_odd_originals_make_no_field_of_their_own),
		cmocka_unit_test(test_header_is_cut_between_lines_at_its_limit),
	};
	return cmocka_run_group_tests_name("message/dsn", tests, NULL, NULL);
}
