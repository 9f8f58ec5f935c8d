/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - what TLS means here: versions, ciphers, tickets, certificates, checks (RFC 9325).
 *
 * A server context never holds the private key: it holds the public half of the certificate, and
 * asks `sign` for each signature of a full handshake. Contexts are counted by OpenSSL: free ours
 * with SSL_CTX_free() at any time, connections that were started with it keep it as long as needed.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "util/buf.h"
#include "util/slice.h"

#define NET_TLS_TICKET_KEY_LEN 80   /* octets of key material for session tickets (RFC 5077) */
#define NET_TLS_SIGNATURE_MAX 1024  /* octets: RSA with 8192 bits */
#define NET_TLS_DESCRIPTION_SIZE 96 /* for net_tls_describe() */

enum net_tls_scheme {
	NET_TLS_ECDSA,     /* in: a digest; out: the signature in DER */
	NET_TLS_RSA_RAW,   /* in: a padded block as long as the modulus; out: as long */
	NET_TLS_RSA_PKCS1, /* in: DigestInfo, to be padded with PKCS #1 v1.5 */
};

/* What is to be signed in the midst of a handshake. */
struct net_tls_request {
	uint64_t key_id; /* of the certificate that this handshake shows: net_tls_key_id() */
	enum net_tls_scheme scheme;
	struct slice in;
};

/*
 * Signs with the private key that has this id and appends the signature to out. False fails the
 * handshake. It is called in the midst of one, so it must not run the loop.
 */
typedef bool net_tls_sign_fn(void *arg, const struct net_tls_request *request, struct buf *out);

/*
 * The same for a private key as for its public half, and for no two keys: of SHA-256 over the
 * public numbers, however they are encoded. False for what is neither RSA nor EC.
 */
bool net_tls_key_id(const EVP_PKEY *key, uint64_t *ret_id);

/* Before the sandbox: lets OpenSSL read its own configuration file. */
void net_tls_prepare(void);

struct net_tls_server_options {
	struct slice certificate; /* PEM, leaf first */
	struct slice ticket_key;  /* NET_TLS_TICKET_KEY_LEN octets, shared by all our processes */
	net_tls_sign_fn *sign;
	void *sign_arg; /* must outlive every connection of the context */
};

/* 0, or -EINVAL with words for the administrator appended to error. */
int net_tls_server_new(
    const struct net_tls_server_options *options, SSL_CTX **ret_context, struct buf *error);

struct net_tls_client_options {
	bool verify;         /* false: opportunistic, any certificate will do (RFC 7435) */
	const char *ca_file; /* PEM to verify against; NULL: the system's. Read in this call. */
	/*
	 * For probes, which look at what they would not use: the versions that are offered
	 * (TLS1_VERSION, ...) and the ciphers up to TLS 1.2, in OpenSSL's words. 0 and NULL: as
	 * everywhere. With a version below 1.2, or ciphers, no key or hash is too weak either.
	 */
	int version_min, version_max;
	const char *ciphers;
};

/* As net_tls_server_new(). The name to verify is given to net_conn_start_tls(). */
int net_tls_client_new(
    const struct net_tls_client_options *options, SSL_CTX **ret_context, struct buf *error);

/*
 * A context with the authorities of strict, which verifies: with this one a handshake succeeds
 * whatever the peer shows, and net_tls_is_verified() tells what it was worth. The caller's to free.
 */
SSL_CTX *net_tls_client_relax(SSL_CTX *strict);
/* After a handshake as client with a name: did the peer's certificate prove it? */
bool net_tls_is_verified(const SSL *ssl);

/* Before a handshake as client: SNI, and name (or IP address) as what the certificate must show. */
bool net_tls_set_name(SSL *ssl, const char *name);

/*
 * Is certificate (PEM chain) usable by net_tls_server_new(), and key (PEM) its private key?
 * 0, or -EINVAL with words for the administrator appended to error.
 */
int net_tls_check_pair(struct slice certificate, struct slice key, struct buf *error);

/* "TLSv1.3 TLS_AES_256_GCM_SHA384 resumed", for a log. */
void net_tls_describe(const SSL *ssl, char text[NET_TLS_DESCRIPTION_SIZE]);

#endif
