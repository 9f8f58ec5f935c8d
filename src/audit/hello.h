/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hello.h - the first message of a TLS handshake, written by hand, and what a server answers to it.
 *
 * A TLS library refuses to speak what is unsafe, so it cannot say whether a server does. Here any
 * version from SSL 2.0 and any cipher suite can be offered; no handshake is ever completed. Pure.
 */
#ifndef AUDIT_HELLO_H
#define AUDIT_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/prime.h"
#include "util/buf.h"
#include "util/slice.h"

#define AUDIT_SSL2 0x0002
#define AUDIT_SSL3 0x0300
#define AUDIT_TLS10 0x0301
#define AUDIT_TLS11 0x0302
#define AUDIT_TLS12 0x0303
#define AUDIT_TLS13 0x0304

#define AUDIT_HELLO_MAX 2048 /* octets of what is sent */
#define AUDIT_SSL2_SUITES_MAX 8
#define AUDIT_HELLO_ANSWER_MAX 65536 /* octets of an answer that are looked at */
#define AUDIT_HELLO_RANDOM_LEN 64    /* octets of randomness that one needs */

struct audit_hello {
	uint16_t version;        /* the highest that is offered; with AUDIT_TLS13 the only one */
	const uint16_t *ciphers; /* in the order of preference; with AUDIT_SSL2 not looked at */
	size_t cipher_count;
	const char *name;       /* for SNI; NULL: none. Not sent with SSL 2.0 and 3.0. */
	const uint16_t *groups; /* in the order of preference; count 0: all that are known */
	size_t group_count;
	/* With TLS 1.3 no key is sent along, so that the server must say which group it wants. */
	bool is_keyless;
	bool offers_compression;
	bool is_fallback; /* with TLS_FALLBACK_SCSV (RFC 7507) */
};

/* As records, ready to send. random: AUDIT_HELLO_RANDOM_LEN octets. */
void audit_hello_write(const struct audit_hello *h, const uint8_t *random, struct buf *out);

enum audit_hello_status {
	AUDIT_HELLO_MORE,     /* so far it can become anything: read on */
	AUDIT_HELLO_ACCEPTED, /* the server chose, see below */
	AUDIT_HELLO_ALERT,    /* it refused with an alert */
	AUDIT_HELLO_NO_TLS,   /* what came is no TLS, or makes no sense */
};

struct audit_hello_answer {
	uint16_t version; /* that the server chose */
	uint16_t cipher;
	bool has_compression;
	bool has_secure_renegotiation; /* RFC 5746 */
	unsigned dh_bits;              /* of the prime of its DHE key; 0: none was sent */
	size_t dh_prime_len;           /* 0: none, or it is longer than what can be kept */
	uint8_t dh_prime[AUDIT_PRIME_MAX];
	uint16_t group;            /* that has a name, of its key or wish; 0: none */
	uint8_t alert;             /* the number of the alert's description */
	unsigned ssl2_suite_count; /* with SSL 2.0 the server tells all of its suites */
	uint32_t ssl2_suites[AUDIT_SSL2_SUITES_MAX];
};

/*
 * Reads an answer from its start. With wants_key an answer is whole when the key exchange of the
 * server has come, else with its ServerHello. ret_answer is written unless MORE.
 */
enum audit_hello_status audit_hello_read(
    struct slice in, bool wants_key, struct audit_hello_answer *ret_answer);

const char *audit_version_name(uint16_t version);  /* "TLS 1.2"; a constant */
const char *audit_ssl2_suite_name(uint32_t suite); /* "SSL_CK_RC4_128_WITH_MD5"; a constant */
const char *audit_alert_name(uint8_t alert);       /* "protocol_version"; "alert" if not known */

#endif
