/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/ehlo.h"

#include <stdio.h>
#include <string.h>

#include "probe/text.h"
#include "smtp/client_reply.h"

/* "XA" is a keyword that somebody may have made; painted over are at least this many letters. */
enum { MASK_MIN = 4 };

static bool
is_space(uint8_t octet)
{
	return octet == ' ' || octet == '\t';
}

/* The first word, which *rest is moved behind. Empty: there is none. */
static struct slice
next_word(struct slice *rest)
{
	size_t len = 0;
	struct slice word;

	while (rest->len > 0 && is_space(rest->ptr[0]))
		*rest = slice_after(*rest, 1);
	while (len < rest->len && !is_space(rest->ptr[len]))
		len++;
	word = slice_first(*rest, len);
	*rest = slice_after(*rest, len);
	return word;
}

static char
to_upper(uint8_t octet)
{
	return (char)(octet >= 'a' && octet <= 'z' ? octet - 'a' + 'A' : octet);
}

/* RFC 4422 §3.1: one to twenty letters, digits, "-" and "_". */
static bool
is_mechanism(struct slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = to_upper(word.ptr[i]);

		if ((c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_')
			return false;
	}
	return word.len > 0 && word.len <= 20;
}

static void
add_mechanism(struct probe_ehlo *e, struct slice word)
{
	char name[21] = { 0 };
	size_t used = strlen(e->mechanisms), size = sizeof e->mechanisms;

	for (size_t i = 0; i < word.len; i++)
		name[i] = to_upper(word.ptr[i]);
	if (probe_ehlo_offers(e, name) || used + 1 + word.len >= size)
		return;
	(void)snprintf(e->mechanisms + used, size - used, "%s%s", used == 0 ? "" : " ", name);
}

static void
take_mechanisms(struct probe_ehlo *e, struct slice parameters)
{
	struct slice word;

	e->has_auth = true;
	while ((word = next_word(&parameters)).len > 0)
		if (is_mechanism(word))
			add_mechanism(e, word);
}

/* RFC 1870 §4 */
static void
take_size(struct probe_ehlo *e, struct slice parameters)
{
	(void)slice_to_u64(next_word(&parameters), UINT64_MAX, &e->size_max);
}

/* Keywords without parameters that matter. */
static bool *
find_flag(struct probe_ehlo *e, struct slice keyword)
{
	const struct {
		const char *keyword;
		bool *flag;
	} flags[] = {
		{ "STARTTLS", &e->has_starttls },
		{ "PIPELINING", &e->has_pipelining },
		{ "8BITMIME", &e->has_8bitmime },
		{ "SMTPUTF8", &e->has_smtputf8 },
		{ "CHUNKING", &e->has_chunking },
		{ "DSN", &e->has_dsn },
		{ "ENHANCEDSTATUSCODES", &e->has_enhanced_codes },
		{ "REQUIRETLS", &e->has_requiretls },
	};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (slice_is_nocase(keyword, flags[i].keyword))
			return flags[i].flag;
	return NULL;
}

/* Letters X, with one other at the end at most: Cisco leaves the last as an A. */
static bool
is_mask(struct slice keyword)
{
	size_t count = 0;

	while (count < keyword.len && keyword.ptr[count] == 'X')
		count++;
	return count >= MASK_MIN && (count == keyword.len || count + 1 == keyword.len);
}

static void
take_line(struct probe_ehlo *e, struct slice line)
{
	static const char old_auth[] = "AUTH=";
	struct slice rest = line, keyword = next_word(&rest);
	bool *flag = find_flag(e, keyword);

	if (flag != NULL)
		*flag = true;
	else if (slice_is_nocase(keyword, "AUTH"))
		take_mechanisms(e, rest);
	else if (slice_starts_nocase(line, old_auth)) /* before RFC 2554 */
		take_mechanisms(e, slice_after(line, sizeof old_auth - 1));
	else if (slice_is_nocase(keyword, "SIZE"))
		take_size(e, rest);
	if (is_mask(keyword) && !e->is_masked) {
		e->is_masked = true;
		probe_text_copy(keyword, ' ', e->masked, sizeof e->masked);
	}
}

void
probe_ehlo_read(uint16_t code, struct slice text, struct probe_ehlo *ret_ehlo)
{
	struct slice line, rest = text;

	*ret_ehlo = (struct probe_ehlo){ .is_there = true, .code = code };
	probe_text_copy(text, '\n', ret_ehlo->text, sizeof ret_ehlo->text);
	if (code / 100 != 2)
		return;
	/* The first line is the server's name and its greeting. */
	(void)smtp_reply_next_line(&rest, &line);
	while (smtp_reply_next_line(&rest, &line))
		take_line(ret_ehlo, line);
}

bool
probe_ehlo_offers(const struct probe_ehlo *e, const char *mechanism)
{
	struct slice rest = slice_of(e->mechanisms), word;

	while ((word = next_word(&rest)).len > 0)
		if (slice_is(word, mechanism))
			return true;
	return false;
}

/* The firewall leaves what its rule calls harmless: 2, 0 and spaces, and paints the rest over. */
bool
probe_greeting_is_masked(struct slice text)
{
	static const char harmless[] = { '2', '0', ' ', '*' };
	size_t stars = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (memchr(harmless, text.ptr[i], sizeof harmless) == NULL)
			return false;
		stars += text.ptr[i] == '*';
	}
	return stars >= MASK_MIN;
}
