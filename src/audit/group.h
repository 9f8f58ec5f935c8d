/* SPDX-License-Identifier: Apache-2.0 */
/* group.h - the groups of key exchange that have a number in TLS. Pure. */
#ifndef AUDIT_GROUP_H
#define AUDIT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_GROUPS_MAX 64        /* more than the table has */
#define AUDIT_GROUP_BITS_LEAST 224 /* of a curve; RFC 9325 §4.4 */

struct audit_group {
	const char *name; /* "secp256r1" */
	uint16_t id;
	uint16_t bits; /* of the field of a curve, or of the prime */
	bool is_curve; /* or the mix of one with a lattice */
};

/* NULL behind the last. */
const struct audit_group *audit_group_at(size_t index);
const struct audit_group *audit_group_find(uint16_t id); /* NULL: not known */
/* The numbers of all, the usual ones first; returns how many were written. */
size_t audit_group_select(uint16_t out[AUDIT_GROUPS_MAX]);

#endif
