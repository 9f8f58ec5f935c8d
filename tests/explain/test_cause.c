/* SPDX-License-Identifier: Apache-2.0 */
/* test_cause.c - causes by id, and the words of a case in their texts */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/cause.h"

static void
test_every_cause_is_found_by_its_id(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct explain_cause *c; (c = explain_cause_at(count)) != NULL; count++)
		assert_ptr_equal(explain_cause_find(c->id), c);
	assert_true(count >= 100);
	assert_null(explain_cause_find("no-such-cause"));
	assert_null(explain_cause_find(""));
}

static void
test_what_needs_mail_is_told_from_what_does_not(void **state)
{
	static const char *const mail[] = { "message-refused", "mailbox-full", "spam-content" };
	static const char *const door[] = { "greeting-refused", "blocklisted", "rate-limited" };

	(void)state;
	for (size_t i = 0; i < sizeof mail / sizeof mail[0]; i++)
		assert_true(explain_cause_is_about_mail(explain_cause_find(mail[i])));
	for (size_t i = 0; i < sizeof door / sizeof door[0]; i++)
		assert_false(explain_cause_is_about_mail(explain_cause_find(door[i])));
}

static void
test_every_cause_has_all_its_texts(void **state)
{
	const struct explain_cause *c;

	(void)state;
	for (size_t i = 0; (c = explain_cause_at(i)) != NULL; i++) {
		assert_non_null(c->title);
		assert_non_null(c->decide);
		for (size_t role = 0; role < EXPLAIN_ROLE_COUNT; role++)
			assert_non_null(c->advice[role]);
		assert_true((unsigned)c->class < EXPLAIN_CLASS_COUNT);
	}
}

static void
test_classes_have_names_of_their_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < EXPLAIN_CLASS_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(explain_class_name((enum explain_class)i),
			    explain_class_name((enum explain_class)j));
}

static const struct fill_case {
	const char *text;
	struct explain_words words;
	const char *filled;
} fills[] = {
	{ "Port {port} of {host}.", { .host = "mail.example", .port = "465" },
	    "Port 465 of mail.example." },
	{ "Port {port} of {host}.", { 0 }, "Port 587 of the server." },
	{ "{host} is down. {host} is off.", { 0 }, "The server is down. The server is off." },
	{ "sallyport check {host}:{port}", { 0 }, "sallyport check HOST:587" },
	{ "See `dig {host}` for {host}.", { 0 }, "See `dig HOST` for the server." },
	{ "sallyport check {host}", { .host = "mail.example" }, "sallyport check mail.example" },
	{ "sallyport check {host}", { .host = "a;reboot" }, "sallyport check HOST" },
	{ "sallyport check {host}", { .host = "-x" }, "sallyport check HOST" },
	{ "sallyport check {host}", { .host = "" }, "sallyport check HOST" },
	{ "sallyport check {host}:{port} --user {user}", { .user = "joe@a.example" },
	    "sallyport check HOST:587 --user joe@a.example" },
	{ "Says: {detail}.", { .detail = "a\033[2Jb" }, "Says: a?[2Jb." },
	{ "{offender}, {where}, {user}", { .offender = "192.0.2.1", .where = "2 hops away" },
	    "192.0.2.1, 2 hops away, the account" },
	{ "{unknown} {", { 0 }, "{unknown} {" },
};

static void
test_words_in_braces_are_filled_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof fills / sizeof fills[0]; i++) {
		struct buf out;

		buf_init(&out, 1000);
		explain_cause_fill(fills[i].text, &fills[i].words, &out);
		assert_true(buf_add_octet(&out, '\0'));
		assert_string_equal((const char *)out.ptr, fills[i].filled);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cause_is_found_by_its_id),
		cmocka_unit_test(test_what_needs_mail_is_told_from_what_does_not),
		cmocka_unit_test(test_every_cause_has_all_its_texts),
		cmocka_unit_test(test_classes_have_names_of_their_own),
		cmocka_unit_test(test_words_in_braces_are_filled_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
