/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole server engine, with scripted answers. Laws:
 * - the octets it says and the messages it hands over are the same however its input is cut, when
 *   its replies are taken at the same places of it;
 * - there is never more than one reply for a line of input, beside the banner and the last words,
 *   and each is well formed;
 * - "Message accepted" is said exactly when a message was stored, and nothing else after STORE is a
 *   success (RFC 5321 §4.2.5); a message that is not stored leaves nothing to the next;
 * - text that is handed over has only CRLF line ends and no NUL, unless it is binary, and is not
 *   above the limit;
 * - what is read gives at most one octet more of text;
 * - whatever was wrong, the session reads on, at once or when its time has come, or closes.
 */
#include <stdlib.h>
#include <string.h>

#include "smtp/server.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

enum { HEAD_LEN = 8, OUT_MAX = 16 << 20 };

static const struct smtp_server_limits limits = {
	.message_size = 64,
	.command_length = 64,
	.auth_line_length = 64,
	.recipients = 2,
	.transactions = 3,
	.bad_commands = 5,
	.auth_failures = 2,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 2,
	.parameters = 20,
	.transfer_rate = 10,
	.errors_before_delay = 2,
	.error_delay_ms = 1000,
};

struct run {
	struct smtp_server *s;
	struct buf said, stored, text;
	uint32_t answers; /* state of a generator: the same answers in every run */
	unsigned stored_count;
	uint64_t now_ms; /* moves only when the engine waits for it */
	uint8_t flights; /* bit i: each eighth line from line i on is the last of a flight */
	unsigned line_count;
};

static void
check(bool law)
{
	if (!law)
		abort();
}

/* Mostly 0, which means yes: else no session would get far. */
static unsigned
next_answer(struct run *r, unsigned count)
{
	r->answers = r->answers * 1664525u + 1013904223u;
	return r->answers >> 30 != 0 ? 0 : (r->answers >> 16) % count;
}

static void
check_text(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		check(text.ptr[i] != '\0');
		check((text.ptr[i] == '\n') == (i > 0 && text.ptr[i - 1] == '\r'));
		check(text.ptr[i] != '\r' || (i + 1 < text.len && text.ptr[i + 1] == '\n'));
	}
}

static void
answer_auth(struct run *r)
{
	struct smtp_server_auth_step step = smtp_server_auth_step(r->s);
	unsigned answer = next_answer(r, 8);

	if (step.kind == SMTP_SERVER_AUTH_CANCEL)
		smtp_server_auth_cancelled(r->s, r->now_ms);
	else if (answer == 0)
		smtp_server_auth_ok(r->s, slice_of("alice"), r->now_ms);
	else if (answer > 5)
		smtp_server_auth_continue(r->s, step.octets, r->now_ms);
	else
		smtp_server_auth_failed(
		    r->s, (enum smtp_server_auth_failure)(answer - 1), r->now_ms);
}

static bool
is_binary(const struct run *r)
{
	return smtp_server_mail_params(r->s)->body == SMTP_BODY_BINARYMIME;
}

/* Most messages are stored, some wait or have a flaw. Returns whether it was stored. */
static bool
decide(struct run *r)
{
	unsigned answer = next_answer(r, 5 + MESSAGE_LOOP);

	if (answer < 5)
		smtp_server_store_done(
		    r->s, (enum smtp_server_answer)answer, slice_of("0ABC"), r->now_ms);
	else
		smtp_server_store_refused(
		    r->s, (enum message_flaw)(answer - 4), slice_of("x\r\n250 x"), r->now_ms);
	return answer == 0;
}

static void
answer_store(struct run *r)
{
	static const char accepted[] = "250 2.0.0 Message accepted";
	size_t before = smtp_server_output(r->s).len;
	struct slice reply;
	bool is_stored;

	check(smtp_server_recipient_count(r->s) > 0);
	check(r->text.len <= limits.message_size);
	if (!is_binary(r))
		check_text(buf_slice(&r->text));
	is_stored = decide(r);
	if (is_stored) {
		buf_add_slice(&r->stored, buf_slice(&r->text));
		buf_add_text(&r->stored, "\n--\n");
		r->stored_count++;
	}
	buf_clear(&r->text);
	reply = slice_after(smtp_server_output(r->s), before);
	check(is_stored == slice_starts_nocase(reply, accepted));
	check(is_stored || reply.ptr[0] == '4' || reply.ptr[0] == '5');
}

static void
answer_want(struct run *r)
{
	switch (smtp_server_want(r->s)) {
	case SMTP_SERVER_WANT_TLS:
		smtp_server_tls_done(r->s, r->now_ms);
		break;
	case SMTP_SERVER_WANT_AUTH:
		answer_auth(r);
		break;
	case SMTP_SERVER_WANT_SENDER:
		smtp_server_sender_done(
		    r->s, (enum smtp_server_answer)next_answer(r, 5), r->now_ms);
		break;
	case SMTP_SERVER_WANT_RECIPIENT:
		smtp_server_recipient_done(
		    r->s, (enum smtp_server_answer)next_answer(r, 5), r->now_ms);
		break;
	case SMTP_SERVER_WANT_STORE:
		answer_store(r);
		break;
	case SMTP_SERVER_WANT_ABORT:
		buf_clear(&r->text);
		smtp_server_abort_done(r->s, r->now_ms);
		break;
	case SMTP_SERVER_WANT_CLOSE:
	case SMTP_SERVER_WANT_NONE:
		break;
	}
}

static void
take_output(struct run *r)
{
	buf_add_slice(&r->said, smtp_server_output(r->s));
	smtp_server_output_taken(r->s, smtp_server_output(r->s).len);
}

/* It does not want to keep more replies, or keeps one back until its time. */
static void
wait(struct run *r)
{
	uint64_t deadline_ms = smtp_server_deadline(r->s);

	if (smtp_server_output(r->s).len != 0) {
		take_output(r);
		return;
	}
	check(deadline_ms == r->now_ms + limits.error_delay_ms);
	r->now_ms = deadline_ms;
	smtp_server_timeout(r->s, r->now_ms);
	check(smtp_server_output(r->s).len != 0);
}

static void
feed_piece(struct run *r, struct slice in)
{
	while (in.len != 0 && smtp_server_want(r->s) != SMTP_SERVER_WANT_CLOSE) {
		size_t n = smtp_server_input(r->s, in, r->now_ms);

		check(smtp_server_text(r->s).len <= n + 1);
		if (n == 0)
			wait(r);
		in = slice_after(in, n);
		buf_add_slice(&r->text, smtp_server_text(r->s));
		answer_want(r);
	}
}

/* Replies are taken at the same places of the input in each run, after some of its lines. */
static void
feed(struct run *r, struct slice in)
{
	while (in.len != 0) {
		size_t end = slice_find(in, '\n'), len = end == in.len ? in.len : end + 1;

		feed_piece(r, slice_first(in, len));
		if (end != in.len && r->flights & 1u << r->line_count++ % 8)
			take_output(r);
		in = slice_after(in, len);
	}
}

static struct run
start(const struct smtp_server_options *options, const uint8_t *head)
{
	struct run r = { .s = smtp_server_new(options, 0), .flights = (uint8_t)~head[7] };

	memcpy(&r.answers, head + 1, sizeof r.answers);

	buf_init(&r.said, OUT_MAX);
	buf_init(&r.stored, OUT_MAX);
	buf_init(&r.text, OUT_MAX);
	answer_want(&r);
	if (!(head[0] & 2)) /* else the client does not wait for the banner */
		take_output(&r);
	return r;
}

static void
finish(struct run *r)
{
	smtp_server_free(&r->s);
	buf_done(&r->said);
	buf_done(&r->stored);
	buf_done(&r->text);
}

static size_t
count_replies(struct slice out)
{
	size_t count = 0;

	while (out.len != 0) {
		size_t end = slice_find(out, '\n');

		check(end != out.len && end >= 4 && out.ptr[end - 1] == '\r');
		check(out.ptr[0] >= '2' && out.ptr[0] <= '5');
		check(out.ptr[3] == ' ' || out.ptr[3] == '-');
		count += out.ptr[3] == ' ';
		out = slice_after(out, end + 1);
	}
	return count;
}

static size_t
count_occurrences(struct slice in, const char *what)
{
	size_t count = 0;
	const uint8_t *hit;

	while (in.len != 0 && (hit = memmem(in.ptr, in.len, what, strlen(what))) != NULL) {
		count++;
		in = slice_after(in, (size_t)(hit - in.ptr) + strlen(what));
	}
	return count;
}

static void
check_laws(struct run *r, struct slice in)
{
	/* One more when the session is closed in the middle of a line. */
	check(count_replies(buf_slice(&r->said)) <=
	      1 + count_occurrences(in, "\n") + (smtp_server_want(r->s) == SMTP_SERVER_WANT_CLOSE));
	check(count_occurrences(buf_slice(&r->said), "Message accepted") == r->stored_count);
}

static void
check_equal(const struct run *a, const struct run *b)
{
	check(slice_equal(buf_slice(&a->said), buf_slice(&b->said)));
	check(slice_equal(buf_slice(&a->stored), buf_slice(&b->stored)));
	check(smtp_server_want(a->s) == smtp_server_want(b->s));
	check(smtp_server_repaired_count(a->s) == smtp_server_repaired_count(b->s));
	check(a->now_ms == b->now_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct smtp_server_options options = {
		.hostname = "mail.example.com",
		.limits = &limits,
	};
	struct run whole, parts, single;
	struct slice in;
	size_t cut;

	if (len < HEAD_LEN)
		return 0;
	options.implicit_tls = octets[0] & 1;
	options.profile = octets[0] & 4 ? SMTP_SERVER_LEGACY_DEVICE : SMTP_SERVER_STRICT;
	in = slice_make(octets + HEAD_LEN, len - HEAD_LEN);
	cut = (octets[5] | (size_t)octets[6] << 8) % (in.len + 1);
	whole = start(&options, octets);
	feed(&whole, in);
	parts = start(&options, octets);
	feed(&parts, slice_first(in, cut));
	feed(&parts, slice_after(in, cut));
	single = start(&options, octets);
	for (size_t i = 0; i < in.len; i++)
		feed(&single, slice_first(slice_after(in, i), 1));
	take_output(&whole);
	take_output(&parts);
	take_output(&single);
	check_laws(&whole, in);
	check_equal(&whole, &parts);
	check_equal(&whole, &single);
	finish(&whole);
	finish(&parts);
	finish(&single);
	return 0;
}
