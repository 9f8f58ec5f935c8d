/* SPDX-License-Identifier: Apache-2.0 */
/* QUIT (RFC 5321 §4.1.1.10): an open transaction is dropped with the session. */
#include "smtp/server_verb.h"

/* RFC 5321 §4.3.2: no argument. */
void
smtp_verb_quit(struct smtp_server *s, struct slice argument)
{
	if (argument.len != 0)
		smtp_server_refuse(s, SMTP_REPLY_NO_ARGUMENT);
	else
		smtp_server_hang_up(s, SMTP_REPLY_BYE);
}
