/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of RCPT: those of DSN (RFC 3461 §4.1, §4.2, §5.1). */
#include "smtp/server_params.h"
#include "smtp/utf8.h"

static enum smtp_server_reply
take_notify(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	(void)s;
	return smtp_notify_parse(value, &said->rcpt.notify) ? SMTP_REPLY_NONE
							    : SMTP_REPLY_PARAM_VALUE;
}

/* RFC 6533 §3: octets above 127 only in a transaction with SMTPUTF8. */
static enum smtp_server_reply
take_orcpt(const struct smtp_server *s, struct slice value, struct smtp_server_said *said)
{
	if (!smtp_orcpt_is_valid(value))
		return SMTP_REPLY_PARAM_VALUE;
	said->rcpt.orcpt = value;
	return smtp_is_ascii(value) || s->transaction->params.is_utf8 ? SMTP_REPLY_NONE
								      : SMTP_REPLY_UTF8_RECIPIENT;
}

static const struct smtp_server_param params[] = {
	{ "NOTIFY", "NOTIFY=NEVER, or NOTIFY= and some of SUCCESS,FAILURE,DELAY", true,
	    take_notify },
	{ "ORCPT",
	    "ORCPT=rfc822; and the address as xtext, or ORCPT=utf-8; and it as in RFC 6533, 3",
	    true, take_orcpt },
};

bool
smtp_server_take_rcpt_params(
    struct smtp_server *s, struct slice rest, struct smtp_server_said *said)
{
	return smtp_server_take_params(s, rest, params, sizeof params / sizeof params[0], said);
}
