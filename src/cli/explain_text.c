/* SPDX-License-Identifier: Apache-2.0 */
/* explain_text.c - the cause in a sentence, what to do, and why it is said */
#include "cli/explain_view.h"
#include "doctor/layout.h"
#include "doctor/paper.h"
#include "doctor/printable.h"

enum {
	TEXT_MAX = 4096,
	MATCHED_MAX = 200, /* octets of the message that are shown */
};

struct explain_words
explain_view_words(const struct explain_answer *answer)
{
	return (struct explain_words){
		.host = answer->host[0] == '\0' ? NULL : answer->host,
		.port = answer->port[0] == '\0' ? NULL : answer->port,
		.user = answer->user[0] == '\0' ? NULL : answer->user,
	};
}

/* A text of a cause with the words of this case, terminated; out is cleared. */
static const char *
fill(const char *text, const struct explain_words *words, struct buf *out)
{
	buf_clear(out);
	explain_cause_fill(text, words, out);
	(void)buf_add_octet(out, '\0');
	return (const char *)out->ptr;
}

static void
add_advice(const struct doctor_paper *paper, const struct explain_cause *cause,
    const struct explain_words *words)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	doctor_paper_title(paper, "What to do");
	for (enum explain_role role = EXPLAIN_USER; role < EXPLAIN_ROLE_COUNT; role++) {
		(void)buf_addf(paper->out, "  %s:\n", explain_role_heading(role));
		doctor_paper_text(paper, "    ", fill(cause->advice[role], words, &text));
	}
	buf_done(&text);
}

static const char *
evidence_words(enum explain_evidence evidence)
{
	switch (evidence) {
	case EXPLAIN_BY_REPLY_TEXT:
		return "the server's own words, which are known";
	case EXPLAIN_BY_REPLY_CODE:
		return "the codes of the server's reply; its words are not in the catalogue";
	case EXPLAIN_BY_MESSAGE:
		return "a message that is known";
	case EXPLAIN_BY_ERRNO:
		return "an error of the system or the network";
	case EXPLAIN_BY_WRAPPER:
		return "words that only say that it failed; show more of the message";
	}
	return "";
}

static void
add_matched(const struct explain_result *r, struct buf *out)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	(void)buf_add_slice(&text,
	    slice_first(r->matched, r->matched.len < MATCHED_MAX ? r->matched.len : MATCHED_MAX));
	(void)buf_add_octet(&text, '\0');
	doctor_printable_add(out, (const char *)text.ptr, MATCHED_MAX, false);
	buf_done(&text);
}

static void
add_reason(const struct doctor_paper *paper, const struct explain_result *r)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	(void)buf_addf(&text, "Line %zu says \"", r->line);
	add_matched(r, &text);
	(void)buf_addf(&text, "\": %s%s%s%s.", evidence_words(r->evidence),
	    r->source == NULL ? "" : " (", r->source == NULL ? "" : r->source,
	    r->source == NULL ? "" : ")");
	(void)buf_add_octet(&text, '\0');
	doctor_paper_title(paper, "Why");
	doctor_paper_text(paper, "  ", (const char *)text.ptr);
	if (r->note != NULL)
		doctor_paper_text(paper, "  ", r->note);
	if (r->cause->reference != NULL) {
		buf_clear(&text);
		(void)buf_addf(&text, "See %s.", r->cause->reference);
		(void)buf_add_octet(&text, '\0');
		doctor_paper_text(paper, "  ", (const char *)text.ptr);
	}
	buf_done(&text);
}

static void
add_others(const struct doctor_paper *paper, const struct explain_answer *answer,
    const struct explain_words *words)
{
	struct buf text;

	if (answer->count < 2)
		return;
	buf_init(&text, TEXT_MAX);
	doctor_paper_title(paper, "It could also be, the likelier first");
	for (size_t i = 1; i < answer->count; i++)
		doctor_paper_text(
		    paper, "  - ", fill(answer->results[i].cause->title, words, &text));
	buf_done(&text);
}

static void
add_command(const struct doctor_paper *paper, const struct explain_cause *cause,
    const struct explain_words *words)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	doctor_paper_title(paper, "To be sure");
	doctor_paper_text(paper, "  ", fill(cause->decide, words, &text));
	buf_done(&text);
}

static void
add_unknown(const struct doctor_paper *paper)
{
	doctor_paper_coloured(
	    paper, DOCTOR_COLOUR_DOUBTFUL, "This message is not known; its cause is not guessed.");
	doctor_paper_title(paper, "How to find out");
	doctor_paper_text(paper, "  - ",
	    "Give more of it: the whole message, the dialog with the server (switch the "
	    "program's transcript or debug output on), or the log of that minute.");
	doctor_paper_text(paper, "  - ",
	    "See whether the server can be reached and what it says: "
	    "sallyport check HOST");
	doctor_paper_text(paper, "  - ",
	    "Look for the first error of the dialog, a line that begins with 4 or 5, and explain "
	    "that line alone.");
}

void
explain_view_text(const struct explain_answer *answer, unsigned style, struct buf *out)
{
	const struct doctor_paper paper = { out, style, DOCTOR_LAYOUT_WIDTH };
	const struct explain_words words = explain_view_words(answer);
	const struct explain_cause *cause;
	struct buf text;

	if (answer->count == 0) {
		add_unknown(&paper);
		return;
	}
	cause = answer->results[0].cause;
	buf_init(&text, TEXT_MAX);
	doctor_paper_coloured(&paper,
	    strcmp(cause->id, "ok") == 0 ? DOCTOR_COLOUR_GOOD : DOCTOR_COLOUR_BAD,
	    fill(cause->title, &words, &text));
	buf_done(&text);
	add_advice(&paper, cause, &words);
	add_reason(&paper, &answer->results[0]);
	add_command(&paper, cause, &words);
	add_others(&paper, answer, &words);
}

void
explain_view_brief(const struct explain_answer *answer, struct buf *out)
{
	const struct explain_words words = explain_view_words(answer);
	struct buf text;

	if (answer->count == 0) {
		(void)buf_add_text(out, "This message is not known.\n");
		return;
	}
	buf_init(&text, TEXT_MAX);
	(void)buf_addf(out, "%s\n", fill(answer->results[0].cause->title, &words, &text));
	(void)buf_addf(
	    out, "To be sure: %s\n", fill(answer->results[0].cause->decide, &words, &text));
	buf_done(&text);
}

void
explain_view_list(struct buf *out)
{
	const struct explain_words none = { .host = NULL };
	const struct explain_cause *cause;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; (cause = explain_cause_at(i)) != NULL; i++)
		(void)buf_addf(out, "%-27s %-12s %s\n", cause->id, explain_class_name(cause->class),
		    fill(cause->title, &none, &text));
	buf_done(&text);
}
