/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_list.h - which versions, suites and groups a port agrees to, each really offered.
 *
 * A server picks one of what it is offered. What it picked is noted and left out of the next
 * ClientHello, until it refuses what is left: then the list is whole. Asked in this order: versions
 * (tls_list.c), then of a second port whether it is like the first (tls_like.c), else all it has
 * (tls_chain.c) and its manners (tls_manners.c). Private to the room.
 */
#ifndef AUDIT_TLS_LIST_H
#define AUDIT_TLS_LIST_H

#include "audit/inventory.h"
#include "audit/scan.h"

struct audit_listing {
	struct audit *a;
	const struct audit_door *door;
	struct audit_inventory *inventory;
	/* Those of the table up to TLS 1.2, of them those whose key shows its group, of TLS 1.3. */
	uint16_t old_suites[AUDIT_CIPHERS_MAX], ecdhe_suites[AUDIT_CIPHERS_MAX];
	uint16_t tls13_suites[AUDIT_CIPHERS_MAX];
	size_t old_count, ecdhe_count, tls13_count;
	size_t unknown_count; /* versions without an answer that says anything */
};

void audit_listing_init(struct audit_listing *l, struct audit *a, const struct audit_door *door,
    struct audit_inventory *inventory);
/* A hello of this version with every suite; words are borrowed. */
struct audit_scan audit_listing_offer(
    const struct audit_listing *l, uint16_t version, const char *words);
/* One with these groups; its answer names the one that was chosen. */
struct audit_scan audit_listing_offer_groups(const struct audit_listing *l, uint16_t version,
    const char *words, const uint16_t *groups, size_t count);
/* Each version by itself; the first suite of each is noted. */
void audit_listing_versions(struct audit_listing *l);
/* All suites of the versions that are spoken, and all groups. */
void audit_listing_fill(struct audit_listing *l);
/* Whose order counts, compression, and the guard against fallback. */
void audit_listing_details(struct audit_listing *l);
/*
 * Is this port, whose versions have been listed, like another in every sample? Then the inventory
 * becomes a copy of the other's.
 */
bool audit_listing_is_like(struct audit_listing *l, const struct audit_inventory *other);

#endif
