/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_guessing.c - only when asked for, with an account of one's own: does the server slow down
 * who tries passwords? And does it take another time for those who do not exist?
 *
 * What counts as resistance: a pause, the end of the connection, a lock (421, 454, 4yz), or that
 * the next connection is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/login.h"

enum { SLOW_US = 1000000, TIME_LEAST_US = 25000 };

struct guesses {
	struct audit *a;
	const struct audit_door *door;
	struct audit_talk *t;
	unsigned count;
	bool is_resisted, is_let_in;
	char how[160];
	uint64_t times[2][AUDIT_GUESSES_MAX]; /* nobody's, and the account's own */
	unsigned time_counts[2];
	unsigned codes[2];
	char texts[2][160];
};

static void
note_resistance(struct guesses *g, const char *how)
{
	g->is_resisted = true;
	(void)snprintf(g->how, sizeof g->how, "%s", how);
}

static bool
be_ready(struct guesses *g)
{
	if (g->t != NULL && audit_talk_is_open(g->t))
		return true;
	if (g->t != NULL)
		note_resistance(g, "the connection was closed");
	audit_talk_close(&g->t);
	g->t = audit_talk_open_tls(g->a, g->door);
	if (g->t != NULL)
		audit_talk_forgive(g->t);
	return g->t != NULL && audit_talk_code(g->t) == 250;
}

/* With a password that was made up a moment ago. */
static void
note_let_in(struct guesses *g, unsigned who)
{
	g->is_let_in = true;
	audit_findings_add(&g->a->result->findings, AUDIT_AUTH_ANY,
	    "%s: AUTH PLAIN %s with a wrong password is accepted: 235 %s", g->door->name,
	    who == 0 ? "of nobody" : "of the account", audit_talk_text(g->t));
}

/* who: 0 for nobody, 1 for the account. */
static void
guess(struct guesses *g, unsigned who)
{
	char word[AUDIT_WORD_SIZE], wrong[AUDIT_WORD_SIZE];
	unsigned code;

	audit_make_word(word);
	audit_make_word(wrong);
	code = audit_login(g->t, who == 0 ? word : g->a->options->user, slice_of(wrong));
	g->count++;
	if (code == 235) {
		note_let_in(g, who);
		return;
	}
	g->a->result->failed_login_count++;
	/* Only plain refusals are compared: a lock comes to whoever is next. */
	if (code / 100 == 5) {
		g->codes[who] = code;
		(void)snprintf(g->texts[who], sizeof g->texts[who], "%s", audit_talk_text(g->t));
		g->times[who][g->time_counts[who]++] = audit_talk_took_us(g->t);
	}
	if (code == 0)
		note_resistance(g, "the connection ended without an answer");
	else if (code / 100 == 4)
		note_resistance(g, audit_talk_text(g->t));
	else if (audit_talk_took_us(g->t) >= SLOW_US)
		note_resistance(g, "answers came late");
}

static void
judge_words(const struct guesses *g)
{
	if (g->time_counts[0] == 0 || g->time_counts[1] == 0)
		return;
	if (g->codes[0] != g->codes[1] || strcmp(g->texts[0], g->texts[1]) != 0)
		audit_findings_add(&g->a->result->findings, AUDIT_USERS_AUTH,
		    "%s: a wrong login of nobody: %u %s; of the account: %u %s", g->door->name,
		    g->codes[0], g->texts[0], g->codes[1], g->texts[1]);
}

static void
find_range(const uint64_t *times, unsigned count, uint64_t *least, uint64_t *most)
{
	*least = UINT64_MAX;
	*most = 0;
	for (unsigned i = 0; i < count; i++) {
		*least = times[i] < *least ? times[i] : *least;
		*most = times[i] > *most ? times[i] : *most;
	}
}

/* With three of each or more, and no overlap: a server that slows down step by step has one. */
static void
judge_times(const struct guesses *g)
{
	uint64_t least[2], most[2], gap;

	if (g->time_counts[0] < 3 || g->time_counts[1] < 3)
		return;
	for (unsigned who = 0; who < 2; who++)
		find_range(g->times[who], g->time_counts[who], &least[who], &most[who]);
	if (least[0] > most[1])
		gap = least[0] - most[1];
	else if (least[1] > most[0])
		gap = least[1] - most[0];
	else
		return;
	if (gap >= TIME_LEAST_US)
		audit_findings_add(&g->a->result->findings, AUDIT_USERS_AUTH_TIME,
		    "%s: wrong logins of nobody take %llu to %llu ms, of the account %llu to %llu "
		    "ms",
		    g->door->name, (unsigned long long)least[0] / 1000,
		    (unsigned long long)most[0] / 1000, (unsigned long long)least[1] / 1000,
		    (unsigned long long)most[1] / 1000);
}

static void
judge(struct guesses *g)
{
	judge_words(g);
	judge_times(g);
	if (g->count == 0) {
		audit_gap(g->a, false, "no login could be tried");
		return;
	}
	if (!g->is_resisted && !g->is_let_in && !g->a->options->is_dry)
		audit_findings_add(&g->a->result->findings, AUDIT_BRUTE_FORCE,
		    "%s: %u wrong passwords, each answered at once and on one connection",
		    g->door->name, g->count);
}

void
audit_check_guessing(struct audit *a)
{
	struct guesses g = { .a = a, .door = audit_login_door(a) };
	const unsigned wanted = a->options->guess_count;

	if (g.door == NULL)
		return;
	while (g.count < wanted && !g.is_resisted && !g.is_let_in && be_ready(&g))
		guess(&g, g.count % 2);
	if (g.count > 0 && g.count < wanted && !g.is_resisted && !g.is_let_in)
		note_resistance(&g, "the next connection was refused");
	judge(&g);
	audit_talk_close(&g.t);
}
