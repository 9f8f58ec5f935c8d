/* SPDX-License-Identifier: Apache-2.0 */
/* server_consent.h - says yes to whatever the server engine wants; for the bench and fuzzers, too.
 */
#ifndef SMTP_TEST_SERVER_CONSENT_H
#define SMTP_TEST_SERVER_CONSENT_H

#include "smtp/server.h"

/* Does nothing when nothing, or the end of the connection, is wanted. */
static inline void
smtp_server_consent(struct smtp_server *s)
{
	switch (smtp_server_want(s)) {
	case SMTP_SERVER_WANT_TLS:
		smtp_server_tls_done(s, 0);
		break;
	case SMTP_SERVER_WANT_AUTH:
		smtp_server_auth_ok(s, slice_of("alice"), 0);
		break;
	case SMTP_SERVER_WANT_SENDER:
		smtp_server_sender_done(s, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_RECIPIENT:
		smtp_server_recipient_done(s, SMTP_SERVER_OK, 0);
		break;
	case SMTP_SERVER_WANT_STORE:
		smtp_server_store_done(s, SMTP_SERVER_OK, slice_of("0ABC"), 0);
		break;
	case SMTP_SERVER_WANT_ABORT:
		smtp_server_abort_done(s, 0);
		break;
	case SMTP_SERVER_WANT_CLOSE:
	case SMTP_SERVER_WANT_NONE:
		break;
	}
}

#endif
