/* SPDX-License-Identifier: Apache-2.0 */
#include "message/quoted_printable.h"

/* RFC 2045 §6.7 */
#define COLUMN_MAX 75 /* octets before the "=" of a soft break; 76 with it (§6.7 rule 5) */
#define LINE_MAX_7BIT 998

static bool
is_crlf(struct slice s, size_t i)
{
	return s.len - i >= 2 && s.ptr[i] == '\r' && s.ptr[i + 1] == '\n';
}

/* White space at the end of a line gets lost on the way (§6.7 rule 3). */
static bool
is_literal(struct slice s, size_t i)
{
	uint8_t c = s.ptr[i];

	if (c == ' ' || c == '\t')
		return i + 1 != s.len && !is_crlf(s, i + 1);
	return c > ' ' && c <= '~' && c != '=';
}

bool
message_quoted_printable_add(struct slice text, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i], token[3] = { c };
		size_t len = 1;

		if (is_crlf(text, i)) {
			buf_add(out, "\r\n", 2);
			column = 0;
			i++;
			continue;
		}
		if (!is_literal(text, i)) {
			token[0] = '=';
			token[1] = (uint8_t)hex[c >> 4];
			token[2] = (uint8_t)hex[c & 15];
			len = 3;
		}
		if (column + len > COLUMN_MAX) {
			buf_add(out, "=\r\n", 3);
			column = 0;
		}
		buf_add(out, token, len);
		column += len;
	}
	return !out->overflow;
}

bool
message_is_7bit(struct slice text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (is_crlf(text, i)) {
			column = 0;
			i++;
			continue;
		}
		if (text.ptr[i] == '\0' || text.ptr[i] == '\r' || text.ptr[i] == '\n' ||
		    text.ptr[i] > 127 || ++column > LINE_MAX_7BIT)
			return false;
	}
	return true;
}
