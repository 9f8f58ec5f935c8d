/* SPDX-License-Identifier: Apache-2.0 */
/* For good or for now is in the first digit (RFC 5321 §3.3), policy is 550 (§3.6.2, §7.9), the
 * banner names the program without its version (§7.5); no code is 521 (RFC 6409 §7), and few need
 * to be 554 (§4.1). */
#include "smtp/server_reply.h"

#include <assert.h>

/*
 * after is NULL when the reply has no detail; else the detail stands between the two. With a joint
 * the reply is whole without it: joint and detail are left out when the detail is empty.
 */
static const struct words {
	const char *before, *after, *joint;
} table[] = {
	[SMTP_REPLY_NONE] = { "", NULL },
	[SMTP_REPLY_BANNER] = { "220 ", " ESMTP Sallyport ready" },
	[SMTP_REPLY_HELO] = { "250 ", "" },
	[SMTP_REPLY_BYE] = { "221 2.0.0 ", " closing, goodbye" },
	[SMTP_REPLY_START_TLS] = { "220 2.0.0 Ready to start TLS", NULL },
	[SMTP_REPLY_AUTH_OK] = { "235 2.7.0 Logged in", NULL },
	[SMTP_REPLY_SENDER_OK] = { "250 2.1.0 Sender accepted", NULL },
	[SMTP_REPLY_SENDER_OK_LOWERED] = { "250 2.3.6 ",
	    " is the priority of this message; the account may not raise it further" },
	[SMTP_REPLY_RECIPIENT_OK] = { "250 2.1.5 Recipient accepted", NULL },
	[SMTP_REPLY_SEND_TEXT] = { "354 Send the message, end it with a dot on a line of its own",
	    NULL },
	[SMTP_REPLY_CHUNK_OK] = { "250 2.0.0 ", " octets received" },
	[SMTP_REPLY_QUEUED] = { "250 2.0.0 Message accepted, stored as ", "" },
	[SMTP_REPLY_RESET] = { "250 2.0.0 Nothing is pending now", NULL },
	[SMTP_REPLY_NOOP] = { "250 2.0.0 Still here", NULL },
	[SMTP_REPLY_HELP] = { "214-2.0.0 This server takes mail from people who log in.\r\n"
			      "214-2.0.0 The order is: EHLO, STARTTLS (not on port 465), EHLO, "
			      "AUTH,"
			      "\r\n214-2.0.0 and for each message: MAIL, RCPT, DATA or BDAT.\r\n"
			      "214 2.0.0 RSET, NOOP, VRFY, HELP and QUIT are known too.",
	    NULL },
	[SMTP_REPLY_VRFY] = { "252 2.0.0 Addresses are not verified here; send the message, a "
			      "report will tell if it cannot be delivered",
	    NULL },

	[SMTP_REPLY_TIMEOUT] = { "421 4.4.2 ", " waited too long for you; connect again" },
	[SMTP_REPLY_LOGIN_TIMEOUT] = { "421 4.4.2 ",
	    " waited too long for a login; connect again" },
	[SMTP_REPLY_TOO_SLOW] = { "421 4.4.2 ",
	    " closes: the message came too slowly; send it again over a better connection" },
	[SMTP_REPLY_STOPPING] = { "421 4.3.2 ", " is stopping for a moment; connect again" },
	[SMTP_REPLY_TOO_MANY_ERRORS] = { "421 4.7.0 ",
	    " closes: too many commands were wrong; check the client" },
	[SMTP_REPLY_TOO_MANY_LOGINS] = { "421 4.7.0 ",
	    " closes: too many logins failed; check user name and password, then connect again" },
	[SMTP_REPLY_TOO_MANY_TRANSACTIONS] = { "421 4.7.0 ",
	    " takes no more messages on this connection; connect again" },
	[SMTP_REPLY_CROWDED] = { "421 4.3.2 ",
	    " has too many connections open; try again in some minutes" },
	[SMTP_REPLY_CROWDED_ADDRESS] = { "421 4.7.0 ",
	    " has too many connections open from your address; close some, then try again" },

	[SMTP_REPLY_OUT_OF_STEP] = { "554 5.5.0 Commands came before the answer to the last one, "
				     "which is not allowed before a login (RFC 2920, 3.1); check "
				     "the client",
	    NULL },

	[SMTP_REPLY_TRY_LATER] = { "451 4.3.0 A part of this server is not available; nothing "
				   "was accepted, try again in some minutes",
	    NULL },
	[SMTP_REPLY_BUSY] = { "451 4.3.2 The server is busy; try again in some minutes", NULL },
	[SMTP_REPLY_DISK_FULL] = { "452 4.3.1 The server has no room left for mail; try again "
				   "later, its administrator must act",
	    NULL },
	[SMTP_REPLY_TOO_MANY_RECIPIENTS] = { "452 4.5.3 Too many recipients for one message; "
					     "send it again to the rest",
	    NULL },
	[SMTP_REPLY_TOO_MANY_DOMAINS] = { "452 4.5.3 Too many domains among the recipients of one "
					  "connection; send it again to the rest in another",
	    NULL },
	[SMTP_REPLY_AUTH_TEMPORARY] = { "454 4.7.0 Logins cannot be checked at the moment; the "
					"password may be right, try again in some minutes",
	    NULL },
	[SMTP_REPLY_AUTH_THROTTLED] = { "454 4.7.0 Too many failed logins from your address; "
					"wait some minutes, then try again",
	    NULL },

	[SMTP_REPLY_LINE_TOO_LONG] = { "500 5.5.2 The command line is too long; the client must "
				       "send shorter ones",
	    NULL },
	[SMTP_REPLY_LINE_OCTETS] = { "500 5.5.2 Commands are plain ASCII text and end with CR LF; "
				     "this one has other octets in it",
	    NULL },
	[SMTP_REPLY_ARGUMENT_OCTETS] = { "501 5.5.2 What follows this command is plain ASCII text; "
					 "here it has other octets in it",
	    NULL },
	[SMTP_REPLY_ARGUMENT_LINE_END] = { "501 5.5.2 Commands end with CR LF and have no other "
					   "CR, LF or NUL in them; this one has",
	    NULL },
	[SMTP_REPLY_UNKNOWN_COMMAND] = { "500 5.5.1 This command is not known; HELP lists those "
					 "that are",
	    NULL },
	[SMTP_REPLY_NO_ARGUMENT] = { "501 5.5.4 This command takes no argument; say it alone",
	    NULL },
	[SMTP_REPLY_HELO_ARGUMENT] = { "501 5.5.4 Say who you are: EHLO host.example.org", NULL },
	[SMTP_REPLY_VRFY_ARGUMENT] = { "501 5.5.4 VRFY needs an address: VRFY someone@example.org",
	    NULL },
	[SMTP_REPLY_EXPN] = { "502 5.5.1 Lists are not expanded here; write to the list itself",
	    NULL },
	[SMTP_REPLY_EHLO_FIRST] = { "503 5.5.1 Say EHLO first", NULL },
	[SMTP_REPLY_TLS_FIRST] = { "530 5.7.0 Encryption required: turn on STARTTLS in the mail "
				   "program, or use port 465 with SSL/TLS",
	    NULL },
	[SMTP_REPLY_AUTH_FIRST] = { "530 5.7.0 Login required: turn on authentication (user name "
				    "and password) for outgoing mail",
	    NULL },
	[SMTP_REPLY_TLS_TWICE] = { "503 5.5.1 This connection is encrypted already; go on with "
				   "EHLO",
	    NULL },
	[SMTP_REPLY_AUTH_TWICE] = { "503 5.5.1 You are logged in already; to change the account, "
				    "connect again",
	    NULL },
	[SMTP_REPLY_AUTH_IN_MAIL] = { "503 5.5.1 Log in before MAIL, not within a message; RSET "
				      "drops the message",
	    NULL },
	[SMTP_REPLY_AUTH_SYNTAX] = { "501 5.5.4 Say: AUTH mechanism, and if you like the first "
				     "response in base64",
	    NULL },
	[SMTP_REPLY_AUTH_BASE64] = { "501 5.5.2 This is not base64; the client must encode what it "
				     "logs in with",
	    NULL },
	[SMTP_REPLY_AUTH_LINE_TOO_LONG] = { "500 5.5.6 The line is too long for a login; check the "
					    "client",
	    NULL },
	[SMTP_REPLY_AUTH_MECHANISM] = { "504 5.5.4 This way to log in is not offered; use PLAIN "
					"(\"normal password\")",
	    NULL },
	[SMTP_REPLY_AUTH_MALFORMED] = { "501 5.5.2 The login makes no sense for its mechanism; "
					"check the client",
	    NULL },
	[SMTP_REPLY_AUTH_CANCELLED] = { "501 5.7.0 Login cancelled, as you asked", NULL },
	[SMTP_REPLY_AUTH_BAD_CREDENTIALS] = { "535 5.7.8 User name or password is wrong; check "
					      "both in the mail program",
	    NULL },
	[SMTP_REPLY_MAIL_TWICE] = { "503 5.5.1 A message is open already: go on with RCPT or "
				    "DATA, or drop it with RSET",
	    NULL },
	[SMTP_REPLY_MAIL_SYNTAX] = { "501 5.1.7 Say: MAIL FROM:<you@example.org>, or "
				     "MAIL FROM:<>",
	    NULL },
	[SMTP_REPLY_SENDER_SYNTAX] = { "501 5.1.7 Bad sender address at character ", "" },
	[SMTP_REPLY_MAIL_FIRST] = { "503 5.5.1 Say MAIL FROM:<...> first", NULL },
	[SMTP_REPLY_RCPT_SYNTAX] = { "501 5.1.3 Say: RCPT TO:<someone@example.org>", NULL },
	[SMTP_REPLY_RECIPIENT_SYNTAX] = { "501 5.1.3 Bad recipient address at character ", "" },
	[SMTP_REPLY_RCPT_FIRST] = { "554 5.5.1 No recipient was accepted, so there is nobody to "
				    "send to; see the answers to RCPT",
	    NULL },
	[SMTP_REPLY_IN_CHUNKS] = { "503 5.5.1 The message is being sent with BDAT: go on with "
				   "BDAT, or drop it with RSET",
	    NULL },
	[SMTP_REPLY_BDAT_ARGUMENT] = { "501 5.5.4 Say: BDAT and the number of octets, and LAST "
				       "with the last of them",
	    NULL },
	[SMTP_REPLY_BDAT_SIZE] = { "501 5.5.4 BDAT needs the number of octets that follow; "
				   "without it nobody knows where they end, so the connection "
				   "is closed",
	    NULL },
	[SMTP_REPLY_BDAT_ONLY] = { "503 5.5.1 A BODY=BINARYMIME message has no lines to find its "
				   "end by: send it with BDAT, or drop it with RSET",
	    NULL },
	[SMTP_REPLY_PARAM_SYNTAX] = { "501 5.5.4 What follows the address is no parameter: KEYWORD "
				      "or KEYWORD=VALUE",
	    NULL },
	[SMTP_REPLY_PARAM_VALUE] = { "501 5.5.4 This parameter is written: ", "" },
	[SMTP_REPLY_PARAM_TWICE] = { "501 5.5.4 A parameter may come once; given twice: ", "" },
	[SMTP_REPLY_PARAM_UNKNOWN] = { "555 5.5.4 Not offered by this server: ", "" },
	[SMTP_REPLY_PARAM_NEEDS_EHLO] = { "555 5.5.4 After HELO there are no parameters, say "
					  "EHLO to use ",
	    "" },
	[SMTP_REPLY_TOO_MANY_PARAMS] = { "501 5.5.4 Too many parameters; the first that is too "
					 "many: ",
	    "" },
	[SMTP_REPLY_HOLD_TWICE] = { "501 5.5.4 Mail is held until one time only: give HOLDFOR or "
				    "HOLDUNTIL, not both",
	    NULL },
	[SMTP_REPLY_HOLD_PAST] = { "501 5.5.4 HOLDUNTIL lies in the past; check the clock of the "
				   "client",
	    NULL },
	[SMTP_REPLY_HOLD_TOO_LONG] = { "501 5.5.4 Mail is not held so long here: see "
				       "FUTURERELEASE in the answer to EHLO",
	    NULL },
	[SMTP_REPLY_HOLD_AFTER_BY] = { "501 5.5.4 The message would be held until after the time "
				       "of BY; hold it shorter, or give it more time",
	    NULL },
	[SMTP_REPLY_BY_TOO_SOON] = { "555 5.5.4 Delivery by then cannot be promised: see DELIVERBY "
				     "in the answer to EHLO, or say N for R",
	    NULL },
	[SMTP_REPLY_UTF8_SENDER] = { "550 5.6.7 This address is not ASCII; give MAIL the "
				     "parameter SMTPUTF8",
	    NULL },
	[SMTP_REPLY_UTF8_RECIPIENT] = { "553 5.6.7 This recipient is not ASCII; send the message "
					"with the parameter SMTPUTF8 of MAIL",
	    NULL },
	[SMTP_REPLY_SIZE] = { "552 5.3.4 The message is too big for this server: see SIZE in its "
			      "answer to EHLO; send less or in parts",
	    NULL },
	[SMTP_REPLY_SENDER_NOT_ALLOWED] = { "550 5.7.1 This account may not send as that address; "
					    "use your own, or ask the administrator to add it",
	    NULL },
	[SMTP_REPLY_RECIPIENT_NOT_ALLOWED] = { "550 5.7.1 Mail to this address is not accepted "
					       "here; ask the administrator",
	    NULL },
	[SMTP_REPLY_TEXT_BARE_LF] = { "554 5.6.0 The message has LF without CR as line end; every "
				      "line must end with CR LF (RFC 5321, 2.3.8)",
	    NULL },
	[SMTP_REPLY_TEXT_BARE_CR] = { "554 5.6.0 The message has CR without LF in it; every line "
				      "must end with CR LF (RFC 5321, 2.3.8)",
	    NULL },
	[SMTP_REPLY_TEXT_NUL] = { "554 5.6.0 The message has a NUL octet in it; encode binary "
				  "parts, for example in base64",
	    NULL },

	[SMTP_REPLY_HEADER_TOO_LARGE] = { "552 5.3.4 The header of the message is too large or "
					  "never ends; send it to fewer recipients at a time, or "
					  "leave out what the mail program adds",
	    "", ": " },
	[SMTP_REPLY_HEADER_SYNTAX] = { "554 5.6.0 A line in the header of the message is no field; "
				       "a field is a name, a colon and a value, and an empty line "
				       "ends the header (RFC 5322, 2.2)",
	    "", ": " },
	[SMTP_REPLY_HEADER_NUL] = { "554 5.6.0 The header of the message has a NUL octet in it; "
				    "update the mail program",
	    "", ": " },
	[SMTP_REPLY_HEADER_8BIT] = { "554 5.6.0 The header of the message has letters that are not "
				     "ASCII; encode them (RFC 2047), or say SMTPUTF8 with MAIL and "
				     "write them as UTF-8",
	    "", ": " },
	[SMTP_REPLY_HEADER_NOT_UTF8] = { "554 5.6.0 The header of the message has letters that are "
					 "neither ASCII nor UTF-8; encode them (RFC 2047), or "
					 "write them as UTF-8",
	    "", ": " },
	[SMTP_REPLY_FROM_MISSING] = { "554 5.6.0 The message has no From field; set the sender's "
				      "address in the mail program",
	    "", ": " },
	[SMTP_REPLY_FROM_TWICE] = { "554 5.6.0 The message has two From fields; send it with one, "
				    "which may name several authors",
	    "", ": " },
	[SMTP_REPLY_FIELD_TWICE] = { "554 5.6.0 A field that may come once is in the header twice; "
				     "send the message with one of them",
	    "", ": " },
	[SMTP_REPLY_ADDRESS_SYNTAX] = { "554 5.6.0 An address in the header of the message cannot "
					"be read; write it as Name <someone@example.org>",
	    "", ": " },
	[SMTP_REPLY_ADDRESS_UNQUALIFIED] = { "554 5.6.0 An address in the header of the message "
					     "has no domain, and the server adds none (never "
					     "to a signed message); write someone@example.org",
	    "", ": " },
	[SMTP_REPLY_TEXT_LINE_TOO_LONG] = { "554 5.6.0 A line of the message is longer than RFC "
					    "5322, 2.1.1 allows; break it, or encode the part as "
					    "quoted-printable or base64",
	    "", ": " },
	[SMTP_REPLY_LOOP] = { "554 5.4.6 The message has passed too many servers, so it goes in a "
			      "circle; look for forwarding that leads back here",
	    "", ": " },
};

/* Text of the client's: it must not end the line, nor drive somebody's terminal. */
static void
add_detail(struct buf *out, struct slice detail)
{
	for (size_t i = 0; i < detail.len && i < SMTP_REPLY_DETAIL_MAX; i++) {
		uint8_t c = detail.ptr[i];

		buf_add_octet(out, c >= ' ' && c <= '~' ? c : '?');
	}
}

void
smtp_server_reply_add(enum smtp_server_reply reply, struct slice detail, struct buf *out)
{
	const struct words *w = &table[reply];

	assert(reply != SMTP_REPLY_NONE);
	buf_add_text(out, w->before);
	if (w->after != NULL) {
		if (w->joint != NULL && detail.len != 0)
			buf_add_text(out, w->joint);
		add_detail(out, detail);
		buf_add_text(out, w->after);
	}
	buf_add(out, "\r\n", 2);
}
