/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_smuggling.c - only when asked for, with an account and a recipient of one's own: does a
 * message end where it must not (RFC 5321 §4.1.1.4)?
 *
 * After DATA come a header, then one wrong end after the other, each followed by a wait. Then the
 * connection is closed without the right end, so that a message exists only if the server took one
 * of the wrong ones.
 */
#include <stdio.h>
#include <string.h>

#include "audit/login.h"

enum { END_WAIT_MS = 1500 };

static const struct {
	const char *words;
	struct slice octets;
} ends[] = {
	{ "LF.LF", { (const uint8_t *)"\n.\n", 3 } },
	{ "LF.CRLF", { (const uint8_t *)"\n.\r\n", 4 } },
	{ "CRLF.LF", { (const uint8_t *)"\r\n.\n", 4 } },
	{ "CRLF.CR", { (const uint8_t *)"\r\n.\r", 4 } },
	{ "LF.CR", { (const uint8_t *)"\n.\r", 3 } },
	{ "CR.LF", { (const uint8_t *)"\r.\n", 3 } },
	{ "CR.CR", { (const uint8_t *)"\r.\r", 3 } },
	{ "CR.CRLF", { (const uint8_t *)"\r.\r\n", 4 } },
	{ "CRLF.CRCRLF", { (const uint8_t *)"\r\n.\r\r\n", 6 } },
	{ "CRCRLF.CRCRLF", { (const uint8_t *)"\r\r\n.\r\r\n", 7 } },
	{ "CRLF NUL.CRLF", { (const uint8_t *)"\r\n\0.\r\n", 6 } },
	{ "CR NUL LF.CRLF", { (const uint8_t *)"\r\0\n.\r\n", 6 } },
	{ "CRLF.NUL CRLF", { (const uint8_t *)"\r\n.\0\r\n", 6 } },
	{ "CRLF.CR NUL LF", { (const uint8_t *)"\r\n.\r\0\n", 6 } },
};

enum { END_COUNT = sizeof ends / sizeof ends[0] };

struct smuggling {
	struct audit *a;
	const struct audit_door *door;
	struct audit_talk *t;
	bool has_failed; /* it cannot be tried at all */
};

static bool
fail(struct smuggling *s, const char *step)
{
	s->has_failed = true;
	if (s->t != NULL)
		audit_gap(s->a, false, "%s was answered with %u %s", step, audit_talk_code(s->t),
		    audit_talk_text(s->t));
	return false;
}

static void
say_header(struct smuggling *s, const char *from)
{
	char text[1024];

	(void)snprintf(text, sizeof text,
	    "From: <%s>\r\nTo: <%s>\r\nSubject: sallyport audit: smuggling\r\n\r\n"
	    "This message arrives only where a message ends too soon.\r\n",
	    from, s->a->options->to);
	audit_talk_send(s->t, slice_of(text));
}

/* Up to the text of a message. */
static bool
begin(struct smuggling *s)
{
	const struct audit_options *o = s->a->options;
	const char *from = o->from != NULL ? o->from : o->user;

	audit_talk_drop(&s->t);
	s->t = audit_talk_open_tls(s->a, s->door);
	if (s->t == NULL || audit_talk_code(s->t) != 250)
		return fail(s, "EHLO");
	if (audit_login(s->t, o->user, o->password) != 235) {
		s->a->result->failed_login_count++;
		return fail(s, "the login");
	}
	if (audit_talk_say(s->t, "MAIL FROM:<%s>", from) / 100 != 2)
		return fail(s, "MAIL");
	if (audit_talk_say(s->t, "RCPT TO:<%s>", o->to) / 100 != 2)
		return fail(s, "RCPT");
	if (audit_talk_say(s->t, "DATA") != 354)
		return fail(s, "DATA");
	say_header(s, from);
	return true;
}

/* A refusal is right; silence is right; 250 is a message. */
static void
try_end(struct smuggling *s, size_t i)
{
	audit_talk_send(s->t, slice_of("test"));
	audit_tell(s->a, "C: %s, then wait", ends[i].words);
	audit_talk_send_quietly(s->t, ends[i].octets);
	if (!audit_talk_reply(s->t, END_WAIT_MS))
		return;
	if (audit_talk_code(s->t) / 100 == 2)
		audit_findings_add(&s->a->result->findings, AUDIT_SMUGGLING,
		    "%s: %s ends a message: %u %s", s->door->name, ends[i].words,
		    audit_talk_code(s->t), audit_talk_text(s->t));
	/* The text is over, whatever it was; anything more would be commands. */
	audit_talk_drop(&s->t);
}

void
audit_check_smuggling(struct audit *a)
{
	struct smuggling s = { .a = a, .door = audit_login_door(a) };

	if (s.door == NULL)
		return;
	for (size_t i = 0; i < END_COUNT && !s.has_failed; i++) {
		const bool is_in_text = s.t != NULL && audit_talk_is_open(s.t);

		if (is_in_text || begin(&s))
			try_end(&s, i);
	}
	audit_talk_drop(&s.t);
}
