/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/relay_forms.h"

#include <string.h>

#include "util/buf.h"

/* First plain recipients from every kind of sender, then every kind of recipient. */
static const struct audit_relay_form forms[] = {
	{ "{u}@{d}", "{u}@{d}", false },
	{ "", "{u}@{d}", false },
	{ "{u}@{l}", "{u}@{d}", false },
	{ "postmaster@{l}", "{u}@{d}", false },
	{ "{u}@{h}", "{u}@{d}", false },
	{ "{u}@{i}", "{u}@{d}", false },
	{ "{u}", "{u}@{d}", false },
	{ "{u}@localhost", "{u}@{d}", false },
	{ "{u}@{i}", "{u}%{d}@{i}", true },
	{ "{u}@{i}", "{u}%{d}@{h}", true },
	{ "{u}@{i}", "{u}%{d}@{l}", true },
	{ "{u}@{i}", "{u}%{d}", true },
	{ "{u}@{i}", "\"{u}%{d}\"@{h}", true },
	{ "{u}@{i}", "\"{u}@{d}\"", true },
	{ "{u}@{i}", "\"{u}%{d}\"", true },
	{ "{u}@{i}", "{u}@{d}@{i}", true },
	{ "{u}@{i}", "\"{u}@{d}\"@{i}", true },
	{ "{u}@{i}", "{u}@{d}@{h}", true },
	{ "{u}@{i}", "\"{u}@{d}\"@{h}", true },
	{ "{u}@{i}", "@{i}:{u}@{d}", false },
	{ "{u}@{i}", "@{h}:{u}@{d}", false },
	{ "{u}@{i}", "@{l}:{u}@{d}", false },
	{ "{u}@{i}", "@{h},@{l}:{u}@{d}", false },
	{ "{u}@{i}", "{d}!{u}", true },
	{ "{u}@{i}", "{d}!{u}@{i}", true },
	{ "{u}@{i}", "{d}!{u}@{h}", true },
	{ "{u}@{i}", "{h}!{d}!{u}", true },
	{ "{u}@{d}", "{u}@{d}.", false },
	{ "{u}@{d}", "{u}@[{d}]", false },
	{ "{u}@{l}", "{u}%{d}%{h}@{l}", true },
	{ "", "\"{u}@{d}\"@{l}", true },
	{ "{u}@{d}", "\u00fc{u}@{d}", false },
	{ "\u00fc{u}@{l}", "\u00fc{u}@{d}", false },
};

const struct audit_relay_form *
audit_relay_form_at(size_t index)
{
	return index < sizeof forms / sizeof forms[0] ? &forms[index] : NULL;
}

bool
audit_relay_form_is_utf8(const struct audit_relay_form *form)
{
	for (const char *c = form->to; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			return true;
	return false;
}

static const char *
find_word(char letter, const struct audit_relay_words *words)
{
	switch (letter) {
	case 'u':
		return words->user;
	case 'd':
		return words->domain;
	case 'h':
		return words->host;
	case 'i':
		return words->literal;
	default:
		return words->local;
	}
}

bool
audit_relay_fill(
    const char *pattern, const struct audit_relay_words *words, char out[AUDIT_RELAY_ADDRESS_SIZE])
{
	size_t len = 0;

	while (*pattern != '\0') {
		const bool is_word = *pattern == '{';
		const char *text = is_word ? find_word(pattern[1], words) : pattern;
		const size_t text_len = is_word ? strlen(text) : 1;

		if (text_len >= AUDIT_RELAY_ADDRESS_SIZE - len)
			return false;
		memcpy(out + len, text, text_len);
		len += text_len;
		pattern += is_word ? 3 : 1;
	}
	out[len] = '\0';
	return true;
}
