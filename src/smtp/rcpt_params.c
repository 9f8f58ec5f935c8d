/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/rcpt_params.h"

#include "smtp/utf8.h"
#include "smtp/xtext.h"
#include "util/octet.h"

static const struct notify_word {
	const char *word;
	unsigned bit;
} notify_words[] = {
	{ "NEVER", SMTP_NOTIFY_NEVER },
	{ "SUCCESS", SMTP_NOTIFY_SUCCESS },
	{ "FAILURE", SMTP_NOTIFY_FAILURE },
	{ "DELAY", SMTP_NOTIFY_DELAY },
};

/* 0: no such word. */
static unsigned
notify_bit(struct slice word)
{
	for (size_t i = 0; i < sizeof notify_words / sizeof notify_words[0]; i++)
		if (slice_is_nocase(word, notify_words[i].word))
			return notify_words[i].bit;
	return 0;
}

bool
smtp_notify_parse(struct slice value, unsigned *ret_notify)
{
	unsigned notify = 0;

	for (;;) {
		size_t end = slice_find(value, ',');
		unsigned bit = notify_bit(slice_first(value, end));

		if (bit == 0 || (notify & bit) != 0)
			return false;
		notify |= bit;
		if (end == value.len)
			break;
		value = slice_after(value, end + 1);
	}
	if ((notify & SMTP_NOTIFY_NEVER) != 0 && notify != SMTP_NOTIFY_NEVER)
		return false;
	*ret_notify = notify;
	return true;
}

/* RFC 5322 §3.2.3 */
static bool
is_atom(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || strchr("()<>[]:;@\\,.\"=", s.ptr[i]))
			return false;
	return s.len != 0;
}

/* Is it a HEXPOINT of so many digits (RFC 6533 §3)? Of ASCII only what has no other form. */
static bool
is_hexpoint(unsigned value, size_t digits)
{
	if (digits == 2 && value < 0x20)
		return value == 0x10 || (value % 16 >= 1 && value % 16 <= 9);
	if (digits == 2)
		return value >= 0x7f || value == ' ' || value == '+' || value == '=' ||
		       value == '\\';
	return digits > 2 && value >= 1u << 4 * (digits - 1) && value <= 0x10ffff &&
	       (value < 0xd800 || value > 0xdfff);
}

/* Octets of the "\x{HEXPOINT}" at the start of s; 0 when there is none. */
static size_t
embedded_len(struct slice s)
{
	unsigned value = 0;
	size_t end = 3;

	if (s.len < 3 || memcmp(s.ptr, "\\x{", 3) != 0)
		return 0;
	for (; end < s.len && end < 3 + 6 && octet_hex_value(s.ptr[end]) >= 0; end++)
		value = value * 16 + (unsigned)octet_hex_value(s.ptr[end]);
	if (end == s.len || s.ptr[end] != '}' || !is_hexpoint(value, end - 3))
		return 0;
	return end + 1;
}

/* utf-8-enc-addr (RFC 6533 §3): all its forms are within utf-8-addr-unitext. */
static bool
is_utf8_address(struct slice s)
{
	if (s.len == 0)
		return false;
	while (s.len != 0) {
		uint8_t c = s.ptr[0];
		size_t len = c > ' ' && c <= '~' && c != '+' && c != '=';

		if (c == '\\')
			len = embedded_len(s);
		else if (c >= 0x80)
			len = smtp_utf8_non_ascii_len(s);
		if (len == 0)
			return false;
		s = slice_after(s, len);
	}
	return true;
}

bool
smtp_orcpt_is_valid(struct slice orcpt)
{
	size_t end = slice_find(orcpt, ';');
	struct slice type = slice_first(orcpt, end), address;

	if (orcpt.len > SMTP_ORCPT_MAX || end == orcpt.len || !is_atom(type))
		return false;
	address = slice_after(orcpt, end + 1);
	if (slice_is_nocase(type, "utf-8"))
		return is_utf8_address(address);
	return address.len != 0 && smtp_xtext_is_printable(address);
}

static void
print_notify(unsigned notify, struct buf *out)
{
	const char *before = "NOTIFY=";

	for (size_t i = 0; i < sizeof notify_words / sizeof notify_words[0]; i++) {
		if ((notify & notify_words[i].bit) == 0)
			continue;
		buf_add_text(out, before);
		buf_add_text(out, notify_words[i].word);
		before = ",";
	}
}

void
smtp_rcpt_params_print(const struct smtp_rcpt_params *p, struct buf *out)
{
	print_notify(p->notify, out);
	if (p->orcpt.len == 0)
		return;
	buf_add_text(out, p->notify == 0 ? "ORCPT=" : " ORCPT=");
	buf_add_slice(out, p->orcpt);
}

static bool
prints_as(const struct smtp_rcpt_params *p, struct slice text)
{
	struct buf out;
	bool is_same;

	buf_init(&out, SMTP_RCPT_PARAMS_MAX);
	smtp_rcpt_params_print(p, &out);
	is_same = slice_equal(buf_slice(&out), text);
	buf_done(&out);
	return is_same;
}

/* The value of the word at the start of *text, which is moved past it; false: it is not there. */
static bool
take_word(struct slice *text, const char *keyword, struct slice *ret_value)
{
	size_t len = strlen(keyword), end = slice_find(*text, ' ');

	if (!slice_starts_nocase(*text, keyword) || end < len)
		return false;
	*ret_value = slice_after(slice_first(*text, end), len);
	*text = slice_after(*text, end == text->len ? end : end + 1);
	return true;
}

bool
smtp_rcpt_params_parse(struct slice text, struct smtp_rcpt_params *ret_params)
{
	struct smtp_rcpt_params p = { 0 };
	struct slice rest = text, value;

	if (take_word(&rest, "NOTIFY=", &value) && !smtp_notify_parse(value, &p.notify))
		return false;
	if (take_word(&rest, "ORCPT=", &p.orcpt) && !smtp_orcpt_is_valid(p.orcpt))
		return false;
	if (rest.len != 0 || !prints_as(&p, text))
		return false;
	*ret_params = p;
	return true;
}
