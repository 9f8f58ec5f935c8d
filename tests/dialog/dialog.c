/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialog.c - plays a dialog file (script.h) against the server engine, in process: once with all
 * the client's octets at a time, once octet by octet. Both must go exactly as written.
 *
 * The client's lines up to the next line that is not one of them are one flight: replies are taken
 * from the engine, and so seen by the client, when the flight is read or a want is open. A flight
 * before the first reply was sent before the banner was seen.
 *
 * Directives that set the stage are in stage.h. Those that check that a want is open, and answer
 * it:
 *
 *   tls                       unread octets are thrown away, the handshake succeeds
 *   auth-start MECH TEXT      AUTH with this mechanism and initial response ("-": none)
 *   auth-response TEXT        AUTH with a later response
 *   auth-ok ACCOUNT | auth-continue TEXT | auth-cancelled
 *   auth-fail credentials | mechanism | malformed | temporary | throttled
 *   sender ADDRESS ANSWER     ANSWER: ok, refused, later, full, busy; ADDRESS "-" is empty
 *   recipient ADDRESS ANSWER
 *   store ANSWER [ID]         the text was exactly the T: lines before
 *   abort
 *   close                     nothing is to follow
 *
 * And:
 *
 *   silent                    no reply waits, no want is open
 *   params TEXT               the stored parameters of the transaction's MAIL, "-" for none
 *   rcpt-params TEXT          those of its last recipient
 *   wait MS                   the clock moves; a deadline that passes is told to the engine
 *   deadline MS               is so far away
 *   shutdown
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "script.h"
#include "smtp/server.h"
#include "stage.h"
#include "util/alloc.h"

enum { WORDS_MAX = 4 };

struct play {
	const struct script_line *line; /* that is being played */
	bool by_octet;
	struct stage stage;
	struct smtp_server *server; /* NULL while the stage is set */
	uint64_t now_ms;
	struct buf pending;   /* from the client, not read yet */
	struct buf replies;   /* from the server, not looked at yet */
	struct buf text;      /* of the message */
	struct buf want_text; /* the T: lines */
};

_Noreturn static void
fail(const struct play *p, const char *what, struct slice got)
{
	(void)fprintf(stderr, "%s:%u: %s%s: '%.*s'\n", p->line->file, p->line->number,
	    p->by_octet ? "octet by octet: " : "", what, (int)got.len, (const char *)got.ptr);
	_exit(1);
}

_Noreturn static void
fail_text(const struct play *p, const char *what)
{
	fail(p, what, (struct slice){ NULL, 0 });
}

static void
take_output(struct play *p)
{
	struct slice out = smtp_server_output(p->server);

	buf_add_slice(&p->replies, out);
	smtp_server_output_taken(p->server, out.len);
}

/* Feeds a piece of what the client has sent, in a heap block of its exact size. */
static size_t
feed_piece(struct play *p)
{
	size_t len = p->by_octet ? 1 : p->pending.len, n;
	uint8_t *piece = malloc(len);

	if (piece == NULL)
		abort();
	memcpy(piece, p->pending.ptr, len);
	n = smtp_server_input(p->server, slice_make(piece, len), p->now_ms);
	buf_add_slice(&p->text, smtp_server_text(p->server));
	buf_drop(&p->pending, n);
	free(piece);
	return n;
}

/* Until the engine takes no more, though its replies are sent. */
static void
pump(struct play *p)
{
	while (p->pending.len != 0) {
		if (feed_piece(p) != 0)
			continue;
		if (smtp_server_output(p->server).len == 0)
			break;
		take_output(p);
	}
	take_output(p);
}

static void
expect_reply(struct play *p, struct slice want, bool is_whole)
{
	struct slice all = buf_slice(&p->replies);
	size_t end = slice_find(all, '\n');
	struct slice got = slice_first(all, end < 1 ? end : end - 1);

	if (end == all.len)
		fail(p, "no reply; want", want);
	if (got.len < want.len || !slice_equal(is_whole ? got : slice_first(got, want.len), want))
		fail(p, "reply", got);
	buf_drop(&p->replies, end + 1);
}

static void
expect_want(struct play *p, enum smtp_server_want want)
{
	if (smtp_server_want(p->server) != want)
		fail_text(p, "that is not what the server wants");
}

static void
expect_slice(struct play *p, struct slice got, const char *want)
{
	if (!slice_is(got, strcmp(want, "-") == 0 ? "" : want))
		fail(p, "got", got);
}

static enum smtp_server_answer
answer_of(const struct play *p, const char *word)
{
	static const char *const names[] = { [SMTP_SERVER_OK] = "ok",
		[SMTP_SERVER_NOT_ALLOWED] = "refused",
		[SMTP_SERVER_TRY_LATER] = "later",
		[SMTP_SERVER_DISK_FULL] = "full",
		[SMTP_SERVER_BUSY] = "busy" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], word) == 0)
			return (enum smtp_server_answer)i;
	fail_text(p, "no such answer");
}

static enum smtp_server_auth_failure
failure_of(const struct play *p, const char *word)
{
	static const char *const names[] = { "credentials", "mechanism", "malformed", "temporary",
		"throttled" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], word) == 0)
			return (enum smtp_server_auth_failure)i;
	fail_text(p, "no such failure");
}

static void
on_tls(struct play *p, char **words)
{
	(void)words;
	expect_want(p, SMTP_SERVER_WANT_TLS);
	buf_clear(&p->pending);
	smtp_server_tls_done(p->server, p->now_ms);
}

static void
on_auth_start(struct play *p, char **words)
{
	struct smtp_server_auth_step step;

	expect_want(p, SMTP_SERVER_WANT_AUTH);
	step = smtp_server_auth_step(p->server);
	if (step.kind != SMTP_SERVER_AUTH_START || step.has_octets != (strcmp(words[2], "-") != 0))
		fail_text(p, "another step");
	expect_slice(p, step.mechanism, words[1]);
	expect_slice(p, step.octets, strcmp(words[2], "empty") == 0 ? "-" : words[2]);
}

static void
on_auth_response(struct play *p, char **words)
{
	struct smtp_server_auth_step step;

	expect_want(p, SMTP_SERVER_WANT_AUTH);
	step = smtp_server_auth_step(p->server);
	if (step.kind != SMTP_SERVER_AUTH_RESPONSE || !step.has_octets)
		fail_text(p, "another step");
	expect_slice(p, step.octets, words[1]);
}

static void
on_auth_ok(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_AUTH);
	smtp_server_auth_ok(p->server, slice_of(words[1]), p->now_ms);
	expect_slice(p, smtp_server_account(p->server), words[1]);
}

static void
on_auth_continue(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_AUTH);
	smtp_server_auth_continue(
	    p->server, slice_of(strcmp(words[1], "-") == 0 ? "" : words[1]), p->now_ms);
}

static void
on_auth_fail(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_AUTH);
	smtp_server_auth_failed(p->server, failure_of(p, words[1]), p->now_ms);
}

static void
on_auth_cancelled(struct play *p, char **words)
{
	(void)words;
	expect_want(p, SMTP_SERVER_WANT_AUTH);
	if (smtp_server_auth_step(p->server).kind != SMTP_SERVER_AUTH_CANCEL)
		fail_text(p, "not cancelled");
	smtp_server_auth_cancelled(p->server, p->now_ms);
}

static void
on_sender(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_SENDER);
	expect_slice(p, smtp_server_sender(p->server), words[1]);
	smtp_server_sender_done(p->server, answer_of(p, words[2]), p->now_ms);
}

static void
on_recipient(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_RECIPIENT);
	expect_slice(p,
	    smtp_server_recipient(p->server, smtp_server_recipient_count(p->server) - 1), words[1]);
	smtp_server_recipient_done(p->server, answer_of(p, words[2]), p->now_ms);
}

static void
on_store(struct play *p, char **words)
{
	expect_want(p, SMTP_SERVER_WANT_STORE);
	if (!slice_equal(buf_slice(&p->text), buf_slice(&p->want_text)))
		fail(p, "text", buf_slice(&p->text));
	buf_clear(&p->text);
	buf_clear(&p->want_text);
	smtp_server_store_done(p->server, answer_of(p, words[1]),
	    slice_of(words[2] == NULL ? "" : words[2]), p->now_ms);
}

static void
on_abort(struct play *p, char **words)
{
	(void)words;
	expect_want(p, SMTP_SERVER_WANT_ABORT);
	buf_clear(&p->text);
	smtp_server_abort_done(p->server, p->now_ms);
}

static void
on_close(struct play *p, char **words)
{
	(void)words;
	expect_want(p, SMTP_SERVER_WANT_CLOSE);
	if (p->replies.len != 0)
		fail(p, "reply", buf_slice(&p->replies));
	buf_clear(&p->pending);
	buf_clear(&p->text);
}

static void
on_silent(struct play *p, char **words)
{
	(void)words;
	expect_want(p, SMTP_SERVER_WANT_NONE);
	if (p->replies.len != 0)
		fail(p, "reply", buf_slice(&p->replies));
}

/* What stands after the directive's name, spaces and all. */
static void
expect_stored(struct play *p, struct slice got)
{
	struct slice line = slice_of((const char *)p->line->text.ptr);
	struct slice want = slice_after(line, slice_find(line, ' ') + 1);

	if (!slice_equal(got, slice_is(want, "-") ? slice_of("") : want))
		fail(p, "stored parameters", got);
}

static void
on_params(struct play *p, char **words)
{
	struct buf out;

	(void)words;
	buf_init(&out, SMTP_MAIL_PARAMS_MAX);
	smtp_mail_params_print(smtp_server_mail_params(p->server), &out);
	expect_stored(p, buf_slice(&out));
	buf_done(&out);
}

static void
on_rcpt_params(struct play *p, char **words)
{
	size_t last = smtp_server_recipient_count(p->server) - 1;
	struct smtp_rcpt_params params = smtp_server_recipient_params(p->server, last);
	struct buf out;

	(void)words;
	buf_init(&out, SMTP_RCPT_PARAMS_MAX);
	smtp_rcpt_params_print(&params, &out);
	expect_stored(p, buf_slice(&out));
	buf_done(&out);
}

static void
on_wait(struct play *p, char **words)
{
	p->now_ms += strtoull(words[1], NULL, 10);
	smtp_server_timeout(p->server, p->now_ms);
}

static void
on_deadline(struct play *p, char **words)
{
	if (smtp_server_deadline(p->server) - p->now_ms != strtoull(words[1], NULL, 10))
		fail_text(p, "another deadline");
}

static void
on_shutdown(struct play *p, char **words)
{
	(void)words;
	smtp_server_shutdown(p->server, p->now_ms);
}

static const struct directive {
	const char *name;
	size_t word_count; /* at least, with its own */
	void (*run)(struct play *p, char **words);
} directives[] = {
	{ "tls", 1, on_tls },
	{ "auth-start", 3, on_auth_start },
	{ "auth-response", 2, on_auth_response },
	{ "auth-ok", 2, on_auth_ok },
	{ "auth-continue", 2, on_auth_continue },
	{ "auth-fail", 2, on_auth_fail },
	{ "auth-cancelled", 1, on_auth_cancelled },
	{ "sender", 3, on_sender },
	{ "recipient", 3, on_recipient },
	{ "store", 2, on_store },
	{ "abort", 1, on_abort },
	{ "close", 1, on_close },
	{ "silent", 1, on_silent },
	{ "params", 2, on_params },
	{ "rcpt-params", 2, on_rcpt_params },
	{ "wait", 2, on_wait },
	{ "deadline", 2, on_deadline },
	{ "shutdown", 1, on_shutdown },
};

static void
start(struct play *p)
{
	if (p->server == NULL)
		p->server = smtp_server_new(&p->stage.options, p->now_ms);
	pump(p);
}

static const struct directive *
find_directive(char **words, size_t count)
{
	for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++)
		if (count >= directives[i].word_count && strcmp(words[0], directives[i].name) == 0)
			return &directives[i];
	return NULL;
}

static void
run_directive(struct play *p)
{
	char *text = xstrdup((const char *)p->line->text.ptr), *rest = text;
	char *words[WORDS_MAX + 1] = { NULL };
	const struct directive *directive;
	size_t count = 0;

	while (count < WORDS_MAX && (words[count] = strsep(&rest, " ")) != NULL)
		count++;
	directive = count == 0 ? NULL : find_directive(words, count);
	if (directive != NULL) {
		start(p);
		directive->run(p, words);
	} else if (count == 0 || p->server != NULL || !stage_set(&p->stage, words)) {
		fail_text(p, "no such directive");
	}
	free(text);
}

static void
play_line(struct play *p)
{
	switch (p->line->kind) {
	case 'C':
	case 'c':
		buf_add_slice(&p->pending, buf_slice(&p->line->text));
		break;
	case 'T':
		buf_add_slice(&p->want_text, buf_slice(&p->line->text));
		break;
	case 'S':
	case 's':
		start(p);
		expect_reply(p, buf_slice(&p->line->text), p->line->kind == 'S');
		break;
	default:
		run_directive(p);
		break;
	}
}

/* Nothing may be left over: no reply, no octet of the client's, no want but CLOSE. */
static void
check_end(struct play *p)
{
	start(p);
	if (p->replies.len != 0)
		fail(p, "at the end: reply", buf_slice(&p->replies));
	if (p->pending.len != 0)
		fail(p, "at the end: not read", buf_slice(&p->pending));
	if (smtp_server_want(p->server) != SMTP_SERVER_WANT_CLOSE)
		expect_want(p, SMTP_SERVER_WANT_NONE);
}

static void
play(const struct script *script, bool by_octet)
{
	struct play p = { .by_octet = by_octet, .now_ms = STAGE_START_MS };
	struct buf *bufs[] = { &p.pending, &p.replies, &p.text, &p.want_text };

	stage_init(&p.stage);
	for (size_t i = 0; i < 4; i++)
		buf_init(bufs[i], 1 << 20);
	for (size_t i = 0; i < script->count; i++) {
		p.line = &script->lines[i];
		play_line(&p);
	}
	check_end(&p);
	smtp_server_free(&p.server);
	for (size_t i = 0; i < 4; i++)
		buf_done(bufs[i]);
}

int
main(int argc, char **argv)
{
	struct script script;

	if (argc != 2)
		return 2;
	script = script_read(argv[1]);
	play(&script, false);
	play(&script, true);
	script_done(&script);
	return 0;
}
