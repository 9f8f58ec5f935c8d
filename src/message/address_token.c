/* SPDX-License-Identifier: Apache-2.0 */
#include "message/address_token.h"

#include "util/octet.h"

/* Folds are white space: a CRLF in a field is always followed by some. */
static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Octets above 127: RFC 6532 §3.2. */
static bool
is_atext(uint8_t c)
{
	return octet_is_let_dig(c) || c > 0x7f ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_text(uint8_t c)
{
	return is_space(c) || (c > ' ' && c != 0x7f);
}

/* The offset after what begins at `at` and is closed by `close`; text.len + 1 when it never is. */
static size_t
skip_closed(struct slice text, size_t at, char close)
{
	size_t i = at + 1;

	while (i < text.len && text.ptr[i] != (uint8_t)close) {
		if (text.ptr[i] == '\\')
			i++;
		if (i >= text.len || !is_text(text.ptr[i]))
			return text.len + 1;
		i++;
	}
	return i + 1;
}

/* The same for a comment, which may have comments in it (§3.2.2). */
static size_t
skip_comment(struct slice text, size_t at)
{
	size_t depth = 1, i = at + 1;

	while (i < text.len && depth != 0) {
		uint8_t c = text.ptr[i];

		if (c == '\\')
			i++;
		if (i >= text.len || !is_text(text.ptr[i]))
			return text.len + 1;
		if (c == '(')
			depth++;
		if (c == ')')
			depth--;
		i++;
	}
	return depth == 0 ? i : text.len + 1;
}

static size_t
skip_blank(struct slice text, size_t at)
{
	while (at < text.len && (is_space(text.ptr[at]) || text.ptr[at] == '('))
		at = text.ptr[at] == '(' ? skip_comment(text, at) : at + 1;
	return at;
}

static struct message_token
read_closed(struct slice text, size_t start, enum message_token_kind kind, char close)
{
	struct message_token t = { kind, start, skip_closed(text, start, close), '\0' };

	if (t.end > text.len)
		t = (struct message_token){ MESSAGE_TOKEN_FAULT, start, start, '\0' };
	return t;
}

struct message_token
message_token_read(struct slice text, size_t offset)
{
	struct message_token t = { MESSAGE_TOKEN_FAULT, offset, offset, '\0' };
	size_t at = skip_blank(text, offset);
	uint8_t c;

	if (at > text.len)
		return t; /* a comment that does not end */
	t.start = t.end = at;
	if (at == text.len) {
		t.kind = MESSAGE_TOKEN_END;
		return t;
	}
	c = text.ptr[at];
	if (c == '"')
		return read_closed(text, at, MESSAGE_TOKEN_QUOTED, '"');
	if (c == '[')
		return read_closed(text, at, MESSAGE_TOKEN_LITERAL, ']');
	if (c != '\0' && strchr("<>@,;:.", c) != NULL) {
		t.kind = MESSAGE_TOKEN_SPECIAL;
		t.special = (char)c;
		t.end = at + 1;
	} else if (is_atext(c)) {
		t.kind = MESSAGE_TOKEN_ATOM;
		while (t.end < text.len && is_atext(text.ptr[t.end]))
			t.end++;
	}
	return t;
}

bool
message_token_is(const struct message_token *t, char special)
{
	return t->kind == MESSAGE_TOKEN_SPECIAL && t->special == special;
}
