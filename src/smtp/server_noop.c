/* SPDX-License-Identifier: Apache-2.0 */
/* NOOP, whose argument is ignored (RFC 5321 §4.1.1.9). */
#include "smtp/server_verb.h"

void
smtp_verb_noop(struct smtp_server *s, struct slice argument)
{
	(void)argument;
	smtp_server_reply(s, SMTP_REPLY_NOOP);
}
