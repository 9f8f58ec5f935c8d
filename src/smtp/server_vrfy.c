/* SPDX-License-Identifier: Apache-2.0 */
/* VRFY: the honest answer of a server that only passes mail on is 252 (RFC 5321 §3.5.3, §7.3). */
#include "smtp/server_verb.h"

/* RFC 5321 §4.1.1.6. The reply is ASCII, so SMTPUTF8 changes nothing (RFC 6531 §3.7.4.2). */
void
smtp_verb_vrfy(struct smtp_server *s, struct slice argument)
{
	if (argument.len == 0)
		smtp_server_refuse(s, SMTP_REPLY_VRFY_ARGUMENT);
	else
		smtp_server_reply(s, SMTP_REPLY_VRFY);
}
