/* SPDX-License-Identifier: Apache-2.0 */
/* RSET (RFC 5321 §4.1.1.5): drops the transaction; EHLO, TLS and login stay. */
#include "smtp/server_verb.h"

/* RFC 5321 §4.3.2: no argument. */
void
smtp_verb_rset(struct smtp_server *s, struct slice argument)
{
	if (argument.len != 0) {
		smtp_server_refuse(s, SMTP_REPLY_NO_ARGUMENT);
		return;
	}
	smtp_server_transaction_drop(s);
	smtp_server_reply(s, SMTP_REPLY_RESET);
}
