/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_like.c - does a second port agree to what the first does?
 *
 * Mostly one configuration serves both, and to list it all twice would double the connections. So
 * the second is asked what would show a difference: what the first refused, all that it agreed to
 * in the other order, the last one by itself, each kind of grave flaw.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/tls_list.h"
#include "util/alloc.h"

enum { SAMPLES_MAX = 64 };

struct sample {
	uint16_t ids[AUDIT_CIPHERS_MAX];
	size_t count;
	uint16_t version;
	bool is_groups;   /* or suites */
	bool is_accepted; /* should it be? */
	uint16_t chosen;  /* what is expected then; 0: any of ids */
};

struct samples {
	size_t count;
	struct sample all[SAMPLES_MAX];
};

static struct sample *
add(struct samples *s, uint16_t version, bool is_accepted)
{
	struct sample *x = &s->all[s->count];

	if (s->count < SAMPLES_MAX)
		s->count++;
	*x = (struct sample){ .version = version, .is_accepted = is_accepted };
	return x;
}

static bool
has_id(const uint16_t *ids, size_t count, uint16_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* What is in all and not in some. */
static size_t
subtract(
    const uint16_t *all, size_t all_count, const uint16_t *some, size_t some_count, uint16_t *out)
{
	size_t count = 0;

	for (size_t i = 0; i < all_count; i++)
		if (!has_id(some, some_count, all[i]))
			out[count++] = all[i];
	return count;
}

static void
sample_one(struct samples *s, uint16_t version, uint16_t id)
{
	struct sample *x = add(s, version, true);

	x->ids[0] = x->chosen = id;
	x->count = 1;
}

static void
sample_flaws(struct samples *s, const struct audit_version *v)
{
	for (int flaw = 0; flaw < AUDIT_CIPHER_STATIC; flaw++) {
		struct sample x = { .version = v->version, .is_accepted = true };

		for (size_t i = 0; i < v->suite_count; i++) {
			const struct audit_cipher *c = audit_cipher_find(v->suites[i].id);

			if (c != NULL && audit_cipher_flaw(c) == (enum audit_cipher_flaw)flaw)
				x.ids[x.count++] = c->id;
		}
		if (x.count > 0)
			*add(s, v->version, true) = x;
	}
}

static void
sample_version(const struct audit_listing *l, struct samples *s, const struct audit_version *v)
{
	const bool is_tls13 = v->version == AUDIT_TLS13;
	uint16_t found[AUDIT_CIPHERS_MAX];
	const size_t count = audit_version_suites(v, found);
	struct sample *x;

	if (v->is_whole) {
		x = add(s, v->version, false);
		x->count = subtract(is_tls13 ? l->tls13_suites : l->old_suites,
		    is_tls13 ? l->tls13_count : l->old_count, found, count, x->ids);
	}
	x = add(s, v->version, true);
	x->count = count;
	for (size_t i = 0; i < count; i++)
		x->ids[i] = found[count - 1 - i];
	if (v->has_order != AUDIT_UNKNOWN)
		x->chosen = v->has_order == AUDIT_NO ? x->ids[0] : found[0];
	if (count > 1)
		sample_one(s, v->version, found[count - 1]);
	if (count > 4)
		sample_one(s, v->version, found[count / 2]);
	sample_flaws(s, v);
}

static void
sample_groups(struct samples *s, uint16_t version, const struct audit_group_list *groups)
{
	uint16_t all[AUDIT_GROUPS_MAX];
	const size_t count = audit_group_select(all);
	struct sample *x;

	if (!groups->is_whole || groups->count == 0)
		return;
	x = add(s, version, false);
	x->is_groups = true;
	x->count = subtract(all, count, groups->all, groups->count, x->ids);
}

static struct audit_scan
scan_of(const struct audit_listing *l, const struct sample *x)
{
	const char *words =
	    x->is_accepted ? "what the other port agrees to" : "what the other port refuses";
	struct audit_scan scan;

	if (x->is_groups)
		return audit_listing_offer_groups(l, x->version, words, x->ids, x->count);
	scan = audit_listing_offer(l, x->version, words);
	scan.hello.ciphers = x->ids;
	scan.hello.cipher_count = x->count;
	return scan;
}

static bool
is_as_expected(const struct sample *x, const struct audit_scan *scan)
{
	const bool is_accepted =
	    scan->end == AUDIT_SCAN_ACCEPTED && scan->answer.version == x->version;

	if (!x->is_accepted)
		return scan->end == AUDIT_SCAN_REFUSED ||
		       (scan->end == AUDIT_SCAN_ACCEPTED && !is_accepted);
	return is_accepted && (x->chosen == 0 || scan->answer.cipher == x->chosen);
}

/* As many at a time as there are places for, until one differs. */
static bool
try_samples(struct audit_listing *l, const struct samples *s)
{
	enum { BATCH = 6 };

	for (size_t i = 0; i < s->count; i += BATCH) {
		const size_t count = s->count - i < BATCH ? s->count - i : BATCH;
		struct audit_scan scans[BATCH];

		for (size_t k = 0; k < count; k++)
			scans[k] = scan_of(l, &s->all[i + k]);
		audit_scan(l->a, l->door, scans, count);
		for (size_t k = 0; k < count; k++)
			if (!is_as_expected(&s->all[i + k], &scans[k]))
				return false;
	}
	return true;
}

static bool
has_same_versions(const struct audit_inventory *x, const struct audit_inventory *y)
{
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++) {
		const struct audit_version *v = &x->versions[i], *w = &y->versions[i];

		if (v->is_spoken != w->is_spoken || v->is_spoken == AUDIT_UNKNOWN ||
		    (v->suite_count > 0 && v->suites[0].id != w->suites[0].id))
			return false;
	}
	return x->secure_renegotiation == y->secure_renegotiation &&
	       x->ssl2_suite_count == y->ssl2_suite_count;
}

static void
collect(const struct audit_listing *l, const struct audit_inventory *other, struct samples *s)
{
	size_t lowest, highest;

	for (size_t i = 1; i < AUDIT_VERSION_COUNT; i++)
		if (other->versions[i].is_spoken == AUDIT_YES)
			sample_version(l, s, &other->versions[i]);
	if (audit_inventory_range(other, &lowest, &highest))
		sample_groups(s, other->versions[highest].version, &other->old_groups);
	sample_groups(s, AUDIT_TLS13, &other->tls13_groups);
}

bool
audit_listing_is_like(struct audit_listing *l, const struct audit_inventory *other)
{
	struct audit_inventory *v = l->inventory;
	const uint16_t port = v->port;
	struct samples *s;
	bool is_like = false;

	if (!other->is_there || audit_inventory_spoken(other) == 0 || !has_same_versions(v, other))
		return false;
	s = xcalloc(1, sizeof *s);
	collect(l, other, s);
	is_like = try_samples(l, s);
	if (is_like) {
		*v = *other;
		v->port = port;
		v->like_port = other->port;
		v->sample_count = (unsigned)s->count + AUDIT_VERSION_COUNT;
	}
	free(s);
	return is_like;
}
