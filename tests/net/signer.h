/* SPDX-License-Identifier: Apache-2.0 */
/* signer.h - DNSSEC's records for a test: one key, that of the root, signs all (RFC 4034). */
#ifndef TESTS_NET_SIGNER_H
#define TESTS_NET_SIGNER_H

#include <openssl/evp.h>

#include "nameserver.h"

#define SIGNER_TEXT_SIZE 512

struct signer {
	EVP_PKEY *key;
	uint16_t tag;
	char dnskey[SIGNER_TEXT_SIZE]; /* the data of its record, in hex */
};

void signer_init(struct signer *s);
void signer_done(struct signer *s);
/* Writes the key as a trust anchor to a new file; path ends with XXXXXX. */
void signer_write_anchor(const struct signer *s, char *path);
/* The data of the RRSIG record for a name that has this one record of the row's type, in hex. */
void signer_sign(
    const struct signer *s, const struct nameserver_row *row, char text[SIGNER_TEXT_SIZE]);

#endif
