/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/tls.h"

#include <stdlib.h>

const char tls_library[] = "BoringSSL";

static enum ssl_verify_result_t
accept_chain(SSL *ssl, uint8_t *ret_alert) /* NOLINT(readability-non-const-parameter): its type */
{
	(void)ssl;
	(void)ret_alert;
	return ssl_verify_ok;
}

void
tls_init(struct tls *t)
{
	t->library = NULL;
	t->context = SSL_CTX_new(TLS_with_buffers_method());
	if (t->context == NULL)
		abort();
	SSL_CTX_set_custom_verify(t->context, SSL_VERIFY_PEER, accept_chain);
}

void
tls_done(struct tls *t)
{
	SSL_CTX_free(t->context);
}
