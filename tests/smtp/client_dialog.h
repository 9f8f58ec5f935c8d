/* SPDX-License-Identifier: Apache-2.0 */
/* client_dialog.h - what a dialog of test_client.c is, and the phrases that dialogs share. */
#ifndef TESTS_CLIENT_DIALOG_H
#define TESTS_CLIENT_DIALOG_H

#include "smtp/client.h"

/*
 * A dialog in the words of the wire. Lines begin with
 *   "C: "  what the client must say next (CRLF is added)
 *   "S: "  what the server says
 *   "TLS"  the client must want the handshake, and it succeeds
 *   "TLSANY" the same, but the certificate proves nothing
 *   "TLSFAIL" the same, and it fails
 *   "END"  the connection is lost
 *   "TIME" the deadline passes
 * Before each "S: " the client must have said no more than what the dialog has.
 */
struct dialog {
	const char *name;
	enum smtp_client_protocol protocol;
	enum smtp_client_tls tls;
	const char *user;
	const char *sender, *recipients; /* separated by spaces; NULL: <s@x> and <r@y> */
	const char *text;                /* NULL: "Hi\r\n" */
	struct smtp_mail_params params;
	struct smtp_rcpt_params recipient_params[3];
	int transactions;
	const char *wire;
	/* One line each, "failure" first when there is one: class code enhanced words|reason */
	const char *result;
};

#define GREETING "S: 220 y\nC: EHLO x\n"
#define PLAIN_HELLO GREETING "S: 250 y\n"
#define PIPE_HELLO GREETING "S: 250-y\nS: 250-PIPELINING\nS: 250 8BITMIME\n"
#define MAIL "C: MAIL FROM:<s@x>\n"
#define RCPT "C: RCPT TO:<r@y>\n"
#define TEXT "C: Hi\nC: .\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
/* What follows an EHLO reply that ends without PIPELINING, for the whole of a transaction. */
#define REST RCPT "S: 250 b\nC: DATA\nS: 354 c\n" TEXT "S: 250 ok\n" QUIT
#define OK "delivered 250 0.0.0 ok|-\n"
#define HELLO_WITH(lines) GREETING "S: 250-y\nS: 250 " lines "\n"
#define DIALOG_UNIX_S 1000000 /* what the wall clock shows when a transaction begins */

#endif
