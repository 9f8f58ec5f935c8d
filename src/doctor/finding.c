/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

__attribute__((format(printf, 1, 0))) static char *
format_text(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		abort();
	return text;
}

static void
free_finding(struct doctor_finding *f)
{
	free(f->sentence);
	free(f->port);
	free(f->offender);
	free(f->where);
	free(f->detail);
	free(f->excluded);
	for (size_t i = 0; i < f->evidence_count; i++)
		free(f->evidence[i].text);
}

void
doctor_verdict_done(struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		free_finding(&verdict->findings[i]);
	free(verdict->sentence);
	verdict->sentence = NULL;
	verdict->finding_count = 0;
}

struct doctor_finding *
doctor_finding_add(
    struct doctor_verdict *verdict, const char *id, enum doctor_weight weight, size_t probe)
{
	const struct explain_cause *cause = explain_cause_find(id);
	struct doctor_finding *f;

	assert(cause != NULL && verdict->finding_count < DOCTOR_FINDINGS_MAX);
	f = &verdict->findings[verdict->finding_count++];
	*f = (struct doctor_finding){ .cause = cause, .weight = weight, .probe = probe };
	return f;
}

void
doctor_finding_say(struct doctor_finding *f, const char *format, ...)
{
	char *before = f->sentence;
	va_list arguments;

	va_start(arguments, format);
	f->sentence = format_text(format, arguments);
	va_end(arguments);
	free(before);
}

void
doctor_finding_prove(struct doctor_finding *f, const char *format, ...)
{
	va_list arguments;

	if (f->evidence_count == DOCTOR_EVIDENCE_MAX)
		return;
	va_start(arguments, format);
	f->evidence[f->evidence_count++].text = format_text(format, arguments);
	va_end(arguments);
}

void
doctor_finding_exclude(struct doctor_finding *f, const char *format, ...)
{
	char *more, *before = f->excluded;
	va_list arguments;

	va_start(arguments, format);
	more = format_text(format, arguments);
	va_end(arguments);
	f->excluded = more;
	if (before == NULL)
		return;
	if (asprintf(&f->excluded, "%s %s", before, more) < 0)
		abort();
	free(before);
	free(more);
}

void
doctor_finding_set(char **word, const char *format, ...)
{
	char *before = *word;
	va_list arguments;

	va_start(arguments, format);
	*word = format_text(format, arguments);
	va_end(arguments);
	free(before);
}

void
doctor_finding_doubt(struct doctor_finding *f, enum doctor_confidence confidence)
{
	if (f->confidence < confidence)
		f->confidence = confidence;
}

void
doctor_finding_merge(struct doctor_verdict *verdict, size_t first, size_t second)
{
	struct doctor_finding *f = &verdict->findings[first], *gone = &verdict->findings[second];

	assert(first < second && second < verdict->finding_count);
	for (size_t i = 0; i < gone->evidence_count; i++)
		doctor_finding_prove(f, "%s", gone->evidence[i].text);
	free_finding(gone);
	verdict->finding_count--;
	memmove(gone, gone + 1, (verdict->finding_count - second) * sizeof *gone);
}

enum doctor_exit
doctor_finding_exit(const struct doctor_finding *f)
{
	switch (f->cause->class) {
	case EXPLAIN_CLASS_NAME:
		return DOCTOR_EXIT_NAME;
	case EXPLAIN_CLASS_LOCAL:
	case EXPLAIN_CLASS_CLIENT:
		return DOCTOR_EXIT_LOCAL;
	case EXPLAIN_CLASS_FILTERED:
		return DOCTOR_EXIT_FILTERED;
	case EXPLAIN_CLASS_CLOSED:
		return DOCTOR_EXIT_CLOSED;
	case EXPLAIN_CLASS_SILENT:
		return DOCTOR_EXIT_SILENT;
	case EXPLAIN_CLASS_INTERCEPTED:
		return DOCTOR_EXIT_INTERCEPTED;
	case EXPLAIN_CLASS_TLS:
		return DOCTOR_EXIT_TLS;
	case EXPLAIN_CLASS_CERTIFICATE:
		return DOCTOR_EXIT_CERTIFICATE;
	case EXPLAIN_CLASS_AUTH:
		return DOCTOR_EXIT_AUTH;
	case EXPLAIN_CLASS_POLICY:
		return DOCTOR_EXIT_POLICY;
	case EXPLAIN_CLASS_SIZE:
		return DOCTOR_EXIT_SIZE;
	case EXPLAIN_CLASS_PATH:
		return DOCTOR_EXIT_PATH;
	case EXPLAIN_CLASS_PARTIAL:
		return DOCTOR_EXIT_PARTIAL;
	case EXPLAIN_CLASS_OTHER:
		break;
	}
	return strcmp(f->cause->id, "ok") == 0 ? DOCTOR_EXIT_FINE : DOCTOR_EXIT_INCONCLUSIVE;
}
