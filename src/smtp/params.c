/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/params.h"

#include "smtp/utf8.h"
#include "util/octet.h"

static bool
is_keyword(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];

		if (!octet_is_let_dig(c) && (c != '-' || i == 0))
			return false;
	}
	return s.len != 0;
}

/* RFC 6531 §3.3 adds UTF8-non-ascii to esmtp-value; each parameter says whether it may have any. */
static bool
is_value(struct slice s)
{
	if (s.len == 0)
		return false;
	while (s.len != 0) {
		uint8_t c = s.ptr[0];
		size_t len = c > ' ' && c <= '~' && c != '=';

		if (c >= 0x80)
			len = smtp_utf8_non_ascii_len(s);
		if (len == 0)
			return false;
		s = slice_after(s, len);
	}
	return true;
}

enum smtp_param_status
smtp_param_next(struct slice *rest, struct smtp_param *ret_param)
{
	struct smtp_param p = { { NULL, 0 }, false, { NULL, 0 } };
	struct slice word = *rest;
	size_t equals;

	if (word.len != 0 && word.ptr[0] != ' ')
		return SMTP_PARAM_SYNTAX;
	while (word.len != 0 && word.ptr[0] == ' ')
		word = slice_after(word, 1);
	if (word.len == 0)
		return SMTP_PARAM_END;
	*rest = slice_after(word, slice_find(word, ' '));
	word = slice_first(word, slice_find(word, ' '));
	equals = slice_find(word, '=');
	p.keyword = slice_first(word, equals);
	p.has_value = equals != word.len;
	if (p.has_value)
		p.value = slice_after(word, equals + 1);
	if (!is_keyword(p.keyword) || (p.has_value && !is_value(p.value)))
		return SMTP_PARAM_SYNTAX;
	*ret_param = p;
	return SMTP_PARAM_OK;
}
