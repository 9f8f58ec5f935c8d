/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/message_id.h"
#include "send/compose.h"

static struct buf
compose(struct send_letter *l, enum message_flaw expected, struct buf *detail)
{
	struct buf out;

	l->hostname = slice_of("h.example");
	l->message_id = message_id_make(UINT64_C(1700000000000), 1, 7);
	l->unix_s = 1700000000;
	buf_init(&out, (size_t)1024 * 1024);
	assert_int_equal(send_compose(l, &out, detail), expected);
	assert_true(buf_add_octet(&out, '\0'));
	return out;
}

static void
test_a_whole_message_gets_only_what_is_missing(void **state)
{
	struct send_letter l = {
		.text = slice_of("Subject: s\r\nTo: b@x\r\nBcc: c@x\r\n\r\nbody\r\n"),
		.from = "a@x",
		.full_name = "A \"B\"",
		.subject = "not this",
	};
	struct buf detail, out;

	(void)state;
	buf_init(&detail, 256);
	out = compose(&l, MESSAGE_SOUND, &detail);
	assert_non_null(strstr((const char *)out.ptr, "From: \"A \\\"B\\\"\" <a@x>\r\n"));
	assert_non_null(strstr((const char *)out.ptr, "Subject: s\r\n"));
	assert_null(strstr((const char *)out.ptr, "not this"));
	assert_null(strstr((const char *)out.ptr, "Bcc"));
	assert_non_null(strstr((const char *)out.ptr, "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"));
	assert_non_null(strstr((const char *)out.ptr, "Message-ID: <"));
	assert_non_null(strstr((const char *)out.ptr, "\r\n\r\nbody\r\n"));
	buf_done(&out);
	buf_done(&detail);
}

/* A body never makes a field, whatever it begins with. */
static void
test_a_body_alone_gets_a_header(void **state)
{
	const struct slice to[] = { slice_of("b@x"), slice_of("c@x") };
	const char *const fields[] = { "X-Test: 1" };
	struct send_letter l = {
		.text = slice_of("Bcc: evil@x\r\n\r\nGr\xc3\xbc\xc3\x9f"
				 "e\r\n"),
		.is_body = true,
		.from = "a@x",
		.subject = "\xc3\xbc",
		.to = to,
		.to_count = 2,
		.fields = fields,
		.field_count = 1,
	};
	struct buf detail, out;
	const char *text;

	(void)state;
	buf_init(&detail, 256);
	out = compose(&l, MESSAGE_SOUND, &detail);
	text = (const char *)out.ptr;
	assert_memory_equal(text, "X-Test: 1\r\nFrom: a@x\r\nTo: b@x,\r\n c@x\r\n", 38);
	assert_non_null(strstr(text, "Subject: =?utf-8?B?w7w=?=\r\n"));
	assert_non_null(strstr(text, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(text, "Content-Transfer-Encoding: quoted-printable\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nBcc: evil@x\r\n\r\nGr=C3=BC=C3=9Fe\r\n"));
	buf_done(&out);
	buf_done(&detail);
}

static void
test_octets_that_are_not_utf_8_get_no_charset_that_they_do_not_have(void **state)
{
	struct send_letter l = { .text = slice_of("\xfc\r\n"), .is_body = true, .from = "a@x" };
	struct buf detail, out;

	(void)state;
	buf_init(&detail, 256);
	out = compose(&l, MESSAGE_SOUND, &detail);
	assert_non_null(strstr((const char *)out.ptr, "charset=unknown-8bit\r\n"));
	assert_non_null(strstr((const char *)out.ptr, "\r\n\r\n=FC\r\n"));
	buf_done(&out);
	buf_done(&detail);
}

static void
test_a_message_that_cannot_be_put_right_is_refused(void **state)
{
	static const struct {
		const char *text, *from;
		enum message_flaw flaw;
		const char *detail;
	} cases[] = {
		{ "Subject: s\r\n\r\n", NULL, MESSAGE_FROM_MISSING, "From" },
		{ "From: a@x\r\nnonsense\r\n\r\n", NULL, MESSAGE_HEADER_SYNTAX, "nonsense" },
		{ "From: a@x\r\nTo: <b@\r\n\r\n", NULL, MESSAGE_ADDRESS_SYNTAX, NULL },
		{ "From: a@x\r\nFrom: b@x\r\n\r\n", NULL, MESSAGE_FROM_TWICE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct send_letter l = { .text = slice_of(cases[i].text), .from = cases[i].from };
		struct buf detail, out;

		buf_init(&detail, 256);
		out = compose(&l, cases[i].flaw, &detail);
		assert_true(strlen(send_flaw_words(cases[i].flaw)) > 10);
		buf_done(&out);
		buf_done(&detail);
	}
}

static void
test_text_with_and_without_a_header_is_told_apart(void **state)
{
	(void)state;
	assert_true(send_has_header(slice_of("Subject: a\r\n\r\nb\r\n")));
	assert_true(send_has_header(slice_of("From a@x Thu Jan  1 00:00:00 1970\r\nTo: b@x\r\n")));
	assert_false(send_has_header(slice_of("hello world: 1\r\n")));
	assert_false(send_has_header(slice_of("\r\nSubject: a\r\n")));
	assert_false(send_has_header(slice_of("")));
}

/* RFC 2045 §5.1 and §6.8, RFC 2046 §5.1.3, RFC 2231 §4 and §7. */
static void
test_attachments_are_parts_behind_the_text(void **state)
{
	const struct slice to[] = { slice_of("b@x") };
	const struct send_attachment attachments[] = {
		{ "dir/r\xc3\xa9sum\xc3\xa9 \"1\".PDF", slice_make("\0\1\2", 3) },
		{ "empty", slice_make("", 0) },
	};
	struct send_letter l = { .text = slice_of("hello\r\n"),
		.is_body = true,
		.from = "a@x",
		.to = to,
		.to_count = 1,
		.attachments = attachments,
		.attachment_count = 2 };
	struct buf detail, out;
	char boundary[SEND_BOUNDARY_SIZE];
	const char *at;

	(void)state;
	buf_init(&detail, 256);
	out = compose(&l, MESSAGE_SOUND, &detail);
	send_boundary(l.message_id, boundary);
	at = strstr((const char *)out.ptr, "Content-Type: multipart/mixed;\r\n boundary=\"");
	assert_non_null(at);
	for (int i = 0; i < 5; i++) {
		at = strstr(at + 1, boundary);
		assert_non_null(at);
	}
	assert_string_equal(at + strlen(boundary), "--\r\n");
	assert_non_null(strstr((const char *)out.ptr,
	    "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment;\r\n "
	    "filename*=utf-8''r%C3%A9sum%C3%A9%20%221%22.PDF\r\n\r\nAAEC\r\n"));
	assert_non_null(strstr((const char *)out.ptr, " filename=empty\r\n\r\n--"));
	buf_done(&out);
	buf_done(&detail);
}

/* The size is that of the worst: each octet of the name encoded, a line just begun. */
static void
test_an_attachment_needs_no_more_than_it_says(void **state)
{
	uint8_t octets[200] = { 0 };
	char name[300];
	struct buf out;

	(void)state;
	memset(name, '%', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (size_t len = 0; len <= sizeof octets; len++) {
		const struct send_attachment a = { name, slice_make(octets, len) };

		buf_init(&out, send_attachment_size(&a));
		send_attachment_add(&a, "b", &out);
		assert_true(out.len > len && out.len < send_attachment_size(&a));
		assert_memory_equal(out.ptr + out.len - 2, "\r\n", 2);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_message_gets_only_what_is_missing),
		cmocka_unit_test(test_a_body_alone_gets_a_header),
		cmocka_unit_test(
		    test_octets_that_are_not_utf_8_get_no_charset_that_they_do_not_have),
		cmocka_unit_test(test_a_message_that_cannot_be_put_right_is_refused),
		cmocka_unit_test(test_text_with_and_without_a_header_is_told_apart),
		cmocka_unit_test(test_attachments_are_parts_behind_the_text),
		cmocka_unit_test(test_an_attachment_needs_no_more_than_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
