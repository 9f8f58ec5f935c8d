/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/dsn.h"

static char host[] = "mx.example.net[192.0.2.1]:25", words[] = "No such user here",
	    why[] = "while sending RCPT TO";

static const struct smtp_verdict failed = { .class = SMTP_VERDICT_FAILED,
	.code = 550,
	.enhanced = { 5, 1, 1 },
	.host = host,
	.peer_text = words,
	.reason = why };
static const struct smtp_verdict delivered = { .class = SMTP_VERDICT_DELIVERED, .code = 250 };
static const struct smtp_verdict silent = { .class = SMTP_VERDICT_DEFERRED };

/* The report as a C string; free() it. */
static char *
make(struct message_dsn *d)
{
	struct buf out;

	d->hostname = slice_of("mail.example.org");
	d->report_id = slice_of("0R3P0RT");
	d->queue_id = slice_of("0QUEUED");
	d->sender = slice_of("alice@example.org");
	d->arrived_unix_s = 1000000000;
	d->now_unix_s = 1000000600;
	buf_init(&out, MESSAGE_DSN_MAX(d->recipient_count) + 1);
	assert_true(message_dsn_add(d, &out));
	assert_true(out.len < MESSAGE_DSN_MAX(d->recipient_count));
	assert_true(buf_add_octet(&out, '\0'));
	return (char *)out.ptr;
}

static void
expect(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("missing: %s\nin: %s", part, text);
}

static void
test_a_report_has_the_three_parts_and_their_fields(void **state)
{
	const struct message_dsn_recipient recipients[] = {
		{ slice_of("bob@example.net"), &failed, 1000000500 },
		{ slice_of("fine@example.net"), &delivered, 1000000500 },
	};
	struct message_dsn d = { .recipients = recipients,
		.recipient_count = 2,
		.original = slice_of("From: a\r\nSubject: hi\r\n\r\nsecret body\r\n") };
	char *text = make(&d);

	(void)state;
	expect(text, "From: Mail delivery <mailer-daemon@mail.example.org>\r\n");
	expect(text, "To: alice@example.org\r\n");
	expect(text, "Auto-Submitted: auto-replied\r\n"); /* RFC 3834 §5 */
	expect(
	    text, "report-type=delivery-status;\r\n boundary=\"=_0R3P0RT\"\r\n\r\n--=_0R3P0RT\r\n");
	expect(text, "  bob@example.net\r\n      Server: mx.example.net[192.0.2.1]:25\r\n");
	expect(text, "Check the address for typing mistakes");
	expect(text,
	    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org");
	expect(text, "\r\n\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\n"
		     "Status: 5.1.1\r\nRemote-MTA: dns; mx.example.net[192.0.2.1]:25\r\n"
		     "Diagnostic-Code: smtp; 550 No such user here\r\n"
		     "Last-Attempt-Date: Sun, 9 Sep 2001 01:55:00 +0000\r\n");
	expect(text, "Content-Type: text/rfc822-headers\r\n\r\nFrom: a\r\nSubject: "
		     "hi\r\n\r\n--=_0R3P0RT--\r\n");
	assert_null(strstr(text, "fine@example.net"));
	assert_null(strstr(text, "secret body"));
	free(text);
}

static void
test_without_a_reply_there_is_no_diagnostic_but_a_status(void **state)
{
	const struct message_dsn_recipient recipients[] = { { slice_of("bob@example.net"), &silent,
	    0 } };
	struct message_dsn d = { .recipients = recipients, .recipient_count = 1 };
	char *text = make(&d);

	(void)state;
	expect(text, "Status: 5.0.0\r\n");
	assert_null(strstr(text, "Diagnostic-Code"));
	assert_null(strstr(text, "Remote-MTA"));
	assert_null(strstr(text, "Last-Attempt-Date"));
	free(text);
}

/* Every line is ASCII, ends in CRLF and is at most 998 octets (RFC 5322 §2.1.1). */
static void
check_lines(const char *text)
{
	size_t column = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\r' && c[1] == '\n') {
			column = 0;
			c++;
			continue;
		}
		assert_in_range((uint8_t)*c, *c == '\t' ? '\t' : ' ', 0x7e);
		assert_in_range(++column, 1, 998);
	}
	assert_int_equal(column, 0);
}

static void
test_hostile_octets_stay_inside_their_line(void **state)
{
	char long_text[SMTP_VERDICT_TEXT_MAX + 1], header[5000], evil[] = "x\r\nFrom: evil\xff\x01";
	struct smtp_verdict v = failed;
	const struct message_dsn_recipient recipients[] = {
		{ slice_of("a\r\nSubject: evil\xc3\xa9@b"), &v, 1 },
	};
	struct message_dsn d = { .recipients = recipients, .recipient_count = 1 };
	char *text;

	(void)state;
	memset(long_text, 'w', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	memset(header, 'h', sizeof header);
	memcpy(header + sizeof header - 2, "\r\n", 2);
	header[0] = (char)0xe9;
	v.peer_text = evil;
	v.reason = long_text;
	d.original = slice_make(header, sizeof header);
	text = make(&d);
	check_lines(text);
	assert_null(strstr(text, "\nFrom: evil"));
	assert_null(strstr(text, "\nSubject: evil"));
	free(text);
}

static void
test_the_size_of_a_report_keeps_its_bound(void **state)
{
	enum { COUNT = 200 };
	char text_max[SMTP_VERDICT_TEXT_MAX + 1], address[1024];
	struct smtp_verdict v = failed;
	struct message_dsn_recipient recipients[COUNT];
	struct message_dsn d = { .recipients = recipients, .recipient_count = COUNT };
	char *header = malloc(MESSAGE_DSN_HEADER_MAX * 2), *text;

	(void)state;
	memset(text_max, ' ', sizeof text_max - 1); /* each space may be a fold */
	text_max[sizeof text_max - 1] = '\0';
	memset(address, 'a', sizeof address);
	v.host = v.peer_text = v.reason = text_max;
	for (size_t i = 0; i < COUNT; i++)
		recipients[i] =
		    (struct message_dsn_recipient){ slice_make(address, sizeof address), &v, 1 };
	memset(header, '\n', MESSAGE_DSN_HEADER_MAX * 2);
	for (size_t i = 0; i < MESSAGE_DSN_HEADER_MAX * 2; i += 2)
		header[i] = 'h'; /* bare LF in a stored header grows to CRLF */
	d.original = slice_make(header, MESSAGE_DSN_HEADER_MAX * 2);
	text = make(&d);
	check_lines(text);
	free(text);
	free(header);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_report_has_the_three_parts_and_their_fields),
		cmocka_unit_test(test_without_a_reply_there_is_no_diagnostic_but_a_status),
		cmocka_unit_test(test_hostile_octets_stay_inside_their_line),
		cmocka_unit_test(test_the_size_of_a_report_keeps_its_bound),
	};
	return cmocka_run_group_tests_name("message/dsn", tests, NULL, NULL);
}
