/* SPDX-License-Identifier: Apache-2.0 */
/* Binary text in BDAT (RFC 3030), piece by piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/client.h"
#include "util/buf.h"

/*
 * What happens, one line each:
 *   "C: "  what the client must have said by now, \ followed by r, n, 0 or \ standing for an octet
 *   "S: "  what the server says (CRLF is added)
 *   "T: "  a piece of text for the client, written like "C: "; "L: " is the last
 *   "WAIT" the client wants no text
 *   "UP"   the text is given up
 *   "R: "  the verdict of the next recipient: class, code, enhanced code
 *   "MAIL" the connection is free; "GONE" it is to be closed
 */
struct dialog {
	const char *name;
	const char *extensions; /* beside those that binary text needs */
	enum smtp_client_protocol protocol;
	const char *events;
};

#define BEGIN "C: MAIL FROM:<s@x> BODY=BINARYMIME\\r\\n\nS: 250 a\n"
#define RCPTS                                                                                      \
	"C: RCPT TO:<a@y>\\r\\n\nS: 250 b\n"                                                       \
	"C: RCPT TO:<b@y>\\r\\n\nS: 250 c\n"
#define FLIGHT                                                                                     \
	"C: MAIL FROM:<s@x> BODY=BINARYMIME\\r\\nRCPT TO:<a@y>\\r\\nRCPT TO:<b@y>\\r\\n\n"         \
	"S: 250 a\nS: 250 b\nS: 250 c\n"
#define BOTH_DELIVERED "R: delivered 250 0.0.0\nR: delivered 250 0.0.0\nMAIL\n"

static const struct dialog dialogs[] = {
	{ .name = "one piece is the last chunk",
	    .events =
		BEGIN RCPTS "L: a\\0\\rb\\n.\\r\\n\n"
			    "C: BDAT 8 LAST\\r\\na\\0\\rb\\n.\\r\\n\nS: 250 ok\n" BOTH_DELIVERED },
	{ .name = "without PIPELINING each chunk is answered before the next",
	    .events = BEGIN RCPTS "T: .\nC: BDAT 1\\r\\n.\nWAIT\nS: 250 ok\n"
				  "T: \\r\\n\nC: BDAT 2\\r\\n\\r\\n\nWAIT\nS: 250 ok\n"
				  "L: \nC: BDAT 0 LAST\\r\\n\nS: 250 ok\n" BOTH_DELIVERED },
	{ .name = "with PIPELINING chunks go out while earlier ones are unanswered",
	    .extensions = "PIPELINING",
	    .events = FLIGHT
	    "T: a\nC: BDAT 1\\r\\na\nT: b\nC: BDAT 1\\r\\nb\n"
	    "S: 250 a\nL: c\nC: BDAT 1 LAST\\r\\nc\nS: 250 b\nS: 250 ok\n" BOTH_DELIVERED },
	{ .name = "but not without bound",
	    .extensions = "PIPELINING",
	    .events = FLIGHT "T: 1\nT: 2\nT: 3\nT: 4\nT: 5\nT: 6\nT: 7\nT: 8\nWAIT\n"
			     "C: BDAT 1\\r\\n1BDAT 1\\r\\n2BDAT 1\\r\\n3BDAT 1\\r\\n4BDAT 1\\r\\n5"
			     "BDAT 1\\r\\n6BDAT 1\\r\\n7BDAT 1\\r\\n8\n"
			     "S: 250 1\nT: 9\nWAIT\nC: BDAT 1\\r\\n9\nS: 452 full\n"
			     "R: deferred 452 0.0.0\nR: deferred 452 0.0.0\nGONE\n" },
	{ .name = "an empty piece is no chunk",
	    .events =
		BEGIN RCPTS "T: \nC: \nL: a\nC: BDAT 1 LAST\\r\\na\nS: 250 ok\n" BOTH_DELIVERED },
	{ .name = "after a refusal come no more chunks but RSET (RFC 3030 §2)",
	    .events = BEGIN RCPTS "T: a\nC: BDAT 1\\r\\na\nS: 552 5.3.4 too big\n"
				  "R: failed 552 5.3.4\nR: failed 552 5.3.4\nMAIL\n"
				  "C: RSET\\r\\n\nS: 250 r\n" BEGIN RCPTS
				  "L: a\nC: BDAT 1 LAST\\r\\na\nS: 250 ok\n" BOTH_DELIVERED },
	{ .name = "a refusal of the only chunk on its way leaves the connection, also pipelined",
	    .extensions = "PIPELINING",
	    .events = FLIGHT "T: a\nC: BDAT 1\\r\\na\nS: 451 no\n"
			     "R: deferred 451 0.0.0\nR: deferred 451 0.0.0\nMAIL\n" },
	{ .name = "a refusal before the last chunk is the verdict",
	    .extensions = "PIPELINING",
	    .events = FLIGHT "T: a\nL: b\nC: BDAT 1\\r\\naBDAT 1 LAST\\r\\nb\nS: 554 no\n"
			     "R: failed 554 0.0.0\nR: failed 554 0.0.0\nGONE\n" },
	{ .name = "the last chunk is refused as a whole message is",
	    .events = BEGIN RCPTS "L: a\nC: BDAT 1 LAST\\r\\na\nS: 554 5.6.0 no\n"
				  "R: failed 554 5.6.0\nR: failed 554 5.6.0\nMAIL\n" BEGIN },
	{ .name = "LMTP answers the last chunk for each recipient (RFC 2033 §4.2)",
	    .protocol = SMTP_CLIENT_LMTP,
	    .events = BEGIN RCPTS "T: a\nC: BDAT 1\\r\\na\nS: 250 go on\n"
				  "L: b\nC: BDAT 1 LAST\\r\\nb\nS: 250 ok\nS: 452 4.2.2 full\n"
				  "R: delivered 250 0.0.0\nR: deferred 452 4.2.2\nMAIL\n" },
	{ .name = "nobody is accepted: no chunk",
	    .extensions = "PIPELINING",
	    .events = "C: MAIL FROM:<s@x> BODY=BINARYMIME\\r\\nRCPT TO:<a@y>\\r\\nRCPT TO:<b@y>"
		      "\\r\\n\nS: 250 a\nS: 550 b\nS: 450 c\n"
		      "R: failed 550 0.0.0\nR: deferred 450 0.0.0\nMAIL\n"
		      "C: RSET\\r\\nMAIL FROM:<s@x> BODY=BINARYMIME\\r\\nRCPT TO:<a@y>\\r\\n"
		      "RCPT TO:<b@y>\\r\\n\n" },
	{ .name = "MAIL is refused in a flight: no RSET",
	    .extensions = "PIPELINING",
	    .events = "C: MAIL FROM:<s@x> BODY=BINARYMIME\\r\\nRCPT TO:<a@y>\\r\\nRCPT TO:<b@y>"
		      "\\r\\n\nS: 550 a\nS: 503 b\nS: 503 c\n"
		      "R: failed 550 0.0.0\nR: failed 550 0.0.0\nMAIL\n" FLIGHT },
	{ .name = "text that is given up has no last chunk",
	    .events = BEGIN RCPTS "T: a\nC: BDAT 1\\r\\na\nS: 250 ok\nUP\nC: \n"
				  "R: deferred 0 4.3.0\nR: deferred 0 4.3.0\nGONE\n" },
	{ .name = "a reply to no chunk makes no sense",
	    .events =
		BEGIN RCPTS "S: 250 what\nR: deferred 250 4.5.0\nR: deferred 250 4.5.0\nGONE\n" },
	{ .name = "354 to a chunk makes no sense",
	    .events = BEGIN RCPTS "T: a\nC: BDAT 1\\r\\na\nS: 354 go\n"
				  "R: deferred 354 4.5.0\nR: deferred 354 4.5.0\nGONE\n" },
};

struct run {
	const struct dialog *t;
	struct smtp_client *c;
	size_t verdict_count; /* taken of this transaction */
};

static void
stop(const struct run *r, const char *why, struct slice at)
{
	struct slice out = smtp_client_output(r->c);

	fail_msg("%s: %s at '%.*s'; said '%.*s'", r->t->name, why, (int)at.len,
	    (const char *)at.ptr, (int)out.len, (const char *)out.ptr);
}

static void
hear(const struct run *r, const char *text, size_t len)
{
	if (smtp_client_input(r->c, slice_make(text, len), 1) != len)
		stop(r, "input was not read", slice_make(text, len));
}

static void
begin_mail(const struct run *r)
{
	const struct slice recipients[2] = { slice_of("a@y"), slice_of("b@y") };
	const struct smtp_mail_params params = { .body = SMTP_BODY_BINARYMIME };
	const struct smtp_client_mail m = { .sender = slice_of("s@x"),
		.recipients = recipients,
		.recipient_count = 2,
		.params = &params };

	smtp_client_mail(r->c, &m, 1);
}

static void
start(struct run *r)
{
	const struct smtp_client_options options = { .hostname = "x",
		.host = "peer",
		.protocol = r->t->protocol,
		.timeouts = SMTP_CLIENT_TIMEOUTS };
	char hello[128];
	int len = snprintf(hello, sizeof hello,
	    "220 y\r\n250-y\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250 %s\r\n",
	    r->t->extensions == NULL ? "HELP" : r->t->extensions);

	r->c = smtp_client_new(&options, 1);
	hear(r, hello, (size_t)len);
	smtp_client_output_taken(r->c, smtp_client_output(r->c).len);
	begin_mail(r);
}

static struct buf
unescape(struct slice text)
{
	struct buf out;

	buf_init(&out, 256);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == '\\') {
			c = text.ptr[++i];
			c = c == 'r' ? '\r' : c == 'n' ? '\n' : 0;
		}
		(void)buf_add_octet(&out, c);
	}
	return out;
}

/* The output may hold several pieces at once; the engine asks for less, but can. */
static void
give_text(const struct run *r, struct slice text, bool is_last)
{
	struct buf octets = unescape(text);

	if (smtp_client_want(r->c) != SMTP_CLIENT_WANT_TEXT)
		stop(r, "wants no text", text);
	smtp_client_text(r->c, buf_slice(&octets), is_last, 1);
	buf_done(&octets);
}

static void
expect(const struct run *r, struct slice text)
{
	struct buf octets = unescape(text);

	if (!slice_equal(smtp_client_output(r->c), buf_slice(&octets)))
		stop(r, "did not say", text);
	smtp_client_output_taken(r->c, octets.len);
	buf_done(&octets);
}

static void
expect_verdict(struct run *r, struct slice text)
{
	struct smtp_verdict v;
	char words[64];

	if (smtp_client_want(r->c) != SMTP_CLIENT_WANT_RESULT)
		stop(r, "has no result", text);
	v = smtp_client_verdict_take(r->c, r->verdict_count++);
	(void)snprintf(words, sizeof words, "%s %u %u.%u.%u", smtp_verdict_class_name(v.class),
	    (unsigned)v.code, (unsigned)v.enhanced[0], (unsigned)v.enhanced[1],
	    (unsigned)v.enhanced[2]);
	if (!slice_is(text, words))
		stop(r, words, text);
	smtp_verdict_done(&v);
}

static void
end_transaction(struct run *r, enum smtp_client_want want, struct slice at)
{
	smtp_client_result_done(r->c, 1);
	r->verdict_count = 0;
	if (smtp_client_want(r->c) != want)
		stop(r, "wants something else", at);
	if (want == SMTP_CLIENT_WANT_MAIL)
		begin_mail(r);
}

static void
step(struct run *r, struct slice event)
{
	struct slice text = event.len >= 3 ? slice_after(event, 3) : event;

	if (slice_is(event, "WAIT")) {
		assert_int_equal(smtp_client_want(r->c), SMTP_CLIENT_WANT_NONE);
	} else if (slice_is(event, "UP")) {
		smtp_client_abort(r->c, "given up");
	} else if (slice_is(event, "MAIL")) {
		end_transaction(r, SMTP_CLIENT_WANT_MAIL, event);
	} else if (slice_is(event, "GONE")) {
		end_transaction(r, SMTP_CLIENT_WANT_CLOSE, event);
	} else if (event.ptr[0] == 'C') {
		expect(r, text);
	} else if (event.ptr[0] == 'S') {
		hear(r, (const char *)text.ptr, text.len);
		hear(r, "\r\n", 2);
	} else if (event.ptr[0] == 'R') {
		expect_verdict(r, text);
	} else {
		give_text(r, text, event.ptr[0] == 'L');
	}
}

static void
run_dialog(const struct dialog *t)
{
	struct run r = { .t = t };
	struct slice events = slice_of(t->events);

	start(&r);
	while (events.len > 0) {
		size_t len = slice_find(events, '\n');

		step(&r, slice_first(events, len));
		events = slice_after(events, len + 1);
	}
	smtp_client_free(&r.c);
}

static void
test_binary_text_goes_out_as_it_is_in_counted_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogs / sizeof dialogs[0]; i++)
		run_dialog(&dialogs[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binary_text_goes_out_as_it_is_in_counted_chunks),
	};

	return cmocka_run_group_tests_name("smtp/client_chunk", tests, NULL, NULL);
}
