/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replies - prints docs/replies.md: the server's table of replies, and beside each when it is said
 * and what to do about it. Held to by tools/check-replies.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "smtp/server_reply.h"

/* detail stands for what the reply names; NULL: nothing. */
static const struct remark {
	const char *detail, *when, *act;
} remarks[] = {
	[SMTP_REPLY_NONE] = { NULL, "", "" },
	[SMTP_REPLY_BANNER] = { "HOST", "The connection is open, on port 465 after the handshake.",
	    "Say EHLO." },
	[SMTP_REPLY_HELO] = { "HOST", "After HELO.",
	    "Go on; with EHLO in its place, extensions can be used." },
	[SMTP_REPLY_BYE] = { "HOST", "After QUIT.", "-" },
	[SMTP_REPLY_START_TLS] = { NULL, "After STARTTLS.", "Begin the TLS handshake." },
	[SMTP_REPLY_AUTH_OK] = { NULL, "The login was right.", "-" },
	[SMTP_REPLY_SENDER_OK] = { NULL, "MAIL was accepted.", "-" },
	[SMTP_REPLY_SENDER_OK_LOWERED] = { "3",
	    "MAIL asked for a higher priority than the account may give.",
	    "Nothing; or ask the administrator for the right." },
	[SMTP_REPLY_RECIPIENT_OK] = { NULL, "RCPT was accepted.", "-" },
	[SMTP_REPLY_SEND_TEXT] = { NULL, "DATA was accepted.",
	    "Send the text; a line with one dot ends it." },
	[SMTP_REPLY_CHUNK_OK] = { "1000", "A chunk of BDAT was read, and it was not the last.",
	    "Send the next one." },
	[SMTP_REPLY_QUEUED] = { "ID",
	    "The message is on disk: the server is responsible for it now.",
	    "Note the id: the logs and \"sallyport queue\" know the message by it." },
	[SMTP_REPLY_RESET] = { NULL, "After RSET.", "-" },
	[SMTP_REPLY_NOOP] = { NULL, "After NOOP.", "-" },
	[SMTP_REPLY_HELP] = { NULL, "After HELP.", "-" },
	[SMTP_REPLY_VRFY] = { NULL,
	    "After VRFY: the server does not tell which addresses there are.",
	    "Send the message." },
	[SMTP_REPLY_TIMEOUT] = { "HOST",
	    "The client said nothing for timeouts.command, or sent no text for timeouts.data, or a "
	    "text took longer than timeouts.transaction.",
	    "Connect again; look for a firewall or a proxy that holds the connection up." },
	[SMTP_REPLY_LOGIN_TIMEOUT] = { "HOST", "Nobody has logged in for timeouts.login.",
	    "Connect again; check that the mail program is set to log in." },
	[SMTP_REPLY_TOO_SLOW] = { "HOST",
	    "The text came with fewer octets a second than limits.transfer_rate, on average.",
	    "Send it again over a better connection, or as a smaller message." },
	[SMTP_REPLY_STOPPING] = { "HOST", "The server is being stopped or started anew.",
	    "Connect again in a moment; nothing is lost." },
	[SMTP_REPLY_TOO_MANY_ERRORS] = { "HOST",
	    "More wrong commands than limits.bad_commands since the last message that was "
	    "accepted.",
	    "Check the client: it does not speak SMTP as the server does. The log has the "
	    "commands." },
	[SMTP_REPLY_TOO_MANY_LOGINS] = { "HOST",
	    "More failed logins than limits.auth_failures in one connection.",
	    "Check user name and password." },
	[SMTP_REPLY_TOO_MANY_TRANSACTIONS] = { "HOST",
	    "More messages than limits.transactions in one connection.",
	    "Connect again for the rest." },
	[SMTP_REPLY_CROWDED] = { "HOST", "In place of the banner: limits.connections are open.",
	    "Try again in some minutes; the administrator may raise the limit." },
	[SMTP_REPLY_CROWDED_ADDRESS] = { "HOST",
	    "In place of the banner: limits.connections_per_address are open from this address.",
	    "Close programs that keep connections open, or raise the limit for a network behind "
	    "one address." },
	[SMTP_REPLY_OUT_OF_STEP] = { NULL,
	    "Before a login, commands came before the banner or before the reply to a command that "
	    "has to be waited for.",
	    "Check the client. Programs that write all commands at once, without reading, do "
	    "this." },
	[SMTP_REPLY_TRY_LATER] = { NULL,
	    "A process of the server is away, or the disk gave an error.",
	    "Try again; nothing was accepted. The administrator finds the reason in the log." },
	[SMTP_REPLY_BUSY] = { NULL, "The server has as much work as it may take at a time.",
	    "Try again in some minutes." },
	[SMTP_REPLY_DISK_FULL] = { NULL, "There is no room for the message.",
	    "Try again later. The administrator must make room." },
	[SMTP_REPLY_TOO_MANY_RECIPIENTS] = { NULL,
	    "More recipients than limits.recipients; those before are accepted.",
	    "Send the message again to the rest: mail programs do so by themselves." },
	[SMTP_REPLY_TOO_MANY_DOMAINS] = { NULL,
	    "More domains among the recipients of the connection than limits.recipient_domains.",
	    "Send the message to the rest in another connection." },
	[SMTP_REPLY_AUTH_TEMPORARY] = { NULL,
	    "The process that knows the passwords is away or busy.",
	    "Try again; the password may be right." },
	[SMTP_REPLY_AUTH_THROTTLED] = { NULL,
	    "Too many failed logins from the client's address lately.",
	    "Wait some minutes. Look for a device that still has an old password." },
	[SMTP_REPLY_LINE_TOO_LONG] = { NULL, "A command line longer than limits.command_length.",
	    "Check the client; leave out parameters." },
	[SMTP_REPLY_LINE_OCTETS] = { NULL,
	    "A command that is not known, with control characters or letters beyond ASCII, or a "
	    "line end that is not CR LF.",
	    "Check the client; old devices need a listener with profile = legacy-device." },
	[SMTP_REPLY_ARGUMENT_OCTETS] = { NULL,
	    "Control characters or letters beyond ASCII behind a command that is known.",
	    "Check the client." },
	[SMTP_REPLY_ARGUMENT_LINE_END] = { NULL,
	    "A line end that is not CR LF, or a NUL, behind a command that is known.",
	    "Check the client; old devices need a listener with profile = legacy-device." },
	[SMTP_REPLY_UNKNOWN_COMMAND] = { NULL, "The server has no such command.",
	    "Check the client." },
	[SMTP_REPLY_NO_ARGUMENT] = { NULL, "Something follows a command that stands alone.",
	    "Check the client." },
	[SMTP_REPLY_HELO_ARGUMENT] = { NULL,
	    "EHLO or HELO without a name, or with one that is too long.",
	    "Give the client's host name." },
	[SMTP_REPLY_VRFY_ARGUMENT] = { NULL, "VRFY without an address.", "Give one." },
	[SMTP_REPLY_EXPN] = { NULL, "EXPN is not offered.", "Ask the list's owner who is on it." },
	[SMTP_REPLY_EHLO_FIRST] = { NULL,
	    "A command that needs EHLO before it, or EHLO again after STARTTLS.", "Say EHLO." },
	[SMTP_REPLY_TLS_FIRST] = { NULL, "Without TLS there is no login and no mail.",
	    "Set \"STARTTLS\" for port 587, or \"SSL/TLS\" for port 465, in the mail program." },
	[SMTP_REPLY_AUTH_FIRST] = { NULL, "MAIL and the like before a login.",
	    "Turn on authentication for outgoing mail in the mail program." },
	[SMTP_REPLY_TLS_TWICE] = { NULL, "STARTTLS where TLS is on already.",
	    "Set \"STARTTLS\" for port 587 and \"SSL/TLS\" for port 465, not the other way "
	    "round." },
	[SMTP_REPLY_AUTH_TWICE] = { NULL, "AUTH after a login.",
	    "Connect again to change the account." },
	[SMTP_REPLY_AUTH_IN_MAIL] = { NULL, "AUTH within a message.", "RSET, or log in earlier." },
	[SMTP_REPLY_AUTH_SYNTAX] = { NULL, "AUTH without a mechanism.", "Check the client." },
	[SMTP_REPLY_AUTH_BASE64] = { NULL, "What came with AUTH is not base64.",
	    "Check the client." },
	[SMTP_REPLY_AUTH_LINE_TOO_LONG] = { NULL,
	    "A line of a login longer than limits.auth_line_length.", "Check the client." },
	[SMTP_REPLY_AUTH_MECHANISM] = { NULL,
	    "A way to log in that the answer to EHLO does not name.",
	    "Choose \"normal password\" in the mail program; TLS protects it." },
	[SMTP_REPLY_AUTH_MALFORMED] = { NULL,
	    "What came is not what the mechanism needs, for example no user name.",
	    "Check the client's settings." },
	[SMTP_REPLY_AUTH_CANCELLED] = { NULL, "The client ended the login with \"*\".", "-" },
	[SMTP_REPLY_AUTH_BAD_CREDENTIALS] = { NULL,
	    "No such account, a wrong password, or an account that is turned off: the server does "
	    "not tell which.",
	    "Check both in the settings for outgoing mail; the administrator can set a new "
	    "password." },
	[SMTP_REPLY_MAIL_TWICE] = { NULL, "MAIL while a message is open.", "RSET, or go on." },
	[SMTP_REPLY_MAIL_SYNTAX] = { NULL, "MAIL that is not written so.", "Check the client." },
	[SMTP_REPLY_SENDER_SYNTAX] = { "POSITION: REASON",
	    "The sender's address cannot be read, from that character on.",
	    "Correct it in the account's settings." },
	[SMTP_REPLY_MAIL_FIRST] = { NULL,
	    "RCPT, DATA or BDAT without MAIL; also after a BDAT that was refused.",
	    "Say MAIL; the refusal before tells the reason." },
	[SMTP_REPLY_RCPT_SYNTAX] = { NULL, "RCPT that is not written so.", "Check the client." },
	[SMTP_REPLY_RECIPIENT_SYNTAX] = { "POSITION: REASON",
	    "The recipient's address cannot be read, from that character on.",
	    "Correct the address." },
	[SMTP_REPLY_RCPT_FIRST] = { NULL,
	    "All recipients were refused, and the text came all the same.",
	    "See the replies to RCPT." },
	[SMTP_REPLY_IN_CHUNKS] = { NULL, "Another command between two BDAT of a message.",
	    "BDAT, or RSET." },
	[SMTP_REPLY_BDAT_ARGUMENT] = { NULL, "Something other than LAST behind the length.",
	    "Check the client." },
	[SMTP_REPLY_BDAT_SIZE] = { NULL,
	    "A length that is no number, or above 2^64-1, or BDAT in a line longer than "
	    "limits.command_length. The connection is closed.",
	    "Check the client." },
	[SMTP_REPLY_BDAT_ONLY] = { NULL, "DATA for a message with BODY=BINARYMIME.", "Use BDAT." },
	[SMTP_REPLY_PARAM_SYNTAX] = { NULL, "A parameter is KEYWORD or KEYWORD=VALUE.",
	    "Check the client." },
	[SMTP_REPLY_PARAM_VALUE] = { "FORM",
	    "The value of a parameter is not written as its extension has it.",
	    "Check the client." },
	[SMTP_REPLY_PARAM_TWICE] = { "KEYWORD", "A parameter came twice.", "Check the client." },
	[SMTP_REPLY_PARAM_UNKNOWN] = { "KEYWORD",
	    "A parameter of an extension that the answer to EHLO does not name.",
	    "Check the client: it must look at that answer. REQUIRETLS is offered under TLS "
	    "only." },
	[SMTP_REPLY_PARAM_NEEDS_EHLO] = { "KEYWORD", "A parameter after HELO.", "Say EHLO." },
	[SMTP_REPLY_TOO_MANY_PARAMS] = { "KEYWORD", "More parameters than limits.parameters.",
	    "Check the client." },
	[SMTP_REPLY_HOLD_TWICE] = { NULL, "HOLDFOR and HOLDUNTIL together.", "Give one of them." },
	[SMTP_REPLY_HOLD_PAST] = { NULL, "HOLDUNTIL is over.", "Check the clock of the client." },
	[SMTP_REPLY_HOLD_TOO_LONG] = { NULL, "Longer than limits.hold.",
	    "Choose an earlier time." },
	[SMTP_REPLY_HOLD_AFTER_BY] = { NULL, "DELIVERBY wants it out before it is let go.",
	    "Change one of the two times." },
	[SMTP_REPLY_BY_TOO_SOON] = { NULL, "BY with R and less time than limits.deliver_by.",
	    "Give more time, or N." },
	[SMTP_REPLY_UTF8_SENDER] = { NULL,
	    "An address with letters beyond ASCII, without SMTPUTF8.",
	    "Use a mail program that knows SMTPUTF8." },
	[SMTP_REPLY_UTF8_RECIPIENT] = { NULL, "The same for a recipient.",
	    "Use a mail program that knows SMTPUTF8." },
	[SMTP_REPLY_SIZE] = { NULL, "SIZE of MAIL, or the text itself, above limits.message_size.",
	    "Send less, in parts, or a link to a file." },
	[SMTP_REPLY_SENDER_NOT_ALLOWED] = { NULL, "The account has no right to this sender.",
	    "Use the account's own address; the administrator grants others with \"sallyport "
	    "account senders\"." },
	[SMTP_REPLY_RECIPIENT_NOT_ALLOWED] = { NULL, "Policy of this server.",
	    "Ask the administrator." },
	[SMTP_REPLY_TEXT_BARE_LF] = { NULL,
	    "Line ends of the text are not CR LF: what one server takes for a line, another does "
	    "not.",
	    "Correct the program; old devices need a listener with profile = legacy-device." },
	[SMTP_REPLY_TEXT_BARE_CR] = { NULL, "Likewise.", "Correct the program." },
	[SMTP_REPLY_TEXT_NUL] = { NULL, "A NUL in the text.",
	    "Encode what is not text, or send it with BODY=BINARYMIME and BDAT." },
	[SMTP_REPLY_HEADER_TOO_LARGE] = { "NAME", "The header is larger than limits.header_size.",
	    "Fewer recipients in To and Cc; fewer added fields." },
	[SMTP_REPLY_HEADER_SYNTAX] = { "NAME", "A line of the header is no field.",
	    "Correct the program. Often the empty line between header and text is missing." },
	[SMTP_REPLY_HEADER_NUL] = { "NAME", "A NUL in the header.", "Correct the program." },
	[SMTP_REPLY_HEADER_8BIT] = { "NAME",
	    "Letters beyond ASCII in the header, without SMTPUTF8.",
	    "Use a mail program that encodes them." },
	[SMTP_REPLY_HEADER_NOT_UTF8] = { "NAME",
	    "Letters in the header that are not in UTF-8, such as Latin-1, where UTF-8 may be.",
	    "Use a mail program that encodes them." },
	[SMTP_REPLY_FROM_MISSING] = { "NAME", "The message has no author.",
	    "Set a sender in the mail program." },
	[SMTP_REPLY_FROM_TWICE] = { "NAME", "Two From fields.", "Correct the program." },
	[SMTP_REPLY_FIELD_TWICE] = { "NAME",
	    "Two of a field that may come once, such as Subject or To.", "Correct the program." },
	[SMTP_REPLY_ADDRESS_SYNTAX] = { "ADDRESS",
	    "From, Sender, Reply-To, To or Cc cannot be read.", "Correct the address." },
	[SMTP_REPLY_ADDRESS_UNQUALIFIED] = { "ADDRESS",
	    "An address without domain, and message.complete_addresses is off, or the message has "
	    "a DKIM-Signature, which would break.",
	    "Write the whole address." },
	[SMTP_REPLY_TEXT_LINE_TOO_LONG] = { "NAME",
	    "A line longer than limits.line_length, and message.fold_lines is off.",
	    "Correct the program, or let the server fold." },
	[SMTP_REPLY_LOOP] = { "NAME", "More Received fields than limits.received_count.",
	    "Look for a forwarding that leads back." },
};

_Static_assert(sizeof remarks / sizeof remarks[0] == SMTP_REPLY_LAST + 1, "one for each reply");

static const struct chapter {
	uint8_t digit;
	const char *title;
} chapters[] = {
	{ '2', "Done" },
	{ '3', "Go on" },
	{ '4', "Not now: the same may succeed later" },
	{ '5', "Not so: the same will fail again" },
};

/* A cell of a table; its line ends and bars are not the table's. */
static void
print_cell(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '|' || text.ptr[i] == '<' || text.ptr[i] == '*')
			(void)putchar('\\');
		if (text.ptr[i] == '\n')
			(void)fputs("<br>", stdout);
		else if (text.ptr[i] != '\r')
			(void)putchar(text.ptr[i]);
	}
	(void)fputs(" |", stdout);
}

/* RFC 2034 §4: "2.1.5 " after the code; a greeting has none. */
static size_t
enhanced_len(struct slice rest)
{
	return rest.len > 6 && rest.ptr[1] == '.' && rest.ptr[3] == '.' ? 5 : 0;
}

/* The text of each line, without its codes. */
static void
add_words(struct slice reply, struct buf *words)
{
	while (reply.len != 0) {
		size_t end = slice_find(reply, '\n');
		struct slice line = slice_after(slice_first(reply, end - 1), 4);
		size_t skip = enhanced_len(line);

		if (words->len != 0)
			buf_add_octet(words, '\n');
		buf_add_slice(words, slice_after(line, skip == 0 ? 0 : skip + 1));
		reply = slice_after(reply, end + 1);
	}
}

static void
print_row(enum smtp_server_reply reply, const struct buf *out)
{
	struct slice line = buf_slice(out);
	struct buf words;

	buf_init(&words, out->len);
	add_words(line, &words);
	(void)fputs("| ", stdout);
	print_cell(slice_first(line, 3));
	(void)putchar(' ');
	line = slice_after(line, 4);
	print_cell(slice_first(line, enhanced_len(line)));
	(void)putchar(' ');
	print_cell(buf_slice(&words));
	(void)putchar(' ');
	print_cell(slice_of(remarks[reply].when));
	(void)putchar(' ');
	print_cell(slice_of(remarks[reply].act));
	(void)putchar('\n');
	buf_done(&words);
}

static void
print_chapter(const struct chapter *chapter)
{
	(void)printf("\n## %s\n\n"
		     "| Code | | Words | When | What to do |\n|---|---|---|---|---|\n",
	    chapter->title);
	for (int i = SMTP_REPLY_NONE + 1; i <= SMTP_REPLY_LAST; i++) {
		const char *detail = remarks[i].detail;
		struct buf out;

		buf_init(&out, 4096);
		smtp_server_reply_add(
		    (enum smtp_server_reply)i, slice_of(detail == NULL ? "" : detail), &out);
		if (out.ptr[0] == chapter->digit)
			print_row((enum smtp_server_reply)i, &out);
		buf_done(&out);
	}
}

/* A reply that was added to the server and forgotten here. */
static bool
has_gap(void)
{
	for (int i = SMTP_REPLY_NONE; i <= SMTP_REPLY_LAST; i++) {
		if (remarks[i].when == NULL) {
			(void)fprintf(stderr, "replies: nothing is said about reply %d\n", i);
			return true;
		}
	}
	return false;
}

int
main(void)
{
	if (has_gap())
		return 1;
	(void)fputs(
	    "# What the server says\n\n"
	    "<!-- Printed by tools/replies.c; tools/check-replies --update writes it anew. -->\n\n"
	    "All replies of the submission server but the list after EHLO and the challenges of a\n"
	    "login, with their enhanced codes (RFC 3463, RFC 5248). Words in capitals stand for "
	    "what\n"
	    "the reply names. Names such as limits.bad_commands are keys of sallyport.conf(5).\n",
	    stdout);
	for (size_t i = 0; i < sizeof chapters / sizeof chapters[0]; i++)
		print_chapter(&chapters[i]);
	return 0;
}
