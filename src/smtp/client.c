/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/client.h"

#include <assert.h>
#include <stdlib.h>

#include "smtp/client_internal.h"
#include "util/alloc.h"

enum {
	/* An octet of ORCPT in UTF-8 takes at most three without: "\x{E4}" for two. */
	PARAMETERS_MAX = SMTP_MAIL_PARAMS_MAX + 3 * SMTP_RCPT_PARAMS_MAX,
	/* Verb, brackets, CRLF, and the parameters that we add ourselves. */
	ADDRESS_COMMAND_MAX = SMTP_CLIENT_ADDRESS_MAX + PARAMETERS_MAX + 128,
	COMMANDS_MAX = (SMTP_CLIENT_RECIPIENTS_MAX + 3) * ADDRESS_COMMAND_MAX,
	TEXT_OUTPUT_MAX =
	    2 * SMTP_CLIENT_TEXT_MAX + 8, /* all LF or dots; a CR held back; the end */
	OUTPUT_MAX = COMMANDS_MAX + TEXT_OUTPUT_MAX,
};

static void
on_unexpected(struct smtp_client *c, uint64_t now_ms)
{
	(void)now_ms;
	client_break(c, client_reply_verdict(c));
}

static void
on_quit(struct smtp_client *c, uint64_t now_ms)
{
	client_enter(c, CLIENT_CLOSED, now_ms);
}

/* Each state: what we are doing in it, what it wants, and who takes a reply (NULL: not read). */
static const struct step {
	const char *doing;
	enum smtp_client_step step;
	enum smtp_client_want want;
	void (*on_reply)(struct smtp_client *c, uint64_t now_ms);
} steps[CLIENT_STATE_COUNT] = {
	[CLIENT_TLS_FIRST] = { "while in the TLS handshake", SMTP_CLIENT_STEP_TLS,
	    SMTP_CLIENT_WANT_TLS, NULL },
	[CLIENT_GREETING] = { "while waiting for the greeting", SMTP_CLIENT_STEP_GREETING,
	    SMTP_CLIENT_WANT_NONE, client_on_greeting },
	[CLIENT_EHLO] = { "while sending EHLO", SMTP_CLIENT_STEP_EHLO, SMTP_CLIENT_WANT_NONE,
	    client_on_ehlo },
	[CLIENT_HELO] = { "while sending HELO", SMTP_CLIENT_STEP_HELO, SMTP_CLIENT_WANT_NONE,
	    client_on_helo },
	[CLIENT_STARTTLS] = { "while sending STARTTLS", SMTP_CLIENT_STEP_STARTTLS,
	    SMTP_CLIENT_WANT_NONE, client_on_starttls },
	[CLIENT_TLS] = { "while in the TLS handshake", SMTP_CLIENT_STEP_TLS, SMTP_CLIENT_WANT_TLS,
	    NULL },
	[CLIENT_AUTH] = { "while sending AUTH", SMTP_CLIENT_STEP_AUTH, SMTP_CLIENT_WANT_NONE,
	    client_on_auth },
	[CLIENT_SASL] = { "while sending AUTH", SMTP_CLIENT_STEP_AUTH, SMTP_CLIENT_WANT_NONE,
	    client_on_sasl },
	[CLIENT_IDLE] = { "while idle", SMTP_CLIENT_STEP_IDLE, SMTP_CLIENT_WANT_MAIL,
	    on_unexpected },
	[CLIENT_NOOP] = { "while sending NOOP", SMTP_CLIENT_STEP_NOOP, SMTP_CLIENT_WANT_NONE,
	    client_on_noop },
	[CLIENT_RSET] = { "while sending RSET", SMTP_CLIENT_STEP_RSET, SMTP_CLIENT_WANT_NONE,
	    client_on_rset },
	[CLIENT_MAIL] = { "while sending MAIL FROM", SMTP_CLIENT_STEP_MAIL, SMTP_CLIENT_WANT_NONE,
	    client_on_mail },
	[CLIENT_RCPT] = { "while sending RCPT TO", SMTP_CLIENT_STEP_RCPT, SMTP_CLIENT_WANT_NONE,
	    client_on_rcpt },
	[CLIENT_STEP_MAIL] = { "while sending MAIL FROM", SMTP_CLIENT_STEP_MAIL,
	    SMTP_CLIENT_WANT_NONE, client_on_step_mail },
	[CLIENT_OPEN] = { "between two commands", SMTP_CLIENT_STEP_IDLE, SMTP_CLIENT_WANT_STEP,
	    on_unexpected },
	[CLIENT_STEP_RCPT] = { "while sending RCPT TO", SMTP_CLIENT_STEP_RCPT,
	    SMTP_CLIENT_WANT_NONE, client_on_step_rcpt },
	[CLIENT_DATA] = { "while sending DATA", SMTP_CLIENT_STEP_DATA, SMTP_CLIENT_WANT_NONE,
	    client_on_data },
	[CLIENT_TEXT] = { "while sending the text", SMTP_CLIENT_STEP_TEXT, SMTP_CLIENT_WANT_TEXT,
	    client_on_early_reply },
	[CLIENT_CHUNK] = { "while sending the text", SMTP_CLIENT_STEP_TEXT, SMTP_CLIENT_WANT_NONE,
	    client_on_chunk },
	[CLIENT_DOT] = { "while waiting for the reply to the end of the text", SMTP_CLIENT_STEP_END,
	    SMTP_CLIENT_WANT_NONE, client_on_dot },
	[CLIENT_RESULT] = { "after the transaction", SMTP_CLIENT_STEP_OVER, SMTP_CLIENT_WANT_RESULT,
	    NULL },
	[CLIENT_QUIT] = { "while sending QUIT", SMTP_CLIENT_STEP_QUIT, SMTP_CLIENT_WANT_NONE,
	    on_quit },
	[CLIENT_CLOSED] = { "after the end", SMTP_CLIENT_STEP_OVER, SMTP_CLIENT_WANT_CLOSE, NULL },
};

/* How long a state may last from now on; UINT64_MAX: for ever. */
static uint64_t
patience_ms(const struct smtp_client *c, enum client_state state)
{
	const struct smtp_client_timeouts *t = &c->options.timeouts;

	switch (state) {
	case CLIENT_TLS_FIRST:
	case CLIENT_GREETING:
	case CLIENT_TLS:
		return t->greeting_ms;
	case CLIENT_EHLO:
	case CLIENT_HELO:
	case CLIENT_STARTTLS:
	case CLIENT_AUTH:
	case CLIENT_SASL:
	case CLIENT_NOOP:
	case CLIENT_RSET:
	case CLIENT_MAIL:
	case CLIENT_RCPT:
	case CLIENT_STEP_MAIL:
	case CLIENT_STEP_RCPT:
		return t->command_ms;
	case CLIENT_DATA:
		return t->data_ms;
	case CLIENT_TEXT:
	case CLIENT_CHUNK:
		return t->text_ms;
	case CLIENT_DOT:
		return t->end_ms;
	case CLIENT_QUIT:
		return t->quit_ms;
	case CLIENT_IDLE:
	case CLIENT_OPEN:
	case CLIENT_RESULT:
	case CLIENT_CLOSED:
		break;
	}
	return UINT64_MAX;
}

/* Entering the state that one is in starts its time again: the next reply of a flight. */
void
client_enter(struct smtp_client *c, enum client_state state, uint64_t now_ms)
{
	uint64_t patience = patience_ms(c, state);

	c->state = state;
	c->deadline_ms = patience > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + patience;
}

void
client_send(struct smtp_client *c, const char *verb, const char *argument)
{
	size_t before = c->out.len;
	bool ok = buf_add_text(&c->out, verb);

	if (argument != NULL)
		ok = ok && buf_add_text(&c->out, " ") && buf_add_text(&c->out, argument);
	ok = ok && buf_add_text(&c->out, "\r\n");
	assert(ok);
	client_show(c, before);
}

const char *
client_doing(const struct smtp_client *c)
{
	if (c->state == CLIENT_EHLO && c->options.protocol == SMTP_CLIENT_LMTP)
		return "while sending LHLO";
	return steps[c->state].doing;
}

struct smtp_verdict
client_reply_verdict(const struct smtp_client *c)
{
	return smtp_reply_verdict(&c->reply, c->options.host, client_doing(c));
}

/* "connection reset while sending MAIL FROM" */
static char *
problem_reason(const struct smtp_client *c, const struct client_problem *problem)
{
	struct buf reason;
	char *text;

	if (!problem->has_step)
		return xstrdup(problem->text);
	buf_init(&reason, SMTP_VERDICT_TEXT_MAX);
	if (!buf_addf(&reason, "%s %s", problem->text, client_doing(c)))
		(void)buf_add_text(&reason, client_doing(c));
	text = slice_dup(buf_slice(&reason));
	buf_done(&reason);
	return text;
}

struct smtp_verdict
client_problem_verdict(const struct smtp_client *c, const struct client_problem *problem)
{
	struct smtp_verdict v = { .class = problem->class };

	memcpy(v.enhanced, problem->enhanced, sizeof v.enhanced);
	v.host = xstrdup(c->options.host);
	v.reason = problem_reason(c, problem);
	return v;
}

/* What is said to us before a message was offered, or by a connection that ends, can change. */
static void
fail_connection(struct smtp_client *c, struct smtp_verdict v)
{
	v.class = SMTP_VERDICT_DEFERRED;
	smtp_verdict_done(&c->failure);
	c->failure = v;
	c->has_failure = true;
	client_enter(c, CLIENT_CLOSED, 0);
}

void
client_break(struct smtp_client *c, struct smtp_verdict v)
{
	c->is_broken = true;
	if (!client_has_transaction(c)) {
		fail_connection(c, v);
		return;
	}
	if (v.class == SMTP_VERDICT_DELIVERED)
		v.class = SMTP_VERDICT_DEFERRED;
	client_settle_all(c, &v);
	smtp_verdict_done(&v);
	client_enter(c, CLIENT_RESULT, 0);
}

void
client_break_problem(struct smtp_client *c, const struct client_problem *problem)
{
	client_break(c, client_problem_verdict(c, problem));
}

/* With the peer's words: they are what its administrator must see. */
static void
break_with_words(struct smtp_client *c, const struct client_problem *problem)
{
	struct smtp_verdict words = client_reply_verdict(c);
	struct smtp_verdict v = client_problem_verdict(c, problem);

	v.code = words.code;
	v.peer_text = words.peer_text;
	words.peer_text = NULL;
	smtp_verdict_done(&words);
	client_break(c, v);
}

void
client_break_out_of_step(struct smtp_client *c)
{
	static const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 5, 0 },
		"the reply makes no sense", true };

	break_with_words(c, &problem);
}

static void
break_malformed(struct smtp_client *c)
{
	static const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 5, 0 },
		"the reply is malformed", true };

	break_with_words(c, &problem);
}

struct smtp_client *
smtp_client_new(const struct smtp_client_options *options, uint64_t now_ms)
{
	struct smtp_client *c = xcalloc(1, sizeof *c);

	assert(options->auth_user.len <= SMTP_CLIENT_CREDENTIAL_MAX);
	assert(options->auth_secret.len <= SMTP_CLIENT_CREDENTIAL_MAX);
	c->options = *options;
	buf_init(&c->out, OUTPUT_MAX);
	buf_init(&c->mail.commands, COMMANDS_MAX);
	buf_init(&c->domains, 0);
	buf_init(&c->sasl_initial, 0);
	smtp_reply_parser_init(&c->reply);
	if (options->tls == SMTP_CLIENT_TLS_IMPLICIT)
		client_enter(c, CLIENT_TLS_FIRST, now_ms);
	else
		client_enter(c, CLIENT_GREETING, now_ms);
	return c;
}

static void
wipe_output(struct smtp_client *c)
{
	if (c->has_secret)
		explicit_bzero(c->out.ptr, c->out.size);
	c->has_secret = false;
}

void
smtp_client_free(struct smtp_client **client)
{
	struct smtp_client *c = *client;

	*client = NULL;
	if (c == NULL)
		return;
	wipe_output(c);
	client_sasl_clear(c);
	client_transaction_clear(c);
	buf_done(&c->mail.commands);
	buf_done(&c->domains);
	buf_done(&c->out);
	smtp_reply_parser_done(&c->reply);
	smtp_verdict_done(&c->failure);
	smtp_verdict_done(&c->answer);
	free(c);
}

/* RFC 5321 §3.8: 421 ends the connection, whatever it answers; 4yz for all that is undecided. */
static void
dispatch(struct smtp_client *c, uint64_t now_ms)
{
	if (client_has_transaction(c) && c->reply.code != 421)
		c->mail.heard_count++;
	if (c->reply.code == 421 && c->state != CLIENT_QUIT)
		client_break(c, client_reply_verdict(c));
	else
		steps[c->state].on_reply(c, now_ms);
}

/* RFC 5321 §4.3.1: nothing is said before the greeting, and each reply is waited for. */
size_t
smtp_client_input(struct smtp_client *c, struct slice in, uint64_t now_ms)
{
	size_t total = 0, used;

	while (total < in.len && steps[c->state].on_reply != NULL) {
		switch (smtp_reply_parse(&c->reply, slice_after(in, total), &used)) {
		case SMTP_REPLY_MORE:
			break;
		case SMTP_REPLY_DONE:
			client_show_reply(c);
			dispatch(c, now_ms);
			break;
		case SMTP_REPLY_BAD:
			client_show_reply(c);
			break_malformed(c);
			break;
		}
		total += used;
	}
	return total;
}

struct slice
smtp_client_output(const struct smtp_client *c)
{
	return buf_slice(&c->out);
}

void
smtp_client_output_taken(struct smtp_client *c, size_t len)
{
	if (len == c->out.len)
		wipe_output(c);
	buf_drop(&c->out, len);
}

enum smtp_client_want
smtp_client_want(const struct smtp_client *c)
{
	return steps[c->state].want;
}

uint64_t
smtp_client_deadline(const struct smtp_client *c)
{
	return c->deadline_ms;
}

void
smtp_client_timeout(struct smtp_client *c, uint64_t now_ms)
{
	static const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 4, 2 },
		"timed out", true };

	if (now_ms < c->deadline_ms)
		return;
	if (c->state == CLIENT_QUIT)
		client_enter(c, CLIENT_CLOSED, now_ms);
	else
		client_break_problem(c, &problem);
}

void
smtp_client_end(struct smtp_client *c, const char *why)
{
	const struct client_problem problem = { SMTP_VERDICT_DEFERRED, { 4, 4, 2 }, why, true };

	if (c->state == CLIENT_RESULT)
		c->is_broken = true;
	else if (c->state == CLIENT_QUIT)
		client_enter(c, CLIENT_CLOSED, 0);
	else if (c->state != CLIENT_CLOSED)
		client_break_problem(c, &problem);
}

/* RFC 5321 §4.1.1.10, §4.1.4: QUIT comes last, and its reply is waited for. */
void
smtp_client_quit(struct smtp_client *c, uint64_t now_ms)
{
	assert(c->state == CLIENT_IDLE);
	client_send(c, "QUIT", NULL);
	client_enter(c, CLIENT_QUIT, now_ms);
}

const struct smtp_verdict *
smtp_client_failure(const struct smtp_client *c)
{
	return c->has_failure ? &c->failure : NULL;
}

bool
smtp_client_is_tls(const struct smtp_client *c)
{
	return c->is_tls;
}

enum smtp_client_step
smtp_client_step(const struct smtp_client *c)
{
	return steps[c->state].step;
}
