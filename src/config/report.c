/* SPDX-License-Identifier: Apache-2.0 */
#include "config/report.h"

#include <stdbool.h>

/* A config may be pasted from anywhere: nothing of it may reach the terminal as a control. */
static void
add_printable(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		bool is_control = (uint8_t)*text < 0x20 || (uint8_t)*text == 0x7f;

		(void)buf_add_octet(out, is_control ? (uint8_t)'?' : (uint8_t)*text);
	}
}

void
config_report_add(struct config_report *r, unsigned line, const char *section, const char *title,
    const char *key, const char *words)
{
	r->count++;
	add_printable(r->out, r->file);
	if (line != 0)
		(void)buf_addf(r->out, ":%u", line);
	(void)buf_add_text(r->out, ": ");
	add_printable(r->out, section);
	if (title != NULL) {
		(void)buf_add_text(r->out, " \"");
		add_printable(r->out, title);
		(void)buf_add_text(r->out, "\"");
	}
	if (key != NULL) {
		(void)buf_add_text(r->out, section[0] == '\0' ? "" : ".");
		add_printable(r->out, key);
	}
	(void)buf_add_text(r->out, section[0] == '\0' && key == NULL ? "" : ": ");
	add_printable(r->out, words);
	(void)buf_add_text(r->out, "\n");
}
