/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/html.h"

#include "doctor/printable.h"

enum { TEXT_MAX = 8192 };

static void
add_escaped(uint8_t c, struct buf *out)
{
	switch (c) {
	case '&':
		(void)buf_add_text(out, "&amp;");
		break;
	case '<':
		(void)buf_add_text(out, "&lt;");
		break;
	case '>':
		(void)buf_add_text(out, "&gt;");
		break;
	case '"':
		(void)buf_add_text(out, "&quot;");
		break;
	case '\'':
		(void)buf_add_text(out, "&#39;");
		break;
	default:
		(void)buf_add_octet(out, c);
	}
}

void
doctor_html_text(const char *text, struct buf *out)
{
	struct buf printable;

	buf_init(&printable, TEXT_MAX + 64);
	doctor_printable_add(&printable, text, TEXT_MAX, false);
	for (size_t i = 0; i < printable.len; i++)
		add_escaped(printable.ptr[i], out);
	buf_done(&printable);
}

void
doctor_html_words(struct buf *words, struct buf *out)
{
	(void)buf_add_octet(words, '\0');
	doctor_html_text((const char *)words->ptr, out);
	buf_clear(words);
}

void
doctor_html_advice(const char *text, struct buf *out)
{
	struct buf printable;
	bool is_code = false;

	buf_init(&printable, TEXT_MAX + 64);
	doctor_printable_add(&printable, text, TEXT_MAX, false);
	for (size_t i = 0; i < printable.len; i++) {
		if (printable.ptr[i] != '`') {
			add_escaped(printable.ptr[i], out);
			continue;
		}
		(void)buf_add_text(out, is_code ? "</code>" : "<code>");
		is_code = !is_code;
	}
	if (is_code)
		(void)buf_add_text(out, "</code>");
	buf_done(&printable);
}
