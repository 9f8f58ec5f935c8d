/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls.h - the TLS of a simulated client, by whichever library costs the least.
 *
 * tls_boringssl.c is built where BoringSSL is installed: a full handshake costs it about half of
 * what it costs OpenSSL 3.0, and what the client takes of the CPUs the server does not get.
 * tls_openssl.c is built elsewhere, and with -Dbench_tls=openssl. Either checks the server's
 * signature, so that its key is proven; neither looks where its certificate's chain leads, for that
 * of a bench server leads nowhere.
 */
#ifndef BENCH_TLS_H
#define BENCH_TLS_H

#include <openssl/ssl.h>

/* The name of the library, for the report. */
extern const char tls_library[];

struct tls {
	SSL_CTX *context;
	void *library; /* what the context stands on, or NULL */
};

/* For one thread: nothing in it is locked by another's. */
void tls_init(struct tls *t);
void tls_done(struct tls *t);

#endif
