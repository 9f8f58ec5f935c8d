/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_words.h"

#include <string.h>

#include "message/plain.h"

/* What each kind of failure means to the sender: RFC 3463 §3, by subject and detail. */
static const struct advice {
	uint16_t subject, detail; /* detail 0: any */
	const char *text;
} advices[] = {
	{ 1, 7, "Your own address was refused: check the sender address in your mail program." },
	{ 1, 8, "Your own address was refused: check the sender address in your mail program." },
	{ 1, 10, "Its domain says that it takes no mail at all. Use another address." },
	{ 1, 0,
	    "The address is not known there. Check it for typing mistakes, and ask the "
	    "recipient, by another way, what the right one is." },
	{ 2, 2,
	    "The mailbox is full. Tell the recipient by another way, and send it again when "
	    "there is room." },
	{ 2, 3,
	    "The message is too big for this mailbox. Send it in parts, or put large files "
	    "where they can be fetched." },
	{ 2, 0, "The mailbox does not take mail at present. Ask the recipient by another way." },
	{ 3, 4,
	    "The message is too big for the other server. Send it in parts, or put large files "
	    "where they can be fetched." },
	{ 3, 0, "The other server has a problem of its own. Send the message again later." },
	{ 4, 0,
	    "The other server could not be reached, or mail for it goes astray. Check the part "
	    "of the address after the @; if it is right, send the message again later." },
	{ 6, 0,
	    "The other server does not take this kind of content. Send it as plain text, or "
	    "attach it in another format." },
	{ 7, 0,
	    "The other server refuses the message by its rules, not because the address is "
	    "wrong. Show this report to your administrator; the words above say which rule." },
};

bool
message_dsn_is_given_up(const struct smtp_verdict *v)
{
	return v->class == SMTP_VERDICT_DEFERRED || v->enhanced[0] == 4 || v->code / 100 == 4;
}

static const char *
advice_for(const struct smtp_verdict *v)
{
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (v->enhanced[0] != 0 && v->enhanced[1] == advices[i].subject &&
		    (advices[i].detail == 0 || v->enhanced[2] == advices[i].detail))
			return advices[i].text;
	if (message_dsn_is_given_up(v))
		return "Send the message again later. If that fails too, show this report to your "
		       "administrator.";
	return "Check the address. If it is right, show this report to your administrator.";
}

static void
add_paragraph(struct buf *out, const char *indent, struct slice text)
{
	buf_add_text(out, indent);
	message_plain_add(
	    message_dsn_cut(text, SMTP_VERDICT_TEXT_MAX), strlen(indent), indent, out);
	buf_add_text(out, "\r\n");
}

static struct slice
slice_of_optional(const char *text)
{
	return slice_of(text == NULL ? "" : text);
}

/* Whose words follow: the peer's when there are any, else what we know. */
static void
add_cause(struct buf *out, const struct smtp_verdict *v)
{
	if (v->peer_text != NULL) {
		buf_add_text(out, "  The server ");
		message_plain_add(
		    message_dsn_cut(slice_of(v->host == NULL ? "there" : v->host), DSN_HOST_MAX),
		    13, "  ", out);
		buf_add_text(out, message_dsn_is_given_up(v) ? "\r\n  said each time, at last:\r\n"
							     : "\r\n  refused it and said:\r\n");
		if (v->code != 0)
			buf_addf(out, "    %u\r\n", v->code);
		add_paragraph(out, "    ", slice_of_optional(v->peer_text));
	}
	if (v->reason != NULL) {
		buf_add_text(out, "  What this server noted:\r\n");
		add_paragraph(out, "    ", slice_of_optional(v->reason));
	}
}

void
message_dsn_words_add(const struct message_dsn_recipient *r, struct buf *out)
{
	const struct smtp_verdict *v = r->verdict;

	buf_add_text(out, "<");
	message_plain_add(message_dsn_cut(r->address, DSN_ADDRESS_MAX), 1, " ", out);
	buf_add_text(out, ">\r\n");
	add_cause(out, v);
	if (message_dsn_is_given_up(v))
		add_paragraph(out, "  ",
		    slice_of("It was tried again and again for as long as this server keeps mail, "
			     "and has now been given up."));
	add_paragraph(out, "  ", slice_of(advice_for(v)));
	buf_add_text(out, "\r\n");
}
