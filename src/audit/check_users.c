/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_users.c - can one find out who has a mailbox, without a login?
 *
 * Two people who cannot exist are asked for, and some who mostly do. Where the answers to the first
 * two are alike and that to another one is not, in code, words or time, the server tells.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/login.h"
#include "audit/talk.h"

enum {
	TEXT_SIZE = 256,
	COMMANDS_PER_QUESTION = 3, /* MAIL, RCPT, RSET */
	SAMPLE_COUNT = 3,          /* of each of two names: six refusals on one connection */
	TIME_LEAST_US = 25000,     /* a difference below that is noise on any network */
};

/* The rest only of a server that refuses nobody as it would a mailbox that is not there. */
static const char *const known[] = { "postmaster", "root", "admin", "administrator", "info", "test",
	"user", "guest", "web", "webadmin", "sysadmin", "netadmin" };
enum { KNOWN_FIRST = 2 };

struct answer {
	unsigned code;
	char text[TEXT_SIZE]; /* without the name that was asked for */
	uint64_t took_us;
};

struct verb {
	const char *name;
	enum audit_id id;
	bool is_bare; /* without a domain: some servers look for such a name in their own list */
};

static const struct verb verbs[] = {
	{ "VRFY", AUDIT_USERS_VRFY, false },
	{ "VRFY", AUDIT_USERS_VRFY, true },
	{ "EXPN", AUDIT_USERS_EXPN, false },
	{ "EXPN", AUDIT_USERS_EXPN, true },
	{ "RCPT", AUDIT_USERS_RCPT, false },
};

struct users {
	struct audit *a;
	const struct audit_door *door;
	struct audit_talk *t;
	unsigned said_count;
};

/* Each time that name stands in text becomes "*", whatever its case. */
static void
mask(const char *text, const char *name, char out[TEXT_SIZE])
{
	const size_t name_len = strlen(name);
	size_t len = 0;

	while (*text != '\0' && len + 1 < TEXT_SIZE) {
		const bool is_name = strncasecmp(text, name, name_len) == 0;

		out[len] = *text;
		if (is_name)
			out[len] = '*';
		len++;
		text += is_name ? name_len : 1;
	}
	out[len] = '\0';
}

static bool
be_ready(struct users *u, unsigned wanted_count)
{
	if (audit_talk_can_say(u->t, COMMANDS_PER_QUESTION) && u->said_count + wanted_count <= 7)
		return true;
	audit_talk_close(&u->t);
	u->said_count = 0;
	if (u->door->has_tls) {
		u->t = audit_talk_open_tls(u->a, u->door);
		return u->t != NULL && audit_talk_code(u->t) == 250;
	}
	u->t = audit_talk_open(u->a, u->door);
	return u->t != NULL && audit_talk_ehlo(u->t);
}

static unsigned
say_question(struct users *u, const struct verb *verb, const char *name)
{
	const char *domain = audit_local_domain(u->a);

	if (verb->id == AUDIT_USERS_RCPT)
		return audit_talk_say(u->t, "RCPT TO:<%s@%s>", name, domain);
	if (verb->is_bare)
		return audit_talk_say(u->t, "%s %s", verb->name, name);
	return audit_talk_say(u->t, "%s %s@%s", verb->name, name, domain);
}

/* False when there was no answer, or none to the sender of an envelope. */
static bool
ask_here(struct users *u, const struct verb *verb, const char *name, struct answer *ret_answer)
{
	const bool is_rcpt = verb->id == AUDIT_USERS_RCPT;

	u->said_count++;
	if (is_rcpt && audit_talk_say(u->t, "MAIL FROM:<>") != 250)
		return false;
	ret_answer->code = say_question(u, verb, name);
	ret_answer->took_us = audit_talk_took_us(u->t);
	mask(audit_talk_text(u->t), name, ret_answer->text);
	if (is_rcpt && audit_talk_is_open(u->t))
		(void)audit_talk_say(u->t, "RSET");
	return ret_answer->code != 0 && ret_answer->code != 421;
}

/* Once more on another connection, where this one has ended. */
static bool
ask(struct users *u, const struct verb *verb, const char *name, struct answer *ret_answer)
{
	for (int i = 0; i < 2 && be_ready(u, 1); i++) {
		if (ask_here(u, verb, name, ret_answer))
			return true;
		if (audit_talk_is_open(u->t))
			return false;
	}
	return false;
}

static bool
is_same(const struct answer *x, const struct answer *y, bool with_text)
{
	return x->code == y->code && (!with_text || strcasecmp(x->text, y->text) == 0);
}

/* A name may be a word of every answer, as "user" is of "no such user". */
static bool
is_same_but_for(
    const char *name, const struct answer *nobody, const struct answer *somebody, bool with_text)
{
	struct answer masked = { .code = nobody->code };

	mask(nobody->text, name, masked.text);
	return is_same(&masked, somebody, with_text);
}

/* Is nobody still answered as before? A server that has had enough says so to whoever is next. */
static bool
is_unchanged(struct users *u, const struct verb *verb, const struct answer *nobody, bool with_text)
{
	char word[AUDIT_WORD_SIZE];
	struct answer again;

	audit_make_word(word);
	return ask(u, verb, word, &again) && is_same(nobody, &again, with_text);
}

/* The words of some servers differ from reply to reply: then only codes are compared. */
static bool
compare(struct users *u, const struct verb *verb, const struct answer nobody[2], const char *name)
{
	const bool with_text = is_same(&nobody[0], &nobody[1], true);
	struct answer somebody;

	if (!is_same(&nobody[0], &nobody[1], false) || !ask(u, verb, name, &somebody) ||
	    is_same_but_for(name, &nobody[0], &somebody, with_text) ||
	    !is_unchanged(u, verb, &nobody[0], with_text))
		return false;
	audit_findings_add(&u->a->result->findings, verb->id,
	    "%s: %s for nobody: %u %s; for %s: %u %s", u->door->name, verb->name, nobody[0].code,
	    nobody[0].text, name, somebody.code, somebody.text);
	return true;
}

static int
compare_numbers(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

/*
 * Do the two kinds of times lie apart, with no overlap, by more than noise? Written sorted.
 */
static bool
lies_apart(uint64_t x[SAMPLE_COUNT], uint64_t y[SAMPLE_COUNT])
{
	qsort(x, SAMPLE_COUNT, sizeof x[0], compare_numbers);
	qsort(y, SAMPLE_COUNT, sizeof y[0], compare_numbers);
	if (x[0] > y[SAMPLE_COUNT - 1])
		return x[SAMPLE_COUNT / 2] - y[SAMPLE_COUNT / 2] >= TIME_LEAST_US;
	if (y[0] > x[SAMPLE_COUNT - 1])
		return y[SAMPLE_COUNT / 2] - x[SAMPLE_COUNT / 2] >= TIME_LEAST_US;
	return false;
}

/* By turns, so that what else slows the network down meets both. */
static bool
take_times(struct users *u, const struct verb *verb, const char *name, uint64_t medians[2])
{
	uint64_t times[2][SAMPLE_COUNT];
	char word[AUDIT_WORD_SIZE];
	struct answer answer;

	if (!be_ready(u, 2 * SAMPLE_COUNT))
		return false;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		audit_make_word(word);
		if (!ask(u, verb, word, &answer))
			return false;
		times[0][i] = answer.took_us;
		if (!ask(u, verb, name, &answer))
			return false;
		times[1][i] = answer.took_us;
	}
	if (!lies_apart(times[0], times[1]))
		return false;
	medians[0] = times[0][SAMPLE_COUNT / 2];
	medians[1] = times[1][SAMPLE_COUNT / 2];
	return true;
}

/* Twice, and both times the same side must be the slow one. */
static void
compare_times(struct users *u, const struct verb *verb, const char *name)
{
	uint64_t first[2], again[2];

	if (!take_times(u, verb, name, first) || !take_times(u, verb, name, again) ||
	    (first[0] < first[1]) != (again[0] < again[1]))
		return;
	audit_findings_add(&u->a->result->findings, AUDIT_USERS_TIME,
	    "%s: %s takes %llu ms for nobody and %llu ms for %s (medians of %d, seen twice)",
	    u->door->name, verb->name, (unsigned long long)first[0] / 1000,
	    (unsigned long long)first[1] / 1000, name, SAMPLE_COUNT);
}

/* "user" of "user@domain"; NULL: no account was given. */
static const char *
own_name(const struct audit *a, char name[TEXT_SIZE])
{
	if (a->options->user == NULL)
		return NULL;
	(void)snprintf(
	    name, TEXT_SIZE, "%.*s", (int)strcspn(a->options->user, "@"), a->options->user);
	return name;
}

/* A server that does not know the verb, or takes no such address, has nothing to tell. */
static bool
knows_verb(const struct answer *answer)
{
	return answer->code != 500 && answer->code != 501 && answer->code != 502 &&
	       answer->code != 530;
}

/* How many of the known are asked for: one who is told is enough. */
static size_t
count_known(const struct answer *nobody, bool is_told)
{
	const bool is_mailbox = nobody->code / 10 == 55;

	return is_mailbox && !is_told ? sizeof known / sizeof known[0] : KNOWN_FIRST;
}

static void
try_verb(struct users *u, const struct verb *verb)
{
	char words[2][AUDIT_WORD_SIZE], own[TEXT_SIZE];
	struct answer nobody[2];
	bool is_told = false;

	for (size_t i = 0; i < 2; i++) {
		audit_make_word(words[i]);
		if (!ask(u, verb, words[i], &nobody[i]) || !knows_verb(&nobody[i]))
			return;
	}
	for (size_t i = 0; i < count_known(&nobody[0], is_told); i++)
		is_told = compare(u, verb, nobody, known[i]) || is_told;
	if (own_name(u->a, own) != NULL)
		is_told = compare(u, verb, nobody, own) || is_told;
	if (!is_told && !verb->is_bare)
		compare_times(u, verb, u->a->options->user == NULL ? known[0] : own);
}

/* A server that does not wait for the password says who may go on without any. */
static void
judge_login(struct users *u, unsigned code)
{
	if (code == 235) {
		audit_findings_add(&u->a->result->findings, AUDIT_AUTH_ANY,
		    "%s: AUTH LOGIN for nobody is accepted before any password: 235 %s",
		    u->door->name, audit_talk_text(u->t));
		return;
	}
	u->a->result->failed_login_count++;
	if (code != 0)
		audit_findings_add(&u->a->result->findings, AUDIT_USERS_AUTH,
		    "%s: AUTH LOGIN for nobody is refused before the password: %u %s",
		    u->door->name, code, audit_talk_text(u->t));
}

/* Only as far as the question for the password: that is no failed login. */
static void
try_login(struct users *u)
{
	char word[AUDIT_WORD_SIZE];
	unsigned code;

	if (!u->door->has_tls || !probe_ehlo_offers(&u->door->ehlo_tls, "LOGIN") ||
	    u->a->result->failed_login_count > 0 || !be_ready(u, 1))
		return;
	audit_make_word(word);
	u->said_count++;
	code = audit_talk_say(u->t, "AUTH LOGIN");
	if (code == 334)
		code = audit_login_say_name(u->t, word);
	else if (code != 235)
		return;
	if (code == 334)
		(void)audit_talk_say(u->t, "*");
	else
		judge_login(u, code);
}

void
audit_check_users(struct audit *a)
{
	struct users u = { .a = a, .door = audit_tls_door(a) };

	if (u.door == NULL)
		u.door = &a->doors[AUDIT_STARTTLS_DOOR];
	if (!u.door->is_open)
		return;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (!verbs[i].is_bare || !audit_findings_have(&a->result->findings, verbs[i].id))
			try_verb(&u, &verbs[i]);
	try_login(&u);
	audit_talk_close(&u.t);
}
