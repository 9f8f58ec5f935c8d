/* SPDX-License-Identifier: Apache-2.0 */
/* report_of.c - report_of FORMAT FIXTURE: a report about one of fixture.h, for tests from outside
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/report.h"
#include "fixture.h"
#include "util/alloc.h"

static void
print_json(const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	json_t *report = doctor_report_json(facts, verdict);

	if (json_dumpf(report, stdout, DOCTOR_REPORT_JSON_FLAGS) != 0)
		abort();
	json_decref(report);
}

static void
add_text(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	doctor_report_text(facts, verdict, DOCTOR_STYLE_PLAIN, out);
}

static void
add_nagios(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	(void)doctor_report_nagios(facts, verdict, out);
}

static const struct {
	const char *name;
	void (*add)(const struct doctor_facts *facts, const struct doctor_verdict *verdict,
	    struct buf *out);
} formats[] = {
	{ "text", add_text },
	{ "nagios", add_nagios },
	{ "letter", doctor_report_letter },
	{ "html", doctor_report_html },
};

int
main(int argc, char **argv)
{
	struct doctor_verdict *verdict;
	struct doctor_facts facts;
	struct buf out;

	if (argc != 3)
		return 2;
	verdict = xcalloc(1, sizeof *verdict);
	fixture_fill(fixture_find(argv[2]), &facts, verdict);
	buf_init(&out, DOCTOR_REPORT_MAX);
	if (strcmp(argv[1], "json") == 0)
		print_json(&facts, verdict);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(argv[1], formats[i].name) == 0)
			formats[i].add(&facts, verdict, &out);
	if (out.len > 0)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	doctor_verdict_done(verdict);
	free(verdict);
	doctor_facts_done(&facts);
	return fflush(stdout) == 0 ? 0 : 1;
}
