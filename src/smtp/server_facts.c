/* SPDX-License-Identifier: Apache-2.0 */
/* What the session knows, for the trace header, the envelope and the log. */
#include "smtp/server_session.h"

struct slice
smtp_server_helo(const struct smtp_server *s)
{
	return buf_slice(&s->helo);
}

bool
smtp_server_is_extended(const struct smtp_server *s)
{
	return s->is_extended;
}

bool
smtp_server_is_tls(const struct smtp_server *s)
{
	return s->is_tls;
}

struct slice
smtp_server_account(const struct smtp_server *s)
{
	return buf_slice(&s->account);
}

struct slice
smtp_server_sender(const struct smtp_server *s)
{
	return s->transaction == NULL ? (struct slice){ NULL, 0 }
				      : smtp_transaction_sender(s->transaction);
}

size_t
smtp_server_recipient_count(const struct smtp_server *s)
{
	return s->transaction == NULL ? 0 : smtp_transaction_recipient_count(s->transaction);
}

struct slice
smtp_server_recipient(const struct smtp_server *s, size_t i)
{
	return smtp_transaction_recipient(s->transaction, i);
}

const struct smtp_mail_params *
smtp_server_mail_params(const struct smtp_server *s)
{
	return &s->transaction->params;
}

uint64_t
smtp_server_declared_size(const struct smtp_server *s)
{
	return s->transaction->declared_size;
}

struct smtp_rcpt_params
smtp_server_recipient_params(const struct smtp_server *s, size_t i)
{
	return smtp_transaction_recipient_params(s->transaction, i);
}

bool
smtp_server_is_in_text(const struct smtp_server *s)
{
	return s->state == SMTP_STATE_TEXT || s->state == SMTP_STATE_CHUNK ||
	       s->state == SMTP_STATE_CHUNKS;
}

uint64_t
smtp_server_repaired_count(const struct smtp_server *s)
{
	return s->repaired_count;
}
