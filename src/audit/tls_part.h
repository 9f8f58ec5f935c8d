/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_part.h - the suites up to TLS 1.2 by what a server needs of its certificate for them. Pure.
 *
 * A server may choose a suite and then fail for want of what it needs: credentials for anonymous
 * clients, a signature. Then all that was offered beside it seems to be refused. So what is left at
 * a refusal is offered once more in parts.
 */
#ifndef AUDIT_TLS_PART_H
#define AUDIT_TLS_PART_H

#include <stddef.h>
#include <stdint.h>

#include "audit/cipher.h"

enum audit_part {
	AUDIT_PART_CERTIFIED, /* the server's certificate proves who it is */
	AUDIT_PART_UNSIGNED,  /* it need not sign */
	AUDIT_PART_COUNT,
	AUDIT_PART_ALL = AUDIT_PART_COUNT,
};

/* Those of ids that are in part, in the same order; returns how many. out may be ids. */
size_t audit_part_select(
    const uint16_t *ids, size_t count, enum audit_part part, uint16_t out[AUDIT_CIPHERS_MAX]);

#endif
