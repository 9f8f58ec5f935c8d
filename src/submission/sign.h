/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign.h - signatures of a TLS key, asked of auth in the midst of a handshake.
 *
 * OpenSSL wants the signature before it returns, so this blocks: some hundred microseconds, and
 * SIGN_TIMEOUT_MS at the worst. Once that was in vain, others wait SIGN_LATE_MS only until auth has
 * answered again: a handshake that fails costs one client, the wait costs all of them.
 */
#ifndef SUBMISSION_SIGN_H
#define SUBMISSION_SIGN_H

#include "net/tls.h"

#define SIGN_TIMEOUT_MS 5000
#define SIGN_LATE_MS 50

struct sign;

struct sign *sign_new(void);
void sign_free(struct sign **s);
/* Takes over fd, a channel to auth; one that was there before is closed. */
void sign_set_channel(struct sign *s, int fd);
/* A net_tls_sign_fn; arg is the struct sign. Fails while there is no channel. */
bool sign_ask(void *arg, const struct net_tls_request *asked, struct buf *out);

#endif
