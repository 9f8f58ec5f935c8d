/* SPDX-License-Identifier: Apache-2.0 */
/* paper.h - what a report in text is written on: it wraps, and makes everything printable. */
#ifndef DOCTOR_PAPER_H
#define DOCTOR_PAPER_H

#include "util/buf.h"

enum doctor_colour {
	DOCTOR_COLOUR_NONE,
	DOCTOR_COLOUR_BOLD,
	DOCTOR_COLOUR_GOOD,
	DOCTOR_COLOUR_DOUBTFUL,
	DOCTOR_COLOUR_BAD,
};

struct doctor_paper {
	struct buf *out;
	unsigned style; /* enum doctor_style */
	size_t width;   /* of a line */
};

bool doctor_paper_is_ascii(const struct doctor_paper *paper);
/* An empty line, unless the paper is. */
void doctor_paper_gap(const struct doctor_paper *paper);
/* A line in bold after a gap. */
void doctor_paper_title(const struct doctor_paper *paper, const char *text);
/* A paragraph of anyone's words; first is ours, stands before its first line and indents all. */
void doctor_paper_text(const struct doctor_paper *paper, const char *first, const char *text);
void doctor_paper_coloured(
    const struct doctor_paper *paper, enum doctor_colour colour, const char *text);
/* Anyone's words into a cell or a line. */
void doctor_paper_words(const struct doctor_paper *paper, const char *text, struct buf *out);

#endif
