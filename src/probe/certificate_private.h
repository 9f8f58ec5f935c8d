/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_private.h - what the files of certificate.h share; nobody else includes it. */
#ifndef PROBE_CERTIFICATE_PRIVATE_H
#define PROBE_CERTIFICATE_PRIVATE_H

#include "probe/certificate.h"

/* certificate_words.c: all of the leaf that can be read without judging it. */
void certificate_describe(X509 *leaf, struct probe_certificate *c);
/* The same of one above the leaf that has faults of its own. */
void certificate_describe_issuer(const X509 *issuer, unsigned faults, struct probe_certificate *c);

#endif
