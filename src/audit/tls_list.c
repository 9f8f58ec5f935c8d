/* SPDX-License-Identifier: Apache-2.0 */
/* tls_list.c - versions, suites and groups: offered again without what was chosen. */
#include "audit/tls_list.h"

#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

/*
 * A server may choose a suite and then fail for want of what it needs: credentials for anonymous
 * clients, a signature. Then all that was offered beside it seems to be refused. So what is left at
 * a refusal is offered once more in parts.
 */
enum part {
	PART_CERTIFIED, /* the server's certificate proves who it is */
	PART_UNSIGNED,  /* it need not sign */
	PART_COUNT,
	PART_ALL = PART_COUNT,
};

/* What is still offered, of the suites of a version or of the groups. */
struct chain {
	uint16_t version;
	struct audit_version *suites;    /* or */
	struct audit_group_list *groups; /* what has been chosen */
	uint16_t left[AUDIT_CIPHERS_MAX];
	size_t count;
	enum part part;                      /* of the suites that is offered */
	uint16_t offered[AUDIT_CIPHERS_MAX]; /* of those that are left, the ones in part */
	size_t offered_count;
	uint16_t pinned; /* a group that has to stay in the offer; 0: none */
	bool is_done;
	const char *words;
};

enum { CHAINS_MAX = AUDIT_VERSION_COUNT + 2 };

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
add_suite(struct audit_version *x, const struct audit_hello_answer *answer)
{
	if (x->suite_count < AUDIT_CIPHERS_MAX)
		x->suites[x->suite_count++] = (struct audit_suite){ answer->cipher, answer->group,
			(uint16_t)(answer->dh_bits > UINT16_MAX ? UINT16_MAX : answer->dh_bits) };
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
	add_suite(x, &s->answer);
	if (x->version < AUDIT_TLS13)
		v->secure_renegotiation = s->answer.has_secure_renegotiation ? AUDIT_YES : AUDIT_NO;
}

static bool
is_in_part(uint16_t id, enum part part)
{
	const struct audit_cipher *c = audit_cipher_find(id);

	switch (part) {
	case PART_CERTIFIED:
		return c != NULL && audit_cipher_proof(c) != AUDIT_PROOF_UNUSUAL;
	case PART_UNSIGNED:
		return c != NULL && audit_cipher_proof(c) != AUDIT_PROOF_SIGNED;
	case PART_ALL:
		break;
	}
	return true;
}

static size_t
select_part(const uint16_t *ids, size_t count, enum part part, uint16_t out[AUDIT_CIPHERS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (is_in_part(ids[i], part))
			out[n++] = ids[i];
	return n;
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
	uint16_t ids[PART_COUNT][AUDIT_CIPHERS_MAX];
	struct audit_scan scans[PART_COUNT];

	for (size_t i = 0; i < PART_COUNT; i++) {
		scans[i] =
		    audit_listing_offer(l, x->version, "the same version, a part of its suites");
		scans[i].hello.ciphers = ids[i];
		scans[i].hello.cipher_count =
		    select_part(l->old_suites, l->old_count, (enum part)i, ids[i]);
	}
	audit_scan(l->a, l->door, scans, PART_COUNT);
	for (size_t i = 0; i < PART_COUNT && x->is_spoken != AUDIT_YES; i++)
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

	*c = (struct chain){ .version = x->version, .suites = x, .count = count, .part = PART_ALL };
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
	const struct probe_certificate *own = &l->door->certificate;

	if (!own->is_there || strcmp(own->key_type, "EC") != 0)
		return;
	c->pinned = own->key_bits == 256 ? 23 : own->key_bits == 384 ? 24 : 25;
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
	c->offered_count = select_part(c->left, c->count, c->part, c->offered);
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
	add_suite(c->suites, &s->answer);
	c->suites->is_parted = c->suites->is_parted || c->part != PART_ALL;
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
	if (c->suites != NULL && c->version < AUDIT_TLS13 && c->part != PART_UNSIGNED) {
		c->part = c->part == PART_ALL ? PART_CERTIFIED : PART_UNSIGNED;
		if (select_part(c->left, c->count, c->part, c->offered) > 0)
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
