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

static const struct smtp_verdict refusal = {
	.class = SMTP_VERDICT_FAILED, .code = 550, .enhanced = { 5, 1, 1 }
};

static const char ascii_message[] = "Subject: hi\r\n\r\nbody\r\n";
static const char body_8bit[] = "Subject: hi\r\n\r\ncaf\xc3\xa9\r\n";
static const char header_8bit[] = "Subject: caf\xc3\xa9\r\n\r\nbody\r\n";

/* RFC 3461 §4.3, §6.2, RFC 8689 §5, RFC 6533 §4.5: what goes back, and what it needs. */
static const struct whole_case {
	const char *name, *sender, *original;
	const char *type, *encoding;
	struct smtp_mail_params params;
	enum message_dsn_action action;
	enum smtp_body body;
	uint16_t refusal[3]; /* of a next hop; 5.1.1 when it is 0 */
	bool is_part;        /* not all of it is at hand */
	bool is_utf8;
} whole_cases[] = {
	{ .name = "unsaid", .original = ascii_message, .type = "text/rfc822-headers" },
	{ .name = "HDRS",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_HDRS },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL },
	    .type = "message/rfc822" },
	{ .name = "FULL of what is not at hand",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL },
	    .is_part = true,
	    .type = "text/rfc822-headers" },
	{ .name = "FULL of what did not fail",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL },
	    .action = MESSAGE_DSN_DELAYED,
	    .type = "text/rfc822-headers" },
	{ .name = "FULL with REQUIRETLS",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL, .requires_tls = true },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL of binary",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL, .body = SMTP_BODY_BINARYMIME },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL of what has no lines",
	    .original = "Subject: hi\r\n\r\nbare\nline\r\n",
	    .params = { .ret = SMTP_RET_FULL },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL of 8 bits",
	    .original = body_8bit,
	    .params = { .ret = SMTP_RET_FULL },
	    .type = "message/rfc822",
	    .encoding = "8bit",
	    .body = SMTP_BODY_8BITMIME },
	{ .name = "FULL of 8 bits that a next hop does not take",
	    .original = body_8bit,
	    .params = { .ret = SMTP_RET_FULL },
	    .refusal = { 5, 6, 3 },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL of what is too large for a next hop",
	    .original = ascii_message,
	    .params = { .ret = SMTP_RET_FULL },
	    .refusal = { 5, 3, 4 },
	    .type = "text/rfc822-headers" },
	{ .name = "FULL with a header in UTF-8",
	    .original = header_8bit,
	    .params = { .ret = SMTP_RET_FULL },
	    .type = "message/global",
	    .encoding = "quoted-printable" },
	{ .name = "the same for a sender in UTF-8",
	    .sender = "\xc3\xa9@example.org",
	    .original = header_8bit,
	    .params = { .ret = SMTP_RET_FULL },
	    .type = "message/global",
	    .encoding = "8bit",
	    .body = SMTP_BODY_8BITMIME,
	    .is_utf8 = true },
	{ .name = "its header",
	    .sender = "\xc3\xa9@example.org",
	    .original = header_8bit,
	    .type = "message/global-headers",
	    .encoding = "8bit",
	    .body = SMTP_BODY_8BITMIME,
	    .is_utf8 = true },
};

static void
check_whole(const struct whole_case *t)
{
	const struct smtp_verdict other = { .class = SMTP_VERDICT_FAILED,
		.enhanced = { t->refusal[0], t->refusal[1], t->refusal[2] } };
	const struct message_dsn_recipient bob = { slice_of("b@example.net"),
		t->refusal[0] != 0 ? &other : &refusal, 0, { NULL, 0 } };
	struct message_dsn d = example(&bob, 1);
	struct smtp_mail_params p;
	char *text, part[200];

	d.action = t->action;
	d.params = &t->params;
	d.original = slice_of(t->original);
	d.is_whole = !t->is_part;
	if (t->sender != NULL)
		d.sender = slice_of(t->sender);
	text = print(&d);
	(void)snprintf(part, sizeof part, "Content-Type: %s\r\n%s%s%s\r\n", t->type,
	    t->encoding == NULL ? "" : "Content-Transfer-Encoding: ",
	    t->encoding == NULL ? "" : t->encoding, t->encoding == NULL ? "" : "\r\n");
	message_dsn_params(&d, &p);
	if (strstr(text, part) == NULL || p.body != t->body || p.is_utf8 != t->is_utf8 ||
	    p.requires_tls != t->params.requires_tls)
		fail_msg("%s: body %d, utf8 %d in\n%s", t->name, (int)p.body, p.is_utf8, text);
	for (size_t i = 0; p.body == SMTP_BODY_7BIT && text[i] != '\0'; i++)
		assert_true((uint8_t)text[i] < 0x80);
	free(text);
}

static void
test_as_much_comes_back_as_was_asked_for_and_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof whole_cases / sizeof whole_cases[0]; i++)
		check_whole(&whole_cases[i]);
}

static void
test_what_is_too_large_comes_back_as_a_header(void **state)
{
	const struct smtp_mail_params p = { .ret = SMTP_RET_FULL };
	struct message_dsn d = example(NULL, 0);

	(void)state;
	assert_int_equal(message_dsn_original_max(&d, 100), 100);
	assert_int_equal(
	    message_dsn_original_max(&d, MESSAGE_DSN_FULL_MAX), MESSAGE_DSN_HEADER_MAX);
	d.params = &p;
	assert_int_equal(message_dsn_original_max(&d, MESSAGE_DSN_FULL_MAX), MESSAGE_DSN_FULL_MAX);
	assert_int_equal(
	    message_dsn_original_max(&d, MESSAGE_DSN_FULL_MAX + 1), MESSAGE_DSN_HEADER_MAX);
}

/* As large as may be, and each octet of it takes three: within the promise. */
static void
test_the_largest_original_keeps_the_bound(void **state)
{
	const struct message_dsn_recipient bob = { slice_of("b@example.net"), &refusal, 0,
		{ NULL, 0 } };
	const struct smtp_mail_params p = { .ret = SMTP_RET_FULL };
	struct message_dsn d = example(&bob, 1);
	struct buf original, out;

	(void)state;
	buf_init(&original, MESSAGE_DSN_FULL_MAX);
	buf_add_text(&original, "Subject: \xc3\xa9\r\n\r\n");
	while (
	    buf_add_text(&original, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\r\n"))
		continue;
	d.params = &p;
	d.original = buf_slice(&original);
	d.is_whole = true;
	buf_init(&out, MESSAGE_DSN_MAX(1));
	assert_true(message_dsn_add(&d, &out));
	assert_non_null(memmem(out.ptr, out.len, "message/global\r\n", 16));
	assert_true(out.len > 2 * MESSAGE_DSN_FULL_MAX);
	buf_done(&original);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_much_comes_back_as_was_asked_for_and_may),
		cmocka_unit_test(test_what_is_too_large_comes_back_as_a_header),
		cmocka_unit_test(test_the_largest_original_keeps_the_bound),
	};
	return cmocka_run_group_tests_name("message/dsn_shape", tests, NULL, NULL);
}
