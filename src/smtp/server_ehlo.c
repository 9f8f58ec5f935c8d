/* SPDX-License-Identifier: Apache-2.0 */
/* EHLO and HELO (RFC 5321 §4.1.1.1): who the client says it is, and what it may use. */
#include "smtp/server_verb.h"

#include <inttypes.h>

#include "smtp/address.h"

/*
 * Only what would be accepted at this moment is offered (RFC 3207 §4.2, RFC 4954 §3). SIZE says the
 * limit (RFC 1870 §3).
 */
static void
add_extensions(struct smtp_server *s)
{
	buf_addf(&s->output, "250-%s\r\n250-PIPELINING\r\n250-SIZE %" PRIu64 "\r\n",
	    s->options->hostname, s->options->limits->message_size);
	if (!s->is_tls)
		buf_add_text(&s->output, "250-STARTTLS\r\n");
	if (s->is_tls && s->account.len == 0)
		buf_add_text(&s->output, "250-AUTH PLAIN LOGIN\r\n");
	buf_add_text(&s->output, "250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n");
}

/*
 * The name is taken as it comes: a wrong one is no reason to refuse mail (RFC 5321 §4.1.4), and
 * desktop computers have odd names. What some clients write after it is left out (§4.1.1.1).
 */
static bool
take_name(struct smtp_server *s, struct slice argument)
{
	struct slice name = slice_first(argument, slice_find(argument, ' '));

	if (name.len == 0 || name.len > SMTP_DOMAIN_MAX) {
		smtp_server_refuse(s, SMTP_REPLY_HELO_ARGUMENT);
		return false;
	}
	buf_clear(&s->helo);
	buf_add_slice(&s->helo, name);
	return true;
}

void
smtp_verb_ehlo(struct smtp_server *s, struct slice argument)
{
	if (!take_name(s, argument))
		return;
	s->is_extended = true;
	smtp_server_transaction_end(s);
	smtp_server_enter(s, SMTP_STATE_GREETED);
	add_extensions(s);
}

void
smtp_verb_helo(struct smtp_server *s, struct slice argument)
{
	if (!take_name(s, argument))
		return;
	s->is_extended = false;
	smtp_server_transaction_end(s);
	smtp_server_enter(s, SMTP_STATE_GREETED);
	smtp_server_reply_with(s, SMTP_REPLY_HELO, slice_of(s->options->hostname));
}
