/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/send_reason.h"

#include <stdio.h>
#include <stdlib.h>

#include "doctor/check.h"
#include "doctor/report.h"
#include "doctor/verdict.h"
#include "util/alloc.h"

enum { REPORT_MAX = 1024 * 1024 };

/* A connection that is waited for while the doctor looks. */
struct waiting {
	bool (*turn)(void *arg); /* NULL: there is none */
	void *arg;
	bool is_over;
};

static void
on_progress(void *arg, const char *text)
{
	struct waiting *w = (struct waiting *)arg;

	(void)text;
	if (w->turn != NULL && !w->turn(w->arg))
		w->is_over = true;
}

/* Is what it says of use? A server that works now is no reason, nor is an answer that came late. */
static bool
is_worth_telling(const struct waiting *w, const struct doctor_verdict *verdict)
{
	return w->turn == NULL || (!w->is_over && !verdict->is_fine);
}

/*
 * Who could not reach the server wants to know why: the same question, asked by the doctor. True
 * when it has something to say: its sentence, the caller's to free(), and if report is not NULL all
 * of its words appended to it.
 */
static bool
ask_doctor(const struct cli_send *s, struct waiting *w, char **ret_sentence, struct buf *report)
{
	const struct doctor_check_options options = {
		.host = s->settings.server,
		.ports = &s->settings.port,
		.port_count = 1,
		.hostname = s->job.hostname,
		.ca_file = s->settings.ca_file,
		.resolver = s->job.resolver,
		.family = s->job.family,
		/* The one that is waited for counts as well. */
		.connections = w->turn == NULL ? DOCTOR_CONNECTIONS : DOCTOR_CONNECTIONS - 1,
		.on_progress = on_progress,
		.arg = w,
	};
	struct doctor_verdict verdict;
	struct doctor_facts facts;
	bool is_told;

	if (doctor_check(&options, &facts, report) != 0)
		return false;
	doctor_judge(&facts, &verdict);
	is_told = is_worth_telling(w, &verdict);
	if (is_told) {
		*ret_sentence = xstrdup(verdict.sentence);
		doctor_report_text(&facts, &verdict, false, report);
	}
	doctor_verdict_done(&verdict);
	doctor_facts_done(&facts);
	return is_told;
}

/* True when there were words of it, which stand under that title. */
static bool
tell(const struct cli_send *s, struct waiting *w, const char *title)
{
	char *sentence = NULL;
	struct buf report;
	bool is_told;

	buf_init(&report, REPORT_MAX);
	is_told = ask_doctor(s, w, &sentence, &report);
	if (is_told)
		(void)fprintf(stderr, "\n%s\n\n%.*s", title, (int)report.len, (char *)report.ptr);
	buf_done(&report);
	free(sentence);
	return is_told;
}

static void
keep_sentence(struct cli_send *s, struct waiting *w)
{
	struct buf report;

	buf_init(&report, REPORT_MAX);
	s->is_explained = ask_doctor(s, w, &s->reason, &report);
	buf_done(&report);
}

static void
on_silent(void *arg, bool (*turn)(void *turn_arg), void *turn_arg)
{
	struct cli_send *s = (struct cli_send *)arg;
	struct waiting w = { .turn = turn, .arg = turn_arg };

	if (s->speaks_smtp) {
		keep_sentence(s, &w);
		return;
	}
	cli_complain("%s:%u does not answer; it is still waited for", s->settings.server,
	    (unsigned)s->settings.port);
	s->is_explained = tell(s, &w, "Why, as \"sallyport check\" sees it meanwhile:");
}

void
cli_send_explain_silence(struct cli_send *s)
{
	s->job.on_silent = on_silent;
	s->job.arg = s;
}

void
cli_send_tell_reason(const struct cli_send *s)
{
	struct waiting none = { .turn = NULL };

	(void)tell(s, &none, "Why, as \"sallyport check\" sees it:");
}

void
cli_send_add_reason(struct cli_send *s, struct buf *words)
{
	struct waiting none = { .turn = NULL };

	if (!s->is_explained)
		keep_sentence(s, &none);
	s->is_explained = true;
	if (s->reason != NULL)
		(void)buf_addf(words, ". %s", s->reason);
}
