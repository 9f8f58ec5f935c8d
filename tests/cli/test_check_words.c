/* SPDX-License-Identifier: Apache-2.0 */
/* The words of "sallyport check": hosts, ports and the message that it makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/check_options.h"
#include "cli/check_show.h"

static const struct target_case {
	const char *text;
	const char *host; /* NULL: nonsense */
	uint16_t port;
} targets[] = {
	{ "mail.example.org", "mail.example.org", 0 },
	{ "mail.example.org:587", "mail.example.org", 587 },
	{ "192.0.2.1", "192.0.2.1", 0 },
	{ "192.0.2.1:465", "192.0.2.1", 465 },
	{ "2001:db8::1", "2001:db8::1", 0 },
	{ "[2001:db8::1]", "2001:db8::1", 0 },
	{ "[2001:db8::1]:2525", "2001:db8::1", 2525 },
	{ "", NULL, 0 },
	{ ":587", NULL, 0 },
	{ "host:", NULL, 0 },
	{ "host:0", NULL, 0 },
	{ "host:65536", NULL, 0 },
	{ "host:smtp", NULL, 0 },
	{ "[2001:db8::1", NULL, 0 },
	{ "[2001:db8::1]587", NULL, 0 },
	{ "smtp://host", NULL, 0 },
	{ "a host", NULL, 0 },
};

static void
test_a_host_may_have_a_port_behind_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		const struct target_case *t = &targets[i];
		struct check_target got = { .port = 0 };

		if (check_target_parse(t->text, &got) != (t->host != NULL) ||
		    (t->host != NULL && strcmp(got.host, t->host) != 0) || got.port != t->port)
			fail_msg("\"%s\": \"%s\", %u", t->text, got.host, got.port);
	}
}

static void
test_a_host_that_is_too_long_is_refused(void **state)
{
	char text[300];
	struct check_target t;

	(void)state;
	memset(text, 'a', sizeof text);
	text[sizeof t.host - 1] = '\0';
	assert_true(check_target_parse(text, &t));
	text[sizeof t.host - 1] = 'a';
	text[sizeof t.host] = '\0';
	assert_false(check_target_parse(text, &t));
}

static void
test_ports_are_a_list_of_so_many_at_most(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} cases[] = {
		{ "587", 1 },
		{ "25,465,587", 3 },
		{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", DOCTOR_PORTS_MAX },
		{ "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", 0 },
		{ "", 0 },
		{ "587,", 0 },
		{ ",587", 0 },
		{ "587-600", 0 },
		{ "0", 0 },
		{ "65536", 0 },
	};
	uint16_t ports[DOCTOR_PORTS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (check_ports_parse(cases[i].text, ports) != cases[i].count)
			fail_msg("\"%s\"", cases[i].text);
	assert_int_equal(check_ports_parse("25,587", ports), 2);
	assert_int_equal(ports[1], 587);
}

/* RFC 5322 §3.6: a date and a sender there must be; lines end with CRLF and are short. */
static void
test_the_message_is_whole_and_says_what_it_is(void **state)
{
	static const char *const parts[] = { "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n",
		"\r\nFrom: <alice@example.org>\r\n", "\r\nTo: <bob@example.net>\r\n",
		"\r\nMessage-ID: <1795341600000.00000000000000ff@example.org>\r\n",
		"\r\nSubject: ", "\r\n\r\nThis is a test message." };
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	check_message_write(
	    "alice@example.org", "bob@example.net", UINT64_C(1795341600000), 255, &out);
	(void)buf_add_octet(&out, '\0');
	assert_false(out.overflow);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strstr((const char *)out.ptr, parts[i]) == NULL)
			fail_msg("no \"%s\" in: %s", parts[i], (const char *)out.ptr);
	for (size_t i = 0; i + 1 < out.len; i++)
		assert_true(out.ptr[i] != '\n' || out.ptr[i - 1] == '\r');
	buf_done(&out);
}

static void
test_a_sentence_is_printable_whoever_s_words_are_in_it(void **state)
{
	char sentence[] = "It says \"\033]0;owned\a\033[31mno\302\233\".\n";
	const struct doctor_verdict verdict = { .sentence = sentence };
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	check_show_sentence(&verdict, &out);
	assert_true(out.len > 1 && out.ptr[out.len - 1] == '\n');
	for (size_t i = 0; i + 1 < out.len; i++)
		assert_in_range(out.ptr[i], ' ', '~');
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_may_have_a_port_behind_it),
		cmocka_unit_test(test_a_host_that_is_too_long_is_refused),
		cmocka_unit_test(test_ports_are_a_list_of_so_many_at_most),
		cmocka_unit_test(test_the_message_is_whole_and_says_what_it_is),
		cmocka_unit_test(test_a_sentence_is_printable_whoever_s_words_are_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
