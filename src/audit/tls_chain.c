/* SPDX-License-Identifier: Apache-2.0 */
/* tls_chain.c - all suites and groups: offered again without what was chosen, round by round. */
#include <stdlib.h>
#include <string.h>

#include "audit/tls_list.h"
#include "audit/tls_part.h"
#include "util/alloc.h"

/* What is still offered, of the suites of a version or of the groups. */
struct chain {
	uint16_t version;
	struct audit_version *suites;    /* or */
	struct audit_group_list *groups; /* what has been chosen */
	uint16_t left[AUDIT_CIPHERS_MAX];
	size_t count;
	enum audit_part part;                /* of the suites that is offered */
	uint16_t offered[AUDIT_CIPHERS_MAX]; /* of those that are left, the ones in part */
	size_t offered_count;
	uint16_t pinned; /* a group that has to stay in the offer; 0: none */
	bool is_done;
	const char *words;
};

enum { CHAINS_MAX = AUDIT_VERSION_COUNT + 2 };

static bool
take_out(struct chain *c, uint16_t id)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->left[i] != id)
			continue;
		memmove(c->left + i, c->left + i + 1, (c->count - i - 1) * sizeof id);
		c->count--;
		return true;
	}
	return false;
}

static void
start_suites(const struct audit_listing *l, struct audit_version *x, struct chain *c)
{
	const bool is_tls13 = x->version == AUDIT_TLS13;
	const size_t count = is_tls13 ? l->tls13_count : l->old_count;

	*c = (struct chain){
		.version = x->version, .suites = x, .count = count, .part = AUDIT_PART_ALL
	};
	memcpy(c->left, is_tls13 ? l->tls13_suites : l->old_suites, count * sizeof c->left[0]);
	/* One that was not offered: what else such a server says is worth nothing. */
	if (x->suite_count > 0)
		c->is_done = !take_out(c, x->suites[0].id);
	c->words = "the same version, without what was chosen, until that is refused";
}

/*
 * Up to TLS 1.2 the curve of a certificate's own key has to be in the offer, too (RFC 8422 §5.1):
 * it stays there, behind the others. Once it is chosen nothing more can be learned.
 */
static void
pin_curve(const struct audit_listing *l, struct chain *c)
{
	enum { SECP256R1 = 23, SECP384R1 = 24, SECP521R1 = 25 };
	const struct probe_certificate *own = &l->door->certificate;

	if (!own->is_there || strcmp(own->key_type, "EC") != 0)
		return;
	c->pinned = own->key_bits == 256 ? SECP256R1 : own->key_bits == 384 ? SECP384R1 : SECP521R1;
	if (take_out(c, c->pinned))
		c->left[c->count++] = c->pinned;
}

static void
start_groups(const struct audit_listing *l, uint16_t version, struct chain *c)
{
	struct audit_inventory *v = l->inventory;
	const bool is_tls13 = version == AUDIT_TLS13;

	*c = (struct chain){ .version = version,
		.groups = is_tls13 ? &v->tls13_groups : &v->old_groups,
		.words = "groups, without what was chosen, until that is refused" };
	c->count = audit_group_select(c->left);
	if (!is_tls13)
		pin_curve(l, c);
}

static size_t
start_chains(const struct audit_listing *l, struct chain chains[CHAINS_MAX])
{
	struct audit_inventory *v = l->inventory;
	size_t count = 0, lowest, highest;

	for (size_t i = AUDIT_VERSION_COUNT; i-- > 1;)
		if (v->versions[i].is_spoken == AUDIT_YES)
			start_suites(l, &v->versions[i], &chains[count++]);
	if (v->versions[AUDIT_VERSION_COUNT - 1].is_spoken == AUDIT_YES)
		start_groups(l, AUDIT_TLS13, &chains[count++]);
	if (audit_inventory_range(v, &lowest, &highest) &&
	    v->versions[highest].version > AUDIT_SSL3)
		start_groups(l, v->versions[highest].version, &chains[count++]);
	return count;
}

static struct audit_scan
ask(const struct audit_listing *l, struct chain *c)
{
	struct audit_scan s;

	if (c->groups != NULL)
		return audit_listing_offer_groups(l, c->version, c->words, c->left, c->count);
	s = audit_listing_offer(l, c->version, c->words);
	c->offered_count = audit_part_select(c->left, c->count, c->part, c->offered);
	s.hello.ciphers = c->offered;
	s.hello.cipher_count = c->offered_count;
	return s;
}

static void
take_suite(struct chain *c, const struct audit_scan *s)
{
	if (!take_out(c, s->answer.cipher)) {
		c->is_done = true;
		return;
	}
	audit_version_add(c->suites, &s->answer);
	c->suites->is_parted = c->suites->is_parted || c->part != AUDIT_PART_ALL;
	c->is_done = c->count == 0;
	c->suites->is_whole = c->count == 0;
}

static void
take_group(struct chain *c, const struct audit_scan *s)
{
	const uint16_t group = s->answer.group;

	if (!take_out(c, group)) {
		c->is_done = true;
		return;
	}
	c->groups->all[c->groups->count++] = group;
	c->is_done = c->count == 0 || group == c->pinned;
	c->groups->is_whole = c->count == 0;
}

/* On to the next part of what is left, or to the end. */
static void
take_refusal(struct chain *c)
{
	if (c->suites != NULL && c->version < AUDIT_TLS13 && c->part != AUDIT_PART_UNSIGNED) {
		c->part = c->part == AUDIT_PART_ALL ? AUDIT_PART_CERTIFIED : AUDIT_PART_UNSIGNED;
		if (audit_part_select(c->left, c->count, c->part, c->offered) > 0)
			return;
	}
	c->is_done = true;
	if (c->suites != NULL)
		c->suites->is_whole = true;
	else
		c->groups->is_whole = true;
}

static void
take_answer(struct chain *c, const struct audit_scan *s)
{
	const bool is_other_version =
	    s->end == AUDIT_SCAN_ACCEPTED && s->answer.version != c->version;

	if (s->end == AUDIT_SCAN_REFUSED || is_other_version) {
		take_refusal(c);
	} else if (s->end != AUDIT_SCAN_ACCEPTED) {
		c->is_done = true;
	} else if (c->suites != NULL) {
		take_suite(c, s);
	} else {
		take_group(c, s);
	}
}

/* One more hello of each chain. False when all are done. */
static bool
ask_round(struct audit_listing *l, struct chain *chains, size_t count)
{
	struct audit_scan scans[CHAINS_MAX];
	struct chain *asked[CHAINS_MAX];
	size_t asked_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (chains[i].is_done)
			continue;
		asked[asked_count] = &chains[i];
		scans[asked_count++] = ask(l, &chains[i]);
	}
	audit_scan(l->a, l->door, scans, asked_count);
	for (size_t i = 0; i < asked_count; i++)
		take_answer(asked[i], &scans[i]);
	return asked_count > 0;
}

void
audit_listing_fill(struct audit_listing *l)
{
	struct chain *chains = xcalloc(CHAINS_MAX, sizeof *chains);
	const size_t count = start_chains(l, chains);

	while (ask_round(l, chains, count))
		continue;
	free(chains);
}
