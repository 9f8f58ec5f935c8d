/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_key.h - a private key that is somewhere else (only for tls.c).
 *
 * A process that talks to the network holds the public half; the other half signs for it, in a
 * process that no octet from the network reaches. An OpenSSL bug then cannot leak the key.
 */
#ifndef NET_TLS_KEY_H
#define NET_TLS_KEY_H

#include "net/tls.h"

/*
 * A key with the public half from certificate, which has sign called for every signature. NULL when
 * it is of no kind that we support (RSA, or ECDSA on P-256 or P-384). Free with EVP_PKEY_free().
 */
EVP_PKEY *net_tls_key_new(const X509 *certificate, net_tls_sign_fn *sign, void *sign_arg);

#endif
