/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *
report_make(const char *fixture, report_fn *add)
{
	struct doctor_verdict *verdict = test_calloc(1, sizeof *verdict);
	struct doctor_facts facts;
	struct buf out;

	fixture_fill(fixture_find(fixture), &facts, verdict);
	buf_init(&out, DOCTOR_REPORT_MAX);
	add(&facts, verdict, &out);
	assert_false(out.overflow);
	(void)buf_add_octet(&out, '\0');
	doctor_verdict_done(verdict);
	doctor_facts_done(&facts);
	test_free(verdict);
	return (char *)out.ptr;
}

void
report_expect(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strstr(text, *words) == NULL)
			fail_msg("'%s' is not in:\n%s", *words, text);
}
