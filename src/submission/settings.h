/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - what a session is served by: limits as they were when it began, and the certificate
 * that a handshake shows.
 *
 * A reload makes new ones; the old go with the last session that has them.
 */
#ifndef SUBMISSION_SETTINGS_H
#define SUBMISSION_SETTINGS_H

#include <openssl/ssl.h>

#include "config/config.h"
#include "net/tls.h"
#include "smtp/server.h"

struct settings {
	unsigned ref_count;
	const struct config *config; /* stays valid until the process ends */
	struct smtp_server_limits limits;
	SSL_CTX *tls;
};

/* One reference is the caller's. NULL, with words in error, when the certificate is not usable. */
struct settings *settings_new(
    const struct config *config, const struct net_tls_server_options *tls, struct buf *error);
/* For a session of this listener that begins now; borrows limits and config. */
struct smtp_server_options settings_options(
    const struct settings *s, const struct config_listener *listener);
struct settings *settings_ref(struct settings *s);
/* Nulls the pointer; NULL is fine. */
void settings_unref(struct settings **s);

#endif
