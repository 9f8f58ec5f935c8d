/* SPDX-License-Identifier: Apache-2.0 */
/* client_dialogs.h - a connection and its transactions, in the words of the wire. */
#ifndef TESTS_CLIENT_DIALOGS_H
#define TESTS_CLIENT_DIALOGS_H

#include "client_dialog.h"

static const struct dialog dialogs[] = {
	{ .name = "one command at a time without PIPELINING (RFC 5321 §4.3.1)",
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" RCPT "S: 250 b\nC: DATA\nS: 354 c\n" TEXT
				     "S: 250 2.0.0 queued\n" QUIT,
	    .result = "delivered 250 2.0.0 2.0.0 queued|-\n" },
	{ .name = "one flight with PIPELINING (RFC 2920 §3.1)",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT
					 "S: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "two transactions need no RSET between them",
	    .transactions = 2,
	    .wire = PIPE_HELLO MAIL RCPT
	    "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT "S: 450 no\n" MAIL RCPT
	    "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT "S: 554 no\n" QUIT,
	    .result = "deferred 450 0.0.0 no|while waiting for the reply to the end of the text\n"
		      "failed 554 0.0.0 no|while waiting for the reply to the end of the text\n" },
	{ .name = "after a DATA that was refused comes RSET",
	    .transactions = 2,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: 250 b\nS: 451 4.3.0 c\n"
					 "C: RSET\n" MAIL RCPT
					 "C: DATA\nS: 250 r\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT
					 "S: 250 ok\n" QUIT,
	    .result = "deferred 451 4.3.0 4.3.0 c|while sending DATA\n"
		      "delivered 250 0.0.0 ok|-\n" },
	{ .name = "RSET goes alone without PIPELINING",
	    .transactions = 2,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" RCPT "S: 550 5.1.1 who\n"
				     "C: RSET\nS: 250 r\n" MAIL "S: 550 no\n" QUIT,
	    .result = "failed 550 5.1.1 5.1.1 who|while sending RCPT TO\n"
		      "failed 550 0.0.0 no|while sending MAIL FROM\n" },
	{ .name = "each recipient has its own verdict",
	    .recipients = "a@y b@y c@y",
	    .transactions = 1,
	    .wire =
		PIPE_HELLO MAIL "C: RCPT TO:<a@y>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\n"
				"S: 250 a\nS: 250 b\nS: 550-5.1.1 no\nS: 550 5.1.1 b\n"
				"S: 450 busy\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n"
		      "failed 550 5.1.1 5.1.1 no b|while sending RCPT TO\n"
		      "deferred 450 0.0.0 busy|while sending RCPT TO\n" },
	{ .name = "LMTP gives a reply for each accepted recipient (RFC 2033 §4.2)",
	    .protocol = SMTP_CLIENT_LMTP,
	    .recipients = "a@y b@y c@y",
	    .transactions = 1,
	    .wire = "S: 220 y\nC: LHLO x\nS: 250-y\nS: 250 PIPELINING\n" MAIL
		    "C: RCPT TO:<a@y>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\n"
		    "S: 250 s\nS: 250 a\nS: 550 b\nS: 250 c\nS: 354 d\n" TEXT
		    "S: 250 2.1.5 a\nS: 452 4.2.2 c is full\n" QUIT,
	    .result =
		"delivered 250 2.1.5 2.1.5 a|-\n"
		"failed 550 0.0.0 b|while sending RCPT TO\n"
		"deferred 452 4.2.2 4.2.2 c is full|while waiting for the reply to the end of "
		"the text\n" },
	{ .name = "a connection lost among LMTP replies defers the rest",
	    .protocol = SMTP_CLIENT_LMTP,
	    .recipients = "a@y b@y",
	    .transactions = 1,
	    .wire = "S: 220 y\nC: LHLO x\nS: 250-y\nS: 250 PIPELINING\n" MAIL
		    "C: RCPT TO:<a@y>\nC: RCPT TO:<b@y>\nC: DATA\n"
		    "S: 250 s\nS: 250 a\nS: 250 b\nS: 354 d\n" TEXT "S: 250 a\nEND\n",
	    .result =
		"delivered 250 0.0.0 a|-\n"
		"deferred 0 4.4.2 -|connection lost while waiting for the reply to the end of "
		"the text\n" },
	{ .name = "LHLO has no fall-back",
	    .protocol = SMTP_CLIENT_LMTP,
	    .wire = "S: 220 y\nC: LHLO x\nS: 500 what\n",
	    .result = "failure deferred 500 0.0.0 what|while sending LHLO\n" },
	{ .name = "all recipients refused in a flight, DATA refused too (RFC 5321 §3.3)",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: 550 b\nS: 503 5.5.1 none\n" QUIT,
	    .result = "failed 550 0.0.0 b|while sending RCPT TO\n" },
	{ .name = "all recipients refused, DATA accepted: a single dot (RFC 2920 §3.1)",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT
	    "C: DATA\nS: 250 a\nS: 550 b\nS: 354 c\nC: .\nS: 554 none\n" QUIT,
	    .result = "failed 550 0.0.0 b|while sending RCPT TO\n" },
	{ .name = "all recipients refused, LMTP accepts DATA: leave",
	    .protocol = SMTP_CLIENT_LMTP,
	    .transactions = 1,
	    .wire = "S: 220 y\nC: LHLO x\nS: 250-y\nS: 250 PIPELINING\n" MAIL RCPT
		    "C: DATA\nS: 250 a\nS: 550 b\nS: 354 c\n",
	    .result = "failed 550 0.0.0 b|while sending RCPT TO\n" },
	{ .name = "MAIL refused in a flight: the other replies are read, none counts",
	    .transactions = 2,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 550 5.7.1 a\nS: 250 b\nS: 503 c\n" MAIL RCPT
					 "C: DATA\nS: 450 a\nS: 503 b\nS: 503 c\n" QUIT,
	    .result = "failed 550 5.7.1 5.7.1 a|while sending MAIL FROM\n"
		      "deferred 450 0.0.0 a|while sending MAIL FROM\n" },
	{ .name = "HELO after EHLO was not understood (RFC 5321 §2.2.1, §3.2, §4.1.1.1)",
	    .transactions = 1,
	    .wire = GREETING "S: 502 what\nC: HELO x\nS: 250 y\n" MAIL "S: 250 a\n" RCPT
			     "S: 250 b\nC: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "EHLO refused for now",
	    .wire = GREETING "S: 450 later\n",
	    .result = "failure deferred 450 0.0.0 later|while sending EHLO\n" },
	{ .name = "a greeting that says no is deferred (RFC 5321 §3.1)",
	    .wire = "S: 554 5.3.2 not here\n",
	    .result =
		"failure deferred 554 5.3.2 5.3.2 not here|while waiting for the greeting\n" },
	{ .name = "SIZE and BODY where they are known (RFC 1870 §3, RFC 6152 §2, §3, RFC 5321 "
		  "§3.6.1, "
		  "§4.1.1.3)",
	    .params = { .body = SMTP_BODY_8BITMIME },
	    .text = "\xc3\xa4\r\n",
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-SIZE 1000\nS: 250 8bitmime\n"
			     "C: MAIL FROM:<s@x> SIZE=4 BODY=8BITMIME\nS: 250 a\n" RCPT
			     "S: 250 b\nC: DATA\nS: 354 c\nC: \xc3\xa4\nC: .\nS: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "as large as SIZE is taken (RFC 1870 §4)",
	    .text = "12345678\r\n",
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250 SIZE 10\n"
			     "C: MAIL FROM:<s@x> SIZE=10\nS: 552 5.3.4 no\n" QUIT,
	    .result = "failed 552 5.3.4 5.3.4 no|while sending MAIL FROM\n" },
	{ .name = "SIZE counts line ends, and dots once (RFC 1870 §6)",
	    .text = ".\r\n..\r\n",
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250 SIZE\n"
			     "C: MAIL FROM:<s@x> SIZE=7\nS: 250 a\n" RCPT
			     "S: 250 b\nC: DATA\nS: 354 c\nC: ..\nC: ...\nC: .\nS: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "no room at MAIL, at DATA and after the text (RFC 1870 §6.2)",
	    .transactions = 3,
	    .wire = PLAIN_HELLO MAIL "S: 452 a\n" MAIL "S: 250 a\n" RCPT
				     "S: 250 b\nC: DATA\nS: 452 c\nC: RSET\nS: 250 r\n" MAIL
				     "S: 250 a\n" RCPT "S: 250 b\nC: DATA\nS: 354 c\n" TEXT
				     "S: 452 d\n" QUIT,
	    .result = "deferred 452 0.0.0 a|while sending MAIL FROM\n"
		      "deferred 452 0.0.0 c|while sending DATA\n"
		      "deferred 452 0.0.0 d|while waiting for the reply to the end of the text\n" },
	{ .name = "too large at MAIL, at DATA and after the text (RFC 1870 §6.2)",
	    .transactions = 3,
	    .wire = PLAIN_HELLO MAIL "S: 552 a\n" MAIL "S: 250 a\n" RCPT
				     "S: 250 b\nC: DATA\nS: 552 c\nC: RSET\nS: 250 r\n" MAIL
				     "S: 250 a\n" RCPT "S: 250 b\nC: DATA\nS: 354 c\n" TEXT
				     "S: 552 d\n" QUIT,
	    .result = "failed 552 0.0.0 a|while sending MAIL FROM\n"
		      "failed 552 0.0.0 c|while sending DATA\n"
		      "failed 552 0.0.0 d|while waiting for the reply to the end of the text\n" },
	{ .name = "larger than SIZE is not even tried (RFC 1870 §5, RFC 5321 §4.5.3.1.7)",
	    .text = "123456789\r\n",
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250 SIZE 10\n" QUIT,
	    .result = "failed 0 5.3.4 -|the message is larger than the next hop takes (SIZE)\n" },
	{ .name = "8-bit text does not go to a peer without 8BITMIME (RFC 6152 §3)",
	    .params = { .body = SMTP_BODY_8BITMIME },
	    .text = "\xc3\xa4 2345678\r\n",
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" RCPT "S: 250 b\nC: DATA\nS: 354 c\n",
	    .result = "failed 0 5.6.3 -|the message has 8-bit text and the next hop does not offer "
		      "8BITMIME\n" },
	{ .name = "7-bit text that was declared 8-bit does (RFC 5321 §2.4)",
	    .params = { .body = SMTP_BODY_8BITMIME },
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" RCPT "S: 250 b\nC: DATA\nS: 354 c\n" TEXT
				     "S: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "dots are stuffed and line ends are clean (RFC 5321 §4.5.2, §2.3.8)",
	    .text = ".\n.\r\n..\ra\n.\rMAIL",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT
	    "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n"
	    "C: ..\nC: ..\nC: ...\nC: a\nC: ..\nC: MAIL\nC: .\nS: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "null reverse-path and empty text (RFC 5321 §4.1.1.4)",
	    .sender = "",
	    .text = "",
	    .transactions = 1,
	    .wire = PIPE_HELLO "C: MAIL FROM:<>\n" RCPT
			       "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\nC: .\nS: 250 ok\n" QUIT,
	    .result = "delivered 250 0.0.0 ok|-\n" },
	{ .name = "an address that would break the line is not sent",
	    .recipients = "r@y\r\nDATA ok@y",
	    .transactions = 1,
	    .wire =
		PIPE_HELLO MAIL "C: RCPT TO:<ok@y>\n"
				"C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = "failed 0 5.1.3 -|the recipient's address cannot be sent\n"
		      "delivered 250 0.0.0 ok|-\n" },
	{ .name = "a sender that would break the line is not sent",
	    .sender = "s@x\n",
	    .transactions = 1,
	    .wire = PIPE_HELLO QUIT,
	    .result = "failed 0 5.1.7 -|the sender's address cannot be sent\n" },
	{ .name = "552 to RCPT means 452 (RFC 5321 §4.5.3.1, §4.5.3.1.10)",
	    .recipients = "a@y b@y c@y",
	    .transactions = 1,
	    .wire =
		PIPE_HELLO MAIL "C: RCPT TO:<a@y>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\n"
				"S: 250 a\nS: 552 many\nS: 552 5.5.3 many\nS: 552 5.2.2 full\n"
				"S: 503 d\n" QUIT,
	    .result = "deferred 552 0.0.0 many|while sending RCPT TO\n"
		      "deferred 552 4.5.3 5.5.3 many|while sending RCPT TO\n"
		      "failed 552 5.2.2 5.2.2 full|while sending RCPT TO\n" },
	{ .name = "421 defers all that is undecided (RFC 5321 §3.8)",
	    .recipients = "a@y b@y c@y",
	    .transactions = 1,
	    .wire =
		PIPE_HELLO MAIL "C: RCPT TO:<a@y>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\n"
				"S: 250 a\nS: 250 b\nS: 550 c\nS: 421 4.3.2 bye\n",
	    .result = "deferred 421 4.3.2 4.3.2 bye|while sending RCPT TO\n"
		      "failed 550 0.0.0 c|while sending RCPT TO\n"
		      "deferred 421 4.3.2 4.3.2 bye|while sending RCPT TO\n" },
	{ .name = "lost before any reply: stale",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nEND\n",
	    .result = "stale\n"
		      "deferred 0 4.4.2 -|connection lost while sending MAIL FROM\n" },
	{ .name = "421 as the first reply: stale",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 421 idle too long\n",
	    .result = "stale\n"
		      "deferred 421 0.0.0 idle too long|while sending MAIL FROM\n" },
	{ .name = "lost after the final dot: deferred",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT "END\n",
	    .result =
		"deferred 0 4.4.2 -|connection lost while waiting for the reply to the end of "
		"the text\n" },
	{ .name = "no reply in time (RFC 5321 §4.5.3.2, §4.5.4)",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nTIME\n",
	    .result = "deferred 0 4.4.2 -|timed out while sending RCPT TO\n" },
	{ .name = "no greeting in time",
	    .wire = "TIME\n",
	    .result = "failure deferred 0 4.4.2 -|timed out while waiting for the greeting\n" },
	{ .name = "a reply that is none",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: HTTP/1.0\n",
	    .result = "deferred 0 4.5.0 HTTP/1.0|the reply is malformed while sending RCPT TO\n" },
	{ .name = "a reply that does not fit",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 354 a\n",
	    .result = "deferred 354 4.5.0 a|the reply makes no sense while sending MAIL FROM\n" },
	{ .name = "250 to DATA does not fit",
	    .transactions = 1,
	    .wire = PIPE_HELLO MAIL RCPT "C: DATA\nS: 250 a\nS: 250 b\nS: 250 c\n",
	    .result = "deferred 250 4.5.0 c|the reply makes no sense while sending DATA\n" },
	{ .name = "opportunistic TLS: what was said before it is forgotten (RFC 3207 §4.2)",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-PIPELINING\nS: 250 STARTTLS\nC: STARTTLS\n"
			     "S: 220 go\nTLS\nC: EHLO x\nS: 250 y\n" MAIL "S: 450 a\n" QUIT,
	    .result = "deferred 450 0.0.0 a|while sending MAIL FROM\n" },
	{ .name = "opportunistic TLS, not offered",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .wire = PLAIN_HELLO QUIT,
	    .result = "" },
	{ .name = "opportunistic TLS, refused",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 no\n" QUIT,
	    .result = "" },
	{ .name = "required TLS, not offered or stripped (RFC 3207 §4)",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = PLAIN_HELLO,
	    .result = "failure deferred 0 4.7.4 -|TLS is required, but the next hop does not offer "
		      "STARTTLS\n" },
	{ .name = "required TLS, EHLO not known",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = GREETING "S: 500 no\nC: HELO x\nS: 250 y\n",
	    .result = "failure deferred 0 4.7.4 -|TLS is required, but the next hop does not offer "
		      "STARTTLS\n" },
	{ .name = "required TLS, refused",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 no\n",
	    .result = "failure deferred 454 0.0.0 no|while sending STARTTLS\n" },
	{ .name = "opportunistic TLS, another yes than 220 (RFC 3207 §4)",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 ok\n" QUIT,
	    .result = "" },
	{ .name = "required TLS, another yes than 220 (RFC 3207 §4)",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 250 ok\n",
	    .result = "failure deferred 250 4.5.0 ok|the reply makes no sense while sending "
		      "STARTTLS\n" },
	{ .name = "required TLS, 221 to STARTTLS (RFC 3207 §4)",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 221 bye\n",
	    .result = "failure deferred 221 4.5.0 bye|the reply makes no sense while sending "
		      "STARTTLS\n" },
	{ .name = "required TLS, handshake failed",
	    .tls = SMTP_CLIENT_TLS_REQUIRED,
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nTLSFAIL\n",
	    .result = "failure deferred 0 4.7.5 -|bad certificate while in the TLS handshake\n" },
	{ .name = "no STARTTLS without being asked to",
	    .wire = GREETING "S: 250-y\nS: 250 STARTTLS\n" QUIT,
	    .result = "" },
	{ .name = "implicit TLS: no STARTTLS",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 STARTTLS\n" QUIT,
	    .result = "" },
	{ .name = "AUTH PLAIN with initial response (RFC 4616 §2, RFC 4954 §4)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 AUTH LOGIN PLAIN\n"
		    "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 235 ok\n" QUIT,
	    .result = "" },
	{ .name = "AUTH LOGIN where PLAIN is not offered",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 AUTH CRAM-MD5 LOGIN\n"
		    "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 334 UGFzc3dvcmQ6\n"
		    "C: c2VjcmV0\nS: 235 ok\n" QUIT,
	    .result = "" },
	{ .name = "AUTH refused: our password is at fault, not the message",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 AUTH PLAIN\n"
		    "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 535 5.7.8 no\n",
	    .result = "failure deferred 535 5.7.8 5.7.8 no|while sending AUTH\n" },
	{ .name = "one challenge too many",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 AUTH PLAIN\n"
		    "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 334 more\n",
	    .result =
		"failure deferred 334 4.5.0 more|the reply makes no sense while sending AUTH\n" },
	{ .name = "no known mechanism",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .wire = "TLS\n" GREETING "S: 250-y\nS: 250 AUTH GSSAPI\n",
	    .result = "failure deferred 0 4.7.4 -|the next hop offers neither AUTH PLAIN nor AUTH "
		      "LOGIN\n" },
	{ .name = "the password does not go out without the TLS that was hoped for",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .user = "tim",
	    .wire = GREETING "S: 250-y\nS: 250 AUTH PLAIN\n",
	    .result = "failure deferred 0 4.7.4 -|TLS was not had, and the password is not sent "
		      "without\n" },
	{ .name = "the password goes out without TLS when that was said",
	    .user = "tim",
	    .wire = GREETING "S: 250-y\nS: 250 AUTH PLAIN\n"
			     "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 235 ok\n" QUIT,
	    .result = "" },
};

#endif
