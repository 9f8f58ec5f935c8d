/* SPDX-License-Identifier: Apache-2.0 */
/* inventory_text.c - all that is agreed to, for people. */
#include <stdio.h>
#include <string.h>

#include "audit/inventory.h"
#include "util/civil.h"

enum { WIDTH = 78, INDENT = 14, LABEL = 12, NAME_SIZE = 128, DAY_SIZE = 16 };

static const char *const answer_words[] = { "not known", "no", "yes" };

/* Words of one entry, put one behind the other. */
struct line {
	struct buf *out;
	size_t column;
	bool is_begun;
};

static struct line
begin(struct buf *out, const char *label)
{
	(void)buf_addf(out, "  %-*s", LABEL, label);
	return (struct line){ out, INDENT, false };
}

static void
add_word(struct line *l, const char *word)
{
	const size_t len = strlen(word);

	if (l->is_begun)
		(void)buf_add_octet(l->out, ',');
	if (l->is_begun && l->column + 2 + len > WIDTH) {
		(void)buf_addf(l->out, "\n%*s", INDENT, "");
		l->column = INDENT;
	} else if (l->is_begun) {
		(void)buf_add_octet(l->out, ' ');
		l->column += 2;
	}
	(void)buf_add_text(l->out, word);
	l->column += len;
	l->is_begun = true;
}

static void
end(struct line *l)
{
	(void)buf_add_text(l->out, l->is_begun ? "\n" : "none\n");
}

/* "x25519", "2048 bits", or nothing. */
static void
name_key(const struct audit_suite *s, char name[NAME_SIZE])
{
	const struct audit_group *g = audit_group_find(s->group);

	name[0] = '\0';
	if (g != NULL)
		(void)snprintf(name, NAME_SIZE, "%s", g->name);
	else if (s->dh_bits > 0)
		(void)snprintf(name, NAME_SIZE, "DH %u bits", (unsigned)s->dh_bits);
}

/* The name without "TLS_"; the key that came with it where it differs from that before. */
static void
add_suite(struct line *l, const struct audit_suite *s, char last_key[NAME_SIZE])
{
	const struct audit_cipher *c = audit_cipher_find(s->id);
	const char *name = c == NULL ? "?" : c->name;
	char word[2 * NAME_SIZE], key[NAME_SIZE];

	name_key(s, key);
	if (strncmp(name, "TLS_", 4) == 0)
		name += 4;
	if (key[0] == '\0' || strcmp(key, last_key) == 0)
		(void)snprintf(word, sizeof word, "%s", name);
	else
		(void)snprintf(word, sizeof word, "%s (%s)", name, key);
	if (key[0] != '\0')
		(void)snprintf(last_key, NAME_SIZE, "%s", key);
	add_word(l, word);
}

static const char *
order_words(const struct audit_version *x)
{
	if (x->has_order == AUDIT_UNKNOWN)
		return "";
	return x->has_order == AUDIT_YES ? ", the server's order counts"
					 : ", the client's order counts";
}

static void
add_version(const struct audit_version *x, struct buf *out)
{
	char last_key[NAME_SIZE] = "", words[NAME_SIZE];
	struct line l = begin(out, audit_version_name(x->version));

	(void)snprintf(words, sizeof words, "%zu suite%s%s%s", x->suite_count,
	    x->suite_count == 1 ? "" : "s", order_words(x), x->is_whole ? "" : ", perhaps more");
	(void)buf_addf(out, "%s:\n%*s", words, INDENT, "");
	for (size_t i = 0; i < x->suite_count; i++)
		add_suite(&l, &x->suites[i], last_key);
	end(&l);
}

static void
add_ssl2(const struct audit_inventory *v, struct buf *out)
{
	struct line l = begin(out, audit_version_name(AUDIT_SSL2));

	for (unsigned i = 0; i < v->ssl2_suite_count; i++)
		add_word(&l, audit_ssl2_suite_name(v->ssl2_suites[i]));
	end(&l);
}

static void
add_versions(const struct audit_inventory *v, enum audit_truth answer, struct buf *out)
{
	struct line l = begin(out, answer == AUDIT_NO ? "refused" : "not known");

	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		if (v->versions[i].is_spoken == answer)
			add_word(&l, audit_version_name(v->versions[i].version));
	end(&l);
}

static void
add_groups(const char *label, const struct audit_group_list *groups, struct buf *out)
{
	struct line l;

	if (groups->count == 0)
		return;
	l = begin(out, label);
	for (size_t i = 0; i < groups->count; i++) {
		const struct audit_group *g = audit_group_find(groups->all[i]);
		char word[NAME_SIZE];

		(void)snprintf(word, sizeof word, "%s (%u bits)", g == NULL ? "?" : g->name,
		    g == NULL ? 0U : (unsigned)g->bits);
		add_word(&l, word);
	}
	if (!groups->is_whole)
		add_word(&l, "perhaps more");
	end(&l);
}

static void
add_answer(struct line *l, const char *what, enum audit_truth answer)
{
	char word[NAME_SIZE];

	(void)snprintf(word, sizeof word, "%s: %s", what, answer_words[answer]);
	add_word(l, word);
}

static void
add_features(const struct audit_inventory *v, struct buf *out)
{
	struct line l = begin(out, "features");

	add_answer(&l, "compression", v->compression);
	add_answer(&l, "secure renegotiation", v->secure_renegotiation);
	add_answer(&l, "renegotiation by the client", v->client_renegotiation);
	add_answer(&l, "guard against fallback (SCSV)", v->fallback_guard);
	add_answer(&l, "OCSP stapling", v->stapling);
	add_answer(&l, "0-RTT", v->early_data);
	end(&l);
}

static void
add_sessions(const struct audit_inventory *v, struct buf *out)
{
	struct line l = begin(out, "sessions");

	add_answer(&l, "TLS 1.3 tickets", v->tls13_sessions.tickets);
	add_answer(&l, "resumed", v->tls13_sessions.by_ticket);
	add_answer(&l, "before it tickets", v->old_sessions.tickets);
	add_answer(&l, "resumed", v->old_sessions.by_ticket);
	add_answer(&l, "resumed by number", v->old_sessions.by_id);
	end(&l);
}

static void
print_day(int64_t unix_s, char day[DAY_SIZE])
{
	const struct civil date = civil_of_unix(unix_s < 0 ? 0 : (uint64_t)unix_s);

	(void)snprintf(day, DAY_SIZE, "%04u-%02u-%02u", date.year, date.month, date.day);
}

static void
add_certificate(const struct probe_certificate *c, struct buf *out)
{
	char first[DAY_SIZE], last[DAY_SIZE], word[2 * PROBE_CERTIFICATE_TEXT_SIZE];
	struct line l;

	if (!c->is_there)
		return;
	print_day(c->not_before_unix_s, first);
	print_day(c->not_after_unix_s, last);
	l = begin(out, "certificate");
	(void)snprintf(word, sizeof word, "%s %u bits", c->key_type, c->key_bits);
	add_word(&l, c->subject);
	add_word(&l, word);
	add_word(&l, c->signature);
	(void)snprintf(word, sizeof word, "%s to %s", first, last);
	add_word(&l, word);
	(void)snprintf(word, sizeof word, "issued by %s", c->issuer);
	add_word(&l, word);
	(void)snprintf(word, sizeof word, "%u sent", c->chain_length);
	add_word(&l, word);
	end(&l);
	l = begin(out, "names");
	for (size_t i = 0; i < c->name_count && i < PROBE_CERTIFICATE_NAMES_MAX; i++)
		add_word(&l, c->names[i]);
	end(&l);
	(void)buf_addf(out, "  %-*s%s\n", LABEL, "SHA-256", c->sha256);
}

void
audit_inventory_text(const struct audit_inventory *v, struct buf *out)
{
	bool is_unknown = false;

	(void)buf_addf(out, "\nAgreed to on port %u", (unsigned)v->port);
	if (v->like_port != 0) {
		(void)buf_addf(out, ": as on port %u, in %u samples of %u.\n",
		    (unsigned)v->like_port, v->sample_count, v->sample_count);
		return;
	}
	(void)buf_add_text(out, ":\n");
	for (size_t i = AUDIT_VERSION_COUNT; i-- > 1;)
		if (v->versions[i].is_spoken == AUDIT_YES)
			add_version(&v->versions[i], out);
	if (v->versions[0].is_spoken == AUDIT_YES)
		add_ssl2(v, out);
	for (size_t i = 0; i < AUDIT_VERSION_COUNT; i++)
		is_unknown = is_unknown || v->versions[i].is_spoken == AUDIT_UNKNOWN;
	add_versions(v, AUDIT_NO, out);
	if (is_unknown)
		add_versions(v, AUDIT_UNKNOWN, out);
	add_groups("groups 1.3", &v->tls13_groups, out);
	add_groups("before it", &v->old_groups, out);
	add_features(v, out);
	add_sessions(v, out);
	add_certificate(&v->certificate, out);
}
