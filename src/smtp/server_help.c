/* SPDX-License-Identifier: Apache-2.0 */
/* HELP, the same for every argument (RFC 5321 §4.1.1.8). */
#include "smtp/server_verb.h"

void
smtp_verb_help(struct smtp_server *s, struct slice argument)
{
	(void)argument;
	smtp_server_reply(s, SMTP_REPLY_HELP);
}
