/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/paper.h"

#include "doctor/layout.h"
#include "doctor/printable.h"
#include "doctor/report.h"

enum { TEXT_MAX = 4096, CELL_TEXT_MAX = 256 };

static const char *
colour_begin(enum doctor_colour colour)
{
	switch (colour) {
	case DOCTOR_COLOUR_NONE:
		return "";
	case DOCTOR_COLOUR_BOLD:
		return "\033[1m";
	case DOCTOR_COLOUR_GOOD:
		return "\033[1;32m";
	case DOCTOR_COLOUR_DOUBTFUL:
		return "\033[1;33m";
	case DOCTOR_COLOUR_BAD:
		return "\033[1;31m";
	}
	return "";
}

bool
doctor_paper_is_ascii(const struct doctor_paper *paper)
{
	return (paper->style & DOCTOR_STYLE_UTF8) == 0;
}

void
doctor_paper_gap(const struct doctor_paper *paper)
{
	if (paper->out->len > 0)
		(void)buf_add_octet(paper->out, '\n');
}

void
doctor_paper_text(const struct doctor_paper *paper, const char *first, const char *text)
{
	struct buf printable;

	buf_init(&printable, TEXT_MAX + 64);
	doctor_printable_add(&printable, text, TEXT_MAX, doctor_paper_is_ascii(paper));
	doctor_layout_paragraph(first, buf_slice(&printable), paper->width, paper->out);
	buf_done(&printable);
}

void
doctor_paper_coloured(const struct doctor_paper *paper, enum doctor_colour colour, const char *text)
{
	const bool has_colours = (paper->style & DOCTOR_STYLE_COLOURS) != 0;

	if (has_colours)
		(void)buf_add_text(paper->out, colour_begin(colour));
	doctor_paper_text(paper, "", text);
	if (has_colours)
		(void)buf_add_text(paper->out, "\033[0m");
}

void
doctor_paper_title(const struct doctor_paper *paper, const char *text)
{
	doctor_paper_gap(paper);
	doctor_paper_coloured(paper, DOCTOR_COLOUR_BOLD, text);
}

void
doctor_paper_words(const struct doctor_paper *paper, const char *text, struct buf *out)
{
	doctor_printable_add(out, text, CELL_TEXT_MAX, doctor_paper_is_ascii(paper));
}
