/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole client engine against a server that says anything. The laws: the dialog is the same
 * however the server's octets are cut; a transaction that was begun gives every recipient a
 * verdict; text that was not given to its end has no final dot and no last chunk behind it; what
 * needs an extension is never said to a server that did not name it; but for binary text nothing
 * goes out that has a CR or LF alone; and who watches sees every line that is no text, and no
 * secret.
 */
#include <stdlib.h>
#include <string.h>

#include "smtp/client.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum {
	RECIPIENT_COUNT = 3,
	HEAD_LEN = 3,          /* octets of input that choose options, cut and more options */
	OUT_MAX = 1024 * 1024, /* far above what one input can provoke */
	TRANSACTIONS_MAX = 4,
	LOGINS_MAX = 2,
	NOOP_COUNT = 3,
	NOOP_LEN = 20,
};

/* Of the third octet. */
enum more {
	MORE_TLS_ANYWAY = 1 << 0,
	MORE_ONLY_GREETS = 1 << 1,
	MORE_SASL = 1 << 2,
	MORE_SASL_FIRST = 1 << 3,
	MORE_SASL_LONG = 1 << 4,
	MORE_NOOPS = 1 << 5,
	MORE_STEPS = 1 << 6, /* transactions one command at a time, with SMTP */
};

static const char text[] = "Subject: x\r\n\r\n.dot\nend";

struct session {
	struct smtp_client *c;
	struct buf said, shown, results;
	uint8_t more; /* enum more */
	unsigned transactions, logins;
	size_t asked_count; /* recipients of a transaction that is taken step by step */
	bool is_accepted;   /* and one of them was */
	bool is_lmtp;
	bool has_nooped;
	bool gives_up; /* in the midst of the text */
	bool is_binary, is_rich, is_verified;
};

static void
require(bool law)
{
	if (!law)
		abort();
}

static void
on_command(void *arg, struct slice line)
{
	struct session *s = arg;

	(void)buf_add_slice(&s->shown, line);
	(void)buf_add_text(&s->shown, "\r\n");
}

static void
on_reply(void *arg, enum smtp_client_step step, uint16_t code, struct slice reply)
{
	struct session *s = arg;

	require(step != SMTP_CLIENT_STEP_TLS && step != SMTP_CLIENT_STEP_OVER);
	(void)buf_addf(&s->results, "step %d reply %u ", (int)step, (unsigned)code);
	(void)buf_add_slice(&s->results, reply);
}

/* Gives up at the second challenge that is not empty. */
static bool
respond(void *arg, struct slice challenge, struct buf *response)
{
	struct session *s = arg;
	const size_t len = (s->more & MORE_SASL_LONG) != 0 ? 600 : 6;

	for (size_t i = 0; i < len; i += 6)
		(void)buf_add_text(response, "secret");
	return challenge.len != 1;
}

static struct smtp_client_options
choose(struct session *s, uint8_t octet)
{
	return (struct smtp_client_options){
		.hostname = "client.example",
		.host = "server.example",
		.protocol = (octet & 1) != 0 ? SMTP_CLIENT_LMTP : SMTP_CLIENT_SMTP,
		.tls = (s->more & MORE_TLS_ANYWAY) != 0 ? SMTP_CLIENT_TLS_ANYWAY
							: (enum smtp_client_tls)(octet >> 1 & 3),
		.auth_user = slice_of((octet & 8) != 0 ? "user" : ""),
		.auth_secret = slice_of("secret"),
		.only_greets = (s->more & MORE_ONLY_GREETS) != 0,
		.timeouts = SMTP_CLIENT_TIMEOUTS,
		.watch = { on_command, on_reply, s },
	};
}

static void
take_output(struct session *s)
{
	struct slice out = smtp_client_output(s->c);

	(void)buf_add_slice(&s->said, out);
	smtp_client_output_taken(s->c, out.len);
}

/* Something of everything that can be said with MAIL; REQUIRETLS keeps from most servers. */
static struct smtp_mail_params
make_params(const struct session *s)
{
	struct smtp_mail_params params = { .body = SMTP_BODY_8BITMIME };

	if (s->is_rich)
		params = (struct smtp_mail_params){ .ret = SMTP_RET_HDRS,
			.envid = slice_of("Q+2B"),
			.auth = slice_of("a@example"),
			.by = SMTP_BY_NOTIFY,
			.by_unix_s = 60,
			.has_priority = true,
			.priority = 3,
			.requires_tls = s->is_verified };
	if (s->is_binary)
		params.body = SMTP_BODY_BINARYMIME;
	return params;
}

static bool
goes_in_steps(const struct session *s)
{
	return (s->more & MORE_STEPS) != 0 && !s->is_lmtp;
}

/* A transaction, or with is_begun the next recipient of the one that there is. */
static void
ask(struct session *s, bool is_begun)
{
	const struct slice recipients[RECIPIENT_COUNT] = { slice_of("a@example"),
		slice_of(s->is_rich ? "\xc3\xa4@example" : "b@example"), slice_of("bad\r\nRSET") };
	const struct smtp_rcpt_params recipient_params[RECIPIENT_COUNT] = {
		{ .notify = SMTP_NOTIFY_SUCCESS, .orcpt = slice_of("utf-8;\xc3\xa4@example") },
		{ .notify = SMTP_NOTIFY_NEVER },
	};
	const struct smtp_mail_params params = make_params(s);
	const size_t first = is_begun ? s->asked_count : 0;
	const struct smtp_client_mail m = { .sender = slice_of("s@example"),
		.recipients = recipients + first,
		.recipient_count = RECIPIENT_COUNT - first,
		.size = sizeof text - 1,
		.params = &params,
		.recipient_params = s->is_rich ? recipient_params + first : NULL };

	if (is_begun) {
		s->asked_count++;
		smtp_client_recipient(s->c, &m, 1);
		return;
	}

	s->transactions++;
	require(smtp_client_recipients_fit(s->c, recipients, RECIPIENT_COUNT) <= RECIPIENT_COUNT);
	s->asked_count = 0;
	s->is_accepted = false;
	if (goes_in_steps(s))
		smtp_client_begin(s->c, &m, 1);
	else
		smtp_client_mail(s->c, &m, 1);
}

static void
note_answer(struct session *s)
{
	const struct smtp_verdict *v = smtp_client_answer(s->c);

	require(v->class != SMTP_VERDICT_DELIVERED || v->code / 100 == 2);
	require(v->class == SMTP_VERDICT_DELIVERED || v->reason != NULL);
	(void)buf_addf(&s->results, "answer %d %u\n", (int)v->class, (unsigned)v->code);
	if (s->asked_count > 0 && v->class == SMTP_VERDICT_DELIVERED)
		s->is_accepted = true;
}

static void
take_step(struct session *s)
{
	note_answer(s);
	if (s->asked_count < RECIPIENT_COUNT)
		ask(s, true);
	else if (s->is_accepted)
		smtp_client_data(s->c, 1);
	else
		smtp_client_drop(s->c, 1);
}

static void
give_text(struct session *s)
{
	if (s->gives_up) {
		smtp_client_text(s->c, slice_of(".\r\n."), false, 1);
		take_output(s);
		if (smtp_client_want(s->c) == SMTP_CLIENT_WANT_NONE)
			return;
		smtp_client_abort(s->c, "given up");
		require(smtp_client_output(s->c).len == 0);
	} else {
		smtp_client_text(s->c, slice_of(text), true, 1);
	}
}

static void
take_result(struct session *s)
{
	if (goes_in_steps(s))
		note_answer(s);
	for (size_t i = 0; i < RECIPIENT_COUNT && !goes_in_steps(s); i++) {
		struct smtp_verdict v = smtp_client_verdict_take(s->c, i);

		require(v.class != SMTP_VERDICT_DELIVERED || (v.code / 100 == 2 && !s->gives_up));
		require(v.class != SMTP_VERDICT_FAILED || v.enhanced[0] != 4);
		require(v.class == SMTP_VERDICT_DELIVERED || v.reason != NULL);
		(void)buf_addf(&s->results, "%d %u %u %s %s\n", (int)v.class, (unsigned)v.code,
		    (unsigned)v.enhanced[2], v.peer_text == NULL ? "" : v.peer_text,
		    v.reason == NULL ? "" : v.reason);
		smtp_verdict_done(&v);
	}
	smtp_client_result_done(s->c, 1);
	require(!s->gives_up || smtp_client_want(s->c) != SMTP_CLIENT_WANT_TEXT);
}

static bool
log_in(struct session *s)
{
	const struct smtp_client_sasl sasl = { .mechanism = "X",
		.is_first = (s->more & MORE_SASL_FIRST) != 0,
		.respond = respond,
		.arg = s };

	if ((s->more & MORE_SASL) == 0 || s->logins == LOGINS_MAX)
		return false;
	s->logins++;
	smtp_client_auth(s->c, &sasl, 1);
	return true;
}

static bool
say_noops(struct session *s)
{
	if ((s->more & MORE_NOOPS) == 0 || s->has_nooped)
		return false;
	s->has_nooped = true;
	return smtp_client_noops(s->c, NOOP_COUNT, NOOP_LEN, 1);
}

static void
use_connection(struct session *s)
{
	if ((s->more & MORE_ONLY_GREETS) != 0 || s->transactions == TRANSACTIONS_MAX)
		smtp_client_quit(s->c, 1);
	else if (!log_in(s) && !say_noops(s))
		ask(s, false);
}

/* Answers one want; false when there is none to answer. */
static bool
answer(struct session *s)
{
	take_output(s);
	switch (smtp_client_want(s->c)) {
	case SMTP_CLIENT_WANT_TLS:
		smtp_client_tls_done(s->c, s->is_verified, 1);
		return true;
	case SMTP_CLIENT_WANT_MAIL:
		use_connection(s);
		return true;
	case SMTP_CLIENT_WANT_STEP:
		take_step(s);
		return true;
	case SMTP_CLIENT_WANT_TEXT:
		give_text(s);
		return true;
	case SMTP_CLIENT_WANT_RESULT:
		take_result(s);
		return true;
	case SMTP_CLIENT_WANT_NONE:
	case SMTP_CLIENT_WANT_CLOSE:
		break;
	}
	return false;
}

/* In a heap block of its exact size, so that an overread is seen. */
static void
feed(struct session *s, const uint8_t *in, size_t len)
{
	uint8_t *piece = malloc(len + (len == 0));
	size_t used = 0;

	require(piece != NULL);
	if (len > 0)
		memcpy(piece, in, len);
	do {
		while (answer(s))
			;
		used += smtp_client_input(s->c, slice_make(piece + used, len - used), 1);
	} while (used < len && smtp_client_want(s->c) != SMTP_CLIENT_WANT_CLOSE);
	while (answer(s))
		;
	free(piece);
}

/* Line by line, each in two pieces: a reply that comes before its command was made is another case
 * than one that comes after, and only the cut is to differ. */
static void
feed_lines(struct session *s, struct slice in, uint8_t cut)
{
	while (in.len > 0) {
		size_t lf = slice_find(in, '\n'), len = lf < in.len ? lf + 1 : lf;
		size_t first = cut % len;

		if (first > 0)
			feed(s, in.ptr, first);
		feed(s, in.ptr + first, len - first);
		in = slice_after(in, len);
	}
}

static void
play(struct session *s, struct slice in, const uint8_t head[HEAD_LEN], bool is_cut)
{
	const uint8_t choice = head[0];
	struct smtp_client_options options;

	*s = (struct session){ .more = head[2],
		.is_lmtp = (choice & 1) != 0,
		.gives_up = (choice & 16) != 0,
		.is_binary = (choice & 32) != 0,
		.is_rich = (choice & 64) != 0,
		.is_verified = (choice & 128) != 0 };
	buf_init(&s->said, OUT_MAX);
	buf_init(&s->shown, OUT_MAX);
	buf_init(&s->results, OUT_MAX);
	options = choose(s, choice);
	s->c = smtp_client_new(&options, 1);
	feed_lines(s, in, is_cut ? head[1] : 0);
	smtp_client_end(s->c, "the end");
	while (answer(s))
		;
	require(smtp_client_want(s->c) == SMTP_CLIENT_WANT_CLOSE);
	smtp_client_free(&s->c);
}

static void
done(struct session *s)
{
	buf_done(&s->said);
	buf_done(&s->shown);
	buf_done(&s->results);
}

static bool
contains(struct slice s, const char *words)
{
	for (size_t i = 0; i + strlen(words) <= s.len; i++)
		if (slice_starts_nocase(slice_after(s, i), words))
			return true;
	return false;
}

/* What is said only to who named the keyword. */
static const struct {
	const char *keyword, *said;
} extensions[] = {
	{ "SIZE", " SIZE=" },
	{ "8BITMIME", " BODY=8BITMIME" },
	{ "SMTPUTF8", " SMTPUTF8" },
	{ "SMTPUTF8", "\xc3\xa4" },
	{ "DSN", " RET=" },
	{ "DSN", " ENVID=" },
	{ "DSN", " NOTIFY=" },
	{ "DSN", " ORCPT=" },
	{ "DELIVERBY", " BY=" },
	{ "MT-PRIORITY", " MT-PRIORITY=" },
	{ "REQUIRETLS", " REQUIRETLS" },
	{ "CHUNKING", "BDAT " },
	{ "BINARYMIME", "BDAT " },
};

static void
check_said(const struct session *s, struct slice in)
{
	struct slice said = buf_slice(&s->said);

	for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
		require(!contains(said, extensions[i].said) || contains(in, extensions[i].keyword));
	require(!s->gives_up || !contains(said, " LAST\r\n"));
	for (size_t i = 0; i < said.len && !s->is_binary; i++)
		require(said.ptr[i] != '\n' || (i > 0 && said.ptr[i - 1] == '\r'));
	for (size_t i = 0; i < said.len && !s->is_binary; i++)
		require(said.ptr[i] != '\r' || (i + 1 < said.len && said.ptr[i + 1] == '\n') ||
			s->gives_up);
}

/* Each line that is shown was said, in this order; or it hides what was said in its place. */
static void
check_shown(const struct session *s)
{
	struct slice shown = buf_slice(&s->shown), said = buf_slice(&s->said);

	require(!contains(shown, "c2VjcmV0") && !contains(shown, "secret"));
	while (shown.len > 0) {
		size_t len = slice_find(shown, '\n') + 1;
		struct slice line = slice_first(shown, len), open = line;

		if (slice_starts_nocase(slice_after(line, len < 10 ? len : len - 10), "[hidden]"))
			open.len -= 10;
		while (said.len > 0 &&
		       !(said.len >= open.len && slice_equal(slice_first(said, open.len), open)))
			said = slice_after(said, 1);
		require(said.len > 0 || open.len == 0);
		said = slice_after(said, open.len);
		shown = slice_after(shown, len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct session whole, cut;

	if (len < HEAD_LEN)
		return 0;
	play(&whole, slice_make(in + HEAD_LEN, len - HEAD_LEN), in, false);
	play(&cut, slice_make(in + HEAD_LEN, len - HEAD_LEN), in, true);
	check_said(&whole, slice_make(in + HEAD_LEN, len - HEAD_LEN));
	check_shown(&whole);
	require(slice_equal(buf_slice(&whole.said), buf_slice(&cut.said)));
	require(slice_equal(buf_slice(&whole.shown), buf_slice(&cut.shown)));
	require(slice_equal(buf_slice(&whole.results), buf_slice(&cut.results)));
	done(&whole);
	done(&cut);
	return 0;
}
