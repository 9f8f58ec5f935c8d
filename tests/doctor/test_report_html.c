/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report.h"

static void
test_the_page_has_verdict_advice_way_stages_and_evidence(void **state)
{
	static const char *const words[] = { "<!doctype html>",
		"<h1>Port 587 is blocked on the way, 2 hops away;", "Use port <b>465</b> instead.",
		"<h2>What to do</h2>", "<h2>The way to 192.0.2.10 port 587</h2>",
		"<li class=\"last\"><span class=\"dot\"></span><b>Router</b>",
		"dropped here or at the next hop", "<h2>Time of each stage</h2>",
		"<details open><summary>192.0.2.10 port 465", "<h2>Why</h2>",
		"<caption>Ports</caption>", "<caption>For comparison</caption>", "</html>\n",
		NULL };
	char *page = report_make("filtered", doctor_report_html);

	(void)state;
	report_expect(page, words);
	free(page);
}

static void
test_nothing_is_loaded_and_nothing_runs(void **state)
{
	static const char *const forbidden[] = { "<script", "src=", "href=", "url(", "@import",
		"http:", "https:", "javascript", NULL };

	(void)state;
	for (const struct fixture *f = fixtures; f->name != NULL; f++) {
		char *page = report_make(f->name, doctor_report_html);

		assert_non_null(strstr(page, "default-src 'none'"));
		for (size_t i = 0; forbidden[i] != NULL; i++)
			if (strstr(page, forbidden[i]) != NULL)
				fail_msg("%s has %s", f->name, forbidden[i]);
		free(page);
	}
}

static void
poison(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	struct probe_certificate *c = &facts->probes[0].dialog.tls.certificate;

	memcpy(c->subject, "<img onerror=x>", sizeof "<img onerror=x>");
	memcpy(c->names[0], "\"><script>", sizeof "\"><script>");
	doctor_report_html(facts, verdict, out);
}

static void
test_words_of_a_certificate_are_no_markup(void **state)
{
	char *page = report_make("bad-certificate", poison);

	(void)state;
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "<script"));
	assert_non_null(strstr(page, "&lt;img onerror=x&gt;"));
	assert_non_null(strstr(page, "&quot;&gt;&lt;script&gt;"));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_page_has_verdict_advice_way_stages_and_evidence),
		cmocka_unit_test(test_nothing_is_loaded_and_nothing_runs),
		cmocka_unit_test(test_words_of_a_certificate_are_no_markup),
	};

	return cmocka_run_group_tests_name("doctor/report_html", tests, NULL, NULL);
}
