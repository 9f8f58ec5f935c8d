/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of the next server, for who hands each command on to it at once. */
#include <assert.h>

#include "smtp/client_reply.h"
#include "smtp/server_session.h"

enum {
	LINE_MAX_LEN = 512, /* with CRLF: RFC 5321 §4.5.3.1.5 */
	BEFORE_MAX = 32,    /* octets of both codes at the begin of a line */
	LINES_MAX = 8,
};

/* RFC 2034 §4: each of our replies has an enhanced code, even where the next server gave none. */
static void
take_enhanced(uint16_t code, struct slice *words, uint16_t ret_enhanced[3])
{
	if (!smtp_reply_enhanced(*words, code, ret_enhanced)) {
		ret_enhanced[0] = code / 100;
		ret_enhanced[1] = ret_enhanced[2] = 0;
		return;
	}
	*words = slice_after(*words, slice_find(*words, ' '));
	*words = slice_after(*words, words->len > 0);
}

/* As much of words as goes into a line, cut at a space where there is one. */
static struct slice
next_line(struct slice *words)
{
	const size_t max = LINE_MAX_LEN - BEFORE_MAX;
	struct slice line = slice_first(*words, words->len < max ? words->len : max);
	size_t len = line.len;

	while (len > 0 && words->len > max && line.ptr[len - 1] != ' ')
		len--;
	if (len > 0)
		line = slice_first(line, len);
	*words = slice_after(*words, line.len);
	return line;
}

static void
add_printable(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		(void)buf_add_octet(
		    out, text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?');
}

static void
reply_relayed(struct smtp_server *s, const struct smtp_server_relayed *said)
{
	struct slice words = said->words, line;
	uint16_t enhanced[3];
	unsigned left = LINES_MAX;

	assert(said->code >= 200 && said->code < 600 && said->code / 100 != 3);
	take_enhanced(said->code, &words, enhanced);
	do {
		line = next_line(&words);
		left--;
		(void)buf_addf(&s->output, "%u%c%u.%u.%u ", (unsigned)said->code,
		    words.len > 0 && left > 0 ? '-' : ' ', (unsigned)enhanced[0],
		    (unsigned)enhanced[1], (unsigned)enhanced[2]);
		add_printable(&s->output, line);
		(void)buf_add_text(&s->output, "\r\n");
	} while (words.len > 0 && left > 0);
	assert(!s->output.overflow);
}

static bool
is_yes(const struct smtp_server_relayed *said)
{
	return said->code / 100 == 2;
}

void
smtp_server_sender_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_MAIL_ASK, now_ms))
		return;
	reply_relayed(s, said);
	if (is_yes(said)) {
		s->transaction_count++;
		smtp_server_enter(s, SMTP_STATE_MAIL);
	} else {
		smtp_server_transaction_end(s);
	}
	smtp_server_settle(s);
}

void
smtp_server_recipient_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_RCPT_ASK, now_ms))
		return;
	reply_relayed(s, said);
	if (!is_yes(said))
		smtp_transaction_drop_recipient(s->transaction);
	smtp_server_enter(s, smtp_transaction_recipient_count(s->transaction) == 0
				 ? SMTP_STATE_MAIL
				 : SMTP_STATE_RCPT);
	smtp_server_settle(s);
}

void
smtp_server_store_relayed(
    struct smtp_server *s, const struct smtp_server_relayed *said, uint64_t now_ms)
{
	if (!smtp_server_answered(s, SMTP_STATE_STORE, now_ms))
		return;
	if (is_yes(said))
		s->bad_command_count = 0;
	reply_relayed(s, said);
	smtp_server_transaction_end(s);
	smtp_server_settle(s);
}
