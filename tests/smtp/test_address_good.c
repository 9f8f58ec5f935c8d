/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that the grammar has (RFC 5321 §4.1.1, §4.1.2, §4.1.3, §4.5.3.1.1; RFC 6531 §3.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/address.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* Cyrillic, Greek, Han and a man with a laptop. */
#define PETJA "\320\277\320\265\321\202\321\217"
#define PRIMER "\320\277\321\200\320\270\320\274\320\265\321\200"
#define ALFA "\316\261\316\273\317\206\316\261"
#define LI "\346\235\216"
#define LAPTOP "\360\237\221\250\342\200\215\360\237\222\273"

static const struct good_case {
	const char *in, *mailbox;
	const char *normal; /* NULL: as it is */
} cases[] = {
	/* Reverse-path, Path */
	{ "<>", "", NULL },
	{ "<a@b>", "a@b", NULL },
	{ "<a@b.example>", "a@b.example", NULL },
	{ "<Jones@Registry.Example.ORG>", "Jones@Registry.Example.ORG", NULL },
	/* A-d-l: accepted and dropped (§4.1.1.3, appendix C) */
	{ "<@one.example:a@b.example>", "a@b.example", NULL },
	{ "<@one.example,@two.example:a@b.example>", "a@b.example", NULL },
	{ "<@a,@b,@c,@d,@e:f@g>", "f@g", NULL },
	{ "<@one.example:\"a b\"@[192.0.2.1]>", "\"a b\"@[192.0.2.1]", NULL },
	{ "<@one.example:postmaster>", "postmaster", NULL },
	{ "<@one.example:" PETJA "@b.example>", PETJA "@b.example", NULL },
	{ "<@" PRIMER ".example:a@b.example>", "a@b.example", NULL },
	/* Atom: each character of atext */
	{ "<!@x>", "!@x", NULL },
	{ "<#@x>", "#@x", NULL },
	{ "<$@x>", "$@x", NULL },
	{ "<%@x>", "%@x", NULL },
	{ "<&@x>", "&@x", NULL },
	{ "<'@x>", "'@x", NULL },
	{ "<*@x>", "*@x", NULL },
	{ "<+@x>", "+@x", NULL },
	{ "<-@x>", "-@x", NULL },
	{ "</@x>", "/@x", NULL },
	{ "<=@x>", "=@x", NULL },
	{ "<?@x>", "?@x", NULL },
	{ "<^@x>", "^@x", NULL },
	{ "<_@x>", "_@x", NULL },
	{ "<`@x>", "`@x", NULL },
	{ "<{@x>", "{@x", NULL },
	{ "<|@x>", "|@x", NULL },
	{ "<}@x>", "}@x", NULL },
	{ "<~@x>", "~@x", NULL },
	{ "<0123456789@x>", "0123456789@x", NULL },
	{ "<ABCDEFGHIJKLMNOPQRSTUVWXYZ@x>", "ABCDEFGHIJKLMNOPQRSTUVWXYZ@x", NULL },
	{ "<abcdefghijklmnopqrstuvwxyz@x>", "abcdefghijklmnopqrstuvwxyz@x", NULL },
	/* Dot-string */
	{ "<a.b@x>", "a.b@x", NULL },
	{ "<a.b.c.d.e@x>", "a.b.c.d.e@x", NULL },
	{ "<first.last+tag@x>", "first.last+tag@x", NULL },
	{ "<user%host@x>", "user%host@x", NULL },
	{ "<host!user@x>", "host!user@x", NULL },
	{ "<e=mc2@example.com>", "e=mc2@example.com", NULL },
	{ "<bounce+list=b.example@x>", "bounce+list=b.example@x", NULL },
	/* Longer than the 64 octets that every host must take (§4.5.3.1.1) */
	{ "<" LABEL_63 "aa@x>", LABEL_63 "aa@x", NULL },
	/* Quoted-string, kept as it is given */
	{ "<\"\"@x>", "\"\"@x", NULL },
	{ "<\"a\"@x>", "\"a\"@x", NULL },
	{ "<\" \"@x>", "\" \"@x", NULL },
	{ "<\"a b\"@x>", "\"a b\"@x", NULL },
	{ "<\"a.b\"@x>", "\"a.b\"@x", NULL },
	{ "<\".\"@x>", "\".\"@x", NULL },
	{ "<\"..a..\"@x>", "\"..a..\"@x", NULL },
	{ "<\"a@b\"@x>", "\"a@b\"@x", NULL },
	{ "<\"<a>\"@x>", "\"<a>\"@x", NULL },
	{ "<\"(),:;<>@[]\"@x>", "\"(),:;<>@[]\"@x", NULL },
	{ "<\"Joe\\,Smith\"@x>", "\"Joe\\,Smith\"@x", NULL },
	{ "<\"a\\\"b\"@x>", "\"a\\\"b\"@x", NULL },
	{ "<\"a\\\\b\"@x>", "\"a\\\\b\"@x", NULL },
	{ "<\"\\ \"@x>", "\"\\ \"@x", NULL },
	{ "<\"a b\\\"@c>\"@x.example>", "\"a b\\\"@c>\"@x.example", NULL },
	/* Domain */
	{ "<a@1>", "a@1", NULL },
	{ "<a@1.2.3>", "a@1.2.3", NULL },
	{ "<a@a-b>", "a@a-b", NULL },
	{ "<a@a--b.c>", "a@a--b.c", NULL },
	{ "<a@x-1.example>", "a@x-1.example", NULL },
	{ "<a@3com.example>", "a@3com.example", NULL },
	{ "<a@xn--mnchen-3ya.example>", "a@xn--mnchen-3ya.example", NULL },
	{ "<a@" LABEL_63 ".example>", "a@" LABEL_63 ".example", NULL },
	/* IPv4-address-literal; a Snum has up to three digits */
	{ "<a@[192.0.2.1]>", "a@[192.0.2.1]", NULL },
	{ "<a@[0.0.0.0]>", "a@[0.0.0.0]", NULL },
	{ "<a@[255.255.255.255]>", "a@[255.255.255.255]", NULL },
	{ "<a@[192.000.002.001]>", "a@[192.000.002.001]", NULL },
	/* IPv6-full, IPv6-comp, IPv6v4-full, IPv6v4-comp */
	{ "<a@[IPv6:2001:db8:0:0:0:0:0:1]>", "a@[IPv6:2001:db8:0:0:0:0:0:1]", NULL },
	{ "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", NULL },
	{ "<a@[ipv6:2001:DB8::aBc]>", "a@[ipv6:2001:DB8::aBc]", NULL },
	{ "<a@[IPv6:::]>", "a@[IPv6:::]", NULL },
	{ "<a@[IPv6:::1]>", "a@[IPv6:::1]", NULL },
	{ "<a@[IPv6:1::]>", "a@[IPv6:1::]", NULL },
	{ "<a@[IPv6:1:2:3:4:5:6::]>", "a@[IPv6:1:2:3:4:5:6::]", NULL },
	{ "<a@[IPv6:::3:4:5:6:7:8]>", "a@[IPv6:::3:4:5:6:7:8]", NULL },
	{ "<a@[IPv6:1:2:3:4:5:6:192.0.2.1]>", "a@[IPv6:1:2:3:4:5:6:192.0.2.1]", NULL },
	{ "<a@[IPv6:::ffff:192.0.2.1]>", "a@[IPv6:::ffff:192.0.2.1]", NULL },
	{ "<a@[IPv6:::192.0.2.1]>", "a@[IPv6:::192.0.2.1]", NULL },
	{ "<a@[IPv6:1:2::3:4:192.0.2.1]>", "a@[IPv6:1:2::3:4:192.0.2.1]", NULL },
	/* General-address-literal */
	{ "<a@[tag:content]>", "a@[tag:content]", NULL },
	{ "<a@[x-tag:!Z^~]>", "a@[x-tag:!Z^~]", NULL },
	{ "<a@[tag:b@c]>", "a@[tag:b@c]", NULL },
	/* §4.5.1, and others that options may complete */
	{ "<Postmaster>", "Postmaster", NULL },
	{ "<postMASTER>", "postMASTER", NULL },
	{ "<alice>", "alice", NULL },
	{ "<\"a b\">", "\"a b\"", NULL },
	/* RFC 6531 §3.3 */
	{ "<" PETJA "@example.com>", PETJA "@example.com", NULL },
	{ "<" PETJA "." PETJA "@x>", PETJA "." PETJA "@x", NULL },
	{ "<a" PETJA "1@x>", "a" PETJA "1@x", NULL },
	{ "<" LI "@x>", LI "@x", NULL },
	{ "<" LAPTOP "@x>", LAPTOP "@x", NULL },
	{ "<\"" PETJA " " ALFA "\"@x>", "\"" PETJA " " ALFA "\"@x", NULL },
	{ "<" PETJA ">", PETJA, NULL },
	{ "<a@" PRIMER ".example>", "a@" PRIMER ".example", NULL },
	{ "<a@xn--e1afmkfd." PRIMER ">", "a@xn--e1afmkfd." PRIMER, "a@" PRIMER "." PRIMER },
	{ "<" PETJA "@" PRIMER "." ALFA ">", PETJA "@" PRIMER "." ALFA, NULL },
	{ "<a@fa\303\237.example>", "a@fa\303\237.example", NULL },
	/* Normal form C: e and a combining acute, in local part and domain */
	{ "<Rene\314\201@x>", "Rene\314\201@x", "Ren\303\251@x" },
	{ "<\"e\314\201 a\"@x>", "\"e\314\201 a\"@x", "\"\303\251 a\"@x" },
	{ "<a@cafe\314\201.example>", "a@cafe\314\201.example", "a@caf\303\251.example" },
	{ "<\342\204\252@x>", "\342\204\252@x", "K@x" }, /* the Kelvin sign */
	/* U-labels are lower case (RFC 5890 §2.3.2.1); people are not */
	{ "<B\303\226B@B\303\234CHER.Example>", "B\303\226B@B\303\234CHER.Example",
	    "B\303\226B@b\303\274cher.example" },
	/* An ideographic full stop divides labels too (RFC 5895 §2) */
	{ "<a@" LI "\343\200\202example>", "a@" LI "\343\200\202example", "a@" LI ".example" },
};

static uint8_t *
copy_of(const char *text, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, text, len);
	return copy;
}

/* A copy in a heap block of exact size: ASan sees any overread. */
static void
check_path(const struct good_case *t, const char *rest)
{
	struct smtp_path path = { 0 };
	enum smtp_address_fault fault;
	struct buf text;
	uint8_t *in;
	size_t at;

	buf_init(&text, 1024);
	buf_add_text(&text, t->in);
	buf_add_text(&text, rest);
	in = copy_of((const char *)text.ptr, text.len);
	fault = smtp_path_parse(slice_make(in, text.len), &path, &at);
	if (fault != SMTP_ADDRESS_OK)
		fail_msg("'%s': at %zu: %s", t->in, at, smtp_address_fault_words(fault));
	if (!slice_is(path.mailbox, t->mailbox) || path.len != strlen(t->in))
		fail_msg("'%s': mailbox '%.*s', %zu octets", t->in, (int)path.mailbox.len,
		    (const char *)path.mailbox.ptr, path.len);
	free(in);
	buf_done(&text);
}

static void
test_paths_of_the_grammar_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_path(&cases[i], "");
		check_path(&cases[i], " SIZE=1");
		check_path(&cases[i], "x>");
	}
}

static void
test_no_part_of_a_path_is_a_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t cut = 0; cut < strlen(cases[i].in); cut++) {
			uint8_t *in = copy_of(cases[i].in, cut);
			struct smtp_path path;
			size_t at;

			if (smtp_path_parse(slice_make(in, cut), &path, &at) == SMTP_ADDRESS_OK ||
			    at > cut)
				fail_msg("'%s', cut at %zu: %zu", cases[i].in, cut, at);
			free(in);
		}
	}
}

static void
check_mailbox(const struct good_case *t)
{
	struct slice mailbox = slice_of(t->mailbox), domain = smtp_mailbox_domain(mailbox);
	struct slice local = smtp_mailbox_local(mailbox);
	bool is_whole = domain.len != 0;

	if (smtp_mailbox_check(mailbox) != (is_whole ? SMTP_ADDRESS_OK : SMTP_ADDRESS_NO_AT))
		fail_msg("'%s'", t->mailbox);
	assert_int_equal(local.len + is_whole + domain.len, mailbox.len);
	if (is_whole)
		assert_int_equal(mailbox.ptr[local.len], '@');
	if (is_whole && domain.ptr[0] == '[')
		assert_true(smtp_literal_is_valid(domain));
}

static void
test_mailboxes_divide_where_the_local_part_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (cases[i].mailbox[0] != '\0')
			check_mailbox(&cases[i]);
}

static void
test_mailboxes_go_on_in_normal_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *want = cases[i].normal == NULL ? cases[i].mailbox : cases[i].normal;
		struct buf out;

		buf_init(&out, SMTP_MAILBOX_MAX);
		if (!smtp_mailbox_normalize(slice_of(cases[i].mailbox), &out) ||
		    !slice_is(buf_slice(&out), want))
			fail_msg(
			    "'%s': '%.*s'", cases[i].mailbox, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_of_the_grammar_are_read),
		cmocka_unit_test(test_no_part_of_a_path_is_a_path),
		cmocka_unit_test(test_mailboxes_divide_where_the_local_part_ends),
		cmocka_unit_test(test_mailboxes_go_on_in_normal_form),
	};
	return cmocka_run_group_tests_name("smtp/address, good", tests, NULL, NULL);
}
