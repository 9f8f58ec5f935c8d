/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server_verb.h"

#define IN(state) (1u << SMTP_STATE_##state)

enum {
	ANYTIME = IN(START) | IN(GREETED) | IN(MAIL) | IN(RCPT),
	IDLE = IN(GREETED),
	OPEN = IN(MAIL) | IN(RCPT),
};

/* RFC 5321 §4.1.4 for the order; RFC 3207 §4, RFC 4954 §6 and RFC 6409 §4.3 for what TLS and AUTH
 * guard. */
static const struct verb {
	const char *name;
	unsigned states; /* where it may come */
	bool needs_tls, needs_auth;
	enum smtp_server_reply out_of_order;
	void (*handle)(struct smtp_server *s, struct slice argument);
} verbs[] = {
	{ "MAIL", IDLE, true, true, SMTP_REPLY_MAIL_TWICE, smtp_verb_mail },
	{ "RCPT", OPEN, true, true, SMTP_REPLY_MAIL_FIRST, smtp_verb_rcpt },
	{ "DATA", OPEN, true, true, SMTP_REPLY_MAIL_FIRST, smtp_verb_data },
	{ "EHLO", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_ehlo },
	{ "AUTH", IDLE, true, false, SMTP_REPLY_AUTH_IN_MAIL, smtp_verb_auth },
	{ "STARTTLS", IDLE, false, false, SMTP_REPLY_TLS_TWICE, smtp_verb_starttls },
	{ "QUIT", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_quit },
	{ "RSET", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_rset },
	{ "NOOP", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_noop },
	{ "HELO", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_helo },
	{ "HELP", ANYTIME, false, false, SMTP_REPLY_EHLO_FIRST, smtp_verb_help },
	{ "VRFY", ANYTIME, true, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_vrfy },
	{ "EXPN", ANYTIME, true, true, SMTP_REPLY_EHLO_FIRST, smtp_verb_expn },
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

/* RFC 5321 §2.4: commands are ASCII; a CR, LF or NUL in one is somebody's trick (§2.3.8). */
static bool
is_plain(struct slice line)
{
	bool is_odd = false;

	for (size_t i = 0; i < line.len; i++)
		is_odd |= (line.ptr[i] < ' ' && line.ptr[i] != '\t') | (line.ptr[i] > '~');
	return !is_odd;
}

/* White space before the CRLF SHOULD be tolerated (RFC 5321 §4.1.1), and so it is after the verb.
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

void
smtp_server_command(struct smtp_server *s, struct slice line)
{
	size_t end = slice_find(line, ' ');
	const struct verb *v = find_verb(slice_first(line, end));

	if (!is_plain(line))
		smtp_server_refuse(s, SMTP_REPLY_LINE_OCTETS);
	else if (v == NULL)
		smtp_server_refuse(s, SMTP_REPLY_UNKNOWN_COMMAND);
	else if (s->state == SMTP_STATE_START && !(v->states & IN(START)))
		smtp_server_refuse(s, SMTP_REPLY_EHLO_FIRST);
	else if (v->needs_tls && !s->is_tls)
		smtp_server_refuse(s, SMTP_REPLY_TLS_FIRST);
	else if (v->needs_auth && s->account.len == 0)
		smtp_server_refuse(s, SMTP_REPLY_AUTH_FIRST);
	else if (!(v->states & 1u << s->state))
		smtp_server_refuse(s, v->out_of_order);
	else
		v->handle(s, trim(slice_after(line, end)));
}
