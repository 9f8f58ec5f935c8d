/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/xtext.h"

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The octet that the start of *rest stands for, which is moved past it; -1 when there is none. */
static int
next_octet(struct slice *rest)
{
	uint8_t c = rest->ptr[0];
	int high, low;

	if (c <= ' ' || c > '~' || c == '=')
		return -1;
	if (c != '+') {
		*rest = slice_after(*rest, 1);
		return c;
	}
	if (rest->len < 3)
		return -1;
	high = hex_digit(rest->ptr[1]);
	low = hex_digit(rest->ptr[2]);
	*rest = slice_after(*rest, 3);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool
smtp_xtext_is_valid(struct slice value)
{
	while (value.len != 0)
		if (next_octet(&value) < 0)
			return false;
	return true;
}

bool
smtp_xtext_is_printable(struct slice value)
{
	while (value.len != 0) {
		int c = next_octet(&value);

		if (c < ' ' || c > '~')
			return false;
	}
	return true;
}

bool
smtp_xtext_decode(struct slice value, struct buf *out)
{
	while (value.len != 0) {
		int c = next_octet(&value);

		if (c < 0)
			return false;
		buf_add_octet(out, (uint8_t)c);
	}
	return !out->overflow;
}

bool
smtp_xtext_encode(struct slice octets, struct buf *out)
{
	for (size_t i = 0; i < octets.len; i++) {
		const uint8_t c = octets.ptr[i];

		if (c > ' ' && c <= '~' && c != '+' && c != '=')
			(void)buf_add_octet(out, c);
		else
			(void)buf_addf(out, "+%02X", (unsigned)c);
	}
	return !out->overflow;
}
