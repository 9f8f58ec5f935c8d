/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as a literal or in XML, the language in the first octet. Laws: the quotes that end a literal
 * are the first and the last; only ASCII, but in PHP; nothing of XML's own characters is left.
 */
#include <stdlib.h>

#include "autoconfig/quote.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { OUT_MAX = 1024 * 1024 };

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Steps over escapes, as the compiler does: does the literal end where it should? */
static void
check_literal(struct slice literal, bool is_php)
{
	const uint8_t quote = is_php ? '\'' : '"';
	size_t i = 1;

	check(literal.len >= 2 && literal.ptr[0] == quote);
	while (i < literal.len && literal.ptr[i] != quote) {
		check(is_php || (literal.ptr[i] >= ' ' && literal.ptr[i] <= '~'));
		i += literal.ptr[i] == '\\' ? 2 : 1;
	}
	check(i == literal.len - 1);
}

static void
check_xml(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		const uint8_t c = text.ptr[i];

		check(c != '<' && c != '>' && c != '"' && c != '\'');
		check(c >= ' ' || c == '\t' || c == '\n');
		check(c != '&' || slice_find(slice_after(text, i), ';') <= 5);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct buf out;
	enum autoconfig_language language;
	struct slice text;

	if (len == 0)
		return 0;
	language = (enum autoconfig_language)(in[0] % AUTOCONFIG_LANGUAGE_COUNT);
	text = slice_make(in + 1, len - 1);
	buf_init(&out, OUT_MAX);
	autoconfig_quote(language, text, &out);
	if (!out.overflow)
		check_literal(buf_slice(&out), language == AUTOCONFIG_PHP);
	buf_clear(&out);
	autoconfig_quote_xml(text, &out);
	if (!out.overflow)
		check_xml(buf_slice(&out));
	buf_done(&out);
	return 0;
}
