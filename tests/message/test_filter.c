/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/filter.h"

enum { HEADER_SIZE = 2000, LINE_LENGTH = 64, RECEIVED_COUNT = 3, OUT_MAX = 1 << 16 };

/* What differs from the options of example(). */
enum {
	FOLD = 1,
	REFUSE_UNQUALIFIED = 2,
	NO_SENDER = 4,
	UTF8 = 8,
	BINARY = 16,
	NULL_SENDER = 32,
	TAKE_UTF8 = 64
};

static struct message_filter_options
example(unsigned long flags)
{
	return (struct message_filter_options){
		.hostname = slice_of("mail.example.com"),
		.sender = slice_of((flags & NULL_SENDER) != 0 ? "" : "alice@example.org"),
		.message_id = 1,
		.unix_s = 1795341600,
		.header_size = HEADER_SIZE,
		.line_length = LINE_LENGTH,
		.received_count = RECEIVED_COUNT,
		.fold_lines = (flags & FOLD) != 0,
		.complete_addresses = (flags & REFUSE_UNQUALIFIED) == 0,
		.add_sender = (flags & NO_SENDER) == 0,
		.is_utf8 = (flags & UTF8) != 0,
		.takes_utf8_header = (flags & TAKE_UTF8) != 0,
		.is_binary = (flags & BINARY) != 0,
	};
}

#define DATE "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
#define ID "Message-ID: <0000000000001@mail.example.com>\r\n"
#define FROM "From: alice@example.org\r\n"
#define WHOLE "From: alice@example.org\r\nDate: today\r\nMessage-ID: <1@x>\r\n"
#define SENDER "Sender: alice@example.org\r\n"
#define C16 "0123456789abcdef"
#define C64 C16 C16 C16 C16

static const struct filter_case {
	const char *name;
	unsigned long flags;
	const char *in, *out; /* out NULL: a flaw */
	const char *said;     /* the changes, or the detail of the flaw */
	enum message_flaw flaw;
} cases[] = {
	/* ---- what is right stays as it is ---- */
	{ "a whole message", 0, WHOLE "\r\nbody\r\n", WHOLE "\r\nbody\r\n", "", 0 },
	{ "no body", 0, WHOLE "\r\n", WHOLE "\r\n", "", 0 },
	{ "no empty line", 0, WHOLE, WHOLE, "", 0 },
	{ "no line end", 0, WHOLE "To: b@x", WHOLE "To: b@x\r\n", "", 0 },
	{ "a header in the body", 0, WHOLE "\r\nBcc: b\r\n\r\n", WHOLE "\r\nBcc: b\r\n\r\n", "",
	    0 },
	{ "odd but right", 0, WHOLE "sUBject:\r\nX-!#$:\t\r\n \r\n x\r\n\r\n",
	    WHOLE "sUBject:\r\nX-!#$:\t\r\n \r\n x\r\n\r\n", "", 0 },
	{ "Cc without an address", 0, WHOLE "To:\r\nCc: \r\n\r\n", WHOLE "To:\r\nCc: \r\n\r\n", "",
	    0 },
	{ "groups", 0, WHOLE "To: undisclosed-recipients:;\r\nCc: a: b@x, c@x;, d@x\r\n\r\n",
	    WHOLE "To: undisclosed-recipients:;\r\nCc: a: b@x, c@x;, d@x\r\n\r\n", "", 0 },
	/* ---- RFC 6409 §8.2, §8.3 ---- */
	{ "Date and Message-ID are added", 0, FROM "\r\nx\r\n", FROM DATE ID "\r\nx\r\n",
	    "date message-id", 0 },
	{ "added where no empty line is", 0, FROM, FROM DATE ID, "date message-id", 0 },
	{ "a name in any case is that name", 0, FROM "DATE: x\r\nmessage-id: <a@b>\r\n\r\n",
	    FROM "DATE: x\r\nmessage-id: <a@b>\r\n\r\n", "", 0 },
	/* ---- RFC 6409 §8.1, RFC 5322 §3.6.2 ---- */
	{ "Sender beside another's From", 0, "From: B <bob@x>\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: B <bob@x>\r\nDate: d\r\nMessage-ID: i\r\n" SENDER "\r\n", "sender", 0 },
	{ "the same address is no other", 0,
	    "From: (c) \"Alice\" <\"ALICE\" @ example . ORG>\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: (c) \"Alice\" <\"ALICE\" @ example . ORG>\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "", 0 },
	{ "not unless it is wanted", NO_SENDER, "From: bob@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: bob@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n", "", 0 },
	{ "several authors must have one", NO_SENDER,
	    "From: alice@example.org, bob@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: alice@example.org, bob@x\r\nDate: d\r\nMessage-ID: i\r\n" SENDER "\r\n",
	    "sender", 0 },
	{ "never a second one", 0,
	    "From: a@x, b@x\r\nSender: c@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: a@x, b@x\r\nSender: c@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n", "", 0 },
	{ "none from nobody", NULL_SENDER, "From: a@x, b@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "From: a@x, b@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n", "", 0 },
	{ "none for what is sent again", 0,
	    "Resent-From: a@x\r\nFrom: b@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n",
	    "Resent-From: a@x\r\nFrom: b@x\r\nDate: d\r\nMessage-ID: i\r\n\r\n", "", 0 },
	/* ---- RFC 5322 §3.6.3, RFC 5321 §4.4 ---- */
	{ "Bcc is dropped", 0, "Bcc: b@x,\r\n c@x\r\n" WHOLE "bcc: d@x\r\n\r\nx", WHOLE "\r\nx",
	    "bcc", 0 },
	{ "whatever it says", 0, WHOLE "BCC: <<,\r\nReSent-Bcc:\xff\r\n\r\n", WHOLE "\r\n", "bcc",
	    0 },
	{ "Return-Path is dropped", 0, "Return-Path: <>\r\n" WHOLE "\r\n", WHOLE "\r\n",
	    "return-path", 0 },
	{ "a mailbox file's line is dropped", 0,
	    "From alice@example.org Thu Jan  1 10:00:00\r\n" WHOLE "\r\n", WHOLE "\r\n",
	    "mbox-line", 0 },
	{ "quoted too", 0, ">From alice\r\n" WHOLE "\r\n", WHOLE "\r\n", "mbox-line", 0 },
	/* ---- RFC 6409 §4.2 ---- */
	{ "a local part alone is completed", 0,
	    "From: Alice <alice>\r\nSender: bob (Bob)\r\nTo: a@x,\r\n b,\tC <c@d>, d: e;\r\n"
	    "Date: d\r\nMessage-ID: i\r\n\r\n",
	    "From: Alice <alice@mail.example.com>\r\nSender: bob@mail.example.com (Bob)\r\n"
	    "To: a@x,\r\n b@mail.example.com,\tC <c@d>, d: e@mail.example.com;\r\n"
	    "Date: d\r\nMessage-ID: i\r\n\r\n",
	    "completed", 0 },
	{ "or refused", REFUSE_UNQUALIFIED, FROM "Cc: a@x, bob\r\n\r\n", NULL, "Cc: bob",
	    MESSAGE_ADDRESS_UNQUALIFIED },
	{ "a short domain is left alone", REFUSE_UNQUALIFIED, WHOLE "To: root@localhost\r\n\r\n",
	    WHOLE "To: root@localhost\r\n\r\n", "", 0 },
	/* ---- RFC 6409 §5.1 ---- */
	{ "an address that is none", 0, FROM "To: a@x, b@@x, c@x\r\n\r\n", NULL, "To: b@@x",
	    MESSAGE_ADDRESS_SYNTAX },
	{ "a name alone", 0, FROM "Reply-To: John Smith\r\n\r\n", NULL, "Reply-To: John Smith",
	    MESSAGE_ADDRESS_SYNTAX },
	{ "nobody in From", 0, "From: \r\n\r\n", NULL, "From: ", MESSAGE_ADDRESS_SYNTAX },
	{ "two in Sender", 0, FROM "Sender: a@x, b@x\r\n\r\n", NULL, "Sender: a@x, b@x",
	    MESSAGE_ADDRESS_SYNTAX },
	/* ---- RFC 5322 §3.6 ---- */
	{ "nothing at all", 0, "", NULL, "", MESSAGE_FROM_MISSING },
	{ "no header", 0, "\r\nFrom: a@x\r\n", NULL, "", MESSAGE_FROM_MISSING },
	{ "no From", 0, "To: a@x\r\n\r\n", NULL, "", MESSAGE_FROM_MISSING },
	{ "two Froms", 0, FROM "Subject: x\r\nfrom: b@x\r\n\r\n", NULL, "", MESSAGE_FROM_TWICE },
	{ "two subjects", 0, FROM "Subject: x\r\nSUBJECT: y\r\n\r\n", NULL, "SUBJECT",
	    MESSAGE_FIELD_TWICE },
	{ "two of others", 0, WHOLE "X: x\r\nX: y\r\n\r\n", WHOLE "X: x\r\nX: y\r\n\r\n", "", 0 },
	/* ---- RFC 5322 §2.2 ---- */
	{ "a line that is no field", 0, FROM "no field\r\n\r\n", NULL, "no field",
	    MESSAGE_HEADER_SYNTAX },
	{ "a name with a space", 0, FROM "X : x\r\n\r\n", NULL, "X : x", MESSAGE_HEADER_SYNTAX },
	{ "a name of no letters", 0, FROM ": x\r\n\r\n", NULL, ": x", MESSAGE_HEADER_SYNTAX },
	{ "a name that is not ASCII", UTF8, FROM "\xc3\xa9: x\r\n\r\n", NULL, "\xc3\xa9: x",
	    MESSAGE_HEADER_SYNTAX },
	{ "a continuation of nothing", 0, " x\r\n" FROM "\r\n", NULL, " x", MESSAGE_HEADER_SYNTAX },
	{ "a bare LF", 0, FROM "X: a\nBcc: b\r\n\r\n", NULL, "X: a", MESSAGE_HEADER_SYNTAX },
	{ "a bare CR", 0, FROM "X: a\rb\r\n\r\n", NULL, "X: a", MESSAGE_HEADER_SYNTAX },
	{ "a field begins with From", 0, "From : a@x\r\n\r\n", NULL, "From : a@x",
	    MESSAGE_HEADER_SYNTAX },
	/* ---- RFC 6532 §3.2 ---- */
	{ "letters that are not ASCII", 0, FROM "Subject: \xc3\xa9\r\n\r\n", NULL, "Subject",
	    MESSAGE_HEADER_8BIT },
	{ "taken all the same", TAKE_UTF8, WHOLE "Subject: \xc3\xa9\r\n\r\n",
	    WHOLE "Subject: \xc3\xa9\r\n\r\n", "", 0 },
	{ "taken, but not UTF-8", TAKE_UTF8, FROM "Subject: \xe9\r\n\r\n", NULL, "Subject",
	    MESSAGE_HEADER_NOT_UTF8 },
	{ "with SMTPUTF8", UTF8, WHOLE "To: \xc3\xa9 <\xc3\xa9@x>\r\n\r\n",
	    WHOLE "To: \xc3\xa9 <\xc3\xa9@x>\r\n\r\n", "", 0 },
	{ "that are not UTF-8", UTF8, FROM "Subject: \xe9\r\n\r\n", NULL, "Subject",
	    MESSAGE_HEADER_NOT_UTF8 },
	{ "nor could be", 0, FROM "Subject: \xe9\r\n\r\n", NULL, "Subject", MESSAGE_HEADER_8BIT },
	/* ---- RFC 5321 §6.3 ---- */
	{ "a loop", 0, "Received: a\r\nReceived: b\r\nreceived: c\r\nReceived: d\r\n" FROM "\r\n",
	    NULL, "Received", MESSAGE_LOOP },
	{ "none yet", 0, "Received: a\r\nReceived: b\r\nreceived: c\r\n" WHOLE "\r\n",
	    "Received: a\r\nReceived: b\r\nreceived: c\r\n" WHOLE "\r\n", "", 0 },
	/* ---- RFC 5322 §2.1.1 ---- */
	{ "lines at the limit", 0, WHOLE "X:" C16 C16 C16 "0123456789abcd\r\n\r\n" C64 "\r\nx",
	    WHOLE "X:" C16 C16 C16 "0123456789abcd\r\n\r\n" C64 "\r\nx", "", 0 },
	{ "a field above it", 0, FROM "X:" C16 C16 C16 "0123456789abcde\r\n\r\n", NULL, "X",
	    MESSAGE_LINE_TOO_LONG },
	{ "a line above it", 0, WHOLE "\r\n" C64 "x\r\n", NULL, "body", MESSAGE_LINE_TOO_LONG },
	{ "the last line above it", 0, WHOLE "\r\nx\r\n" C64 "x", NULL, "body",
	    MESSAGE_LINE_TOO_LONG },
	{ "binary has no lines", BINARY, WHOLE "\r\n" C64 "x\r\n", WHOLE "\r\n" C64 "x\r\n", "",
	    0 },
	{ "folded", FOLD, WHOLE "X: " C16 C16 C16 " " C16 "\r\n\r\n" C64 "x\r\n" C64 "\r\n",
	    WHOLE "X: " C16 C16 C16 "\r\n " C16 "\r\n\r\n" C64 "\r\nx\r\n" C64 "\r\n", "folded",
	    0 },
	{ "free text may be broken", FOLD, WHOLE "Subject: " C64 "\r\n\r\n",
	    WHOLE "Subject:\r\n " C16 C16 C16 "0123456789abcde\r\n f\r\n\r\n", "folded", 0 },
	{ "an address may not", FOLD, FROM "To: " C64 "@x\r\n\r\n", NULL, "To",
	    MESSAGE_LINE_TOO_LONG },
	{ "but a list", FOLD, WHOLE "To:" C16 C16 "@x,<" C16 C16 "@x>\r\n\r\n",
	    WHOLE "To:" C16 C16 "@x,\r\n <" C16 C16 "@x>\r\n\r\n", "folded", 0 },
	{ "a name cannot", FOLD, WHOLE C64 ": x\r\n\r\n", NULL, C64, MESSAGE_LINE_TOO_LONG },
	{ "no room to complete", 0, FROM "To: " C16 "01\r\n\r\n", NULL, "To: " C16 "01",
	    MESSAGE_ADDRESS_UNQUALIFIED },
	/* ---- RFC 6376: what is signed ---- */
	{ "a signed one gets a Date", 0, "DKIM-Signature: v=1; h=from:to; b=x\r\n" FROM "\r\n",
	    "DKIM-Signature: v=1; h=from:to; b=x\r\n" FROM DATE "\r\n", "date", 0 },
	{ "unless its lack is signed", 0,
	    "DKIM-Signature: v=1; h=from :\r\n Date; b=x\r\n" FROM "Bcc: b\r\n\r\n",
	    "DKIM-Signature: v=1; h=from :\r\n Date; b=x\r\n" FROM "\r\n", "bcc", 0 },
	{ "and no other's Sender", 0, "DKIM-Signature: h=from\r\nDate: d\r\nFrom: bob@x\r\n\r\n",
	    "DKIM-Signature: h=from\r\nDate: d\r\nFrom: bob@x\r\n\r\n", "", 0 },
	{ "but one for several", 0, "DKIM-Signature: h=from\r\nDate: d\r\nFrom: bob@x, c@x\r\n\r\n",
	    "DKIM-Signature: h=from\r\nDate: d\r\nFrom: bob@x, c@x\r\n" SENDER "\r\n", "sender",
	    0 },
	{ "is not completed", 0, "DKIM-Signature: h=from\r\nFrom: bob\r\n\r\n", NULL, "From: bob",
	    MESSAGE_ADDRESS_UNQUALIFIED },
	{ "nor folded", FOLD, "DKIM-Signature: h=from\r\n" WHOLE "\r\n" C64 "x\r\n", NULL, "body",
	    MESSAGE_LINE_TOO_LONG },
};

/* In pieces of exact size on the heap; out must never take more than was said. */
static void
feed(struct message_filter *f, struct slice text, struct buf *out)
{
	uint8_t *piece = malloc(text.len + (text.len == 0));
	size_t most = out->len + message_filter_room(f, text.len);

	assert_non_null(piece);
	if (text.len != 0)
		memcpy(piece, text.ptr, text.len);
	message_filter_text(f, slice_make(piece, text.len), out);
	assert_true(out->len <= most);
	free(piece);
}

static void
check_end(struct message_filter *f, const struct filter_case *t, size_t cut, struct buf *out)
{
	size_t most = out->len + message_filter_room(f, 0);
	enum message_flaw flaw = message_filter_end(f, out);
	struct slice said =
	    flaw == MESSAGE_SOUND ? message_filter_changes(f) : message_filter_detail(f);

	assert_true(out->len <= most);
	if (flaw != t->flaw || !slice_is(said, t->said) ||
	    (t->out != NULL && !slice_is(buf_slice(out), t->out)))
		fail_msg("%s, cut at %zu: flaw %d, said '%.*s', out:\n%.*s", t->name, cut,
		    (int)flaw, (int)said.len, (const char *)said.ptr, (int)out->len,
		    (const char *)out->ptr);
}

static void
check_cut(const struct filter_case *t, size_t cut)
{
	struct message_filter_options options = example(t->flags);
	struct message_filter *f = message_filter_new(&options);
	struct slice in = slice_of(t->in);
	struct buf out;

	buf_init(&out, OUT_MAX);
	feed(f, slice_first(in, cut), &out);
	feed(f, slice_after(in, cut), &out);
	check_end(f, t, cut, &out);
	message_filter_free(&f);
	buf_done(&out);
}

/* RFC 5322 §1.2.2, §3.2, §3.4, §3.5. RFC 6409 §4.2, §5.1, §6.3, §8, §8.1, §8.2, §8.3, §8.8; RFC
 * 5322 §2.2, §3.6.1, §3.6.4, §3.6.6, §3.6.8. RFC 5321 §3.3, §3.7.2. */
static void
test_each_case_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++)
			check_cut(&cases[i], cut);
}

static enum message_flaw
run(const struct message_filter_options *options, struct slice text, size_t step, struct buf *out)
{
	struct message_filter *f = message_filter_new(options);
	enum message_flaw flaw;

	for (size_t i = 0; i < text.len; i += step) {
		struct slice rest = slice_after(text, i);

		feed(f, slice_first(rest, rest.len < step ? rest.len : step), out);
	}
	flaw = message_filter_end(f, out);
	message_filter_free(&f);
	return flaw;
}

/* A header whose fields have `len` octets, with what comes after them. */
static void
check_header_size(size_t len, const char *after, enum message_flaw want)
{
	static const size_t steps[] = { 1, 2, 3, 1000, 100000 };
	struct message_filter_options options = example(0);
	struct buf text;

	buf_init(&text, OUT_MAX);
	buf_add_text(&text, WHOLE);
	while (text.len < len - 20)
		buf_add_text(&text, "X: 67890\r\n");
	buf_add_text(&text, "X:");
	while (text.len < len - 2)
		buf_add_text(&text, "x");
	buf_add_text(&text, "\r\n");
	assert_int_equal(text.len, len);
	buf_add_text(&text, after);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct buf out;

		buf_init(&out, OUT_MAX);
		assert_int_equal(run(&options, buf_slice(&text), steps[i], &out), want);
		assert_int_equal(out.len, want == MESSAGE_SOUND ? text.len : 0);
		buf_done(&out);
	}
	buf_done(&text);
}

static void
test_a_header_is_taken_up_to_its_limit(void **state)
{
	static const char *const afters[] = { "", "\r\n", "\r\nbody\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof afters / sizeof afters[0]; i++) {
		check_header_size(HEADER_SIZE, afters[i], MESSAGE_SOUND);
		check_header_size(HEADER_SIZE + 1, afters[i], MESSAGE_HEADER_TOO_LARGE);
		check_header_size(HEADER_SIZE + 2, afters[i], MESSAGE_HEADER_TOO_LARGE);
		check_header_size(HEADER_SIZE + 3, afters[i], MESSAGE_HEADER_TOO_LARGE);
	}
}

/* RFC 5322 §4: obs-NO-WS-CTL does not have it. */
static void
test_a_nul_in_the_header_is_a_flaw(void **state)
{
	static const char text[] = FROM "Subject: a\0b\r\n\r\n";
	struct message_filter_options options = example(0);
	struct buf out;

	(void)state;
	buf_init(&out, OUT_MAX);
	assert_int_equal(
	    run(&options, slice_make(text, sizeof text - 1), 7, &out), MESSAGE_HEADER_NUL);
	assert_int_equal(out.len, 0);
	buf_done(&out);
}

static void
test_nothing_more_comes_after_a_flaw(void **state)
{
	static const char text[] = WHOLE "\r\n" C64 "x\r\nmore\r\n";
	struct message_filter_options options = example(0);
	struct message_filter *f = message_filter_new(&options);
	struct buf out;
	size_t len;

	(void)state;
	buf_init(&out, OUT_MAX);
	message_filter_text(f, slice_of(text), &out);
	len = out.len;
	assert_int_equal(message_filter_flaw(f), MESSAGE_LINE_TOO_LONG);
	assert_int_equal(message_filter_room(f, 100), 0);
	message_filter_text(f, slice_of("more\r\n"), &out);
	assert_int_equal(message_filter_end(f, &out), MESSAGE_LINE_TOO_LONG);
	assert_int_equal(out.len, len);
	message_filter_free(&f);
	assert_null(f);
	message_filter_free(&f);
	buf_done(&out);
}

/* RFC 8689 §3, §4.1, RFC 6531 §3.6, RFC 6152 §3 */
static void
test_what_delivery_must_know_is_noticed(void **state)
{
	static const struct {
		const char *in;
		bool is_tls_optional, needs_utf8, is_8bit;
	} rows[] = {
		{ WHOLE "\r\nbody\r\n", false, false, false },
		{ WHOLE "TLS-Required: No\r\n\r\n", true, false, false },
		{ WHOLE "tls-required:\r\n nO \r\n\r\n", true, false, false },
		{ WHOLE "TLS-Required: Yes\r\n\r\n", false, false, false },
		{ WHOLE "TLS-Required: No No\r\n\r\n", false, false, false },
		{ WHOLE "\r\nTLS-Required: No\r\n", false, false, false },
		{ WHOLE "Subject: \xc3\xa9\r\n\r\n", false, true, true },
		{ WHOLE "Bcc: \xc3\xa9\r\n\r\n", false, false, false },
		{ WHOLE "\r\n0123456789 \xc3\xa9\r\n", false, false, true },
	};
	struct message_filter_options options = example(UTF8);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message_filter *f = message_filter_new(&options);
		struct buf out;

		buf_init(&out, OUT_MAX);
		message_filter_text(f, slice_of(rows[i].in), &out);
		assert_int_equal(message_filter_end(f, &out), MESSAGE_SOUND);
		if (message_filter_is_tls_optional(f) != rows[i].is_tls_optional ||
		    message_filter_needs_utf8(f) != rows[i].needs_utf8 ||
		    message_filter_is_8bit(f) != rows[i].is_8bit)
			fail_msg("%s", rows[i].in);
		message_filter_free(&f);
		buf_done(&out);
	}
}

/* RFC 6409 §4.2: each completion adds a hostname, so there is a bound. */
static void
test_completed_addresses_are_bounded(void **state)
{
	struct message_filter_options options = example(0);

	(void)state;
	options.header_size = OUT_MAX;
	for (int extra = 0; extra < 2; extra++) {
		struct buf text, out;

		buf_init(&text, OUT_MAX);
		buf_init(&out, OUT_MAX);
		buf_add_text(&text, WHOLE "To: b");
		for (int i = 1; i < 256 + extra; i++)
			buf_add_text(&text, ",\r\n b");
		buf_add_text(&text, "\r\n\r\n");
		assert_int_equal(run(&options, buf_slice(&text), 1000, &out),
		    extra == 0 ? MESSAGE_SOUND : MESSAGE_ADDRESS_UNQUALIFIED);
		assert_int_equal(
		    out.len, extra == 0 ? text.len + 256 * strlen("@mail.example.com") : 0);
		buf_done(&text);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_case_is_the_same_at_every_cut),
		cmocka_unit_test(test_a_header_is_taken_up_to_its_limit),
		cmocka_unit_test(test_a_nul_in_the_header_is_a_flaw),
		cmocka_unit_test(test_nothing_more_comes_after_a_flaw),
		cmocka_unit_test(test_what_delivery_must_know_is_noticed),
		cmocka_unit_test(test_completed_addresses_are_bounded),
	};
	return cmocka_run_group_tests_name("message/filter", tests, NULL, NULL);
}
