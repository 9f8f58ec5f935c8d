/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c - replies by their codes */
#include "explain/reply.h"

#include <stdlib.h>

#include "explain/reply_context.h"
#include "util/alloc.h"
#include "util/octet.h"
#include "util/port.h"

enum {
	REPLIES_AT_FIRST = 16,
	BASIC_DIGITS = 3,
	ENHANCED_DIGITS_MAX = 3,
	SUBJECT_MAX = 7, /* RFC 3463 §2 ends with 7, security */
	REPLY_LEN_MAX = 1024,
	SIGNS_MAX = 8, /* before a code in a line of a dialog */
};

struct scan {
	const struct explain_tokens *tokens;
	struct explain_replies *replies;
	size_t next; /* the first token that no reply has used */
};

static uint8_t
octet_at(struct slice text, size_t at)
{
	return at < text.len ? text.ptr[at] : '\0';
}

static bool
is_number(struct slice text, const struct explain_token *t, size_t len_max, unsigned *ret_value)
{
	unsigned value = 0;

	if (t->len > len_max)
		return false;
	for (size_t i = 0; i < t->len; i++) {
		const uint8_t c = text.ptr[t->begin + i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*ret_value = value;
	return true;
}

/* "5.7.26" in three tokens with nothing but a point between, and no fourth as in an address. */
static bool
read_enhanced(const struct scan *s, size_t i, uint16_t enhanced[3])
{
	const struct slice text = s->tokens->text;
	const struct explain_token *t = &s->tokens->all[i];
	unsigned value[3];

	if (i + 2 >= s->tokens->count)
		return false;
	for (size_t k = 0; k < 3; k++) {
		if (!is_number(text, &t[k], k == 0 ? 1 : ENHANCED_DIGITS_MAX, &value[k]))
			return false;
		if (k > 0 && (t[k].begin != t[k - 1].begin + t[k - 1].len + 1 ||
				 text.ptr[t[k].begin - 1] != '.'))
			return false;
	}
	if ((value[0] != 4 && value[0] != 5) || value[1] > SUBJECT_MAX)
		return false;
	if (octet_at(text, t[2].begin + t[2].len) == '.' && i + 3 < s->tokens->count &&
	    t[3].begin == t[2].begin + t[2].len + 1 && is_number(text, &t[3], 3, &value[0]))
		return false;
	for (size_t k = 0; k < 3; k++)
		enhanced[k] = (uint16_t)value[k];
	return t[0].begin == 0 || text.ptr[t[0].begin - 1] != '.';
}

/* 4yz or 5yz with a second digit that mail uses, which leaves the ports 465 and 587 out. */
static bool
read_basic(const struct scan *s, const struct explain_token *t, uint16_t *ret_basic)
{
	unsigned value;
	unsigned second;

	if (t->len != BASIC_DIGITS || !is_number(s->tokens->text, t, BASIC_DIGITS, &value))
		return false;
	second = value / 10 % 10;
	if (value < 400 || value > 599 || second == 6 || second > 7 || value == PORT_HTTPS)
		return false;
	*ret_basic = (uint16_t)value;
	return true;
}

/* Is a line indented, or does it begin with the digits at text[code] behind a few signs? */
static bool
is_next_line(struct slice text, size_t at, size_t code)
{
	if (text.ptr[at] == ' ' || text.ptr[at] == '\t')
		return true;
	for (size_t i = 0; i < SIGNS_MAX && at < text.len; i++, at++)
		if (octet_is_digit(text.ptr[at]))
			break;
	return at + BASIC_DIGITS <= text.len &&
	       memcmp(text.ptr + at, text.ptr + code, BASIC_DIGITS) == 0;
}

/* The end of a reply's text: of its last line, for all further lines begin with the same code. */
static size_t
find_reply_end(struct slice text, size_t code)
{
	const size_t len = text.len - code < REPLY_LEN_MAX ? text.len - code : REPLY_LEN_MAX;
	const struct slice part = slice_first(text, code + len);
	size_t end = code;

	do {
		end += slice_find(slice_after(part, end), '\n');
		end += end < part.len ? 1 : 0;
	} while (end < part.len && is_next_line(part, end, code));
	return end;
}

static void
add_reply(struct scan *s, struct explain_reply reply, size_t token, size_t token_count)
{
	struct explain_replies *r = s->replies;
	const struct explain_token *t = &s->tokens->all[token];

	if (r->count == r->size) {
		r->size = r->size == 0 ? REPLIES_AT_FIRST : r->size * 2;
		r->all = xrealloc(r->all, r->size * sizeof *r->all);
	}
	reply.begin = t->begin;
	reply.line = t->line;
	reply.end = (uint32_t)find_reply_end(s->tokens->text, t->begin);
	if (r->count > 0 && r->all[r->count - 1].end > reply.begin)
		r->all[r->count - 1].end = reply.begin;
	r->all[r->count++] = reply;
	s->next = token + token_count;
}

/* Between a basic code and an enhanced one: a blank or hyphen, and perhaps a sign before it. */
static bool
is_joint(struct slice text, size_t begin, size_t end)
{
	static const char signs[] = " -_#([,:\t\"'b";

	if (begin == end || end - begin > 4)
		return false;
	for (size_t i = begin; i < end; i++)
		if (text.ptr[i] == '\0' || strchr(signs, text.ptr[i]) == NULL)
			return false;
	return true;
}

/* Where the enhanced code behind the basic one at tokens[i] begins; 0: there is none. */
static size_t
find_enhanced(const struct scan *s, size_t i, uint16_t enhanced[3])
{
	const struct slice text = s->tokens->text;
	const struct explain_token *t = s->tokens->all;

	for (size_t k = i + 1; k <= i + 2 && k < s->tokens->count; k++) {
		if (is_joint(text, t[i].begin + t[i].len, t[k].begin) &&
		    read_enhanced(s, k, enhanced))
			return k;
	}
	return 0;
}

static bool
try_basic(struct scan *s, size_t i)
{
	const struct explain_token *t = &s->tokens->all[i];
	struct explain_reply reply = { .basic = 0 };
	size_t enhanced;

	if (!read_basic(s, t, &reply.basic))
		return false;
	enhanced = find_enhanced(s, i, reply.enhanced);
	if (enhanced != 0 && reply.enhanced[0] != reply.basic / 100)
		enhanced = 0;
	if (enhanced == 0) {
		memset(reply.enhanced, 0, sizeof reply.enhanced);
		if (!explain_context_is_reply(s->tokens, i))
			return false;
	}
	add_reply(s, reply, i, enhanced == 0 ? 1 : enhanced - i + 3);
	return true;
}

static void
try_enhanced(struct scan *s, size_t i)
{
	struct explain_reply reply = { .basic = 0 };

	if (read_enhanced(s, i, reply.enhanced) &&
	    explain_context_is_enhanced(s->tokens, i, &reply.is_made_up))
		add_reply(s, reply, i, 3);
}

void
explain_replies_init(struct explain_replies *replies, const struct explain_tokens *tokens)
{
	struct scan s = { .tokens = tokens, .replies = replies };

	*replies = (struct explain_replies){ .all = NULL };
	for (size_t i = 0; i < tokens->count; i++) {
		if (i < s.next || tokens->text.ptr[tokens->all[i].begin] < '4' ||
		    tokens->text.ptr[tokens->all[i].begin] > '5')
			continue;
		if (!try_basic(&s, i))
			try_enhanced(&s, i);
	}
}

void
explain_replies_done(struct explain_replies *replies)
{
	free(replies->all);
	*replies = (struct explain_replies){ .all = NULL };
}

const struct explain_reply *
explain_replies_around(const struct explain_replies *replies, size_t begin, size_t len)
{
	size_t low = 0, high = replies->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (replies->all[middle].begin <= begin)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && begin + len <= replies->all[low - 1].end ? &replies->all[low - 1] : NULL;
}
