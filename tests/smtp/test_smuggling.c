/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequences that some server has taken for the end of the text, each followed by a whole message
 * that would be forged if ours did, too: by DATA and BDAT, cut at every octet, strict and for
 * devices (RFC 5321 §2.3.8, §4.1.1.4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/server.h"
#include "util/buf.h"

#define SEQUENCE(literal) literal, sizeof(literal) - 1

static const char forged[] = "MAIL FROM:<forged@example.org>\r\n"
			     "RCPT TO:<victim@example.net>\r\n"
			     "DATA\r\n"
			     "forged\r\n"
			     ".\r\n";

/*
 * What is answered to the text, or to the chunk, and a NOOP after it. Of the two that begin or end
 * with a NUL beside a real end, the text is over there, and the rest are commands.
 */
static const struct sequence {
	const char *name, *octets;
	size_t len;
	const char *strict_data, *strict_bdat, *device_data, *device_bdat;
} sequences[] = {
	{ "LF.LF", SEQUENCE("\n.\n"), "554 250", "554 250", "250 250", "250 250" },
	{ "LF.CR", SEQUENCE("\n.\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "CR.LF", SEQUENCE("\r.\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CR.CR", SEQUENCE("\r.\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "LF.CRLF", SEQUENCE("\n.\r\n"), "554 250", "554 250", "250 250", "250 250" },
	{ "CR.CRLF", SEQUENCE("\r.\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRLF.LF", SEQUENCE("\r\n.\n"), "554 250", "554 250", "250 250", "250 250" },
	{ "CRLF.CR", SEQUENCE("\r\n.\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "LFLF.LF", SEQUENCE("\n\n.\n"), "554 250", "554 250", "250 250", "250 250" },
	{ "LFCR.LFCR", SEQUENCE("\n\r.\n\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRLF.LFCRLF", SEQUENCE("\r\n.\n\r\n"), "554 250", "554 250", "250 250", "250 250" },
	/* tried outbound */
	{ "CRLF.CRCRLF", SEQUENCE("\r\n.\r\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRCRLF.CRCRLF", SEQUENCE("\r\r\n.\r\r\n"), "554 250", "554 250", "554 250", "554 250" },
	/* with NUL: A1 to A13 of the study of 2025 */
	{ "NUL LF.LF", SEQUENCE("\0\n.\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "LF NUL.LF", SEQUENCE("\n\0.\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "LF.NUL LF", SEQUENCE("\n.\0\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "LF.LF NUL", SEQUENCE("\n.\n\0"), "554 250", "554 250", "554 250", "554 250" },
	{ "NUL CR.CR", SEQUENCE("\0\r.\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "CR NUL.CR", SEQUENCE("\r\0.\r"), "554 250", "554 250", "554 250", "554 250" },
	{ "NUL LF.CRLF", SEQUENCE("\0\n.\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CR NUL LF.CRLF", SEQUENCE("\r\0\n.\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRLF NUL.CRLF", SEQUENCE("\r\n\0.\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRLF.NUL CRLF", SEQUENCE("\r\n.\0\r\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "CRLF.CR NUL LF", SEQUENCE("\r\n.\r\0\n"), "554 250", "554 250", "554 250", "554 250" },
	{ "NUL CRLF.CRLF", SEQUENCE("\0\r\n.\r\n"), "554 250 250 354 250 250", "554 250",
	    "554 250 250 354 250 250", "554 250" },
	{ "CRLF.CRLF NUL", SEQUENCE("\r\n.\r\n\0"), "250 500 503 503 500 500 250", "554 250",
	    "250 500 503 503 500 500 250", "554 250" },
};

static const struct smtp_server_limits limits = {
	.message_size = 1000,
	.command_length = 512,
	.auth_line_length = 12288,
	.recipients = 10,
	.transactions = 10,
	.bad_commands = 20,
	.auth_failures = 3,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 10,
	.parameters = 10,
	.errors_before_delay = 100,
};

struct session {
	struct smtp_server *server;
	struct buf replies, text;
	unsigned stored_count;
};

static void
check_line_ends(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		assert_int_not_equal(text.ptr[i], '\0');
		assert_int_equal(text.ptr[i] == '\n', i > 0 && text.ptr[i - 1] == '\r');
	}
}

static void
answer(struct session *s)
{
	switch (smtp_server_want(s->server)) {
	case SMTP_SERVER_WANT_TLS:
		smtp_server_tls_done(s->server, 0);
		break;
	case SMTP_SERVER_WANT_AUTH:
		smtp_server_auth_ok(s->server, slice_of("alice"), 0);
		break;
	case SMTP_SERVER_WANT_SENDER:
		smtp_server_sender_done(s->server, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_RECIPIENT:
		smtp_server_recipient_done(s->server, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_STORE:
		check_line_ends(buf_slice(&s->text));
		buf_clear(&s->text);
		s->stored_count++;
		smtp_server_store_done(s->server, SMTP_SERVER_OK, slice_of("0ABC"), 0);
		break;
	case SMTP_SERVER_WANT_ABORT:
		buf_clear(&s->text);
		smtp_server_abort_done(s->server, 0);
		break;
	case SMTP_SERVER_WANT_CLOSE:
	case SMTP_SERVER_WANT_NONE:
		break;
	}
}

static void
take_replies(struct session *s)
{
	struct slice out = smtp_server_output(s->server);

	buf_add_slice(&s->replies, out);
	smtp_server_output_taken(s->server, out.len);
}

/* In a heap block of its exact size. */
static void
feed(struct session *s, const void *octets, size_t len)
{
	uint8_t *piece = malloc(len + (len == 0));
	struct slice rest = { piece, len };

	assert_non_null(piece);
	memcpy(piece, octets, len);
	answer(s);
	take_replies(s);
	while (rest.len != 0) {
		size_t n = smtp_server_input(s->server, rest, 0);

		assert_int_not_equal(n, 0);
		buf_add_slice(&s->text, smtp_server_text(s->server));
		rest = slice_after(rest, n);
		answer(s);
		take_replies(s);
	}
	free(piece);
}

/* The codes of all replies, "250 354". */
static void
read_codes(struct slice replies, struct buf *out)
{
	while (replies.len != 0) {
		size_t end = slice_find(replies, '\n');

		assert_true(end != replies.len && end > 4);
		if (replies.ptr[3] == ' ') {
			if (out->len != 0)
				buf_add_octet(out, ' ');
			buf_add_slice(out, slice_first(replies, 3));
		}
		replies = slice_after(replies, end + 1);
	}
}

static struct session
begin(enum smtp_server_profile profile, struct smtp_server_options *options)
{
	static const char start[] = "EHLO client.example.org\r\nAUTH PLAIN dXNlcg==\r\n"
				    "MAIL FROM:<alice@example.org>\r\n"
				    "RCPT TO:<bob@example.net>\r\n";
	struct session s = { 0 };

	*options = (struct smtp_server_options){
		.hostname = "mail.example.com",
		.limits = &limits,
		.implicit_tls = true,
		.profile = profile,
	};
	s.server = smtp_server_new(options, 0);
	buf_init(&s.replies, 65536);
	buf_init(&s.text, 65536);
	feed(&s, start, strlen(start));
	buf_clear(&s.replies);
	return s;
}

static void
finish(struct session *s)
{
	smtp_server_free(&s->server);
	buf_done(&s->replies);
	buf_done(&s->text);
}

static void
check(const struct sequence *q, const struct buf *stream, size_t cut, const char *want,
    enum smtp_server_profile profile)
{
	struct smtp_server_options options;
	struct session s = begin(profile, &options);
	struct buf codes;

	buf_init(&codes, 1024);
	feed(&s, stream->ptr, cut);
	feed(&s, stream->ptr + cut, stream->len - cut);
	read_codes(buf_slice(&s.replies), &codes);
	if (!slice_is(buf_slice(&codes), want) || s.stored_count > 1 ||
	    smtp_server_want(s.server) != SMTP_SERVER_WANT_NONE)
		fail_msg("%s, profile %d, cut at %zu: %u messages, replies %.*s, not %s", q->name,
		    (int)profile, cut, s.stored_count, (int)codes.len, (const char *)codes.ptr,
		    want);
	buf_done(&codes);
	finish(&s);
}

static void
check_cuts(const struct sequence *q, const struct buf *stream, const char *want,
    enum smtp_server_profile profile)
{
	assert_false(stream->overflow);
	for (size_t cut = 0; cut <= stream->len; cut++)
		check(q, stream, cut, want, profile);
}

/* The text without what comes before and after it on the way. */
static void
add_text(const struct sequence *q, struct buf *out)
{
	buf_add_text(out, "A: b\r\n\r\nhello");
	buf_add(out, q->octets, q->len);
	buf_add_text(out, forged);
}

static void
test_no_sequence_smuggles_a_message_by_data(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		const struct sequence *q = &sequences[i];
		struct buf stream;
		char want[64];

		buf_init(&stream, 4096);
		buf_add_text(&stream, "DATA\r\n");
		add_text(q, &stream);
		buf_add_text(&stream, "NOOP\r\n");
		(void)snprintf(want, sizeof want, "354 %s", q->strict_data);
		check_cuts(q, &stream, want, SMTP_SERVER_STRICT);
		(void)snprintf(want, sizeof want, "354 %s", q->device_data);
		check_cuts(q, &stream, want, SMTP_SERVER_LEGACY_DEVICE);
		buf_done(&stream);
	}
}

static void
test_no_sequence_smuggles_a_message_by_bdat(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		const struct sequence *q = &sequences[i];
		struct buf stream, text;

		buf_init(&stream, 4096);
		buf_init(&text, 4096);
		add_text(q, &text);
		buf_addf(&stream, "BDAT %zu LAST\r\n", text.len);
		buf_add_slice(&stream, buf_slice(&text));
		buf_add_text(&stream, "NOOP\r\n");
		check_cuts(q, &stream, q->strict_bdat, SMTP_SERVER_STRICT);
		check_cuts(q, &stream, q->device_bdat, SMTP_SERVER_LEGACY_DEVICE);
		buf_done(&stream);
		buf_done(&text);
	}
}

/* Two chunks with the border at every octet: one reply each, and no more than before. */
static void
check_border(const struct sequence *q, struct slice text, size_t border,
    enum smtp_server_profile profile, const char *last)
{
	struct smtp_server_options options;
	struct session s = begin(profile, &options);
	struct buf stream, codes;
	char want[64];

	buf_init(&stream, 4096);
	buf_init(&codes, 1024);
	buf_addf(&stream, "BDAT %zu\r\n", border);
	buf_add_slice(&stream, slice_first(text, border));
	buf_addf(&stream, "BDAT %zu LAST\r\n", text.len - border);
	buf_add_slice(&stream, slice_after(text, border));
	buf_add_text(&stream, "NOOP\r\n");
	feed(&s, stream.ptr, stream.len);
	read_codes(buf_slice(&s.replies), &codes);
	(void)snprintf(want, sizeof want, "250 %s", last);
	if (!slice_is(buf_slice(&codes), want) && !slice_is(buf_slice(&codes), "554 503 250"))
		fail_msg("%s, profile %d, border at %zu: replies %.*s, not %s", q->name,
		    (int)profile, border, (int)codes.len, (const char *)codes.ptr, want);
	assert_true(s.stored_count == (codes.ptr[4] == '2' && last[0] == '2'));
	buf_done(&stream);
	buf_done(&codes);
	finish(&s);
}

static void
test_no_border_of_chunks_smuggles_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
		const struct sequence *q = &sequences[i];
		struct buf text;

		buf_init(&text, 4096);
		add_text(q, &text);
		for (size_t border = 0; border <= text.len; border++) {
			check_border(
			    q, buf_slice(&text), border, SMTP_SERVER_STRICT, q->strict_bdat);
			check_border(
			    q, buf_slice(&text), border, SMTP_SERVER_LEGACY_DEVICE, q->device_bdat);
		}
		buf_done(&text);
	}
}

/* RFC 5321 §2.3.8 bent: a device's line ends are put right, and counted. */
static void
test_line_ends_of_a_device_are_repaired_and_counted(void **state)
{
	static const char stream[] = "DATA\na: b\n\n..c\r\n..d\n.\r\nNOOP\n";
	struct smtp_server_options options;
	struct session s;
	struct buf codes;

	(void)state;
	for (size_t cut = 0; cut < sizeof stream; cut++) {
		s = begin(SMTP_SERVER_LEGACY_DEVICE, &options);
		buf_init(&codes, 1024);
		feed(&s, stream, cut);
		feed(&s, stream + cut, sizeof stream - 1 - cut);
		read_codes(buf_slice(&s.replies), &codes);
		assert_true(slice_is(buf_slice(&codes), "354"));
		feed(&s, "\r\n.\r\nNOOP\n", 10);
		buf_clear(&codes);
		read_codes(buf_slice(&s.replies), &codes);
		assert_true(slice_is(buf_slice(&codes), "354 250 250"));
		assert_int_equal(smtp_server_repaired_count(s.server), 6);
		buf_done(&codes);
		finish(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_sequence_smuggles_a_message_by_data),
		cmocka_unit_test(test_no_sequence_smuggles_a_message_by_bdat),
		cmocka_unit_test(test_no_border_of_chunks_smuggles_a_message),
		cmocka_unit_test(test_line_ends_of_a_device_are_repaired_and_counted),
	};
	return cmocka_run_group_tests_name("smtp/smuggling", tests, NULL, NULL);
}
