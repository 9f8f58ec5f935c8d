/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/sender.h"

#define HOST "mail.example.org"

static const struct sender_case {
	const char *name, *senders, *address;
	bool allowed;
} cases[] = {
	/* The default. */
	{ "alice@example.org", "", "alice@example.org", true },
	{ "alice@example.org", "", "Alice@EXAMPLE.org", true },
	{ "alice@example.org", "", "bob@example.org", false },
	{ "alice@example.org", "", "alice@example.org.evil.net", false },
	{ "alice", "", "alice@mail.example.org", true },
	{ "alice", "", "ALICE@Mail.Example.Org", true },
	{ "alice", "", "alice@example.org", false },
	{ "alice", "", "alice", false },
	{ "alice", "", "@mail.example.org", false },
	/* Patterns replace it. */
	{ "alice", "info@example.org", "info@example.org", true },
	{ "alice", "info@example.org", "alice@mail.example.org", false },
	{ "alice@example.org", "info@example.org", "alice@example.org", false },
	{ "a", "x@y.net @example.org", "anybody@example.org", true },
	{ "a", "x@y.net @example.org", "Any.Body@EXAMPLE.ORG", true },
	{ "a", "x@y.net @example.org", "x@y.net", true },
	{ "a", "x@y.net @example.org", "z@y.net", false },
	{ "a", "@example.org", "a@sub.example.org", false },
	{ "a", "@example.org", "a@notexample.org", false },
	{ "a", "@example.org", "a@example.org@evil.net", false },
	{ "a", "@example.org", "\"a@evil.net\"@example.org", true },
	{ "a", "@example.org", "example.org", false },
	{ "a", "*", "whoever@wherever", true },
	{ "a", "x@y.net *", "whoever@wherever", true },
};

/* RFC 5321 §2.3.11, §4.1.2. */
static void
test_account_sends_as_its_patterns_or_its_own_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct sender_case *t = &cases[i];

		if (auth_sender_is_allowed(slice_of(t->name), slice_of(t->senders), slice_of(HOST),
			slice_of(t->address)) != t->allowed)
			fail_msg("%s with '%s' as %s", t->name, t->senders, t->address);
	}
}

static void
test_patterns_are_addresses_domains_or_a_star(void **state)
{
	static const char *const good[] = { "a@b", "@b.c", "*", "\"a@b\"@c", "a@[192.0.2.1]" };
	static const char *const bad[] = { "", "a", "a@", "@", "*@b", "a b@c", "a@b c", "<a@b>",
		"a@b\n", "**" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!auth_sender_is_pattern(slice_of(good[i])))
			fail_msg("'%s' was refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (auth_sender_is_pattern(slice_of(bad[i])))
			fail_msg("'%s' was taken", bad[i]);
}

static void
test_pattern_length_is_bounded(void **state)
{
	char text[AUTH_SENDER_PATTERN_MAX + 1];

	(void)state;
	memset(text, 'a', sizeof text);
	text[1] = '@';
	assert_true(auth_sender_is_pattern(slice_make(text, AUTH_SENDER_PATTERN_MAX)));
	assert_false(auth_sender_is_pattern(slice_make(text, AUTH_SENDER_PATTERN_MAX + 1)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account_sends_as_its_patterns_or_its_own_name),
		cmocka_unit_test(test_patterns_are_addresses_domains_or_a_star),
		cmocka_unit_test(test_pattern_length_is_bounded),
	};
	return cmocka_run_group_tests_name("auth/sender", tests, NULL, NULL);
}
