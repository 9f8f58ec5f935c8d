/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h - certificates with every fault that a certificate can have, made on the spot. */
#ifndef TESTS_PROBE_AUTHORITY_H
#define TESTS_PROBE_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

/* What is out of the ordinary. */
struct certificate_spec {
	const char *subject; /* CN; NULL: "mail.example" */
	const char *organization;
	const char *names; /* of subjectAltName as OpenSSL writes it; NULL: none */
	const char *usage; /* extended; NULL: "serverAuth" */
	const char *issuer_url;
	bool is_authority;
	int64_t from_s, until_s; /* from now; both 0: from an hour ago, for an hour */
	int rsa_bits;            /* 0: an elliptic curve */
	bool is_sha1;
};

struct certificate {
	EVP_PKEY *key;
	X509 *x509;
};

/* issuer NULL: signs itself. */
struct certificate certificate_make(
    const struct certificate_spec *spec, const struct certificate *issuer);
void certificate_done(struct certificate *c);

/* A server context that takes any version of TLS, with up to two more certificates to send. */
SSL_CTX *certificate_server(const struct certificate *leaf, const struct certificate *second,
    const struct certificate *third);
/* A store with this one; NULL: with none. */
X509_STORE *certificate_store(const struct certificate *root);

#endif
