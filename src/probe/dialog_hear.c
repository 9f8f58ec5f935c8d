/* SPDX-License-Identifier: Apache-2.0 */
/* What is said and heard: lines for a transcript, and what each reply tells of its stage. */
#include <stdio.h>

#include "probe/dialog_private.h"
#include "probe/queue_id.h"
#include "probe/text.h"
#include "smtp/client_reply.h"
#include "util/clock.h"

enum { REPLY_READY = 220 };

bool
dialog_find_stage(
    const struct probe_dialog *d, enum smtp_client_step step, enum probe_stage *ret_stage)
{
	static const struct {
		enum smtp_client_step step;
		enum probe_stage stage;
	} stages[] = {
		{ SMTP_CLIENT_STEP_GREETING, PROBE_STAGE_GREETING },
		{ SMTP_CLIENT_STEP_EHLO, PROBE_STAGE_EHLO },
		{ SMTP_CLIENT_STEP_HELO, PROBE_STAGE_EHLO },
		{ SMTP_CLIENT_STEP_STARTTLS, PROBE_STAGE_STARTTLS },
		{ SMTP_CLIENT_STEP_TLS, PROBE_STAGE_HANDSHAKE },
		{ SMTP_CLIENT_STEP_AUTH, PROBE_STAGE_AUTH },
		{ SMTP_CLIENT_STEP_NOOP, PROBE_STAGE_BULK },
		{ SMTP_CLIENT_STEP_RSET, PROBE_STAGE_MAIL },
		{ SMTP_CLIENT_STEP_MAIL, PROBE_STAGE_MAIL },
		{ SMTP_CLIENT_STEP_RCPT, PROBE_STAGE_RCPT },
		{ SMTP_CLIENT_STEP_DATA, PROBE_STAGE_DATA },
		{ SMTP_CLIENT_STEP_TEXT, PROBE_STAGE_END },
		{ SMTP_CLIENT_STEP_END, PROBE_STAGE_END },
		{ SMTP_CLIENT_STEP_QUIT, PROBE_STAGE_QUIT },
	};

	for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
		if (stages[i].step != step)
			continue;
		*ret_stage = stages[i].stage == PROBE_STAGE_EHLO && smtp_client_is_tls(d->client)
				 ? PROBE_STAGE_EHLO_TLS
				 : stages[i].stage;
		return true;
	}
	return false;
}

static void
show_reply(const struct probe_dialog *d, uint16_t code, struct slice text)
{
	struct slice line;
	struct buf whole;

	buf_init(&whole, SMTP_CLIENT_LINE_MAX);
	while (d->options.on_line != NULL && smtp_reply_next_line(&text, &line)) {
		buf_clear(&whole);
		if (code != 0)
			(void)buf_addf(
			    &whole, "%03u%c", (unsigned)code, text.ptr == NULL ? ' ' : '-');
		(void)buf_add_slice(&whole, line);
		d->options.on_line(d->options.line_arg, false, buf_slice(&whole));
	}
	buf_done(&whole);
}

static void
on_command(void *arg, struct slice line)
{
	struct probe_dialog *d = arg;

	if (d->options.on_line != NULL)
		d->options.on_line(d->options.line_arg, true, line);
}

/* The first digit tells (RFC 5321 §4.2.1), but at STARTTLS, where a yes is 220 (RFC 3207 §4). */
static bool
is_wanted(enum probe_stage stage, uint16_t code)
{
	if (stage == PROBE_STAGE_BULK) /* whatever is said to NOOP: it came through */
		return code != 0;
	if (stage == PROBE_STAGE_STARTTLS)
		return code == REPLY_READY;
	return code / 100u == (stage == PROBE_STAGE_DATA ? 3 : 2);
}

static enum probe_stage_end
judge(enum probe_stage stage, uint16_t code)
{
	const unsigned class = code / 100u;

	if (is_wanted(stage, code))
		return PROBE_STAGE_PASSED;
	return class == 4 || class == 5 ? PROBE_STAGE_REFUSED : PROBE_STAGE_BROKEN;
}

static void
take_greeting(struct probe_dialog *d, struct slice text)
{
	struct probe_stage_fact *fact = &d->facts.stages[PROBE_STAGE_GREETING];

	d->facts.is_greeting_masked = probe_greeting_is_masked(text);
	d->facts.is_late = fact->took_us > PROBE_GREETING_SLOW_MS * (uint64_t)1000;
}

/* HELO knows no extensions (RFC 5321 §4.1.1.1): a list of them is the reply to the EHLO before. */
static bool
is_reply_to_ehlo(uint16_t code, struct slice text)
{
	struct probe_ehlo e;

	probe_ehlo_read(code, text, &e);
	return code / 100 == 2 && (e.has_starttls || e.has_auth || e.has_pipelining ||
				      e.has_8bitmime || e.has_enhanced_codes || e.size_max != 0);
}

/*
 * DATA went out together with a recipient that was then refused, and was answered with 354: all
 * that followed is a dot (RFC 2920 §3.1). Whatever is said to it, no message was taken.
 */
static bool
is_about_no_text(const struct probe_dialog *d)
{
	return d->stage == PROBE_STAGE_END && d->text_len == 0;
}

/* What a stage's reply says beyond yes and no. */
static void
take_words(struct probe_dialog *d, enum smtp_client_step step, uint16_t code, struct slice text)
{
	struct probe_dialog_facts *f = &d->facts;

	if (step == SMTP_CLIENT_STEP_GREETING)
		take_greeting(d, text);
	else if (step == SMTP_CLIENT_STEP_EHLO)
		probe_ehlo_read(
		    code, text, d->stage == PROBE_STAGE_EHLO_TLS ? &f->ehlo_tls : &f->ehlo);
	else if (step == SMTP_CLIENT_STEP_HELO)
		f->is_out_of_step = is_reply_to_ehlo(code, text);
	else if (step == SMTP_CLIENT_STEP_AUTH)
		dialog_judge_login(d);
	else if (step == SMTP_CLIENT_STEP_END && code / 100 == 2 && !is_about_no_text(d))
		(void)probe_queue_id_find(text, f->queue_id, sizeof f->queue_id);
}

static void
hear(struct probe_dialog *d, uint16_t code, struct slice text)
{
	struct probe_stage_fact *fact = &d->facts.stages[d->stage];

	/* Of several recipients the first that was refused is the one to tell of. */
	if (d->stage == PROBE_STAGE_RCPT && fact->end == PROBE_STAGE_REFUSED)
		return;
	if (is_about_no_text(d)) {
		dialog_end(d, PROBE_STAGE_SKIPPED, slice_of("no recipient was accepted"));
		return;
	}
	fact->code = code;
	fact->enhanced[0] = 0;
	(void)smtp_reply_enhanced(text, code, fact->enhanced);
	dialog_end(d, judge(d->stage, code), text);
}

/* A reply that nothing had asked for: the server says that it closes, or somebody injects it. */
static void
hear_unasked(struct probe_dialog *d, uint16_t code, struct slice text)
{
	struct buf whole;

	buf_init(&whole, sizeof d->facts.unasked);
	(void)buf_addf(&whole, "%03u ", (unsigned)code);
	(void)buf_add_slice(&whole, slice_first(text, text.len < 100 ? text.len : 100));
	probe_text_copy(buf_slice(&whole), ' ', d->facts.unasked, sizeof d->facts.unasked);
	buf_done(&whole);
}

static void
on_reply(void *arg, enum smtp_client_step step, uint16_t code, struct slice text)
{
	struct probe_dialog *d = arg;
	enum probe_stage stage;

	show_reply(d, code, text);
	d->may_quit = code != 0 && code != 421;
	if (!dialog_find_stage(d, step, &stage)) {
		hear_unasked(d, code, text);
		return;
	}
	/* In a flight of commands a stage begins when the one before it has its reply. */
	if (d->stage != stage)
		dialog_begin(d, stage);
	if (stage == PROBE_STAGE_AUTH && code / 100 == 3) {
		d->facts.challenge_count++;
		return;
	}
	hear(d, code, text);
	take_words(d, step, code, text);
}

struct smtp_client_watch
dialog_watch(struct probe_dialog *d)
{
	return (struct smtp_client_watch){ on_command, on_reply, d };
}

void
dialog_hear_goodbye(struct probe_dialog *d, uint16_t code, struct slice text)
{
	show_reply(d, code, text);
	hear(d, code, text);
}

void
dialog_say_quit(struct probe_dialog *d)
{
	static const char line[] = "QUIT\r\n";

	on_command(d, slice_of("QUIT"));
	net_conn_write(d->conn, slice_of(line));
}
