/* SPDX-License-Identifier: Apache-2.0 */
/* client_param_dialogs.h - what becomes of each parameter, with peers that offer more or less. */
#ifndef TESTS_CLIENT_PARAM_DIALOGS_H
#define TESTS_CLIENT_PARAM_DIALOGS_H

#include "client_dialog.h"

static const struct dialog param_dialogs[] = {
	{ .name = "what was asked of reports is passed on (RFC 3461 §5.2.1)",
	    .recipients = "a@y b@y",
	    .params = { .ret = SMTP_RET_HDRS, .envid = { (const uint8_t *)"QQ+2B1", 6 } },
	    .recipient_params = { { .notify = SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_FAILURE,
				      .orcpt = { (const uint8_t *)"rfc822;A@x", 10 } },
		{ .notify = SMTP_NOTIFY_NEVER } },
	    .transactions = 1,
	    .wire = HELLO_WITH("dsn") "C: MAIL FROM:<s@x> RET=HDRS ENVID=QQ+2B1\nS: 250 a\n"
				      "C: RCPT TO:<a@y> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;A@x\n"
				      "S: 250 b\nC: RCPT TO:<b@y> NOTIFY=NEVER\n"
				      "S: 250 b\nC: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = OK OK },
	{ .name = "nothing that was not asked of reports is said (RFC 3461 §5.2.1)",
	    .transactions = 1,
	    .wire = HELLO_WITH("DSN") MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "without DSN nothing of it is said (RFC 3461 §5.2.2)",
	    .params = { .ret = SMTP_RET_FULL, .envid = { (const uint8_t *)"Q", 1 } },
	    .recipient_params = { { .notify = SMTP_NOTIFY_NEVER,
		.orcpt = { (const uint8_t *)"rfc822;A@x", 10 } } },
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "an original address in UTF-8 is encoded for who does not know it (RFC 6533 §3)",
	    .recipient_params = { { .orcpt = { (const uint8_t *)"utf-8;\xc3\xa4\xe2\x82\xac@x",
					13 } } },
	    .transactions = 1,
	    .wire = HELLO_WITH("DSN") MAIL "S: 250 a\n"
					   "C: RCPT TO:<r@y> ORCPT=utf-8;\\x{E4}\\x{20AC}@x\n"
					   "S: 250 b\nC: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = OK },
	{ .name = "UTF-8 goes to who knows SMTPUTF8 (RFC 6531 §3.4)",
	    .recipients = "\xc3\xa4@y",
	    .params = { .is_utf8 = true },
	    .recipient_params = { { .orcpt = { (const uint8_t *)"utf-8;\xc3\xa4@x", 10 } } },
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-8BITMIME\nS: 250-DSN\nS: 250 SMTPUTF8 x\n"
			     "C: MAIL FROM:<s@x> SMTPUTF8\nS: 250 a\n"
			     "C: RCPT TO:<\xc3\xa4@y> ORCPT=utf-8;\xc3\xa4@x\nS: 250 b\n"
			     "C: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = OK },
	{ .name = "an address in UTF-8 is reason enough for SMTPUTF8",
	    .sender = "\xc3\xa4@x",
	    .transactions = 1,
	    .wire = HELLO_WITH("SMTPUTF8") "C: MAIL FROM:<\xc3\xa4@x> SMTPUTF8\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "without a reason there is no SMTPUTF8 (RFC 6531 §3.4)",
	    .transactions = 1,
	    .wire = HELLO_WITH("SMTPUTF8") MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "without SMTPUTF8 the recipients in ASCII have their mail (RFC 6531 §3.2)",
	    .recipients = "r@y \xc3\xa4@y",
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" REST,
	    .result = OK "failed 0 5.6.7 -|the recipient's address is not ASCII, and the next hop "
			 "does not offer SMTPUTF8\n" },
	{ .name = "without SMTPUTF8 a sender in UTF-8 is not sent (RFC 6531 §3.5)",
	    .sender = "\xc3\xa4@x",
	    .transactions = 1,
	    .wire = PLAIN_HELLO QUIT,
	    .result = "failed 0 5.6.7 -|the sender's address is not ASCII, and the next hop does "
		      "not offer SMTPUTF8\n" },
	{ .name = "without SMTPUTF8 a header in UTF-8 is not sent (RFC 6531 §3.5)",
	    .params = { .is_utf8 = true },
	    .transactions = 1,
	    .wire = HELLO_WITH("8BITMIME") QUIT,
	    .result = "failed 0 5.6.9 -|the message's header is in UTF-8, and the next hop does "
		      "not offer SMTPUTF8\n" },
	{ .name = "broken UTF-8 is no address",
	    .recipients = "\xc3@y \xc2\x85@y \x7f@y",
	    .transactions = 1,
	    .wire = HELLO_WITH("SMTPUTF8") QUIT,
	    .result = "failed 0 5.1.3 -|the recipient's address cannot be sent\n"
		      "failed 0 5.1.3 -|the recipient's address cannot be sent\n"
		      "failed 0 5.1.3 -|the recipient's address cannot be sent\n" },
	{ .name = "the time that is left goes with BY (RFC 2852 §2, §4.1.4)",
	    .params = { .by = SMTP_BY_RETURN, .by_trace = true, .by_unix_s = DIALOG_UNIX_S + 60 },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY 60") "C: MAIL FROM:<s@x> BY=60;RT\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "how long the time is over goes with BY (RFC 2852 §4.1.4)",
	    .params = { .by = SMTP_BY_NOTIFY, .by_unix_s = DIALOG_UNIX_S - 5 },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY 60") "C: MAIL FROM:<s@x> BY=-5;N\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "nine digits are the most that BY has (RFC 2852 §4)",
	    .params = { .by = SMTP_BY_NOTIFY, .by_unix_s = -INT64_MAX },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY") "C: MAIL FROM:<s@x> BY=-999999999;N\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "also of a time that lies ahead",
	    .params = { .by = SMTP_BY_NOTIFY, .by_unix_s = INT64_MAX },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY") "C: MAIL FROM:<s@x> BY=999999999;N\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "mode R ends with the time (RFC 2852 §4.1.3)",
	    .params = { .by = SMTP_BY_RETURN, .by_unix_s = DIALOG_UNIX_S },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY") QUIT,
	    .result = "failed 0 5.4.7 -|the time in which the message was to be delivered is over "
		      "(BY)\n" },
	{ .name = "mode R does not go to who has no DELIVERBY (RFC 2852 §4.1.4.1, §7)",
	    .params = { .by = SMTP_BY_RETURN, .by_unix_s = DIALOG_UNIX_S + 60 },
	    .transactions = 1,
	    .wire = PLAIN_HELLO QUIT,
	    .result = "failed 0 5.3.3 -|a time of delivery was asked for (BY), and the next hop "
		      "does not offer DELIVERBY\n" },
	{ .name = "mode R does not go to who asks for more time (RFC 2852 §4.1.4.1)",
	    .params = { .by = SMTP_BY_RETURN, .by_unix_s = DIALOG_UNIX_S + 59 },
	    .transactions = 1,
	    .wire = HELLO_WITH("DELIVERBY 60,new") QUIT,
	    .result = "failed 0 5.4.7 -|less time is left for the delivery (BY) than the next hop "
		      "asks for (DELIVERBY)\n" },
	{ .name = "mode R is kept by LMTP, which delivers",
	    .protocol = SMTP_CLIENT_LMTP,
	    .params = { .by = SMTP_BY_RETURN, .by_unix_s = DIALOG_UNIX_S + 60 },
	    .transactions = 1,
	    .wire = "S: 220 y\nC: LHLO x\nS: 250 y\n" MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "mode N goes to everybody, with a wish for reports of delay (RFC 2852 §4.1.4.2)",
	    .recipients = "a@y b@y c@y",
	    .params = { .by = SMTP_BY_NOTIFY, .by_unix_s = DIALOG_UNIX_S + 60 },
	    .recipient_params = { { 0 }, { .notify = SMTP_NOTIFY_SUCCESS },
		{ .notify = SMTP_NOTIFY_NEVER } },
	    .transactions = 1,
	    .wire = HELLO_WITH("DSN") MAIL "S: 250 a\nC: RCPT TO:<a@y> NOTIFY=FAILURE,DELAY\n"
					   "S: 250 b\nC: RCPT TO:<b@y> NOTIFY=SUCCESS,DELAY\n"
					   "S: 250 b\nC: RCPT TO:<c@y> NOTIFY=NEVER\n"
					   "S: 250 b\nC: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = OK OK OK },
	{ .name = "a priority is passed on (RFC 6710 §4.2)",
	    .params = { .has_priority = true, .priority = -9 },
	    .transactions = 1,
	    .wire = HELLO_WITH("MT-PRIORITY MIXER") "C: MAIL FROM:<s@x> MT-PRIORITY=-9\n"
						    "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "who knows priorities is told that there is none (RFC 6710 §4.2)",
	    .transactions = 1,
	    .wire = HELLO_WITH("MT-PRIORITY") "C: MAIL FROM:<s@x> MT-PRIORITY=0\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "a priority is not said to others (RFC 6710 §4.3)",
	    .params = { .has_priority = true, .priority = 9 },
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "REQUIRETLS where all that it asks for is there (RFC 8689 §4.2.1)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .params = { .requires_tls = true },
	    .transactions = 1,
	    .wire = "TLS\n" HELLO_WITH("REQUIRETLS") "C: MAIL FROM:<s@x> REQUIRETLS\n"
						     "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "REQUIRETLS, not offered (RFC 8689 §4.2.1)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .params = { .requires_tls = true },
	    .transactions = 1,
	    .wire = "TLS\n" PLAIN_HELLO QUIT,
	    .result = "failed 0 5.7.30 -|REQUIRETLS was asked for, and the next hop does not offer "
		      "it\n" },
	{ .name = "REQUIRETLS, certificate not verified (RFC 8689 §4.2.1)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .params = { .requires_tls = true },
	    .transactions = 1,
	    .wire = "TLSANY\n" HELLO_WITH("REQUIRETLS") QUIT,
	    .result = "failed 0 5.7.10 -|REQUIRETLS was asked for, and the next hop's certificate "
		      "does not prove its name\n" },
	{ .name = "REQUIRETLS, no TLS (RFC 8689 §4.2.1)",
	    .tls = SMTP_CLIENT_TLS_OPPORTUNISTIC,
	    .params = { .requires_tls = true },
	    .transactions = 1,
	    .wire = HELLO_WITH("REQUIRETLS") QUIT,
	    .result = "failed 0 5.7.10 -|REQUIRETLS was asked for, and TLS was not had with the "
		      "next hop\n" },
	{ .name = "REQUIRETLS does not hold a report back (RFC 8689 §5)",
	    .sender = "",
	    .params = { .requires_tls = true },
	    .transactions = 1,
	    .wire = PLAIN_HELLO "C: MAIL FROM:<>\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "who submitted it is said to who knows AUTH (RFC 4954 §5)",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 1,
	    .wire = HELLO_WITH("AUTH GSSAPI") "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "who submitted it is not said to others",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 1,
	    .wire = PLAIN_HELLO MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "AUTH=<> goes on to who knows us (RFC 4954 §5)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .params = { .auth = { (const uint8_t *)"<>", 2 } },
	    .transactions = 1,
	    .wire = "TLS\n" HELLO_WITH("AUTH PLAIN") "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 235 ok\n"
						     "C: MAIL FROM:<s@x> AUTH=<>\nS: 250 a\n" REST,
	    .result = OK },
	{ .name = "who knows us hears no AUTH= that nobody said (RFC 4954 §5)",
	    .tls = SMTP_CLIENT_TLS_IMPLICIT,
	    .user = "tim",
	    .transactions = 1,
	    .wire = "TLS\n" HELLO_WITH(
		"AUTH PLAIN") "C: AUTH PLAIN AHRpbQBzZWNyZXQ=\nS: 235 ok\n" MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "who offers AUTH and refuses AUTH= hears it once (RFC 5321 §4.1.1.11)",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 2,
	    .wire = HELLO_WITH(
		"AUTH PLAIN") "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 555 5.5.4 what\n" MAIL
			      "S: 250 a\n" REST,
	    .result = "repeat\n"
		      "failed 555 5.5.4 5.5.4 what|while sending MAIL FROM\n" OK },
	{ .name = "also where all is said in one flight",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 2,
	    .wire = GREETING "S: 250-y\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\n"
			     "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\n" RCPT
			     "C: DATA\nS: 501 no\nS: 503 b\nS: 503 c\n" MAIL RCPT
			     "C: DATA\nS: 250 a\nS: 250 b\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT,
	    .result = "repeat\n"
		      "failed 501 0.0.0 no|while sending MAIL FROM\n" OK },
	{ .name = "a parameter that is not implemented is one that is refused",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 2,
	    .wire = HELLO_WITH("AUTH PLAIN") "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 504 no\n" MAIL
					     "S: 250 a\n" REST,
	    .result = "repeat\n"
		      "failed 504 0.0.0 no|while sending MAIL FROM\n" OK },
	{ .name = "a connection that is lost over it has told all the same",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-PIPELINING\nS: 250 AUTH PLAIN\n"
			     "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\n" RCPT "C: DATA\nS: 555 no\nEND\n",
	    .result = "repeat\n"
		      "failed 555 0.0.0 no|while sending MAIL FROM\n" },
	{ .name = "a no that AUTH= is not the reason of is the answer",
	    .params = { .auth = { (const uint8_t *)"e+3Dmc2@x", 9 } },
	    .transactions = 4,
	    .wire =
		HELLO_WITH("AUTH PLAIN") "C: MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 501 5.1.7 who\nC: "
					 "MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 550 5.7.1 never\nC: "
					 "MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 451 4.5.4 later\nC: "
					 "MAIL FROM:<s@x> AUTH=e+3Dmc2@x\nS: 250 a\n" REST,
	    .result = "failed 501 5.1.7 5.1.7 who|while sending MAIL FROM\n"
		      "failed 550 5.7.1 5.7.1 never|while sending MAIL FROM\n"
		      "deferred 451 4.5.4 4.5.4 later|while sending MAIL FROM\n" OK },
	{ .name = "nothing is repeated where no AUTH= was said",
	    .sender = "s@x",
	    .transactions = 1,
	    .wire = HELLO_WITH("AUTH PLAIN") MAIL "S: 555 5.5.4 what\n" QUIT,
	    .result = "failed 555 5.5.4 5.5.4 what|while sending MAIL FROM\n" },
	{ .name = "a parameter that would break the line is not sent",
	    .params = { .envid = { (const uint8_t *)"x\r\nRSET", 7 },
		.auth = { (const uint8_t *)"a b", 3 } },
	    .recipient_params = { { .orcpt = { (const uint8_t *)"rfc822;a b", 10 } } },
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-AUTH PLAIN\nS: 250 DSN\n" MAIL "S: 250 a\n" REST,
	    .result = OK },
	{ .name = "binary text has nowhere to go without BINARYMIME and CHUNKING (RFC 3030 §3)",
	    .params = { .body = SMTP_BODY_BINARYMIME },
	    .transactions = 1,
	    .wire = GREETING "S: 250-y\nS: 250-8BITMIME\nS: 250 BINARYMIME\n" QUIT,
	    .result = "failed 0 5.6.3 -|the message is binary, and the next hop does not offer "
		      "CHUNKING and BINARYMIME\n" },
};

#endif
