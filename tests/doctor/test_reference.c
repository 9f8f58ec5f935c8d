/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/fd.h"

#define DATE "date: 2026-11-22\n"
#define LINE "smtp.example.org 587 starttls DE Example Mail\n"

static struct doctor_references references;

/* In a heap block of its exact size: ASan sees any overread. Returns the error; "": none. */
static const char *
read_text(const char *text)
{
	static char words[512];
	const struct slice s = slice_of(text);
	uint8_t *octets = malloc(s.len + (s.len == 0));
	struct buf error;
	bool ok;

	buf_init(&error, sizeof words - 1);
	memcpy(octets, s.ptr, s.len);
	ok = doctor_references_read(slice_make(octets, s.len), "FILE", &references, &error);
	assert_int_equal(ok, error.len == 0);
	(void)snprintf(words, sizeof words, "%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	free(octets);
	return words;
}

static void
test_hosts_are_read_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(
	    read_text("# words\n\n" DATE "  one.example.org\t587 starttls DE One  Mail \r\n"
		      "two.example.org 465 tls US Two"),
	    "");
	assert_string_equal(references.date, "2026-11-22");
	assert_int_equal(references.count, 2);
	assert_string_equal(references.hosts[0].host, "one.example.org");
	assert_int_equal(references.hosts[0].port, 587);
	assert_int_equal(references.hosts[0].mode, DOCTOR_REFERENCE_STARTTLS);
	assert_string_equal(references.hosts[0].country, "DE");
	assert_string_equal(references.hosts[0].name, "One  Mail");
	assert_int_equal(references.hosts[1].port, 465);
	assert_int_equal(references.hosts[1].mode, DOCTOR_REFERENCE_TLS);
	assert_string_equal(references.hosts[1].name, "Two");
}

static const struct fault_case {
	const char *text, *error;
} faults[] = {
	{ "", "FILE: a line \"date: 2026-11-22\" is missing" },
	{ LINE, "FILE: a line \"date: 2026-11-22\" is missing" },
	{ DATE, "FILE: there is no host in it" },
	{ DATE DATE, "FILE:2: there is a date already" },
	{ "date: yesterday\n", "FILE:1: a date is written as 2026-11-22" },
	{ "date: 2026-11-2\n", "FILE:1: a date is written as 2026-11-22" },
	{ DATE LINE "bad_host 587 starttls DE X\n", "FILE:3: this is no name of a host" },
	{ DATE "h\xc3\xa4.example 587 starttls DE X\n", "FILE:2: this is no name of a host" },
	{ DATE "smtp.example.org\n", "FILE:2: behind the host comes its port" },
	{ DATE "smtp.example.org 0 tls DE X\n", "FILE:2: behind the host comes its port" },
	{ DATE "smtp.example.org 65536 tls DE X\n", "FILE:2: behind the host comes its port" },
	{ DATE "smtp.example.org 587 ssl DE X\n", "FILE:2: behind the port comes starttls or tls" },
	{ DATE "smtp.example.org 587 starttls Germany X\n",
	    "FILE:2: behind that comes a country of two letters, as DE" },
	{ DATE "smtp.example.org 587 starttls DE\n",
	    "FILE:2: behind the country comes whose host it is, in at most 63 characters" },
	{ DATE "smtp.example.org 587 starttls DE \x1b[31m\n",
	    "FILE:2: behind the country comes whose host it is, in at most 63 characters" },
};

static void
test_what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		assert_string_equal(read_text(faults[i].text), faults[i].error);
}

static void
test_the_list_is_bounded(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	assert_true(buf_add_text(&text, DATE));
	for (int i = 0; i < DOCTOR_REFERENCES_MAX; i++)
		assert_true(buf_add_text(&text, LINE));
	assert_true(buf_add_octet(&text, '\0'));
	assert_string_equal(read_text((const char *)text.ptr), "");
	text.len--;
	assert_true(buf_add_text(&text, LINE) && buf_add_octet(&text, '\0'));
	assert_string_equal(
	    read_text((const char *)text.ptr), "FILE:130: more hosts than are read");
	buf_done(&text);
}

/* Enough of them, of several providers, so that one that is down decides nothing. */
static void
test_the_list_that_is_compiled_in_is_good(void **state)
{
	struct buf error;
	unsigned submission_count = 0;

	(void)state;
	buf_init(&error, 512);
	assert_true(doctor_references_load(NULL, &references, &error));
	for (size_t i = 0; i < references.count; i++) {
		const struct doctor_reference *r = &references.hosts[i];

		submission_count += r->port == 587;
		/* RFC 8314 §3.3: who speaks TLS at once does so on 465. */
		assert_int_equal(r->mode == DOCTOR_REFERENCE_TLS, r->port == 465);
	}
	assert_true(submission_count >= 10);
	buf_done(&error);
}

static void
test_a_file_may_stand_for_it(void **state)
{
	char path[] = "/tmp/test_reference.XXXXXX";
	int fd = mkstemp(path);
	struct buf error;

	(void)state;
	buf_init(&error, 512);
	assert_int_equal(fd_write_all(fd, DATE LINE, strlen(DATE LINE)), 0);
	fd_close(&fd);
	assert_true(doctor_references_load(path, &references, &error));
	assert_int_equal(references.count, 1);
	(void)unlink(path);
	assert_false(doctor_references_load("/nonexistent", &references, &error));
	assert_true(slice_is(buf_slice(&error), "/nonexistent: No such file or directory"));
	buf_done(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_are_read_in_their_order),
		cmocka_unit_test(test_what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(test_the_list_is_bounded),
		cmocka_unit_test(test_the_list_that_is_compiled_in_is_good),
		cmocka_unit_test(test_a_file_may_stand_for_it),
	};

	return cmocka_run_group_tests_name("doctor/reference", tests, NULL, NULL);
}
