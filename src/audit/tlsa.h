/* SPDX-License-Identifier: Apache-2.0 */
/* tlsa.h - does a certificate fit a TLSA record (RFC 6698 §2.1)? Pure. */
#ifndef AUDIT_TLSA_H
#define AUDIT_TLSA_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "net/record.h"

/*
 * chain: as the server sent it, its own first. Usages 1 and 3 look at that one, 0 and 2 at any of
 * the chain; whether the authorities are known is not judged here.
 */
bool audit_tlsa_matches(const struct net_record_tlsa *record, STACK_OF(X509) * chain);

#endif
