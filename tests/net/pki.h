/* SPDX-License-Identifier: Apache-2.0 */
/* pki.h - keys and self-signed certificates made on the spot, and who signs with them. */
#ifndef TESTS_NET_PKI_H
#define TESTS_NET_PKI_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "net/tls.h"
#include "util/buf.h"

enum pki_kind {
	PKI_P256,
	PKI_P384,
	PKI_RSA,
	PKI_ED25519,
};

/* A key and its certificate for name (and for 127.0.0.1). */
struct pki {
	EVP_PKEY *key;
	struct buf certificate_pem, key_pem;
	unsigned signature_count; /* made by pki_sign() */
	uint64_t asked_id;        /* of the key that pki_sign() was asked for last */
	bool is_broken;           /* pki_sign() fails */
};

void pki_init(struct pki *p, enum pki_kind kind, const char *name);
void pki_done(struct pki *p);
/* A net_tls_sign_fn; arg is the struct pki. */
bool pki_sign(void *arg, const struct net_tls_request *request, struct buf *out);
/* A server context for p. */
SSL_CTX *pki_server(struct pki *p);

#endif
