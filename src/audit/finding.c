/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "audit/printable.h"
#include "util/alloc.h"

static const char *const severity_names[] = {
	[AUDIT_INFO] = "info",
	[AUDIT_LOW] = "low",
	[AUDIT_MEDIUM] = "medium",
	[AUDIT_HIGH] = "high",
	[AUDIT_CRITICAL] = "critical",
};

const char *
audit_severity_name(enum audit_severity severity)
{
	return severity_names[severity];
}

bool
audit_severity_read(const char *name, enum audit_severity *ret_severity)
{
	for (int i = 0; i < AUDIT_SEVERITY_COUNT; i++) {
		if (strcmp(severity_names[i], name) == 0) {
			*ret_severity = (enum audit_severity)i;
			return true;
		}
	}
	return false;
}

static struct audit_finding *
find(const struct audit_findings *list, enum audit_id id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->all[i]->id == id)
			return list->all[i];
	return NULL;
}

bool
audit_findings_have(const struct audit_findings *list, enum audit_id id)
{
	return find(list, id) != NULL;
}

static struct audit_finding *
find_or_add(struct audit_findings *list, enum audit_id id)
{
	struct audit_finding *f = find(list, id);

	if (f == NULL) {
		f = xcalloc(1, sizeof *f);
		f->id = id;
		list->all[list->count++] = f;
	}
	return f;
}

static bool
has_evidence(const struct audit_finding *f, const char *text)
{
	for (size_t i = 0; i < f->evidence_count; i++)
		if (strcmp(f->evidence[i], text) == 0)
			return true;
	return false;
}

void
audit_findings_add(struct audit_findings *list, enum audit_id id, const char *format, ...)
{
	struct audit_finding *f = find_or_add(list, id);
	char text[AUDIT_EVIDENCE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	audit_make_printable(text);
	if (f->evidence_count < AUDIT_EVIDENCE_MAX && !has_evidence(f, text))
		f->evidence[f->evidence_count++] = xstrdup(text);
}

static int
compare(const void *a, const void *b)
{
	const struct audit_finding *const *x = a, *const *y = b;
	const int by_severity =
	    (int)audit_kind_of((*y)->id)->severity - (int)audit_kind_of((*x)->id)->severity;

	return by_severity != 0 ? by_severity : (int)(*x)->id - (int)(*y)->id;
}

void
audit_findings_sort(struct audit_findings *list)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is sorted */
	const size_t size = sizeof list->all[0];

	if (list->count > 0)
		qsort(list->all, list->count, size, compare);
}

size_t
audit_findings_count(const struct audit_findings *list, enum audit_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += audit_kind_of(list->all[i]->id)->severity == severity;
	return count;
}

void
audit_findings_done(struct audit_findings *list)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t k = 0; k < list->all[i]->evidence_count; k++)
			free(list->all[i]->evidence[k]);
		free(list->all[i]);
	}
	list->count = 0;
}
