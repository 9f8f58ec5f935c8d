/* SPDX-License-Identifier: Apache-2.0 */
/* talk_say.c - what is said on a connection, and what is heard */
#include "audit/talk.h"

#include <stdarg.h>
#include <stdio.h>

#include "audit/talk_private.h"
#include "probe/text.h"
#include "util/clock.h"

/* Each line of what is said, for the reader. */
static void
tell_octets(struct audit_talk *t, struct slice octets)
{
	while (octets.len > 0) {
		struct slice line = slice_take_line(&octets);

		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		audit_tell(t->a, "C: %.*s", (int)line.len, (const char *)line.ptr);
	}
}

static void
put(struct audit_talk *t, struct slice octets)
{
	if (t->a->options->is_dry)
		audit_dry_hear(&t->dry, octets);
	else if (t->conn != NULL)
		net_conn_write(t->conn, octets);
}

void
audit_talk_forgive(struct audit_talk *t)
{
	t->is_forgiving = true;
}

void
audit_talk_send_quietly(struct audit_talk *t, struct slice octets)
{
	if (audit_talk_is_open(t))
		put(t, octets);
}

void
audit_talk_send(struct audit_talk *t, struct slice octets)
{
	if (!audit_talk_is_open(t))
		return;
	tell_octets(t, octets);
	put(t, octets);
}

/*
 * A 421 behind this many answers says that one connection has had its share, as servers that count
 * commands or errors do; a sooner one, or one time and again, that we are not wanted.
 */
enum { ANSWERED_LEAST = 6, TIRED_MAX = 4, KEPT_FOR_QUIT = 2 };

/* From now on less is said on one connection. */
static bool
take_hint(struct audit_talk *t)
{
	struct audit *a = t->a;

	if (t->command_count < ANSWERED_LEAST || a->tired_count == TIRED_MAX)
		return false;
	a->tired_count++;
	if (a->commands_max == 0 || t->command_count < a->commands_max + KEPT_FOR_QUIT)
		a->commands_max = t->command_count - KEPT_FOR_QUIT;
	audit_talk_fail(t, AUDIT_TALK_CLOSED, "the server has had enough of this connection");
	return true;
}

static void
note_refusal(struct audit_talk *t)
{
	if (t->code == 421 && !t->is_forgiving && !take_hint(t))
		audit_send_away(t->a, "%s: %u %s", t->door->name, t->code, t->text);
}

/* Lines joined, and nothing in them that could steer a terminal. */
static void
keep_text(struct audit_talk *t)
{
	probe_text_copy(buf_slice(&t->parser.text), ' ', t->text, sizeof t->text);
	t->code = t->parser.code;
}

static bool
take_reply(struct audit_talk *t, enum smtp_reply_status status)
{
	keep_text(t);
	if (status == SMTP_REPLY_BAD) {
		audit_talk_fail(t, AUDIT_TALK_NO_SMTP, "the answer is no SMTP");
		return false;
	}
	if (!t->a->options->is_dry)
		audit_tell(t->a, "S: %u %s", t->code, t->text);
	note_refusal(t);
	return true;
}

static enum smtp_reply_status
parse_input(struct audit_talk *t)
{
	enum smtp_reply_status status = SMTP_REPLY_MORE;
	struct slice in;
	size_t used;

	while (status == SMTP_REPLY_MORE && (in = net_conn_input(t->conn)).len > 0) {
		status = smtp_reply_parse(&t->parser, in, &used);
		net_conn_consume(t->conn, used);
	}
	return status;
}

static bool
answer_dry(struct audit_talk *t)
{
	const struct slice reply = audit_dry_say(&t->dry);
	size_t used;

	t->code = 0;
	return reply.len > 0 && smtp_reply_parse(&t->parser, reply, &used) == SMTP_REPLY_DONE &&
	       take_reply(t, SMTP_REPLY_DONE);
}

bool
audit_talk_reply(struct audit_talk *t, uint64_t timeout_ms)
{
	const uint64_t began_ms = clock_monotonic_ms(), began_us = clock_monotonic_us();
	enum smtp_reply_status status;

	t->code = 0;
	t->text[0] = '\0';
	if (t->a->options->is_dry)
		return answer_dry(t);
	if (t->end == AUDIT_TALK_TIMEOUT)
		t->end = AUDIT_TALK_OPEN;
	if (t->conn == NULL)
		return false;
	while ((status = parse_input(t)) == SMTP_REPLY_MORE && t->end == AUDIT_TALK_OPEN)
		audit_talk_wait(t, began_ms + timeout_ms);
	t->took_us = clock_monotonic_us() - began_us;
	return status != SMTP_REPLY_MORE && take_reply(t, status);
}

unsigned
audit_talk_say(struct audit_talk *t, const char *format, ...)
{
	char line[AUDIT_COMMAND_MAX];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof line - 2, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof line - 2)
		return 0;
	line[len] = '\r';
	line[len + 1] = '\n';
	if (!audit_talk_is_open(t))
		return 0;
	audit_talk_send(t, slice_make(line, (size_t)len + 2));
	if (!audit_talk_reply(t, AUDIT_REPLY_MS))
		return 0;
	t->command_count++;
	return t->code;
}

void
audit_talk_send_secret(struct audit_talk *t, struct slice line)
{
	struct buf octets;

	if (!audit_talk_is_open(t))
		return;
	audit_tell(t->a, "C: ...");
	buf_init(&octets, line.len + 2);
	(void)buf_add_slice(&octets, line);
	(void)buf_add_text(&octets, "\r\n");
	put(t, buf_slice(&octets));
	buf_wipe(&octets);
}

unsigned
audit_talk_mail(struct audit_talk *t)
{
	char word[AUDIT_WORD_SIZE];
	unsigned code;

	audit_make_word(word);
	code = audit_talk_say(t, "MAIL FROM:<%s@%s>", word, audit_local_domain(t->a));
	return code == 250 || code == 530 ? code : audit_talk_say(t, "MAIL FROM:<>");
}

bool
audit_talk_ehlo(struct audit_talk *t)
{
	return audit_talk_say(t, "EHLO %s", t->a->options->hostname) == 250;
}

bool
audit_talk_can_say(const struct audit_talk *t, unsigned command_count)
{
	const unsigned most = t == NULL ? 0 : t->a->commands_max;

	return t != NULL && audit_talk_is_open(t) &&
	       (most == 0 || t->command_count + command_count <= most);
}

unsigned
audit_talk_code(const struct audit_talk *t)
{
	return t->code;
}

const char *
audit_talk_text(const struct audit_talk *t)
{
	return t->text;
}

struct slice
audit_talk_octets(const struct audit_talk *t)
{
	return buf_slice(&t->parser.text);
}

uint64_t
audit_talk_took_us(const struct audit_talk *t)
{
	return t->took_us;
}

bool
audit_talk_has_more(const struct audit_talk *t)
{
	return t->conn != NULL && (net_conn_input(t->conn).len > 0 || t->parser.line.len > 0);
}
