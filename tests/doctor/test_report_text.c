/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/layout.h"
#include "report.h"

static void
add_plain(const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	doctor_report_text(facts, verdict, DOCTOR_STYLE_PLAIN, out);
}

static void
add_coloured(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	doctor_report_text(facts, verdict, DOCTOR_STYLE_COLOURS | DOCTOR_STYLE_UTF8, out);
}

static void
check_first_line(const char *fixture, const char *wanted)
{
	char *text = report_make(fixture, add_plain);

	if (strncmp(text, wanted, strlen(wanted)) != 0)
		fail_msg("%s: %s", fixture, text);
	free(text);
}

static void
test_the_answer_comes_first(void **state)
{
	(void)state;
	check_first_line("healthy", "Submission to mail.example.org works on ports 587 and 465.\n");
	check_first_line("filtered", "Port 587 is blocked on the way, 2 hops away;");
	check_first_line("name-not-found", "There is no host named mail.example.org.\n");
}

static void
test_each_role_that_can_do_something_is_told_what(void **state)
{
	static const char *const words[] = { "\nWhat to do\n",
		"\n  If you only want to send mail:\n",
		"\n  If you look after the network or the server:\n",
		"\n  If you write the program that sends:\n", NULL };
	char *text = report_make("filtered", add_plain);

	(void)state;
	report_expect(text, words);
	free(text);
	text = report_make("healthy", add_plain);
	assert_null(strstr(text, "What to do"));
	free(text);
}

static void
test_the_evidence_has_each_port_and_its_times(void **state)
{
	static const char *const words[] = { "valid, 60", "PLAIN LOGIN", "52.4 MB", "refused",
		"Time of each stage in ms:", "IPv4 addresses  192.0.2.10",
		"Checked at 2026-11-22 10:00:00 UTC, in 812 ms", NULL };
	char *text = report_make("healthy", add_plain);

	(void)state;
	report_expect(text, words);
	free(text);
}

static void
test_ladders_stand_side_by_side(void **state)
{
	static const char *const words[] = { "    hop  port 587      port 443      time\n"
					     "    1    10.0.0.1      10.0.0.1      4.2 ms\n"
					     "    2    198.51.100.7  198.51.100.7  4.2 ms\n"
					     "    3    no answer     203.0.113.1   4.2 ms\n"
					     "    4    no answer     connected     4.2 ms\n",
		"For comparison:", "smtp.example.net 203.0.113.25", NULL };
	char *text = report_make("filtered", add_plain);

	(void)state;
	report_expect(text, words);
	free(text);
}

/* Words of the catalogue that are longer than a line stay whole; there are none today. */
static void
test_lines_have_eighty_characters_at_most(void **state)
{
	(void)state;
	for (const struct fixture *f = fixtures; f->name != NULL; f++) {
		char *text = report_make(f->name, add_plain);
		struct slice rest = slice_of(text);

		while (rest.len > 0) {
			const size_t len = slice_find(rest, '\n');

			if (doctor_layout_width(slice_first(rest, len)) > DOCTOR_LAYOUT_WIDTH)
				fail_msg("%s: %.*s", f->name, (int)len, (const char *)rest.ptr);
			rest = slice_after(rest, len + 1);
		}
		free(text);
	}
}

static void
test_colours_come_only_when_they_are_asked_for(void **state)
{
	(void)state;
	for (const struct fixture *f = fixtures; f->name != NULL; f++) {
		char *plain = report_make(f->name, add_plain);
		char *coloured = report_make(f->name, add_coloured);

		assert_null(strchr(plain, '\033'));
		assert_int_equal(strncmp(coloured, "\033[1;3", 5), 0);
		free(plain);
		free(coloured);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_answer_comes_first),
		cmocka_unit_test(test_each_role_that_can_do_something_is_told_what),
		cmocka_unit_test(test_the_evidence_has_each_port_and_its_times),
		cmocka_unit_test(test_ladders_stand_side_by_side),
		cmocka_unit_test(test_lines_have_eighty_characters_at_most),
		cmocka_unit_test(test_colours_come_only_when_they_are_asked_for),
	};

	return cmocka_run_group_tests_name("doctor/report_text", tests, NULL, NULL);
}
