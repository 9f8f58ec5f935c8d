/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.c - what is wrong with what a port agrees to. */
#include "audit/inventory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 8, NAMES_SIZE = 640, WORDS_SIZE = 800 };

static const struct {
	uint16_t version;
	enum audit_id id;
} versions[AUDIT_VERSION_COUNT] = {
	{ AUDIT_SSL2, AUDIT_TLS_SSL2 },
	{ AUDIT_SSL3, AUDIT_TLS_SSL3 },
	{ AUDIT_TLS10, AUDIT_TLS_10 },
	{ AUDIT_TLS11, AUDIT_TLS_11 },
	{ AUDIT_TLS12, AUDIT_TLS_12_MISSING },
	{ AUDIT_TLS13, AUDIT_TLS_13_MISSING },
};

/* In the order of enum audit_cipher_flaw. */
static const enum audit_id flaw_ids[AUDIT_CIPHER_CBC + 1] = {
	AUDIT_CIPHERS_NULL,
	AUDIT_CIPHERS_EXPORT,
	AUDIT_CIPHERS_ANONYMOUS,
	AUDIT_CIPHERS_DES,
	AUDIT_CIPHERS_RC4,
	AUDIT_CIPHERS_BLOCK64,
	AUDIT_CIPHERS_STATIC,
	AUDIT_CIPHERS_CBC,
};

void
audit_inventory_init(struct audit_inventory *v, uint16_t port)
{
	*v = (struct audit_inventory){ .is_there = true, .port = port };
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		v->versions[i].version = versions[i].version;
}

bool
audit_inventory_range(const struct audit_inventory *v, size_t *ret_lowest, size_t *ret_highest)
{
	bool is_found = false;

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++) {
		const struct audit_version *x = &v->versions[i];

		if (x->is_spoken != AUDIT_YES || x->version == AUDIT_SSL2 ||
		    x->version == AUDIT_TLS13)
			continue;
		if (!is_found)
			*ret_lowest = i;
		*ret_highest = i;
		is_found = true;
	}
	return is_found;
}

size_t
audit_inventory_spoken(const struct audit_inventory *v)
{
	size_t count = 0;

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		count += v->versions[i].is_spoken == AUDIT_YES;
	return count;
}

void
audit_version_add(struct audit_version *v, const struct audit_hello_answer *answer)
{
	const struct slice prime = slice_make(answer->dh_prime, answer->dh_prime_len);

	if (v->suite_count < AUDIT_CIPHERS_MAX)
		v->suites[v->suite_count++] = (struct audit_suite){ answer->cipher, answer->group,
			(uint16_t)(answer->dh_bits > UINT16_MAX ? UINT16_MAX : answer->dh_bits),
			prime.len > 0 && !audit_prime_seen_is_safe(&v->prime, prime) };
}

size_t
audit_version_suites(const struct audit_version *v, uint16_t out[AUDIT_CIPHERS_MAX])
{
	for (size_t i = 0; i < v->suite_count; i++)
		out[i] = v->suites[i].id;
	return v->suite_count;
}

static bool
is_spoken(const struct audit_inventory *v, uint16_t version)
{
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		if (v->versions[i].version == version)
			return v->versions[i].is_spoken == AUDIT_YES;
	return false;
}

/* Whose findings these are. */
struct judgement {
	const struct audit_inventory *v;
	const char *where; /* "port 587" */
	struct audit_findings *list;
};

/* Of a port that is like another one, the samples are what was seen. */
static void note(const struct judgement *j, enum audit_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
note(const struct judgement *j, enum audit_id id, const char *format, ...)
{
	char words[WORDS_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	if (j->v->like_port == 0)
		audit_findings_add(j->list, id, "%s: %s", j->where, words);
	else
		audit_findings_add(j->list, id, "%s: as on port %u, in all of %u samples", j->where,
		    (unsigned)j->v->like_port, j->v->sample_count);
}

static void
judge_versions(const struct judgement *j)
{
	const struct audit_inventory *v = j->v;

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		if (versions[i].version < AUDIT_TLS12 && v->versions[i].is_spoken == AUDIT_YES)
			note(j, versions[i].id, "the server agrees to %s",
			    audit_version_name(versions[i].version));
	if (audit_inventory_spoken(v) == 0 || is_spoken(v, AUDIT_TLS13))
		return;
	if (is_spoken(v, AUDIT_TLS12))
		note(j, AUDIT_TLS_13_MISSING, "TLS 1.3 is refused");
	else
		note(j, AUDIT_TLS_12_MISSING, "TLS 1.2 and 1.3 are both refused");
}

/* What suites are looked through for: a flaw of theirs, or MD5. */
struct trait {
	enum audit_id id;
	bool is_md5;
	enum audit_cipher_flaw flaw;
};

static bool
has_trait(uint16_t suite, const struct trait *trait)
{
	const struct audit_cipher *c = audit_cipher_find(suite);

	if (c == NULL)
		return false;
	return trait->is_md5 ? audit_cipher_has_md5(c) : audit_cipher_has_flaw(c, trait->flaw);
}

/* One line for all suites of a version that have it. */
static void
judge_trait(const struct judgement *j, const struct audit_version *x, const struct trait *trait)
{
	char names[NAMES_SIZE];
	size_t len = 0, count = 0;

	for (size_t i = 0; i < x->suite_count; i++) {
		if (!has_trait(x->suites[i].id, trait))
			continue;
		if (count++ < SHOWN_MAX)
			len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
			    count == 1 ? "" : ", ", audit_cipher_find(x->suites[i].id)->name);
	}
	if (count > SHOWN_MAX)
		note(j, trait->id, "%s with %s and %zu more", audit_version_name(x->version), names,
		    count - SHOWN_MAX);
	else if (count > 0)
		note(j, trait->id, "%s with %s", audit_version_name(x->version), names);
}

static void
judge_suites(const struct judgement *j)
{
	static const struct trait md5 = { .id = AUDIT_CIPHERS_MD5, .is_md5 = true };

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++) {
		for (int flaw = 0; flaw <= AUDIT_CIPHER_CBC; flaw++) {
			const struct trait trait = { .id = flaw_ids[flaw],
				.flaw = (enum audit_cipher_flaw)flaw };

			judge_trait(j, &j->v->versions[i], &trait);
		}
		judge_trait(j, &j->v->versions[i], &md5);
	}
}

static bool
has_secret_suite(const struct audit_version *x)
{
	for (size_t i = 0; i < x->suite_count; i++) {
		const struct audit_cipher *c = audit_cipher_find(x->suites[i].id);

		if (c == NULL || audit_cipher_is_forward_secret(c))
			return true;
	}
	return false;
}

static void
judge_secrecy(const struct judgement *j)
{
	const struct audit_inventory *v = j->v;
	size_t lowest, highest;

	if (!is_spoken(v, AUDIT_TLS13) && audit_inventory_range(v, &lowest, &highest) &&
	    v->versions[highest].is_whole && !has_secret_suite(&v->versions[highest]))
		note(j, AUDIT_FORWARD_SECRECY_MISSING, "all suites with ECDHE and DHE are refused");
}

/* The smallest prime that came with any suite. */
static void
judge_primes(const struct judgement *j)
{
	const struct audit_inventory *v = j->v;
	const struct audit_suite *least = NULL;

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++) {
		for (size_t k = 0; k < v->versions[i].suite_count; k++) {
			const struct audit_suite *s = &v->versions[i].suites[k];

			if (s->dh_bits != 0 && (least == NULL || s->dh_bits < least->dh_bits))
				least = s;
		}
	}
	if (least != NULL && least->dh_bits < 2048)
		note(j, least->dh_bits < 1024 ? AUDIT_DH_BROKEN : AUDIT_DH_SMALL,
		    "a prime of %u bits with %s", (unsigned)least->dh_bits,
		    audit_cipher_find(least->id)->name);
}

static void
judge_safety(const struct judgement *j)
{
	const struct audit_inventory *v = j->v;

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++) {
		for (size_t k = 0; k < v->versions[i].suite_count; k++) {
			const struct audit_suite *s = &v->versions[i].suites[k];

			if (!s->is_dh_unsafe)
				continue;
			note(j, AUDIT_DH_UNSAFE, "%u bits with %s: p or (p - 1) / 2 is not prime",
			    (unsigned)s->dh_bits, audit_cipher_find(s->id)->name);
			return;
		}
	}
}

static void
judge_curves(const struct judgement *j, const struct audit_group_list *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		const struct audit_group *g = audit_group_find(groups->all[i]);

		if (g != NULL && g->is_curve && g->bits < AUDIT_GROUP_BITS_LEAST)
			note(j, AUDIT_CURVE_SMALL, "%s", g->name);
	}
}

static void
judge_manners(const struct judgement *j)
{
	const struct audit_inventory *v = j->v;
	size_t lowest, highest;

	if (!audit_inventory_range(v, &lowest, &highest))
		return;
	if (v->secure_renegotiation == AUDIT_NO)
		note(j, AUDIT_RENEGOTIATION_INSECURE, "%s without renegotiation_info",
		    audit_version_name(v->versions[highest].version));
	if (v->client_renegotiation == AUDIT_YES)
		note(j, AUDIT_RENEGOTIATION_CLIENT, "a second handshake that we began was made");
	if (v->compression == AUDIT_YES)
		note(j, AUDIT_TLS_COMPRESSION, "%s with compression",
		    audit_version_name(v->versions[highest].version));
	if (v->fallback_guard == AUDIT_NO)
		note(j, AUDIT_FALLBACK_UNGUARDED,
		    "a lower version with TLS_FALLBACK_SCSV is agreed to, though %s is spoken",
		    audit_version_name(v->versions[highest].version));
	if (v->versions[highest].has_order == AUDIT_NO)
		note(j, AUDIT_CIPHER_ORDER, "of the suites of %s the client's first is taken",
		    audit_version_name(v->versions[highest].version));
}

void
audit_inventory_judge(
    const struct audit_inventory *v, const char *where, struct audit_findings *list)
{
	const struct judgement j = { v, where, list };

	judge_versions(&j);
	judge_suites(&j);
	judge_secrecy(&j);
	judge_primes(&j);
	judge_safety(&j);
	judge_curves(&j, &v->old_groups);
	judge_curves(&j, &v->tls13_groups);
	judge_manners(&j);
}
