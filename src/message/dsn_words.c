/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_words.h"

#include "message/date.h"
#include "message/plain.h"

/* By subject and detail of the enhanced code (RFC 3463 §3.2-3.8); detail 0 stands for any. */
static const struct advice {
	uint16_t subject, detail;
	const char *text;
} advices[] = {
	{ 1, 8, "Your own address was refused: check the sender address in your mail program." },
	{ 1, 7, "Your own address was refused: check the sender address in your mail program." },
	{ 1, 0, "Check the address for typing mistakes, or ask the person for the right one." },
	{ 2, 2, "The mailbox is full. Tell the person by other means, and send again later." },
	{ 2, 3, "The message is too large for this person. Send a smaller one, or a link." },
	{ 2, 0, "The mailbox does not take mail at present. Tell the person by other means." },
	{ 3, 4,
	    "The message is too large for the receiving server. Send a smaller one, or a link." },
	{ 4, 7,
	    "The receiving server could not be reached for days, or kept refusing. Send again "
	    "later, or tell the person by other means." },
	{ 4, 0,
	    "The receiving server could not be reached. Check what is behind the @ in the address; "
	    "if it is right, send again later." },
	{ 6, 0,
	    "The receiving server cannot handle the form of this message. Send it as plain text, "
	    "without attachments." },
	{ 7, 0,
	    "The receiving server refused the message by its rules. Show this report to your "
	    "administrator." },
};

const char *
message_dsn_advice(const struct smtp_verdict *v)
{
	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (v->enhanced[0] != 0 && v->enhanced[1] == advices[i].subject &&
		    (advices[i].detail == 0 || v->enhanced[2] == advices[i].detail))
			return advices[i].text;
	return "Show this report to your administrator, or tell the person by other means.";
}

static bool
add_line(const char *indent, const char *label, const char *text, struct buf *out)
{
	if (text == NULL)
		return true;
	return buf_add_text(out, indent) && buf_add_text(out, label) &&
	       message_plain_add(slice_of(text), strlen(indent) + strlen(label), indent, out) &&
	       buf_add_text(out, "\r\n");
}

static bool
add_recipient(const struct message_dsn_recipient *r, struct buf *out)
{
	const struct smtp_verdict *v = r->verdict;
	const char *indent = "      ";

	return buf_add_text(out, "  ") && message_plain_add(r->address, 2, indent, out) &&
	       buf_add_text(out, "\r\n") && add_line(indent, "Server: ", v->host, out) &&
	       (v->code == 0 || buf_addf(out, "%sReply:  %u\r\n", indent, (unsigned)v->code)) &&
	       add_line(indent, "It said: ", v->peer_text, out) &&
	       add_line(indent, "What happened: ", v->reason, out) &&
	       add_line(indent, "", message_dsn_advice(v), out) && buf_add_text(out, "\r\n");
}

bool
message_dsn_words_add(const struct message_dsn *d, struct buf *out)
{
	bool ok = buf_add_text(out, "Your message of ") &&
		  message_date_add(d->arrived_unix_s, out) &&
		  buf_add_text(out, "\r\ncould not be delivered to:\r\n\r\n");

	for (size_t i = 0; ok && i < d->recipient_count; i++)
		if (d->recipients[i].verdict->class != SMTP_VERDICT_DELIVERED)
			ok = add_recipient(&d->recipients[i], out);
	return ok &&
	       buf_add_text(out, "No further attempt is made. The header of your message is ") &&
	       buf_add_text(out, "attached.\r\nThis report was written by the mail server ") &&
	       message_plain_add(d->hostname, 0, "", out) && buf_add_text(out, ".\r\n");
}
