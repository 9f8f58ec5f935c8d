/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - from what a text has to the causes it speaks for */
#include "explain/explain.h"

#include <stdlib.h>

#include "explain/match.h"
#include "explain/place.h"
#include "explain/reply.h"
#include "explain/tables.h"
#include "explain/token.h"
#include "explain/topic.h"
#include "explain/window.h"
#include "util/alloc.h"

enum {
	/* A text of more lines is a log, whose last failure is the one that is asked about. */
	LOG_LINES = 60,
	/* How much a code speaks for, beside the letters of a pattern. */
	SCORE_BOTH_CODES = 45,
	SCORE_ENHANCED = 40,
	SCORE_BASIC = 20,
	SCORE_VAGUE = 10,
	SCORE_AGREEMENT = 25,        /* at most: words and code speak of the same kind of cause */
	SCORE_AGREEMENT_POLICY = 12, /* the server's rules are many, and 550 may be any of them */
	SCORE_NOT_SAID = -12,        /* a server's words, where no server speaks */
	/* What the next cause of an entry loses. */
	NEXT_CAUSE_PERCENT = 60,
};

static const char *const evidence_names[] = {
	[EXPLAIN_BY_REPLY_TEXT] = "reply_text",
	[EXPLAIN_BY_REPLY_CODE] = "reply_code",
	[EXPLAIN_BY_MESSAGE] = "message",
	[EXPLAIN_BY_ERRNO] = "errno",
	[EXPLAIN_BY_WRAPPER] = "wrapper",
};

struct candidate {
	struct explain_result result;
	bool is_old; /* in a log: not near the last failure */
	int score;
	struct explain_span span;
	const struct explain_reply *reply;
};

struct study {
	struct slice text;
	struct explain_tokens tokens;
	struct explain_replies replies;
	struct explain_match *matches;      /* one for each message */
	struct explain_match *code_matches; /* one for each row of codes.txt */
	struct candidate *candidates;       /* one for each cause; result.cause NULL: none */
	uint32_t window_begin;              /* the line; 0: all lines count alike */
};

const char *
explain_evidence_name(enum explain_evidence evidence)
{
	return evidence_names[evidence];
}

static bool
fits_enhanced(const struct explain_code *code, const struct explain_reply *reply)
{
	if (!code->has_enhanced)
		return true;
	return (code->enhanced[0] == 0 || code->enhanced[0] == reply->enhanced[0]) &&
	       code->enhanced[1] == reply->enhanced[1] && code->enhanced[2] == reply->enhanced[2] &&
	       reply->enhanced[0] != 0;
}

static const struct explain_code *
find_code(const struct explain_reply *reply)
{
	for (size_t i = 0; i < explain_code_count; i++) {
		const struct explain_code *code = &explain_codes[i];

		if ((code->basic == 0 || code->basic == reply->basic) && fits_enhanced(code, reply))
			return code;
	}
	return NULL;
}

static uint32_t
score_code(const struct explain_code *code)
{
	if (code->is_vague)
		return SCORE_VAGUE;
	if (!code->has_enhanced)
		return SCORE_BASIC;
	return code->basic != 0 ? SCORE_BOTH_CODES : SCORE_ENHANCED;
}

static void
match_codes(struct study *s)
{
	for (size_t i = 0; i < s->replies.count; i++) {
		const struct explain_reply *reply = &s->replies.all[i];
		const struct explain_code *code = find_code(reply);
		struct explain_span span = {
			.begin = reply->begin, .len = reply->end - reply->begin, .line = reply->line
		};

		if (code == NULL)
			continue;
		span.score = reply->is_made_up ? 1 : score_code(code);
		explain_match_note(&s->code_matches[code - explain_codes], &span);
	}
}

/* Where the text last says why something failed; line 0: nowhere. */
static struct explain_span
find_last_failure(const struct study *s)
{
	struct explain_span last = { .line = 0 };

	for (size_t i = 0; i < explain_message_count; i++)
		if (explain_messages[i].evidence != EXPLAIN_BY_WRAPPER &&
		    !explain_messages[i].is_hint && s->matches[i].last.line > last.line)
			last = s->matches[i].last;
	for (size_t i = 0; i < explain_code_count; i++)
		if (s->code_matches[i].last.line > last.line)
			last = s->code_matches[i].last;
	return last;
}

static void
set_window(struct study *s)
{
	const struct explain_span last = find_last_failure(s);

	if (s->tokens.line_count > LOG_LINES && last.line != 0)
		s->window_begin = explain_window_begin(s->text, last.begin, last.line);
}

static const struct explain_span *
choose_span(const struct study *s, const struct explain_match *match)
{
	return s->window_begin != 0 ? &match->last : &match->best;
}

/*
 * Errors of the system and known messages rank by how much of the text they speak for. A server's
 * code ranks before both, even one that says little: what a library adds to it, it made of it.
 */
static enum explain_evidence
rank_of(const struct candidate *c)
{
	return c->result.evidence == EXPLAIN_BY_ERRNO ? EXPLAIN_BY_MESSAGE : c->result.evidence;
}

/* Below 0: a ranks before b. */
static int
compare(const struct study *s, const struct candidate *a, const struct candidate *b)
{
	if (a->is_old != b->is_old)
		return a->is_old ? 1 : -1;
	if (rank_of(a) != rank_of(b))
		return rank_of(a) < rank_of(b) ? -1 : 1;
	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	if (a->span.begin != b->span.begin)
		return (a->span.begin < b->span.begin) == (s->window_begin == 0) ? -1 : 1;
	return a->result.cause < b->result.cause ? -1 : a->result.cause > b->result.cause;
}

static void
add_candidate(struct study *s, struct candidate c, uint16_t cause)
{
	struct candidate *known = &s->candidates[cause];

	c.result.cause = &explain_causes[cause];
	if (known->result.cause == NULL || compare(s, &c, known) < 0)
		*known = c;
}

static void
add_causes(struct study *s, struct candidate c, const uint16_t *causes, size_t count)
{
	c.is_old = c.span.line < s->window_begin;
	c.result.matched = slice_make(s->text.ptr + c.span.begin, c.span.len);
	c.result.line = c.span.line;
	for (size_t i = 0; i < count; i++) {
		add_candidate(s, c, causes[i]);
		c.score -= abs(c.score) * (100 - NEXT_CAUSE_PERCENT) / 100 + 1;
		c.result.note = NULL; /* it speaks of the first */
	}
}

/*
 * Words that a server says count as its reply when they stand in one. A code that is clear by
 * itself outweighs few and common words beside it; one that says little lends its weight to any.
 */
static enum explain_evidence
weigh(const struct explain_message *m, int score, const struct explain_reply *reply)
{
	const struct explain_code *code = reply == NULL ? NULL : find_code(reply);

	if (m->evidence == EXPLAIN_BY_WRAPPER || (m->is_hint && reply == NULL))
		return EXPLAIN_BY_WRAPPER;
	if (m->is_dialog)
		return EXPLAIN_BY_REPLY_TEXT;
	if (reply == NULL || reply->is_made_up)
		return m->evidence == EXPLAIN_BY_ERRNO ? EXPLAIN_BY_ERRNO : EXPLAIN_BY_MESSAGE;
	if (code == NULL || code->is_vague)
		return EXPLAIN_BY_REPLY_TEXT;
	return m->evidence == EXPLAIN_BY_REPLY_TEXT && score >= (int)score_code(code)
		   ? EXPLAIN_BY_REPLY_TEXT
		   : EXPLAIN_BY_MESSAGE;
}

static bool
has_cause(const struct explain_code *code, uint16_t cause)
{
	for (size_t i = 0; i < code->cause_count; i++)
		if (code->causes[i] == cause)
			return true;
	return false;
}

/* A code that says much speaks for its own causes, one that says little for all of their class. */
static bool
agrees(const struct explain_code *code, const struct explain_message *m)
{
	if (!code->is_vague)
		return has_cause(code, m->causes[0]);
	return explain_causes[code->causes[0]].class == explain_causes[m->causes[0]].class;
}

/*
 * A locked account is meant otherwise behind 535 than behind 550: what fits the code weighs more,
 * but no common word that fits outweighs a sentence.
 */
static int
score_agreement(
    const struct explain_message *m, const struct explain_reply *reply, int pattern_score)
{
	const struct explain_code *code = reply == NULL ? NULL : find_code(reply);

	if (reply == NULL && m->evidence == EXPLAIN_BY_REPLY_TEXT && !m->is_dialog)
		return SCORE_NOT_SAID;
	if (code == NULL || !agrees(code, m))
		return 0;
	if (m->is_hint && pattern_score < SCORE_AGREEMENT)
		return pattern_score / 2;
	return explain_causes[m->causes[0]].class == EXPLAIN_CLASS_POLICY ? SCORE_AGREEMENT_POLICY
									  : SCORE_AGREEMENT;
}

static void
add_message(struct study *s, const struct explain_message *m, const struct explain_span *span)
{
	struct candidate c = { .span = *span };

	if (span->line == 0 || !explain_place_holds(m->place, s->text, span->begin, span->len))
		return;
	c.reply = explain_replies_around(&s->replies, span->begin, span->len);
	c.score = (int)span->score + m->weight + score_agreement(m, c.reply, (int)span->score);
	c.result.evidence = weigh(m, c.score, c.reply);
	c.result.message_id = m->id;
	c.result.source = m->source;
	c.result.note = m->note;
	add_causes(s, c, m->causes, m->cause_count);
}

/* The longest match may stand around a reply, in a library's words, and a shorter one in it. */
static void
add_messages(struct study *s)
{
	for (size_t i = 0; i < explain_message_count; i++) {
		add_message(s, &explain_messages[i], choose_span(s, &s->matches[i]));
		add_message(s, &explain_messages[i], &s->matches[i].quoted);
	}
}

static void
add_codes(struct study *s)
{
	for (size_t i = 0; i < explain_code_count; i++) {
		const struct explain_code *code = &explain_codes[i];
		const struct explain_span *span = choose_span(s, &s->code_matches[i]);
		struct candidate c = { .span = *span, .score = (int)span->score };

		if (span->line == 0)
			continue;
		c.reply = explain_replies_around(&s->replies, span->begin, span->len);
		c.result.evidence = c.reply != NULL && c.reply->is_made_up ? EXPLAIN_BY_ERRNO
									   : EXPLAIN_BY_REPLY_CODE;
		c.result.note = code->note;
		add_causes(s, c, code->causes, code->cause_count);
	}
}

/* Insert into the answer, which is in order and may be full. */
static void
insert(
    const struct study *s, const struct candidate *c, const struct candidate **best, size_t *count)
{
	size_t i = *count;

	while (i > 0 && compare(s, c, best[i - 1]) < 0)
		i--;
	if (i == EXPLAIN_RESULTS_MAX)
		return;
	if (*count < EXPLAIN_RESULTS_MAX)
		++*count;
	for (size_t k = *count - 1; k > i; k--)
		best[k] = best[k - 1];
	best[i] = c;
}

/* Words that only say that it failed add nothing to words that say why. */
static bool
is_worth_telling(const struct candidate *c, const struct candidate *first)
{
	return c == first ||
	       (c->result.evidence != EXPLAIN_BY_WRAPPER && c->is_old == first->is_old) ||
	       (first->result.evidence == EXPLAIN_BY_WRAPPER &&
		   strcmp(c->result.cause->id, "ok") != 0);
}

static void
rank(const struct study *s, struct explain_answer *answer)
{
	const struct candidate *best[EXPLAIN_RESULTS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < explain_cause_count; i++)
		if (s->candidates[i].result.cause != NULL)
			insert(s, &s->candidates[i], best, &count);
	for (size_t i = 0; i < count; i++)
		if (is_worth_telling(best[i], best[0]))
			answer->results[answer->count++] = best[i]->result;
	if (count == 0)
		return;
	explain_place_read(s->text, best[0]->span.begin, answer);
	for (size_t i = 0; i < count; i++)
		if (best[i]->reply != NULL) {
			answer->code = best[i]->reply->basic;
			memcpy(answer->enhanced, best[i]->reply->enhanced, sizeof answer->enhanced);
			return;
		}
}

void
explain_text(struct slice text, struct explain_answer *ret_answer)
{
	struct study s = { .window_begin = 0 };

	if (text.len > EXPLAIN_TEXT_MAX)
		text = slice_after(text, text.len - EXPLAIN_TEXT_MAX);
	s.text = text;
	s.matches = xcalloc(explain_message_count, sizeof *s.matches);
	s.code_matches = xcalloc(explain_code_count, sizeof *s.code_matches);
	s.candidates = xcalloc(explain_cause_count, sizeof *s.candidates);
	explain_tokens_init(&s.tokens, text);
	explain_replies_init(&s.replies, &s.tokens);
	explain_match_find(&s.tokens, &s.replies, s.matches);
	match_codes(&s);
	set_window(&s);
	add_messages(&s);
	add_codes(&s);
	*ret_answer = (struct explain_answer){ .count = 0 };
	if (s.replies.count != 0 || explain_topic_is_failure(text, s.tokens.line_count))
		rank(&s, ret_answer);
	explain_tokens_done(&s.tokens);
	explain_replies_done(&s.replies);
	free(s.matches);
	free(s.code_matches);
	free(s.candidates);
}
