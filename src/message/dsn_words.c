/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_words.h"

#include <string.h>

#include "message/date.h"
#include "message/dsn_shape.h"
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
		buf_add_text(out, message_dsn_is_given_up(v) ? "\r\n  said at last:\r\n"
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

static void
add_address(struct buf *out, const struct message_dsn_recipient *r)
{
	buf_add_text(out, "<");
	message_plain_utf8_add(message_dsn_cut(r->address, DSN_ADDRESS_MAX), 1, " ", out);
	buf_add_text(out, ">\r\n");
}

static void
add_failed(struct buf *out, const struct message_dsn_recipient *r)
{
	const struct smtp_verdict *v = r->verdict;

	add_cause(out, v);
	if (message_dsn_is_given_up(v))
		add_paragraph(out, "  ",
		    slice_of("It was tried again and again for as long as this server keeps mail, "
			     "and has now been given up."));
	add_paragraph(out, "  ", slice_of(advice_for(v)));
}

static void
add_taker(struct buf *out, const struct message_dsn_recipient *r)
{
	if (r->verdict->host == NULL)
		return;
	buf_add_text(out, "  The server ");
	message_plain_add(message_dsn_cut(slice_of(r->verdict->host), DSN_HOST_MAX), 13, "  ", out);
	buf_add_text(out, " took it.\r\n");
}

static void
add_recipient(
    struct buf *out, enum message_dsn_action action, const struct message_dsn_recipient *r)
{
	add_address(out, r);
	switch (action) {
	case MESSAGE_DSN_FAILED:
		add_failed(out, r);
		break;
	case MESSAGE_DSN_DELAYED:
		add_cause(out, r->verdict);
		break;
	case MESSAGE_DSN_RELAYED:
	case MESSAGE_DSN_DELIVERED:
		add_taker(out, r);
		break;
	}
	buf_add_text(out, "\r\n");
}

static const char *
opening(enum message_dsn_action action)
{
	switch (action) {
	case MESSAGE_DSN_FAILED:
		return "could not be delivered to:";
	case MESSAGE_DSN_DELAYED:
		return "has not been delivered yet, and is still being tried, to:";
	case MESSAGE_DSN_RELAYED:
		return "was passed on, as you asked to be told, to the server of:";
	case MESSAGE_DSN_DELIVERED:
		break;
	}
	return "was delivered, as you asked to be told, to the mailbox of:";
}

static void
add_closing(struct buf *out, const struct message_dsn *d)
{
	switch (d->action) {
	case MESSAGE_DSN_FAILED:
	case MESSAGE_DSN_DELIVERED:
		break;
	case MESSAGE_DSN_DELAYED:
		buf_add_text(out, "You need not do anything: this server goes on trying");
		if (d->retry_until_unix_s != 0) {
			buf_add_text(out, " until\r\n");
			message_date_add(d->retry_until_unix_s, out);
		}
		buf_add_text(out, ",\r\nand reports to you if it has to give up. Do not send the "
				  "message again.\r\n");
		break;
	case MESSAGE_DSN_RELAYED:
		buf_add_text(out,
		    "That server does not report when it has put a message into a mailbox, so\r\n"
		    "this is the last report, unless it fails to.\r\n");
		break;
	}
	buf_add_text(out, "Other recipients of the message, if it had any, are not affected.\r\n");
	buf_add_text(out, message_dsn_returns_whole(d)
			      ? "The message is attached.\r\n"
			      : "Its header is attached, so that you can tell which message it "
				"was.\r\n");
	buf_add_text(out, "If you ask your administrator, name the queue id ");
	message_plain_add(message_dsn_cut(d->queue_id, DSN_HOST_MAX), 0, " ", out);
	buf_add_text(out, ".\r\n");
}

void
message_dsn_words_add(const struct message_dsn *d, struct buf *out)
{
	buf_add_text(out, "This is the mail server ");
	message_plain_add(message_dsn_cut(d->hostname, DSN_HOST_MAX), 0, " ", out);
	buf_add_text(out, ".\r\n\r\nThe message that you sent on ");
	message_date_add(d->arrived_unix_s, out);
	buf_addf(out, "\r\n%s\r\n\r\n", opening(d->action));
	for (size_t i = 0; i < d->recipient_count; i++)
		if (message_dsn_shows(d, &d->recipients[i]))
			add_recipient(out, d->action, &d->recipients[i]);
	add_closing(out, d);
}
