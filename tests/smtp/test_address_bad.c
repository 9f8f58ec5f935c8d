/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is no path (RFC 5321 §2.3.1, §4.1.2, §4.1.3, §F.4; RFC 6531 §3.3), where it is none, and
 * why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/address.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DOMAIN_255 LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63

static const struct bad_case {
	const char *in;
	enum smtp_address_fault fault;
	size_t at;
} cases[] = {
	/* Path */
	{ "", SMTP_ADDRESS_NO_OPEN, 0 },
	{ "a@b", SMTP_ADDRESS_NO_OPEN, 0 },
	{ ">", SMTP_ADDRESS_NO_OPEN, 0 },
	{ " <a@b>", SMTP_ADDRESS_NO_OPEN, 0 },
	{ "(a)<a@b>", SMTP_ADDRESS_NO_OPEN, 0 },
	{ "<", SMTP_ADDRESS_NO_CLOSE, 1 },
	{ "<a", SMTP_ADDRESS_NO_CLOSE, 2 },
	{ "<a@b", SMTP_ADDRESS_NO_CLOSE, 4 },
	{ "<a@[192.0.2.1]", SMTP_ADDRESS_NO_CLOSE, 14 },
	{ "<\"a\"", SMTP_ADDRESS_NO_CLOSE, 4 },
	{ "<<a@b>>", SMTP_ADDRESS_BAD_LOCAL, 1 },
	/* Dot-string */
	{ "<@>", SMTP_ADDRESS_EMPTY_DOMAIN, 2 },
	{ "<@b>", SMTP_ADDRESS_EMPTY_LOCAL, 1 },
	{ "< @b>", SMTP_ADDRESS_BAD_LOCAL, 1 },
	{ "< a@b>", SMTP_ADDRESS_BAD_LOCAL, 1 },
	{ "<a @b>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\tb@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\"b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\"b\"@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a(b)@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<(b)a@c>", SMTP_ADDRESS_BAD_LOCAL, 1 },
	{ "<a,b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a:b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a;b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a<b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a[b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a]b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\\b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\\@b@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\x01@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\x7f@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<a\r@c>", SMTP_ADDRESS_BAD_LOCAL, 2 },
	{ "<mailto:a@b>", SMTP_ADDRESS_BAD_LOCAL, 7 },
	{ "<one.example:a@b>", SMTP_ADDRESS_BAD_LOCAL, 12 },
	{ "<Alice <a@b>>", SMTP_ADDRESS_BAD_LOCAL, 6 },
	{ "<.@b>", SMTP_ADDRESS_LOCAL_DOT, 1 },
	{ "<.a@b>", SMTP_ADDRESS_LOCAL_DOT, 1 },
	{ "<a.@b>", SMTP_ADDRESS_LOCAL_DOT, 3 },
	{ "<a.>", SMTP_ADDRESS_LOCAL_DOT, 3 },
	{ "<a..b@c>", SMTP_ADDRESS_LOCAL_DOT, 3 },
	{ "<a.b...c@d>", SMTP_ADDRESS_LOCAL_DOT, 5 },
	{ "<a.(b)@c>", SMTP_ADDRESS_BAD_LOCAL, 3 },
	{ "<a.\"b\"@c>", SMTP_ADDRESS_BAD_LOCAL, 3 },
	{ "<\"a\".b@c>", SMTP_ADDRESS_AFTER_QUOTE, 4 },
	/* Quoted-string */
	{ "<\"a@b>", SMTP_ADDRESS_OPEN_QUOTE, 1 },
	{ "<\"", SMTP_ADDRESS_OPEN_QUOTE, 1 },
	{ "<\"a\\\"@b>", SMTP_ADDRESS_OPEN_QUOTE, 1 },
	{ "<\"a\\", SMTP_ADDRESS_OPEN_QUOTE, 1 },
	{ "<\"\"a\"@b>", SMTP_ADDRESS_AFTER_QUOTE, 3 },
	{ "<\"a\"b@c>", SMTP_ADDRESS_AFTER_QUOTE, 4 },
	{ "<\"a\" @c>", SMTP_ADDRESS_AFTER_QUOTE, 4 },
	{ "<\"a\"\"b\"@c>", SMTP_ADDRESS_AFTER_QUOTE, 4 },
	{ "<\"\t\"@c>", SMTP_ADDRESS_BAD_QUOTED, 2 },
	{ "<\"a\x01\"@c>", SMTP_ADDRESS_BAD_QUOTED, 3 },
	{ "<\"a\\\x01\"@c>", SMTP_ADDRESS_BAD_QUOTED, 4 },
	{ "<\"a\x7f\"@c>", SMTP_ADDRESS_BAD_QUOTED, 3 },
	{ "<\"a\r\n\"@c>", SMTP_ADDRESS_BAD_QUOTED, 3 },
	{ "<\"\\\303\251\"@c>", SMTP_ADDRESS_BAD_QUOTED, 3 },
	/* Domain */
	{ "<a@", SMTP_ADDRESS_EMPTY_DOMAIN, 3 },
	{ "<a@>", SMTP_ADDRESS_EMPTY_DOMAIN, 3 },
	{ "<postmaster@>", SMTP_ADDRESS_EMPTY_DOMAIN, 12 },
	{ "<a@.>", SMTP_ADDRESS_DOMAIN_DOT, 3 },
	{ "<a@.b>", SMTP_ADDRESS_DOMAIN_DOT, 3 },
	{ "<a@b.>", SMTP_ADDRESS_DOMAIN_DOT, 5 },
	{ "<a@b..c>", SMTP_ADDRESS_DOMAIN_DOT, 5 },
	{ "<a@b.example.>", SMTP_ADDRESS_DOMAIN_DOT, 13 },
	{ "<a@-b>", SMTP_ADDRESS_HYPHEN, 3 },
	{ "<a@b->", SMTP_ADDRESS_HYPHEN, 4 },
	{ "<a@b-.c>", SMTP_ADDRESS_HYPHEN, 4 },
	{ "<a@b.-c>", SMTP_ADDRESS_HYPHEN, 5 },
	{ "<a@->", SMTP_ADDRESS_HYPHEN, 3 },
	{ "<a@b_c>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@_b>", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@@b>", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@b@c>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b c>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b >", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@ b>", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@b,c@d>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b;c@d>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b:25>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b/c>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@\"b\">", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@(c)b>", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@b\x01>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@b<>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@#123>", SMTP_ADDRESS_BAD_DOMAIN, 3 },
	{ "<a@" LABEL_63 "a>", SMTP_ADDRESS_LONG_LABEL, 66 },
	{ "<a@b." LABEL_63 "a.c>", SMTP_ADDRESS_LONG_LABEL, 68 },
	{ "<a@" DOMAIN_255 ">", SMTP_ADDRESS_LONG_PATH, 255 },
	{ "<a@" DOMAIN_255 ".b>", SMTP_ADDRESS_LONG_DOMAIN, 258 },
	{ "<@" DOMAIN_255 ".b:a@b>", SMTP_ADDRESS_LONG_DOMAIN, 257 },
	/* Address literals */
	{ "<a@[>", SMTP_ADDRESS_OPEN_LITERAL, 3 },
	{ "<a@[192.0.2.1>", SMTP_ADDRESS_OPEN_LITERAL, 3 },
	{ "<a@[]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[192.0.2]>", SMTP_ADDRESS_BAD_LITERAL, 11 },
	{ "<a@[192.0.2.]>", SMTP_ADDRESS_BAD_LITERAL, 12 },
	{ "<a@[192.0.2.256]>", SMTP_ADDRESS_BAD_LITERAL, 12 },
	{ "<a@[192.0.2.1.5]>", SMTP_ADDRESS_BAD_LITERAL, 13 },
	{ "<a@[1920.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 7 },
	{ "<a@[0001.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 7 },
	{ "<a@[192.0..1]>", SMTP_ADDRESS_BAD_LITERAL, 10 },
	{ "<a@[192.0.2.x]>", SMTP_ADDRESS_BAD_LITERAL, 12 },
	{ "<a@[ 192.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[192.0.2.1 ]>", SMTP_ADDRESS_BAD_LITERAL, 13 },
	{ "<a@[[192.0.2.1]]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[host.example]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[192.0.2.1]x>", SMTP_ADDRESS_BAD_DOMAIN, 14 },
	{ "<a@x[192.0.2.1]>", SMTP_ADDRESS_BAD_DOMAIN, 4 },
	{ "<a@[2001:db8::1]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[::1]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[IPv6:]>", SMTP_ADDRESS_BAD_LITERAL, 9 },
	{ "<a@[IPv6:1]>", SMTP_ADDRESS_BAD_LITERAL, 10 },
	{ "<a@[IPv6::1]>", SMTP_ADDRESS_BAD_LITERAL, 9 },
	{ "<a@[IPv6:1:2:3:4:5:6:7]>", SMTP_ADDRESS_BAD_LITERAL, 22 },
	{ "<a@[IPv6:1:2:3:4:5:6:7:]>", SMTP_ADDRESS_BAD_LITERAL, 23 },
	{ "<a@[IPv6:1:2:3:4:5:6:7:8:9]>", SMTP_ADDRESS_BAD_LITERAL, 24 },
	{ "<a@[IPv6:1:2:3:4:5:6:7::]>", SMTP_ADDRESS_BAD_LITERAL, 24 },
	{ "<a@[IPv6:::2:3:4:5:6:7:8]>", SMTP_ADDRESS_BAD_LITERAL, 24 },
	{ "<a@[IPv6:2001:db8:::1]>", SMTP_ADDRESS_BAD_LITERAL, 19 },
	{ "<a@[IPv6:1::2::3]>", SMTP_ADDRESS_BAD_LITERAL, 13 },
	{ "<a@[IPv6:12345::]>", SMTP_ADDRESS_BAD_LITERAL, 13 },
	{ "<a@[IPv6:g::]>", SMTP_ADDRESS_BAD_LITERAL, 9 },
	{ "<a@[IPv6:fe80::1%eth0]>", SMTP_ADDRESS_BAD_LITERAL, 16 },
	{ "<a@[IPv6:1:2:3:4:5:192.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 28 },
	{ "<a@[IPv6:1:2:3:4:5:6:7:192.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 32 },
	{ "<a@[IPv6:192.0.2.1::]>", SMTP_ADDRESS_BAD_LITERAL, 18 },
	{ "<a@[IPv6:::192.0.2.256]>", SMTP_ADDRESS_BAD_LITERAL, 19 },
	{ "<a@[IPv6:::1:2:3:4:5:192.0.2.1]>", SMTP_ADDRESS_BAD_LITERAL, 30 },
	{ "<a@[tag:]>", SMTP_ADDRESS_BAD_LITERAL, 8 },
	{ "<a@[:content]>", SMTP_ADDRESS_BAD_LITERAL, 4 },
	{ "<a@[tag-:content]>", SMTP_ADDRESS_BAD_LITERAL, 8 },
	{ "<a@[t_g:content]>", SMTP_ADDRESS_BAD_LITERAL, 5 },
	{ "<a@[tag:con tent]>", SMTP_ADDRESS_BAD_LITERAL, 11 },
	{ "<a@[tag:con[tent]>", SMTP_ADDRESS_BAD_LITERAL, 11 },
	{ "<a@[tag:con\\tent]>", SMTP_ADDRESS_BAD_LITERAL, 11 },
	{ "<a@[tag:\303\251]>", SMTP_ADDRESS_BAD_LITERAL, 8 },
	/* A-d-l */
	{ "<@one.example>", SMTP_ADDRESS_EMPTY_LOCAL, 1 },
	{ "<@one.example:>", SMTP_ADDRESS_EMPTY_LOCAL, 14 },
	{ "<@one.example:@b>", SMTP_ADDRESS_EMPTY_LOCAL, 14 },
	{ "<@one.example,a@b>", SMTP_ADDRESS_BAD_ROUTE, 14 },
	{ "<@one.example,:a@b>", SMTP_ADDRESS_BAD_ROUTE, 14 },
	{ "<@one.example;a@b>", SMTP_ADDRESS_BAD_ROUTE, 13 },
	{ "<@one.example, @two.example:a@b>", SMTP_ADDRESS_BAD_ROUTE, 14 },
	{ "<@:a@b>", SMTP_ADDRESS_BAD_DOMAIN, 2 },
	{ "<@,@b:a@c>", SMTP_ADDRESS_BAD_DOMAIN, 2 },
	{ "<@[192.0.2.1]:a@b>", SMTP_ADDRESS_BAD_DOMAIN, 2 },
	{ "<@one..example:a@b>", SMTP_ADDRESS_DOMAIN_DOT, 6 },
	{ "<@one.example", SMTP_ADDRESS_EMPTY_LOCAL, 1 },
	{ "<@one.example:", SMTP_ADDRESS_NO_CLOSE, 14 },
	/* RFC 6531 §3.3, RFC 3629 §4 */
	{ "<\303@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<a\303(@b>", SMTP_ADDRESS_BAD_UTF8, 2 },
	{ "<\251@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\300\257@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\355\240\200@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\364\220\200\200@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\351@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\302\205@b>", SMTP_ADDRESS_BAD_UTF8, 1 },
	{ "<\"\377\"@b>", SMTP_ADDRESS_BAD_UTF8, 2 },
	{ "<a@\303>", SMTP_ADDRESS_BAD_UTF8, 3 },
	{ "<a@b\342\202.c>", SMTP_ADDRESS_BAD_UTF8, 4 },
	/* No U-label: a symbol, a combining mark first, hyphens in the wrong place, too long */
	{ "<a@\342\230\203\342\200\213.c>", SMTP_ADDRESS_BAD_IDN, 3 },
	{ "<a@b.\314\201.c>", SMTP_ADDRESS_BAD_IDN, 5 },
	{ "<a@xn--\303\251.c>", SMTP_ADDRESS_BAD_IDN, 7 },
	{ "<a@-\303\251.c>", SMTP_ADDRESS_HYPHEN, 3 },
	{ "<a@\303\251-.c>", SMTP_ADDRESS_HYPHEN, 5 },
	{ "<a@\303\251" LABEL_63 ".c>", SMTP_ADDRESS_BAD_IDN, 3 },
	{ "<a@b.\357\274\217.c>", SMTP_ADDRESS_BAD_IDN, 5 },
	{ "<a@\303\251_b>", SMTP_ADDRESS_BAD_DOMAIN, 5 },
};

static void
check_cut(const struct bad_case *t, size_t cut)
{
	uint8_t *in = malloc(cut + (cut == 0));
	enum smtp_address_fault fault;
	struct smtp_path path;
	size_t at;

	assert_non_null(in);
	memcpy(in, t->in, cut);
	fault = smtp_path_parse(slice_make(in, cut), &path, &at);
	free(in);
	if (fault == SMTP_ADDRESS_OK || at > cut)
		fail_msg("'%.*s': fault %d at %zu", (int)cut, t->in, (int)fault, at);
	if (t->in[cut] == '\0' && (fault != t->fault || at != t->at))
		fail_msg("'%s': at %zu: %s", t->in, at, smtp_address_fault_words(fault));
}

/* Each part in a heap block of exact size: ASan sees any overread. */
static void
test_faults_are_found_where_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++)
			check_cut(&cases[i], cut);
}

static void
test_what_is_no_path_holds_no_mailbox(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct slice in = slice_of(cases[i].in);

		if (in.len < 2 || in.ptr[0] != '<' || in.ptr[in.len - 1] != '>' || in.ptr[1] == '@')
			continue;
		if (smtp_mailbox_check(slice_after(slice_first(in, in.len - 1), 1)) ==
		    SMTP_ADDRESS_OK)
			fail_msg("'%s'", cases[i].in);
	}
}

/* U+037E is ";" in normal form C, which only a quoted local part may have. */
static void
test_what_has_no_normal_form_is_no_mailbox(void **state)
{
	static const char *const mailboxes[] = { "a\315\276b@c", "a\315\276b" };

	(void)state;
	for (size_t i = 0; i < sizeof mailboxes / sizeof mailboxes[0]; i++) {
		struct buf out;

		buf_init(&out, SMTP_MAILBOX_MAX);
		assert_false(smtp_mailbox_normalize(slice_of(mailboxes[i]), &out));
		buf_done(&out);
	}
}

/* U+0958 is two characters in normal form C. */
static void
test_no_normal_form_passes_the_limit(void **state)
{
	struct buf mailbox, out;

	(void)state;
	buf_init(&mailbox, SMTP_MAILBOX_MAX);
	buf_init(&out, SMTP_MAILBOX_MAX);
	for (size_t i = 0; i < 64; i++)
		buf_add_text(&mailbox, "\340\245\230");
	buf_add_text(&mailbox, "@b.example");
	assert_int_equal(smtp_mailbox_check(buf_slice(&mailbox)), SMTP_ADDRESS_OK);
	assert_false(smtp_mailbox_normalize(buf_slice(&mailbox), &out));
	buf_done(&mailbox);
	buf_done(&out);
}

static void
test_every_fault_has_words_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i <= SMTP_ADDRESS_FAULT_LAST; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
			    smtp_address_fault_words((enum smtp_address_fault)i),
			    smtp_address_fault_words((enum smtp_address_fault)k));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults_are_found_where_they_are),
		cmocka_unit_test(test_what_is_no_path_holds_no_mailbox),
		cmocka_unit_test(test_what_has_no_normal_form_is_no_mailbox),
		cmocka_unit_test(test_no_normal_form_passes_the_limit),
		cmocka_unit_test(test_every_fault_has_words_of_its_own),
	};
	return cmocka_run_group_tests_name("smtp/address, bad", tests, NULL, NULL);
}
