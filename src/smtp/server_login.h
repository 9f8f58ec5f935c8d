/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_login.h - one AUTH exchange (RFC 4954 §4): the step that the authenticator is to take.
 *
 * What the client sent is a secret: kept in one block, wiped as soon as the step is answered.
 */
#ifndef SMTP_SERVER_LOGIN_H
#define SMTP_SERVER_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/server.h"
#include "smtp/server_reply.h"
#include "util/buf.h"
#include "util/slice.h"

#define SMTP_MECHANISM_MAX 20 /* RFC 4422 §3.1 */

struct smtp_login {
	uint8_t mechanism[SMTP_MECHANISM_MAX];
	size_t mechanism_len;
	enum smtp_server_auth_kind kind;
	bool has_octets;
	struct buf octets;
	enum smtp_server_reply cancelled; /* what to say when CANCEL is answered */
};

/* mechanism is at most SMTP_MECHANISM_MAX octets. Free with smtp_login_free(), which nulls. */
struct smtp_login *smtp_login_new(struct slice mechanism);
void smtp_login_free(struct smtp_login **l);
/* Makes the decoding of base64 the octets of the step; false when it is no base64. */
bool smtp_login_decode(struct smtp_login *l, struct slice base64);
/* Forgets the octets of a step that is over. */
void smtp_login_wipe(struct smtp_login *l);

#endif
