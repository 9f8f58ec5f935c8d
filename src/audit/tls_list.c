/* SPDX-License-Identifier: Apache-2.0 */
/* tls_list.c - what is offered, and which versions are spoken. */
#include "audit/tls_list.h"

#include <string.h>

#include "audit/tls_part.h"

void
audit_listing_init(struct audit_listing *l, struct audit *a, const struct audit_door *door,
    struct audit_inventory *inventory)
{
	const struct audit_cipher *c;

	*l = (struct audit_listing){ .a = a, .door = door, .inventory = inventory };
	audit_inventory_init(inventory, door->port);
	for (size_t i = 0; (c = audit_cipher_at(i)) != NULL; i++) {
		if (audit_cipher_is_tls13(c))
			l->tls13_suites[l->tls13_count++] = c->id;
		else
			l->old_suites[l->old_count++] = c->id;
		if (!audit_cipher_is_tls13(c) && audit_cipher_is_ecdhe(c))
			l->ecdhe_suites[l->ecdhe_count++] = c->id;
	}
}

struct audit_scan
audit_listing_offer(const struct audit_listing *l, uint16_t version, const char *words)
{
	const bool is_tls13 = version == AUDIT_TLS13;

	return (struct audit_scan){ .hello = { .version = version,
					.ciphers = is_tls13 ? l->tls13_suites : l->old_suites,
					.cipher_count = is_tls13 ? l->tls13_count : l->old_count },
		.wants_key = !is_tls13,
		.words = words };
}

struct audit_scan
audit_listing_offer_groups(const struct audit_listing *l, uint16_t version, const char *words,
    const uint16_t *groups, size_t count)
{
	struct audit_scan s = audit_listing_offer(l, version, words);

	s.hello.groups = groups;
	s.hello.group_count = count;
	s.hello.is_keyless = true;
	if (version != AUDIT_TLS13) {
		s.hello.ciphers = l->ecdhe_suites;
		s.hello.cipher_count = l->ecdhe_count;
	}
	return s;
}

static void
note_ssl2(struct audit_inventory *v, const struct audit_hello_answer *answer)
{
	v->ssl2_suite_count = answer->ssl2_suite_count;
	memcpy(v->ssl2_suites, answer->ssl2_suites, sizeof v->ssl2_suites);
}

static void
note_version(struct audit_listing *l, struct audit_version *x, const struct audit_scan *s)
{
	struct audit_inventory *v = l->inventory;

	l->unknown_count += s->end == AUDIT_SCAN_UNKNOWN;
	if (s->end == AUDIT_SCAN_UNKNOWN || s->end == AUDIT_SCAN_NOT_TRIED)
		return;
	x->is_spoken =
	    s->end == AUDIT_SCAN_ACCEPTED && s->answer.version == x->version ? AUDIT_YES : AUDIT_NO;
	if (x->is_spoken == AUDIT_NO)
		return;
	if (x->version == AUDIT_SSL2) {
		note_ssl2(v, &s->answer);
		return;
	}
	audit_version_add(x, &s->answer);
	if (x->version < AUDIT_TLS13)
		v->secure_renegotiation = s->answer.has_secure_renegotiation ? AUDIT_YES : AUDIT_NO;
}

/* It was refused, but not for its version. */
static bool
may_hide_version(const struct audit_version *x, const struct audit_scan *s)
{
	enum { ALERT_PROTOCOL_VERSION = 70 };

	return x->version > AUDIT_SSL3 && x->version < AUDIT_TLS13 &&
	       s->end == AUDIT_SCAN_REFUSED && s->answer.alert != ALERT_PROTOCOL_VERSION;
}

/* Once more in parts: is one of them accepted? */
static void
look_behind(struct audit_listing *l, struct audit_version *x)
{
	uint16_t ids[AUDIT_PART_COUNT][AUDIT_CIPHERS_MAX];
	struct audit_scan scans[AUDIT_PART_COUNT];

	for (size_t i = 0; i < AUDIT_PART_COUNT; i++) {
		scans[i] =
		    audit_listing_offer(l, x->version, "the same version, a part of its suites");
		scans[i].hello.ciphers = ids[i];
		scans[i].hello.cipher_count =
		    audit_part_select(l->old_suites, l->old_count, (enum audit_part)i, ids[i]);
	}
	audit_scan(l->a, l->door, scans, AUDIT_PART_COUNT);
	for (size_t i = 0; i < AUDIT_PART_COUNT && x->is_spoken != AUDIT_YES; i++)
		if (scans[i].end == AUDIT_SCAN_ACCEPTED)
			note_version(l, x, &scans[i]);
	x->is_parted = x->is_spoken == AUDIT_YES;
}

void
audit_listing_versions(struct audit_listing *l)
{
	struct audit_version *all = l->inventory->versions;
	struct audit_scan scans[AUDIT_VERSION_COUNT];

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		scans[i] =
		    audit_listing_offer(l, all[i].version, audit_version_name(all[i].version));
	audit_scan(l->a, l->door, scans, AUDIT_VERSION_COUNT);
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		note_version(l, &all[i], &scans[i]);
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		if (may_hide_version(&all[i], &scans[i]))
			look_behind(l, &all[i]);
}
