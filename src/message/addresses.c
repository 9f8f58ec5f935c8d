/* SPDX-License-Identifier: Apache-2.0 */
#include "message/addresses.h"

#include "message/address_token.h"
#include "message/header.h"
#include "util/buf.h"

/* Words and dots in a row: a name, a local part or a domain, as what follows will tell. */
struct words {
	size_t start, end;
	bool is_dotted; /* word *("." word) */
	bool is_phrase; /* begins with a word (RFC 5322 §4.1 obs-phrase) */
	bool has_quoted;
};

static struct slice
span(struct slice text, size_t start, size_t end)
{
	return slice_first(slice_after(text, start), end - start);
}

static bool
is_word(const struct message_token *t)
{
	return t->kind == MESSAGE_TOKEN_ATOM || t->kind == MESSAGE_TOKEN_QUOTED;
}

static void
advance(struct slice text, struct message_token *t)
{
	*t = message_token_read(text, t->end);
}

/* From *t on, which becomes the token after them. */
static struct words
read_words(struct slice text, struct message_token *t)
{
	struct words w = { t->start, t->start, true, is_word(t), false };
	bool wants_word = true;

	while (is_word(t) || message_token_is(t, '.')) {
		w.is_dotted = w.is_dotted && is_word(t) == wants_word;
		w.has_quoted = w.has_quoted || t->kind == MESSAGE_TOKEN_QUOTED;
		wants_word = !is_word(t);
		w.end = t->end;
		advance(text, t);
	}
	w.is_dotted = w.is_dotted && !wants_word;
	return w;
}

/* *t is the @ before it. */
static bool
read_domain(struct slice text, struct message_token *t, struct slice *domain)
{
	struct words w;

	advance(text, t);
	if (t->kind == MESSAGE_TOKEN_LITERAL) {
		*domain = span(text, t->start, t->end);
		advance(text, t);
		return true;
	}
	w = read_words(text, t);
	*domain = span(text, w.start, w.end);
	return w.is_dotted && !w.has_quoted;
}

/* RFC 5322 §4.4: obs-route */
static bool
skip_route(struct slice text, struct message_token *t)
{
	bool is_route = message_token_is(t, '@') || message_token_is(t, ',');
	struct slice domain;

	while (message_token_is(t, '@') || message_token_is(t, ','))
		if (message_token_is(t, ','))
			advance(text, t);
		else if (!read_domain(text, t, &domain))
			return false;
	if (is_route && !message_token_is(t, ':'))
		return false;
	if (is_route)
		advance(text, t);
	return true;
}

/* *t is the "<". */
static bool
read_angle(struct slice text, struct message_token *t, struct message_mailbox *m)
{
	struct words w;

	advance(text, t);
	if (!skip_route(text, t))
		return false;
	w = read_words(text, t);
	m->local = span(text, w.start, w.end);
	if (!w.is_dotted || (message_token_is(t, '@') && !read_domain(text, t, &m->domain)) ||
	    !message_token_is(t, '>'))
		return false;
	advance(text, t);
	return true;
}

/*
 * After the words w comes *t. A quoted string alone is taken for somebody's name, not for a local
 * part that lacks its domain.
 */
static bool
read_mailbox(
    struct slice text, const struct words *w, struct message_token *t, struct message_mailbox *m)
{
	*m = (struct message_mailbox){ .local = span(text, w->start, w->end) };
	if (message_token_is(t, '<'))
		return (w->is_phrase || m->local.len == 0) && read_angle(text, t, m);
	if (message_token_is(t, '@'))
		return w->is_dotted && read_domain(text, t, &m->domain);
	return w->is_dotted && !w->has_quoted;
}

static bool
is_end_of_element(const struct message_token *t)
{
	return t->kind == MESSAGE_TOKEN_END || message_token_is(t, ',') || message_token_is(t, ';');
}

/* Past commas and the ends of groups (RFC 5322 §4.4: elements may be empty). */
static bool
skip_separators(struct message_addresses *a, struct message_token *t)
{
	while (message_token_is(t, ',') || message_token_is(t, ';')) {
		if (t->special == ';' && !a->in_group)
			return false;
		a->is_comma_due = t->special == ';';
		a->in_group = a->in_group && t->special != ';';
		advance(a->text, t);
	}
	return !a->is_comma_due || t->kind == MESSAGE_TOKEN_END;
}

/* Past separators and the names of groups; *ret_words are what the mailbox begins with. */
static enum message_mailbox_status
find_mailbox(struct message_addresses *a, struct message_token *t, struct words *ret_words)
{
	bool is_group;

	do {
		a->start = t->start;
		if (!skip_separators(a, t))
			return MESSAGE_MAILBOX_SYNTAX;
		a->start = t->start;
		if (t->kind == MESSAGE_TOKEN_END)
			return a->in_group ? MESSAGE_MAILBOX_SYNTAX : MESSAGE_MAILBOX_END;
		*ret_words = read_words(a->text, t);
		is_group = ret_words->is_phrase && !a->in_group && message_token_is(t, ':');
		if (is_group) {
			a->in_group = a->has_group = true;
			advance(a->text, t);
		}
	} while (is_group);
	return MESSAGE_MAILBOX_OK;
}

static enum message_mailbox_status
read_element(
    struct message_addresses *a, struct message_token *t, struct message_mailbox *ret_mailbox)
{
	struct message_mailbox m;
	struct words w;
	enum message_mailbox_status status = find_mailbox(a, t, &w);

	if (status != MESSAGE_MAILBOX_OK)
		return status;
	if (!read_mailbox(a->text, &w, t, &m) || !is_end_of_element(t))
		return MESSAGE_MAILBOX_SYNTAX;
	a->is_comma_due = true;
	*ret_mailbox = m;
	return MESSAGE_MAILBOX_OK;
}

enum message_mailbox_status
message_mailbox_next(struct message_addresses *a, struct message_mailbox *ret_mailbox)
{
	struct message_token t = message_token_read(a->text, a->offset);
	enum message_mailbox_status status = read_element(a, &t, ret_mailbox);

	a->offset = t.start;
	return status;
}

struct slice
message_address_fault(const struct message_addresses *a)
{
	struct slice rest = slice_after(a->text, a->start);
	size_t begun = a->offset > a->start ? a->offset - a->start : 0;
	size_t end = begun + slice_find(slice_after(rest, begun), ',');

	return message_field_trim(slice_first(rest, end));
}

/* What is left of s without white space, comments, quotes and backslashes. */
static void
add_plain(struct slice s, struct buf *out)
{
	struct message_token t = message_token_read(s, 0);

	while (t.kind != MESSAGE_TOKEN_END && t.kind != MESSAGE_TOKEN_FAULT) {
		bool is_quoted = t.kind == MESSAGE_TOKEN_QUOTED;

		for (size_t i = t.start + is_quoted; i < t.end - is_quoted; i++) {
			if (is_quoted && s.ptr[i] == '\\')
				i++;
			buf_add_octet(out, s.ptr[i]);
		}
		advance(s, &t);
	}
}

static void
add_mailbox(const struct message_mailbox *m, struct slice default_domain, struct buf *out)
{
	add_plain(m->local, out);
	buf_add_octet(out, '@');
	add_plain(m->domain.len != 0 ? m->domain : default_domain, out);
}

/* The tokens of s as they are; what was quoted stays quoted. */
static void
add_tokens(struct slice s, struct buf *out)
{
	struct message_token t = message_token_read(s, 0);

	while (t.kind != MESSAGE_TOKEN_END && t.kind != MESSAGE_TOKEN_FAULT) {
		buf_add_slice(out, slice_make(s.ptr + t.start, t.end - t.start));
		advance(s, &t);
	}
}

bool
message_mailbox_print(const struct message_mailbox *m, struct slice default_domain, struct buf *out)
{
	add_tokens(m->local, out);
	buf_add_octet(out, '@');
	add_tokens(m->domain.len != 0 ? m->domain : default_domain, out);
	return !out->overflow;
}

bool
message_mailbox_is(
    const struct message_mailbox *m, struct slice default_domain, struct slice address)
{
	struct message_addresses a = { .text = address };
	struct message_mailbox other;
	struct buf left, right;
	bool is_equal;

	if (message_mailbox_next(&a, &other) != MESSAGE_MAILBOX_OK)
		return false;
	buf_init(&left, m->local.len + m->domain.len + default_domain.len + 1);
	buf_init(&right, address.len + default_domain.len + 1);
	add_mailbox(m, default_domain, &left);
	add_mailbox(&other, default_domain, &right);
	is_equal = slice_equal_nocase(buf_slice(&left), buf_slice(&right));
	buf_done(&left);
	buf_done(&right);
	return is_equal;
}
