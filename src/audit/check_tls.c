/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_tls.c - versions and cipher suites, each really offered, with hellos made by hand.
 *
 * First every version by itself with every suite. Then, at the highest version up to TLS 1.2 and at
 * the lowest, the suites of each flaw by themselves: what the server picks is noted and left out of
 * the next round, so that what is agreed to is known by name.
 */
#include <string.h>

#include "audit/cipher.h"
#include "audit/scan.h"

enum {
	VERSION_COUNT = 6,
	ROUNDS_MAX = 4,        /* suites that are named for a grave flaw */
	ROUNDS_MAX_COMMON = 2, /* and for one that many servers have */
};

static const struct {
	uint16_t version;
	enum audit_id id;
} versions[VERSION_COUNT] = {
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

/* Suites that are still offered for one flaw. */
struct group {
	uint16_t ciphers[AUDIT_CIPHERS_MAX];
	size_t count;
	unsigned found_count;
	bool is_done;
};

/* What is known of one door. */
struct view {
	struct audit *a;
	const struct audit_door *door;
	uint16_t all[AUDIT_CIPHERS_MAX], tls13[8];
	size_t all_count, tls13_count;
	bool is_spoken[VERSION_COUNT];
	size_t spoken_count;
	size_t unknown_count;     /* hellos without an answer that says anything */
	uint16_t highest, lowest; /* of SSL 3.0 to TLS 1.2; 0: none of them is spoken */
	bool has_renegotiation;   /* RFC 5746, at the highest */
	struct group groups[AUDIT_CIPHER_CBC + 1];
};

static void
collect_ciphers(struct view *v)
{
	const struct audit_cipher *c;

	for (size_t i = 0; (c = audit_cipher_at(i)) != NULL; i++) {
		if (audit_cipher_is_tls13(c))
			v->tls13[v->tls13_count++] = c->id;
		else
			v->all[v->all_count++] = c->id;
	}
}

static struct audit_scan
offer(const struct view *v, uint16_t version, const char *words)
{
	struct audit_scan s = { .hello = { .version = version,
				    .ciphers = version == AUDIT_TLS13 ? v->tls13 : v->all,
				    .cipher_count =
					version == AUDIT_TLS13 ? v->tls13_count : v->all_count },
		.words = words };

	return s;
}

static void
note_version(struct view *v, size_t i, const struct audit_scan *s)
{
	const uint16_t version = versions[i].version;

	v->unknown_count += s->end == AUDIT_SCAN_UNKNOWN;
	v->is_spoken[i] = s->end == AUDIT_SCAN_ACCEPTED && s->answer.version == version;
	v->spoken_count += v->is_spoken[i];
	if (!v->is_spoken[i] || version == AUDIT_SSL2 || version == AUDIT_TLS13)
		return;
	if (v->lowest == 0)
		v->lowest = version;
	v->highest = version;
	v->has_renegotiation = s->answer.has_secure_renegotiation;
}

static void
scan_versions(struct view *v)
{
	struct audit_scan scans[VERSION_COUNT];

	for (size_t i = 0; i < VERSION_COUNT; i++)
		scans[i] = offer(v, versions[i].version, audit_version_name(versions[i].version));
	audit_scan(v->a, v->door, scans, VERSION_COUNT);
	for (size_t i = 0; i < VERSION_COUNT; i++)
		note_version(v, i, &scans[i]);
	/* A dry run tells of all that can come. */
	if (v->a->options->is_dry) {
		v->highest = AUDIT_TLS12;
		v->lowest = AUDIT_TLS10;
	}
}

static void
judge_versions(const struct view *v)
{
	struct audit_findings *list = &v->a->result->findings;

	for (size_t i = 0; i < VERSION_COUNT; i++)
		if (versions[i].version < AUDIT_TLS12 && v->is_spoken[i])
			audit_findings_add(list, versions[i].id, "%s: the server agrees to %s",
			    v->door->name, audit_version_name(versions[i].version));
	if (v->spoken_count == 0)
		return;
	if (!v->is_spoken[4] && !v->is_spoken[5])
		audit_findings_add(list, AUDIT_TLS_12_MISSING,
		    "%s: TLS 1.2 and 1.3 are both refused", v->door->name);
	else if (!v->is_spoken[5])
		audit_findings_add(
		    list, AUDIT_TLS_13_MISSING, "%s: TLS 1.3 is refused", v->door->name);
	if (v->highest != 0 && !v->has_renegotiation)
		audit_findings_add(list, AUDIT_RENEGOTIATION_INSECURE,
		    "%s: %s without renegotiation_info", v->door->name,
		    audit_version_name(v->highest));
}

static void
remove_cipher(struct group *g, uint16_t id)
{
	for (size_t i = 0; i < g->count; i++) {
		if (g->ciphers[i] != id)
			continue;
		memmove(g->ciphers + i, g->ciphers + i + 1, (g->count - i - 1) * sizeof id);
		g->count--;
		return;
	}
}

static void
note_flaw(const struct view *v, size_t flaw, const struct audit_scan *s)
{
	const struct audit_cipher *c = audit_cipher_find(s->answer.cipher);

	audit_findings_add(&v->a->result->findings, flaw_ids[flaw], "%s: %s with %s", v->door->name,
	    c == NULL ? "an unknown suite" : c->name, audit_version_name(s->answer.version));
}

static const char *
flaw_words(size_t flaw)
{
	static const char *const words[] = { "suites without encryption", "export suites",
		"anonymous suites", "DES", "RC4", "3DES and the like",
		"suites without forward secrecy", "CBC suites" };

	return words[flaw];
}

static unsigned
rounds_max(size_t flaw)
{
	return flaw >= AUDIT_CIPHER_STATIC ? ROUNDS_MAX_COMMON : ROUNDS_MAX;
}

/* One round: every flaw that the server still agrees to. False when there is none left. */
static bool
scan_round(struct view *v, uint16_t version)
{
	struct audit_scan scans[AUDIT_CIPHER_CBC + 1];
	size_t flaws[AUDIT_CIPHER_CBC + 1], count = 0;

	for (size_t flaw = 0; flaw <= AUDIT_CIPHER_CBC; flaw++) {
		const struct group *g = &v->groups[flaw];

		if (g->is_done || g->count == 0)
			continue;
		scans[count] = offer(v, version, flaw_words(flaw));
		scans[count].hello.ciphers = g->ciphers;
		scans[count].hello.cipher_count = g->count;
		flaws[count++] = flaw;
	}
	audit_scan(v->a, v->door, scans, count);
	for (size_t i = 0; i < count; i++) {
		struct group *g = &v->groups[flaws[i]];

		g->is_done = scans[i].end != AUDIT_SCAN_ACCEPTED;
		if (g->is_done)
			continue;
		note_flaw(v, flaws[i], &scans[i]);
		remove_cipher(g, scans[i].answer.cipher);
		g->found_count++;
		g->is_done = g->found_count == rounds_max(flaws[i]);
	}
	return count > 0;
}

/* What was not agreed to at the highest version may be at the lowest. */
static void
scan_flaws(struct view *v)
{
	for (size_t flaw = 0; flaw <= AUDIT_CIPHER_CBC; flaw++)
		v->groups[flaw].count = audit_cipher_select(
		    (enum audit_cipher_flaw)flaw, v->groups[flaw].ciphers, AUDIT_CIPHERS_MAX);
	while (scan_round(v, v->highest))
		continue;
	if (v->lowest == v->highest)
		return;
	for (size_t flaw = 0; flaw <= AUDIT_CIPHER_CBC; flaw++)
		v->groups[flaw].is_done = v->groups[flaw].found_count > 0;
	while (scan_round(v, v->lowest))
		continue;
}

static size_t
select_if(bool (*is_wanted)(const struct audit_cipher *), uint16_t *out)
{
	const struct audit_cipher *c;
	size_t count = 0;

	for (size_t i = 0; (c = audit_cipher_at(i)) != NULL; i++)
		if (!audit_cipher_is_tls13(c) && is_wanted(c))
			out[count++] = c->id;
	return count;
}

static uint16_t
version_below(const struct view *v)
{
	uint16_t below = 0;

	for (size_t i = 1; i < VERSION_COUNT && versions[i].version < v->highest; i++)
		if (v->is_spoken[i])
			below = versions[i].version;
	return below;
}

static void
judge_dh(const struct view *v, const struct audit_scan *s)
{
	const unsigned bits = s->end == AUDIT_SCAN_ACCEPTED ? s->answer.dh_bits : 0;

	if (bits == 0 || bits >= 2048)
		return;
	audit_findings_add(&v->a->result->findings, bits < 1024 ? AUDIT_DH_BROKEN : AUDIT_DH_SMALL,
	    "%s: a prime of %u bits", v->door->name, bits);
}

static bool
is_refused(const struct audit_scan *s)
{
	return s->end == AUDIT_SCAN_REFUSED;
}

/* What more there is to ask at the highest version up to TLS 1.2. */
static void
scan_details(struct view *v)
{
	enum { DH, SECRECY, COMPRESSION, FALLBACK, COUNT };
	uint16_t dhe[AUDIT_CIPHERS_MAX], secret[AUDIT_CIPHERS_MAX];
	struct audit_findings *list = &v->a->result->findings;
	const uint16_t below = v->a->options->is_dry ? AUDIT_TLS11 : version_below(v);
	struct audit_scan s[COUNT] = {
		[DH] = offer(v, v->highest, "DHE, to see its group"),
		[SECRECY] = offer(v, v->highest, "suites with forward secrecy"),
		[COMPRESSION] = offer(v, v->highest, "compression"),
		[FALLBACK] = offer(v, below, "a lower version, as a fallback"),
	};

	s[DH].hello.ciphers = dhe;
	s[DH].hello.cipher_count = select_if(audit_cipher_is_dhe, dhe);
	s[DH].wants_key = true;
	s[SECRECY].hello.ciphers = secret;
	s[SECRECY].hello.cipher_count = select_if(audit_cipher_is_forward_secret, secret);
	s[COMPRESSION].hello.offers_compression = true;
	s[FALLBACK].hello.is_fallback = true;
	audit_scan(v->a, v->door, s, below != 0 ? COUNT : FALLBACK);
	judge_dh(v, &s[DH]);
	if (is_refused(&s[SECRECY]) && !v->is_spoken[5])
		audit_findings_add(list, AUDIT_FORWARD_SECRECY_MISSING,
		    "%s: all suites with ECDHE and DHE are refused", v->door->name);
	if (s[COMPRESSION].end == AUDIT_SCAN_ACCEPTED && s[COMPRESSION].answer.has_compression)
		audit_findings_add(list, AUDIT_TLS_COMPRESSION, "%s: %s with compression",
		    v->door->name, audit_version_name(v->highest));
	if (below != 0 && s[FALLBACK].end == AUDIT_SCAN_ACCEPTED)
		audit_findings_add(list, AUDIT_FALLBACK_UNGUARDED,
		    "%s: %s with TLS_FALLBACK_SCSV is agreed to, though %s is spoken",
		    v->door->name, audit_version_name(below), audit_version_name(v->highest));
}

/* Two suites that the server knows, offered in both orders. */
static void
scan_order(struct view *v)
{
	struct audit_scan first = offer(v, v->highest, "all suites"), second, s[2];
	uint16_t pair[2], reverse[2], rest[AUDIT_CIPHERS_MAX];
	size_t count = 0;

	audit_scan(v->a, v->door, &first, 1);
	for (size_t i = 0; i < v->all_count; i++)
		if (v->all[i] != first.answer.cipher)
			rest[count++] = v->all[i];
	second = offer(v, v->highest, "all suites but the one that was chosen");
	second.hello.ciphers = rest;
	second.hello.cipher_count = count;
	audit_scan(v->a, v->door, &second, 1);
	if (!v->a->options->is_dry &&
	    (first.end != AUDIT_SCAN_ACCEPTED || second.end != AUDIT_SCAN_ACCEPTED))
		return;
	pair[0] = reverse[1] = first.answer.cipher;
	pair[1] = reverse[0] = second.answer.cipher;
	s[0] = s[1] = offer(v, v->highest, "two suites in both orders");
	s[0].hello.ciphers = pair;
	s[1].hello.ciphers = reverse;
	s[0].hello.cipher_count = s[1].hello.cipher_count = 2;
	audit_scan(v->a, v->door, s, 2);
	if (s[0].end == AUDIT_SCAN_ACCEPTED && s[1].end == AUDIT_SCAN_ACCEPTED &&
	    s[0].answer.cipher != s[1].answer.cipher)
		audit_findings_add(&v->a->result->findings, AUDIT_CIPHER_ORDER,
		    "%s: of two suites the first is taken, whichever it is", v->door->name);
}

static void
judge_nothing(const struct view *v)
{
	struct audit_findings *list = &v->a->result->findings;
	const enum audit_id id = v->door->is_implicit ? AUDIT_TLS_BROKEN : AUDIT_STARTTLS_BROKEN;

	if (v->a->options->is_dry || v->spoken_count > 0)
		return;
	if (v->unknown_count == 0)
		audit_findings_add(list, id, "%s: every version from SSL 2.0 to TLS 1.3 is refused",
		    v->door->name);
	else if (v->door->is_broken)
		audit_findings_add(list, id, "%s: %s", v->door->name, v->door->tls_error);
	else
		audit_gap(v->a, false,
		    "%s: %zu of %d ClientHellos were left without a useful answer", v->door->name,
		    v->unknown_count, VERSION_COUNT);
}

static void
scan_door(struct audit *a, const struct audit_door *door)
{
	struct view v = { .a = a, .door = door };

	collect_ciphers(&v);
	scan_versions(&v);
	judge_versions(&v);
	judge_nothing(&v);
	if (v.highest == 0)
		return;
	scan_flaws(&v);
	scan_details(&v);
	scan_order(&v);
}

void
audit_check_tls(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		const struct audit_door *door = &a->doors[i];

		if (door->is_open && (door->is_implicit || door->ehlo.has_starttls))
			scan_door(a, door);
		if (door->is_open && !door->has_tls && door->tls_error[0] != '\0')
			audit_gap(a, false, "%s: nothing was seen within TLS: %s", door->name,
			    door->tls_error);
	}
}
