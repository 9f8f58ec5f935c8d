/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate.h - what a peer's certificate is worth, each fault named by itself.
 *
 * The handshake is made without verification; then the chain is looked at here: a chain may be
 * expired and for another name at once, and both must be said.
 */
#ifndef PROBE_CERTIFICATE_H
#define PROBE_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "util/buf.h"

#define PROBE_CERTIFICATE_NAMES_MAX 32 /* of subjectAltName; the rest is counted only */
#define PROBE_CERTIFICATE_TEXT_SIZE 256

enum probe_certificate_fault {
	PROBE_CERTIFICATE_EXPIRED = 1 << 0,
	PROBE_CERTIFICATE_NOT_YET_VALID = 1 << 1,
	PROBE_CERTIFICATE_WRONG_NAME = 1 << 2,
	/*
	 * An intermediate is missing in what was sent. Together with UNTRUSTED: nothing but the
	 * leaf was sent, and whether its issuer is an intermediate of a known authority or an
	 * authority of their own cannot be told.
	 */
	PROBE_CERTIFICATE_INCOMPLETE = 1 << 3,
	PROBE_CERTIFICATE_SELF_SIGNED = 1 << 4, /* the leaf itself */
	PROBE_CERTIFICATE_UNTRUSTED = 1 << 5,   /* ends in an authority that is not known here */
	PROBE_CERTIFICATE_INSPECTED = 1 << 6,   /* issued by a product that looks into TLS */
	PROBE_CERTIFICATE_REVOKED = 1 << 7,
	PROBE_CERTIFICATE_WEAK = 1 << 8, /* key or signature: RSA below 2048 bits, SHA-1, MD5 */
	PROBE_CERTIFICATE_WRONG_USE = 1 << 9, /* not for a server (extended key usage) */
	PROBE_CERTIFICATE_NO_ROOTS = 1 << 10, /* no authorities are installed here at all */
	PROBE_CERTIFICATE_OTHER = 1 << 11,    /* see error */
	/* An expired or future one, and this machine's clock differs from what the peer says. */
	PROBE_CERTIFICATE_OUR_CLOCK = 1 << 12,
};

struct probe_certificate {
	bool is_there;
	unsigned faults;   /* enum probe_certificate_fault; 0: valid for the name */
	const char *error; /* the words of OpenSSL for the chain; NULL: fine. A constant. */
	char subject[PROBE_CERTIFICATE_TEXT_SIZE]; /* printable, cut */
	char issuer[PROBE_CERTIFICATE_TEXT_SIZE];
	const char *inspector; /* "Avast", "Fortinet", ... with INSPECTED; a constant */
	int64_t not_before_unix_s, not_after_unix_s;
	size_t name_count; /* may be above the maximum */
	char names[PROBE_CERTIFICATE_NAMES_MAX][PROBE_CERTIFICATE_TEXT_SIZE];
	unsigned key_bits;
	char key_type[16];           /* "RSA", "EC", "ED25519" */
	char signature[48];          /* "ecdsa-with-SHA256" */
	char sha256[2 * 32 + 1];     /* fingerprint of the leaf, hex */
	char key_sha256[2 * 32 + 1]; /* of its public key: the same key behind two ports? */
	unsigned chain_length;       /* certificates that were sent */
	/* Of the first above the leaf with EXPIRED, NOT_YET_VALID or WEAK by itself; 0: none. */
	unsigned issuer_faults;
	char issuer_at_fault[PROBE_CERTIFICATE_TEXT_SIZE]; /* its subject */
	int64_t issuer_not_before_unix_s, issuer_not_after_unix_s;
};

/*
 * Look at what the peer of ssl has shown, for name (a host name or an IP address; NULL: whatever
 * its name). roots: the authorities to trust; NULL: none. now_unix_s: what time it is by this
 * machine. OUR_CLOCK and REVOKED are not found out here.
 */
void probe_certificate_read(SSL *ssl, X509_STORE *roots, const char *name, int64_t now_unix_s,
    struct probe_certificate *ret_certificate);

/* "expired", "wrong_name", ... of one fault: for JSON; a constant. */
const char *probe_certificate_fault_name(enum probe_certificate_fault fault);

#endif
