/* SPDX-License-Identifier: Apache-2.0 */
/* match.c - patterns over the words of a text */
#include "explain/match.h"

#include <stdlib.h>

#include "explain/tables.h"
#include "util/alloc.h"

void
explain_match_note(struct explain_match *match, const struct explain_span *span)
{
	struct explain_span *best = &match->best, *last = &match->last;

	if (best->line == 0 || span->score > best->score ||
	    (span->score == best->score && span->begin < best->begin))
		*best = *span;
	if (span->line > last->line || (span->line == last->line && span->score > last->score))
		*last = *span;
}

static bool
is_item(const struct explain_token *token, const struct explain_item *item)
{
	if ((item->flags & EXPLAIN_ITEM_PAREN) != 0 && !token->is_paren)
		return false;
	if ((item->flags & EXPLAIN_ITEM_PREFIX) == 0)
		return token->is_exact && token->vocable == item->vocable;
	for (int v = token->vocable; v >= 0; v = explain_vocables[v].parent)
		if (v == item->vocable)
			return true;
	return false;
}

/* How many items from the first on, which follow each other without a gap, stand at tokens[at]. */
static size_t
match_run(
    const struct explain_tokens *tokens, size_t at, const struct explain_item *items, size_t count)
{
	size_t n = 0;

	while (n < count && (n == 0 || items[n].gap == 0)) {
		if (at + n >= tokens->count || !is_item(&tokens->all[at + n], &items[n]))
			return 0;
		n++;
	}
	return n;
}

/*
 * Each run of words is taken where it first stands behind the one before. That misses a text where
 * only a later place leaves the next one within its gap, and needs no way back.
 */
static bool
match_pattern(const struct explain_tokens *tokens, size_t at, const struct explain_pattern *p,
    size_t *ret_end)
{
	const struct explain_item *items = &explain_items[p->item_begin];
	size_t n = match_run(tokens, at, items, p->item_count);

	if (n == 0)
		return false;
	at += n;
	while (n < p->item_count) {
		const size_t last = at + items[n].gap;
		size_t run = 0;

		for (; at <= last && at < tokens->count; at++) {
			run = match_run(tokens, at, items + n, p->item_count - n);
			if (run != 0)
				break;
		}
		if (run == 0)
			return false;
		at += run;
		n += run;
	}
	*ret_end = at;
	return true;
}

struct search {
	const struct explain_tokens *tokens;
	const struct explain_replies *replies;
	struct explain_match *matches;
	size_t *next; /* for each vocable: the first token behind the present one that begins so */
};

static void
note_pattern(const struct search *s, size_t begin, size_t end, const struct explain_pattern *p)
{
	const struct explain_token *first = &s->tokens->all[begin],
				   *last = &s->tokens->all[end - 1];
	struct explain_match *match = &s->matches[p->message];
	const struct explain_span span = { .begin = first->begin,
		.len = last->begin + last->len - first->begin,
		.line = first->line,
		.score = p->score };

	explain_match_note(match, &span);
	if (match->quoted.score <= span.score &&
	    explain_replies_around(s->replies, span.begin, span.len) != NULL)
		match->quoted = span;
}

/* May the pattern of the anchor match here, by its neighbour and by what comes behind its gap? */
static bool
is_worth_trying(const struct search *s, size_t at, const struct explain_anchor *a)
{
	const struct explain_tokens *tokens = s->tokens;

	if (at < a->offset)
		return false;
	if (a->near >= 0) {
		const size_t beside = a->near_side > 0 ? at + 1 : at - 1;

		if (beside >= tokens->count || tokens->all[beside].vocable != a->near)
			return false;
	}
	return a->follow < 0 || s->next[a->follow] - at <= a->follow_within;
}

static void
try_anchors(const struct search *s, size_t at, int vocable)
{
	const struct explain_tokens *tokens = s->tokens;
	const struct explain_vocable *v = &explain_vocables[vocable];

	for (size_t i = 0; i < v->anchor_count; i++) {
		const struct explain_anchor *a = &explain_anchors[v->anchor_begin + i];
		const struct explain_pattern *p = &explain_patterns[a->pattern];
		size_t end;

		if (is_worth_trying(s, at, a) &&
		    is_item(&tokens->all[at], &explain_items[p->item_begin + a->offset]) &&
		    match_pattern(tokens, at - a->offset, p, &end))
			note_pattern(s, at - a->offset, end, p);
	}
}

/* From the end on, so that what comes behind each word is known. */
void
explain_match_find(const struct explain_tokens *tokens, const struct explain_replies *replies,
    struct explain_match *matches)
{
	struct search s = { tokens, replies, matches, NULL };

	s.next = xmalloc(explain_vocable_count * sizeof *s.next);
	for (size_t v = 0; v < explain_vocable_count; v++)
		s.next[v] = SIZE_MAX;
	for (size_t i = tokens->count; i-- > 0;) {
		for (int v = tokens->all[i].vocable; v >= 0; v = explain_vocables[v].parent)
			try_anchors(&s, i, v);
		for (int v = tokens->all[i].vocable; v >= 0; v = explain_vocables[v].parent)
			s.next[v] = i;
	}
	free(s.next);
}
