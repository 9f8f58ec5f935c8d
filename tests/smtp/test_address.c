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

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct path_case {
	const char *in, *mailbox, *rest; /* mailbox NULL: refused */
} paths[] = {
	/* RFC 5321 §4.1.2 */
	{ "<>", "", "" },
	{ "<a@b.example>", "a@b.example", "" },
	{ "<a@b.example> SIZE=1", "a@b.example", " SIZE=1" },
	{ "<a.b+c!#$%&'*/=?^_`{|}~-@x>", "a.b+c!#$%&'*/=?^_`{|}~-@x", "" },
	{ "<\"a b\\\"@c>\"@x.example>", "\"a b\\\"@c>\"@x.example", "" },
	{ "<\"\"@x>", "\"\"@x", "" },
	/* §4.1.3 */
	{ "<a@[192.0.2.1]>", "a@[192.0.2.1]", "" },
	{ "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "" },
	{ "<a@[tag:content]>", "a@[tag:content]", "" },
	{ "<a@" LABEL_63 ".example>", "a@" LABEL_63 ".example", "" },
	/* §4.1.1.3 and appendix C: source routes are read and forgotten */
	{ "<@one.example:a@b.example>", "a@b.example", "" },
	{ "<@one.example,@two.example:a@b.example>", "a@b.example", "" },
	/* §4.5.1 */
	{ "<Postmaster>", "Postmaster", "" },
	{ "<postMASTER>", "postMASTER", "" },
	{ "", NULL, "" },
	{ "a@b", NULL, "" },
	{ "<", NULL, "" },
	{ "<a", NULL, "" },
	{ "<a@", NULL, "" },
	{ "<a@b", NULL, "" },
	{ "<a>", NULL, "" },
	{ "<@>", NULL, "" },
	{ "<@b>", NULL, "" },
	{ "<a@>", NULL, "" },
	{ "<a@b@c>", NULL, "" },
	{ "<a b@c>", NULL, "" },
	{ "< a@c>", NULL, "" },
	{ "<a@c >", NULL, "" },
	{ "<.a@b>", NULL, "" },
	{ "<a.@b>", NULL, "" },
	{ "<a..b@c>", NULL, "" },
	{ "<a@.b>", NULL, "" },
	{ "<a@b.>", NULL, "" },
	{ "<a@b..c>", NULL, "" },
	{ "<a@-b>", NULL, "" },
	{ "<a@b->", NULL, "" },
	{ "<a@b_c>", NULL, "" },
	{ "<a@" LABEL_63 "a.example>", NULL, "" },
	{ "<\"a@b>", NULL, "" },
	{ "<\"a\"b@c>", NULL, "" },
	{ "<\"a\\\x01\"@c>", NULL, "" },
	{ "<\"\t\"@c>", NULL, "" },
	{ "<a@[192.0.2.256]>", NULL, "" },
	{ "<a@[192.0.2]>", NULL, "" },
	{ "<a@[IPv6:2001:db8:::1]>", NULL, "" },
	{ "<a@[IPv6:]>", NULL, "" },
	{ "<a@[tag:]>", NULL, "" },
	{ "<a@[]>", NULL, "" },
	{ "<a@[192.0.2.1>", NULL, "" },
	/* §2.3.1: no octets above 127 */
	{ "<\xc3\xa9@b>", NULL, "" },
	{ "<a@\xc3\xa9.example>", NULL, "" },
	{ "<@one.example,a@b>", NULL, "" },
	{ "<@one.example>", NULL, "" },
	{ "<@one.example:>", NULL, "" },
	{ "<one.example:a@b>", NULL, "" },
	{ "<postmaster@>", NULL, "" },
};

/* Parse a copy in a heap block of exact size: ASan sees any overread. */
static void
check_path(const struct path_case *t)
{
	size_t in_len = strlen(t->in), len = 0;
	uint8_t *in = malloc(in_len + (in_len == 0));
	struct slice mailbox = { NULL, 0 };
	enum smtp_address_status status;

	assert_non_null(in);
	memcpy(in, t->in, in_len);
	status = smtp_path_parse(slice_make(in, in_len), &mailbox, &len);
	if ((status == SMTP_ADDRESS_OK) != (t->mailbox != NULL))
		fail_msg("'%s': status %d", t->in, (int)status);
	if (t->mailbox != NULL &&
	    (!slice_is(mailbox, t->mailbox) || strcmp(t->in + len, t->rest) != 0))
		fail_msg("'%s': mailbox '%.*s', rest '%s'", t->in, (int)mailbox.len,
		    (const char *)mailbox.ptr, t->in + len);
	free(in);
}

/* RFC 5321 §4.1.1, §4.5.3.1, §4.5.3.1.1, §F.4, §4.5.3.1.2. RFC 5321 §4.5.3.1, §4.5.3.1.1,
 * §4.5.3.1.2. */
static void
test_paths_are_read_as_the_grammar_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		check_path(&paths[i]);
}

static void
test_no_prefix_of_a_path_is_a_path(void **state)
{
	const char *path = "<@one.example:\"a b\"@[IPv6:2001:db8::1]>";
	struct slice mailbox;
	size_t len;

	(void)state;
	for (size_t cut = 0; cut < strlen(path); cut++) {
		uint8_t *in = malloc(cut + (cut == 0));

		assert_non_null(in);
		memcpy(in, path, cut);
		assert_int_not_equal(
		    smtp_path_parse(slice_make(in, cut), &mailbox, &len), SMTP_ADDRESS_OK);
		free(in);
	}
}

/* RFC 5321 §4.5.3.1.3: a path of 256 octets with its brackets. */
static void
test_path_limit_is_exact(void **state)
{
	struct slice mailbox;
	struct buf path;
	size_t len;

	(void)state;
	for (size_t extra = 0; extra < 2; extra++) {
		buf_init(&path, 1024);
		buf_add_text(&path, "<");
		for (size_t i = 0; i < SMTP_PATH_MAX - 12 + extra; i++)
			buf_add_octet(&path, 'a');
		buf_add_text(&path, "@b.example>");
		assert_int_equal(path.len, SMTP_PATH_MAX - 12 + extra + 12);
		assert_int_equal(smtp_path_parse(buf_slice(&path), &mailbox, &len),
		    extra == 0 ? SMTP_ADDRESS_OK : SMTP_ADDRESS_TOO_LONG);
		buf_done(&path);
	}
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
	assert_int_equal(smtp_mailbox_check(slice_of("a@b>")), SMTP_ADDRESS_SYNTAX);
	assert_int_equal(smtp_mailbox_check(slice_of("")), SMTP_ADDRESS_SYNTAX);
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
	assert_true(smtp_literal_is_valid(slice_of("[127.0.0.1]")));
	assert_true(smtp_literal_is_valid(slice_of("[ipv6:::1]")));
	assert_false(smtp_literal_is_valid(slice_of("[::1]")));
	assert_false(smtp_literal_is_valid(slice_of("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_are_read_as_the_grammar_says),
		cmocka_unit_test(test_no_prefix_of_a_path_is_a_path),
		cmocka_unit_test(test_path_limit_is_exact),
		cmocka_unit_test(test_mailbox_divides_where_its_local_part_ends),
		cmocka_unit_test(test_domains_and_literals_are_told_from_other_words),
	};
	return cmocka_run_group_tests_name("smtp/address", tests, NULL, NULL);
}
