/* SPDX-License-Identifier: Apache-2.0 */
#include "config/wrap.h"

/* Octets of the next line: as many whole words as fit in width, at least one. */
static size_t
line_len(const char *text, size_t width)
{
	size_t len = strcspn(text, " ");

	while (text[len] == ' ') {
		const size_t word_len = strcspn(text + len + 1, " ");

		if (len + 1 + word_len > width)
			break;
		len += 1 + word_len;
	}
	return len;
}

void
config_wrap_lines(const char *text, const char *prefix, size_t width, struct buf *out)
{
	while (*text != '\0') {
		const size_t len = line_len(text, width - strlen(prefix));

		(void)buf_add_text(out, prefix);
		(void)buf_add(out, text, len);
		(void)buf_add_text(out, "\n");
		text += len + (text[len] == ' ');
	}
}

void
config_wrap_mdoc(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		const bool ends_sentence = text[0] == '.' && text[1] == ' ';

		if (*text == '\\')
			(void)buf_add_text(out, "\\e");
		else
			(void)buf_add_octet(out, (uint8_t)*text);
		if (ends_sentence) {
			(void)buf_add_text(out, "\n");
			text++;
		}
	}
	(void)buf_add_text(out, "\n");
}
