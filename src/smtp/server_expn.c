/* SPDX-License-Identifier: Apache-2.0 */
/* EXPN: there are no lists here, and membership is nobody's business (RFC 5321 §3.5.1, §7.3). So
 * EXPN (§4.1.1.7) is 502 (§3.5.3, §4.2.4) and not offered (§3.5.2). */
#include "smtp/server_verb.h"

void
smtp_verb_expn(struct smtp_server *s, struct slice argument)
{
	(void)argument;
	smtp_server_refuse(s, SMTP_REPLY_EXPN);
}
