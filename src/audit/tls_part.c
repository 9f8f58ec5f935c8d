/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tls_part.h"

#include <stdbool.h>

static bool
is_in_part(uint16_t id, enum audit_part part)
{
	const struct audit_cipher *c = audit_cipher_find(id);

	switch (part) {
	case AUDIT_PART_CERTIFIED:
		return c != NULL && audit_cipher_proof(c) != AUDIT_PROOF_UNUSUAL;
	case AUDIT_PART_UNSIGNED:
		return c != NULL && audit_cipher_proof(c) != AUDIT_PROOF_SIGNED;
	case AUDIT_PART_ALL:
		break;
	}
	return true;
}

size_t
audit_part_select(
    const uint16_t *ids, size_t count, enum audit_part part, uint16_t out[AUDIT_CIPHERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (is_in_part(ids[i], part))
			out[n++] = ids[i];
	return n;
}
