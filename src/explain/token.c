/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - a text to words of the vocabulary */
#include "explain/token.h"

#include <assert.h>
#include <stdlib.h>

#include "explain/letter.h"
#include "explain/tables.h"
#include "util/alloc.h"
#include "util/octet.h"

enum {
	TOKENS_AT_FIRST = 256,
	REPLY_PREFIX_MAX = 8, /* of signs before a code: "<** ", "> " */
};

/* A word as it is compared: small letters, cut to what the vocabulary can hold. */
struct word {
	char text[EXPLAIN_VOCABLE_MAX];
	size_t len;
	bool is_cut;
};

struct scan {
	struct explain_tokens *tokens;
	size_t at;
	uint32_t line;
	uint32_t open_reply; /* the code whose further lines may follow; 0: none */
};

static void
add_letter(struct word *w, uint32_t letter)
{
	char octets[4];
	const size_t len = explain_letter_write(letter, octets);

	if (w->is_cut || w->len + len > sizeof w->text) {
		w->is_cut = true;
		return;
	}
	memcpy(w->text + w->len, octets, len);
	w->len += len;
}

/* Below 0, 0, above 0: as a word stands in the order of the vocabulary. */
static int
compare_word(const struct word *w, const struct explain_vocable *vocable)
{
	const size_t len = vocable->len;
	const int order = memcmp(w->text, vocable->text, w->len < len ? w->len : len);

	return order != 0 || w->len == len ? order : w->len < len ? -1 : 1;
}

/* The last vocable that is not behind the word; or none. */
static int
find_place(const struct word *w)
{
	size_t low = 0, high = explain_vocable_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (compare_word(w, &explain_vocables[middle]) >= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low - 1;
}

static bool
begins_with(const struct word *w, const struct explain_vocable *vocable)
{
	return vocable->len <= w->len && memcmp(w->text, vocable->text, vocable->len) == 0;
}

/*
 * The vocables that a word begins with are all among those that its neighbour in the order begins
 * with, and each knows the next shorter one.
 */
static struct explain_token
look_up(const struct word *w)
{
	struct explain_token token = { .line = 0 };
	int i = find_place(w);

	while (i >= 0 && !begins_with(w, &explain_vocables[i]))
		i = explain_vocables[i].parent;
	token.vocable = (int16_t)i;
	token.is_exact = i >= 0 && !w->is_cut && explain_vocables[i].len == w->len;
	return token;
}

static bool
is_octet(struct slice text, size_t at, uint8_t c)
{
	return at < text.len && text.ptr[at] == c;
}

static void
add_token(struct scan *s, struct explain_token token, size_t begin, size_t end)
{
	struct explain_tokens *t = s->tokens;

	if (t->count == t->size) {
		t->size = t->size == 0 ? TOKENS_AT_FIRST : t->size * 2;
		t->all = xrealloc(t->all, t->size * sizeof *t->all);
	}
	token.begin = (uint32_t)begin;
	token.len = (uint32_t)(end - begin);
	token.line = s->line;
	token.is_paren = begin > 0 && t->text.ptr[begin - 1] == '(' && is_octet(t->text, end, ')');
	t->all[t->count++] = token;
}

/* The word that text[begin, end) is. */
static struct word
make_word(struct slice text, size_t begin, size_t end)
{
	struct word w = { .len = 0 };

	while (begin < end) {
		uint32_t letter;

		begin += explain_letter_read(slice_make(text.ptr + begin, end - begin), &letter);
		letter = explain_letter_fold(letter);
		if (letter != 0)
			add_letter(&w, letter);
	}
	return w;
}

static size_t
find_word_end(struct slice text, size_t begin)
{
	size_t at = begin;

	while (at < text.len) {
		uint32_t letter;
		const size_t len = explain_letter_read(slice_after(text, at), &letter);
		const bool is_alone = explain_letter_is_word(letter);

		if (explain_letter_is_separator(letter) || (is_alone && at != begin))
			break;
		at += len;
		if (is_alone)
			break;
	}
	return at;
}

static bool
is_capital(struct slice text, size_t at)
{
	return at < text.len && octet_is_capital(text.ptr[at]);
}

static bool
is_small(struct slice text, size_t at)
{
	return at < text.len && octet_is_small(text.ptr[at]);
}

/* Between "Handshake" and "Failure", between "SSL" and "Exception". */
static bool
is_joint(struct slice text, size_t begin, size_t at)
{
	if (!is_capital(text, at))
		return false;
	if (is_small(text, at - 1))
		return true;
	return at - begin >= 2 && is_capital(text, at - 1) && is_small(text, at + 1) &&
	       is_small(text, at + 2);
}

/* Where the part of a name that begins here ends. */
static size_t
find_part_end(struct slice text, size_t begin, size_t end)
{
	size_t at = begin + 1;

	while (at < end && !is_joint(text, begin, at))
		at++;
	return at;
}

/* The parts of a name such as UnknownHostException, each a word. */
static void
add_parts(struct scan *s, size_t begin, size_t end)
{
	const struct slice text = s->tokens->text;

	while (begin < end) {
		const size_t part_end = find_part_end(text, begin, end);
		const struct word w = make_word(text, begin, part_end);

		add_token(s, look_up(&w), begin, part_end);
		begin = part_end;
	}
}

/* From a letter on. A name that the vocabulary has is one word, another its parts. */
static void
read_word(struct scan *s)
{
	const struct slice text = s->tokens->text;
	const size_t begin = s->at, end = find_word_end(text, begin);
	const struct word w = make_word(text, begin, end);
	const struct explain_token token = look_up(&w);

	if (token.is_exact || find_part_end(text, begin, end) == end)
		add_token(s, token, begin, end);
	else
		add_parts(s, begin, end);
	s->at = end;
}

static bool
is_digit(struct slice text, size_t at)
{
	return at < text.len && octet_is_digit(text.ptr[at]);
}

/* "5.7.26" at text[at]: its octets; 0: it is none. */
static size_t
enhanced_len(struct slice text, size_t at)
{
	const size_t begin = at;

	for (int part = 0; part < 3; part++) {
		if (part > 0 && !is_octet(text, at++, '.'))
			return 0;
		if (!is_digit(text, at))
			return 0;
		while (is_digit(text, at) && at < begin + 12)
			at++;
	}
	return at - begin;
}

/* At the begin of a line: skip its code when it goes on with the reply of the line before. */
static void
skip_repeated_code(struct scan *s)
{
	const struct slice text = s->tokens->text;
	const uint32_t open = s->open_reply;
	size_t at = s->at;
	uint32_t code = 0;

	s->open_reply = 0;
	while (at < text.len && at < s->at + REPLY_PREFIX_MAX && text.ptr[at] != '\n' &&
	       text.ptr[at] < 0x80 && !octet_is_let_dig(text.ptr[at]))
		at++;
	for (size_t i = 0; i < 3; i++, at++) {
		if (!is_digit(text, at))
			return;
		code = code * 10 + (uint32_t)(text.ptr[at] - '0');
	}
	if (!is_octet(text, at, '-') && !is_octet(text, at, ' '))
		return;
	if (text.ptr[at] == '-')
		s->open_reply = code;
	if (code == open)
		s->at = at + 1 + enhanced_len(text, at + 1);
}

/* What stands between words. */
static void
read_separator(struct scan *s, size_t len)
{
	const bool is_line_end = s->tokens->text.ptr[s->at] == '\n';

	s->at += len;
	if (is_line_end) {
		s->line++;
		skip_repeated_code(s);
	}
}

void
explain_tokens_init(struct explain_tokens *tokens, struct slice text)
{
	struct scan s = { .tokens = tokens, .line = 1 };

	assert(text.len <= EXPLAIN_TEXT_MAX);
	*tokens = (struct explain_tokens){ .text = text };
	skip_repeated_code(&s);
	while (s.at < text.len) {
		uint32_t letter;
		const size_t len = explain_letter_read(slice_after(text, s.at), &letter);

		if (explain_letter_is_separator(letter))
			read_separator(&s, len);
		else
			read_word(&s);
	}
	tokens->line_count = s.line;
}

void
explain_tokens_done(struct explain_tokens *tokens)
{
	free(tokens->all);
	*tokens = (struct explain_tokens){ .all = NULL };
}
