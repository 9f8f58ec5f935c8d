/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/queue_id.h"

#include <stdint.h>

#include "probe/text.h"
#include "util/octet.h"

enum side {
	SIDE_BEHIND, /* the words stand before the name */
	SIDE_BEFORE, /* the name stands before the words */
	SIDE_ALL,    /* there is nothing but the words and the name */
};

/* The surest first. */
static const struct shape {
	const char *words; /* compared without case */
	enum side side;
} shapes[] = {
	{ "queued as ", SIDE_BEHIND },                     /* Postfix, SendGrid, Mailjet */
	{ "stored as ", SIDE_BEHIND },                     /* sallyport */
	{ "[internalid=", SIDE_BEHIND },                   /* Exchange */
	{ "ok id=", SIDE_BEHIND },                         /* Exim */
	{ "message queued (", SIDE_BEHIND },               /* Haraka */
	{ " - gsmtp", SIDE_BEFORE },                       /* Gmail */
	{ " message accepted for delivery", SIDE_BEFORE }, /* Sendmail, OpenSMTPD */
	{ " qp ", SIDE_BEHIND },                           /* qmail */
	{ "ok ", SIDE_ALL },                               /* Amazon SES */
	{ "ok. ", SIDE_ALL },                              /* Courier */
};

/* Offset of words, or text.len. */
static size_t
find_words(struct slice text, const char *words)
{
	size_t at = 0;

	while (at < text.len && !slice_starts_nocase(slice_after(text, at), words))
		at++;
	return at;
}

static bool
ends_name(uint8_t c)
{
	return c <= ' ' || c > '~' || c == ',' || c == ';' || c == ')' || c == ']' || c == '>';
}

/* The name at the start of text. */
static struct slice
name_behind(struct slice text)
{
	size_t len = 0;

	while (len < text.len && !ends_name(text.ptr[len]))
		len++;
	while (len > 0 && text.ptr[len - 1] == '.')
		len--;
	return slice_first(text, len);
}

/* The name at the end of text. */
static struct slice
name_before(struct slice text)
{
	size_t start = text.len;

	while (start > 0 && !ends_name(text.ptr[start - 1]))
		start--;
	return slice_after(text, start);
}

/* Words are not names. */
static bool
has_digit(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (octet_is_digit(name.ptr[i]))
			return true;
	return false;
}

static struct slice
find_name(struct slice text, const struct shape *shape)
{
	const size_t words_len = slice_of(shape->words).len, at = find_words(text, shape->words);
	struct slice none = { NULL, 0 }, name;

	if (at == text.len)
		return none;
	if (shape->side == SIDE_BEFORE)
		return name_before(slice_first(text, at));
	name = name_behind(slice_after(text, at + words_len));
	if (shape->side == SIDE_ALL && (at != 0 || words_len + name.len != text.len))
		return none;
	return name;
}

/* "2.0.0 ", which Gmail and Exchange have and SES has not. */
static struct slice
without_enhanced_code(struct slice text)
{
	size_t len = slice_find(text, ' ');

	for (size_t i = 0; i < len; i++)
		if (text.ptr[i] != '.' && (text.ptr[i] < '0' || text.ptr[i] > '9'))
			return text;
	return len < text.len ? slice_after(text, len + 1) : text;
}

bool
probe_queue_id_find(struct slice text, char *id, size_t size)
{
	const struct slice words = without_enhanced_code(text);

	id[0] = '\0';
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		struct slice name = find_name(words, &shapes[i]);

		if (!has_digit(name))
			continue;
		probe_text_copy(name, ' ', id, size);
		return true;
	}
	return false;
}
