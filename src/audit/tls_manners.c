/* SPDX-License-Identifier: Apache-2.0 */
/* tls_manners.c - what a port does beside the choice of suites: order, compression, fallback. */
#include "audit/tls_list.h"

static size_t
reverse_suites(const struct audit_version *x, uint16_t out[AUDIT_CIPHERS_MAX])
{
	for (size_t i = 0; i < x->suite_count; i++)
		out[i] = x->suites[x->suite_count - 1 - i].id;
	return x->suite_count;
}

/* In the order in which they were offered, that of the table? */
static bool
is_as_offered(const struct audit_version *x)
{
	for (size_t i = 1; i < x->suite_count; i++)
		if (x->suites[i].id < x->suites[i - 1].id)
			return false;
	return true;
}

/*
 * Who picks by an order of its own shows it by the order in which suites were chosen; but that may
 * be the order of the offer. Then all are offered the other way round.
 */
static void
judge_order(struct audit_version *x, const struct audit_scan *reversed)
{
	if (x->suite_count < 2 || x->is_parted)
		return;
	if (!is_as_offered(x))
		x->has_order = AUDIT_YES;
	else if (reversed->end == AUDIT_SCAN_ACCEPTED)
		x->has_order = reversed->answer.cipher == x->suites[x->suite_count - 1].id
				   ? AUDIT_NO
				   : AUDIT_YES;
}

static enum audit_truth
answer_of(const struct audit_scan *s, bool is_yes)
{
	if (s->end == AUDIT_SCAN_ACCEPTED)
		return is_yes ? AUDIT_YES : AUDIT_NO;
	return AUDIT_UNKNOWN;
}

/* Of the highest version up to TLS 1.2, and of the next below it that is spoken. */
static void
ask_manners(struct audit_listing *l)
{
	enum { COMPRESSION, FALLBACK, COUNT };
	struct audit_inventory *v = l->inventory;
	size_t lowest, highest, below;
	struct audit_scan s[COUNT];

	if (!audit_inventory_range(v, &lowest, &highest))
		return;
	for (below = highest; below > lowest;)
		if (v->versions[--below].is_spoken == AUDIT_YES)
			break;
	s[COMPRESSION] = audit_listing_offer(l, v->versions[highest].version, "compression");
	s[COMPRESSION].hello.offers_compression = true;
	s[FALLBACK] =
	    audit_listing_offer(l, v->versions[below].version, "a lower version, as a fallback");
	s[FALLBACK].hello.is_fallback = true;
	audit_scan(l->a, l->door, s, below < highest ? COUNT : FALLBACK);
	v->compression = answer_of(&s[COMPRESSION], s[COMPRESSION].answer.has_compression);
	if (s[COMPRESSION].end == AUDIT_SCAN_REFUSED)
		v->compression = AUDIT_NO;
	if (below < highest && s[FALLBACK].end == AUDIT_SCAN_REFUSED)
		v->fallback_guard = AUDIT_YES;
	else if (below < highest)
		v->fallback_guard = answer_of(&s[FALLBACK], false);
}

static void
ask_order(struct audit_listing *l, struct audit_version *x)
{
	uint16_t ids[AUDIT_CIPHERS_MAX];
	struct audit_scan s = audit_listing_offer(l, x->version, "its suites the other way round");

	s.hello.ciphers = ids;
	s.hello.cipher_count = reverse_suites(x, ids);
	if (x->suite_count > 1 && !x->is_parted && is_as_offered(x))
		audit_scan(l->a, l->door, &s, 1);
	judge_order(x, &s);
}

void
audit_listing_details(struct audit_listing *l)
{
	for (size_t i = 1; i < AUDIT_VERSION_COUNT; i++)
		ask_order(l, &l->inventory->versions[i]);
	ask_manners(l);
}
