/* SPDX-License-Identifier: Apache-2.0 */
/* How many sections there may be: at the limit and one above. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

static const struct limit_case {
	const char *section, *key;
	bool is_numbered; /* the key's value ends in the section's number, as its title does */
	const char *after;
	size_t max, already; /* how many the base and after hold */
} limit_cases[] = {
	{ "route r", "next_hop = relay", false, "route \"*\" { next_hop = relay }",
	    CONFIG_ROUTES_MAX, 1 },
	{ "listen l", "address = 127.0.0.", true, "", CONFIG_LISTENERS_MAX, 0 },
	{ "next_hop h", "host = 127.0.0.", true, "route \"*\" { next_hop = relay }",
	    CONFIG_NEXT_HOPS_MAX, 1 },
};

static char *
make_text(const struct limit_case *t, size_t count)
{
	struct buf out;
	char *text;

	buf_init(&out, 1 << 20);
	(void)buf_add_text(&out, SUPPORT_BASE "\n");
	for (size_t i = 0; i < count; i++) {
		(void)buf_addf(&out, "%s%zu { %s", t->section, i, t->key);
		if (t->is_numbered)
			(void)buf_addf(&out, "%zu", i);
		(void)buf_add_text(&out, " }\n");
	}
	(void)buf_add_text(&out, t->after);
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	return text;
}

static void
check_limit(const struct limit_case *t)
{
	const size_t count = t->max - t->already;
	char *text = make_text(t, count), *errors;
	struct config *c = support_parse(text);

	config_free(&c);
	free(text);
	text = make_text(t, count + 1);
	/* The last section is the one too many: what comes after is not read. */
	assert_int_equal(support_try(text, strlen(text), &c, &errors), -EINVAL);
	free(errors);
	free(text);
}

static void
test_sections_are_counted_at_the_limit_and_one_above(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof limit_cases / sizeof limit_cases[0]; i++)
		check_limit(&limit_cases[i]);
}

static void
test_the_section_too_many_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof limit_cases / sizeof limit_cases[0]; i++) {
		const struct limit_case *t = &limit_cases[i];
		char *text = make_text(t, t->max + 1), *errors;
		struct config *c = NULL;

		(void)support_try(text, strlen(text), &c, &errors);
		if (strstr(errors, "is one section too many; there may be ") == NULL)
			fail_msg("said %s", errors);
		free(errors);
		free(text);
	}
}

static void
test_a_section_may_be_given_in_parts(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE
	    "\nlimits { recipients = 200 }\nlog_level = debug\nlimits { bad_commands = "
	    "5 }");

	(void)state;
	assert_int_equal(c->limits.recipients, 200);
	assert_int_equal(c->limits.bad_commands, 5);
	config_free(&c);
}

static void
test_empty_sections_are_fine(void **state)
{
	struct config *c = support_parse(
	    SUPPORT_BASE " limits { } limits { } listen a { } listen \"b\" { port = 465 }");

	(void)state;
	assert_int_equal(c->listener_count, 2);
	assert_string_equal(c->listeners[1].name, "b");
	config_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections_are_counted_at_the_limit_and_one_above),
		cmocka_unit_test(test_the_section_too_many_is_named),
		cmocka_unit_test(test_a_section_may_be_given_in_parts),
		cmocka_unit_test(test_empty_sections_are_fine),
	};
	return cmocka_run_group_tests_name("config/reader", tests, NULL, NULL);
}
