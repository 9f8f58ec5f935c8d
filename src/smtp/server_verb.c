/* SPDX-License-Identifier: Apache-2.0 */
/* Each verb of RFC 5321 §4.5.1 and no other (§4.1.5, §F.1, §F.6); nothing for strangers (RFC 6409
 * §3.2, §7, RFC 5321 §7.9), and no password without TLS (RFC 4954 §4, §9, RFC 8314 §4, §4.1). */
#include "smtp/server_verb.h"

#define IN(state) (1u << SMTP_STATE_##state)

enum {
	ANYTIME = IN(START) | IN(GREETED) | IN(MAIL) | IN(RCPT) | IN(CHUNKS),
	IDLE = IN(GREETED),
	OPEN = IN(MAIL) | IN(RCPT),
};

/* RFC 5321 §4.1.4 for the order; RFC 3207 §4, RFC 4954 §6 and RFC 6409 §4.3 for what TLS and AUTH
 * guard. */
static const struct verb {
	const char *name;
	unsigned states; /* where it may come */
	bool needs_tls, needs_auth;
	bool is_last; /* of a group: its reply is to be waited for (RFC 2920 §3.1) */
	enum smtp_server_reply out_of_order;
	void (*handle)(struct smtp_server *s, struct slice argument);
} verbs[] = {
	{ "MAIL", IDLE, true, true, false, SMTP_REPLY_MAIL_TWICE, smtp_verb_mail },
	{ "RCPT", OPEN, true, true, false, SMTP_REPLY_MAIL_FIRST, smtp_verb_rcpt },
	{ "DATA", OPEN, true, true, true, SMTP_REPLY_MAIL_FIRST, smtp_verb_data },
	/* RFC 3030 §2: octets that were no chunk are commands as odd as any. */
	{ "BDAT", OPEN | IN(CHUNKS), true, true, false, SMTP_REPLY_MAIL_FIRST, smtp_verb_bdat },
	{ "EHLO", ANYTIME, false, false, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_ehlo },
	{ "AUTH", IDLE, true, false, false, SMTP_REPLY_AUTH_IN_MAIL, smtp_verb_auth },
	{ "STARTTLS", IDLE, false, false, false, SMTP_REPLY_TLS_TWICE, smtp_verb_starttls },
	{ "QUIT", ANYTIME, false, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_quit },
	{ "RSET", ANYTIME, false, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_rset },
	{ "NOOP", ANYTIME, false, false, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_noop },
	{ "HELO", ANYTIME, false, false, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_helo },
	{ "HELP", ANYTIME, false, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_help },
	{ "VRFY", ANYTIME, true, true, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_vrfy },
	{ "EXPN", ANYTIME, true, true, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_expn },
};

/* NULL: 500, and the session goes on (RFC 5321 §4.2.4). */
static const struct verb *
find_verb(struct slice name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (slice_is_nocase(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

/*
 * RFC 5321 §2.4: commands are ASCII; a CR, LF or NUL in one is somebody's trick (§2.3.8). Where a
 * mailbox may stand there may be UTF-8 (RFC 6531 §3.1, §3.2), which is looked at where it is.
 */
static bool
is_plain_line(struct slice line, bool may_be_utf8)
{
	uint8_t utf8_mask = may_be_utf8 ? 0x80 : 0;
	bool is_odd = false;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t c = line.ptr[i];

		is_odd |= (c < ' ' && c != '\t') | (c > '~' && (c & utf8_mask) == 0);
	}
	return !is_odd;
}

static bool
takes_mailbox(const struct verb *v)
{
	return v != NULL && (v->handle == smtp_verb_mail || v->handle == smtp_verb_rcpt ||
				v->handle == smtp_verb_vrfy || v->handle == smtp_verb_expn);
}

/*
 * White space before the CRLF SHOULD be tolerated (RFC 5321 §4.1.1), and so it is after the verb: a
 * tab ends it as well as a space. Were "BDAT<TAB>6" no command, its chunk would be some.
 */
static struct slice
trim(struct slice s)
{
	while (s.len != 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = slice_after(s, 1);
	while (s.len != 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* Why v may not come now; SMTP_REPLY_NONE: it may. */
static enum smtp_server_reply
find_refusal(const struct smtp_server *s, const struct verb *v)
{
	if (s->state == SMTP_STATE_START && !(v->states & IN(START)))
		return SMTP_REPLY_EHLO_FIRST;
	if (v->needs_tls && !s->is_tls)
		return SMTP_REPLY_TLS_FIRST;
	if (v->needs_auth && s->account.len == 0)
		return SMTP_REPLY_AUTH_FIRST;
	if (v->states & 1u << s->state)
		return SMTP_REPLY_NONE;
	return s->state == SMTP_STATE_CHUNKS ? SMTP_REPLY_IN_CHUNKS : v->out_of_order;
}

static void
refuse(struct smtp_server *s, const struct verb *v, struct slice argument,
    enum smtp_server_reply refusal)
{
	if (v->handle == smtp_verb_bdat)
		smtp_server_refuse_bdat(s, argument, refusal);
	else
		smtp_server_refuse(s, refusal);
}

/* Of a command that is known, in a line that is not plain. */
static enum smtp_server_reply
octets_refusal(struct slice line)
{
	bool has_line_end = slice_find(line, '\r') != line.len ||
			    slice_find(line, '\n') != line.len ||
			    slice_find(line, '\0') != line.len;

	return has_line_end ? SMTP_REPLY_ARGUMENT_LINE_END : SMTP_REPLY_ARGUMENT_OCTETS;
}

/*
 * Out of order is 503 (RFC 5321 §3.3, §4.1.1.1); an octet that no command may have is 501 behind a
 * verb (§4.1.2).
 */
static void
run(struct smtp_server *s, const struct verb *v, struct slice argument, bool is_plain)
{
	enum smtp_server_reply refusal = is_plain ? find_refusal(s, v) : octets_refusal(s->command);

	if (refusal == SMTP_REPLY_NONE)
		v->handle(s, argument);
	else
		refuse(s, v, argument, refusal);
}

void
smtp_server_command(struct smtp_server *s, struct slice line)
{
	size_t end = slice_find(slice_first(line, slice_find(line, ' ')), '\t');
	const struct verb *v = find_verb(slice_first(line, end));
	bool is_plain = is_plain_line(line, takes_mailbox(v));
	bool is_last = !s->is_extended || (v != NULL && v->is_last);

	s->command = line;
	if (v != NULL)
		run(s, v, trim(slice_after(line, end)), is_plain);
	else
		smtp_server_refuse(
		    s, is_plain ? SMTP_REPLY_UNKNOWN_COMMAND : SMTP_REPLY_LINE_OCTETS);
	if (is_last)
		smtp_server_synchronise(s);
}
