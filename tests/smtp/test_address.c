/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/address.h"
#include "util/buf.h"

/* The grammar is in test_address_good.c and test_address_bad.c. */

/*
 * RFC 5321 §4.5.3.1, §4.5.3.1.3: a path of 256 octets with its brackets, whatever route is before
 * it.
 */
static void
test_path_limit_is_exact(void **state)
{
	static const char *const begins[] = { "<", "<@one.example:" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *begin = begins[i / 2];
		size_t extra = i % 2, at;
		struct smtp_path path;
		struct buf in;

		buf_init(&in, 1024);
		buf_add_text(&in, begin);
		for (size_t k = 0; k < SMTP_MAILBOX_MAX - 10 + extra; k++)
			buf_add_octet(&in, 'a');
		buf_add_text(&in, "@b.example>");
		assert_int_equal(smtp_path_parse(buf_slice(&in), &path, &at),
		    extra == 0 ? SMTP_ADDRESS_OK : SMTP_ADDRESS_LONG_PATH);
		if (extra == 1)
			assert_int_equal(at, strlen(begin) + SMTP_MAILBOX_MAX);
		assert_int_equal(smtp_mailbox_check(slice_make(
				     in.ptr + strlen(begin), in.len - strlen(begin) - 1)),
		    extra == 0 ? SMTP_ADDRESS_OK : SMTP_ADDRESS_LONG_PATH);
		buf_done(&in);
	}
}

/* RFC 5321 §4.5.3.1.3: 257 octets, or one more. That comes before what is costly to look at. */
static void
test_route_limit_is_exact(void **state)
{
	static const struct route {
		const char *begin, *repeated, *end;
		size_t count;
		enum smtp_address_fault fault;
	} routes[] = {
		{ "@", "a.", "aaa:", 126, SMTP_ADDRESS_OK },
		{ "@", "a.", "aa,@a:", 126, SMTP_ADDRESS_LONG_ROUTE },
		{ "@bbb", ",@a", ":", 84, SMTP_ADDRESS_OK },
		{ "@bbbb", ",@a", ":", 84, SMTP_ADDRESS_LONG_ROUTE },
		{ "@bbb", ",@\303\251", ":", 63, SMTP_ADDRESS_OK },
		{ "@bbbb", ",@\303\251", ":", 63, SMTP_ADDRESS_LONG_ROUTE },
		{ "@a,@", "a.", "\342\230\203:", 124, SMTP_ADDRESS_BAD_IDN },
		{ "@a,@", "a.", "\342\230\203:", 125, SMTP_ADDRESS_LONG_ROUTE },
	};
	struct smtp_path path;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
		struct buf in;

		buf_init(&in, 1024);
		buf_addf(&in, "<%s", routes[i].begin);
		for (size_t k = 0; k < routes[i].count; k++)
			buf_add_text(&in, routes[i].repeated);
		buf_addf(&in, "%sa@b.example>", routes[i].end);
		assert_int_equal(smtp_path_parse(buf_slice(&in), &path, &at), routes[i].fault);
		if (routes[i].fault == SMTP_ADDRESS_LONG_ROUTE)
			assert_int_equal(at, 1 + SMTP_ROUTE_MAX);
		buf_done(&in);
	}
}

/* RFC 5321 §4.5.3.1.2: domains of 255 octets. */
static void
test_domain_limit_is_exact(void **state)
{
	struct buf domain;

	(void)state;
	buf_init(&domain, 1024);
	for (size_t i = 0; i < SMTP_DOMAIN_MAX; i++)
		buf_add_octet(&domain, i % 2 == 0 ? 'a' : '.');
	assert_true(smtp_domain_is_valid(buf_slice(&domain)));
	buf_add_text(&domain, "a");
	assert_false(smtp_domain_is_valid(buf_slice(&domain)));
	buf_done(&domain);
}

static void
test_mailbox_divides_where_its_local_part_ends(void **state)
{
	struct slice mailbox = slice_of("\"a@b\"@c.example");

	(void)state;
	assert_int_equal(smtp_mailbox_check(mailbox), SMTP_ADDRESS_OK);
	assert_true(slice_is(smtp_mailbox_domain(mailbox), "c.example"));
	assert_true(slice_is(smtp_mailbox_local(mailbox), "\"a@b\""));
	assert_true(slice_is(smtp_mailbox_domain(slice_of("a@[tag:b@c]")), "[tag:b@c]"));
	assert_true(slice_is(smtp_mailbox_domain(slice_of("Postmaster")), ""));
	assert_true(slice_is(smtp_mailbox_local(slice_of("Postmaster")), "Postmaster"));
	assert_true(slice_is(smtp_mailbox_local(slice_of("")), ""));
	assert_int_equal(smtp_mailbox_check(slice_of("a@b>")), SMTP_ADDRESS_BAD_DOMAIN);
	assert_int_equal(smtp_mailbox_check(slice_of("a>")), SMTP_ADDRESS_BAD_LOCAL);
	assert_int_equal(smtp_mailbox_check(slice_of("")), SMTP_ADDRESS_EMPTY_LOCAL);
}

static void
test_domains_and_literals_are_told_from_other_words(void **state)
{
	(void)state;
	assert_true(smtp_domain_is_valid(slice_of("a-1.example")));
	assert_true(smtp_domain_is_valid(slice_of("localhost")));
	assert_false(smtp_domain_is_valid(slice_of("")));
	assert_false(smtp_domain_is_valid(slice_of("a.example.")));
	assert_false(smtp_domain_is_valid(slice_of("a b")));
	assert_false(smtp_domain_is_valid(slice_of("caf\303\251.example")));
	assert_true(smtp_literal_is_valid(slice_of("[127.0.0.1]")));
	assert_true(smtp_literal_is_valid(slice_of("[ipv6:::1]")));
	assert_false(smtp_literal_is_valid(slice_of("[::1]")));
	assert_false(smtp_literal_is_valid(slice_of("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_limit_is_exact),
		cmocka_unit_test(test_route_limit_is_exact),
		cmocka_unit_test(test_domain_limit_is_exact),
		cmocka_unit_test(test_mailbox_divides_where_its_local_part_ends),
		cmocka_unit_test(test_domains_and_literals_are_told_from_other_words),
	};
	return cmocka_run_group_tests_name("smtp/address", tests, NULL, NULL);
}
