/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/addresses.h"

/* What is read, as "local|domain" with a space between; after it "!" and the element at fault. */
static const struct address_case {
	const char *in, *out;
} cases[] = {
	/* ---- RFC 5322 §3.4.1 addr-spec ---- */
	{ "a@b", "a|b" },
	{ "a.b.c@d.e.f", "a.b.c|d.e.f" },
	{ "!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~|x" },
	{ "\"a b\"@x", "\"a b\"|x" },
	{ "\"a@b\"@x", "\"a@b\"|x" },
	{ "\"a\\\"b\\\\\"@x", "\"a\\\"b\\\\\"|x" },
	{ "\"\"@x", "\"\"|x" },
	{ "a@[192.0.2.1]", "a|[192.0.2.1]" },
	{ "a@[IPv6:2001:db8::1]", "a|[IPv6:2001:db8::1]" },
	{ " a@b ", "a|b" },
	{ "\t\r\n a@b\r\n\t", "a|b" },
	/* ---- §3.4 mailbox ---- */
	{ "<a@b>", "a|b" },
	{ "Name <a@b>", "a|b" },
	{ "Two Names <a@b>", "a|b" },
	{ "\"Quoted, name\" <a@b>", "a|b" },
	{ "=?utf-8?q?J=C3=BCrgen?= <a@b>", "a|b" },
	{ "\"x\"<a@b>", "a|b" },
	{ "< a@b >", "a|b" },
	{ "Name\r\n <a@b>", "a|b" },
	/* ---- §3.2.2 comments ---- */
	{ "(c) a@b (d)", "a|b" },
	{ "a(c)@(d)b(e)", "a|b" },
	{ "(a (b (c)) \\) \\( d) a@b", "a|b" },
	{ "Name (c) <(d)a@b(e)>(f)", "a|b" },
	{ "(a, b@c) d@e", "d|e" },
	{ "()a@b", "a|b" },
	/* ---- lists ---- */
	{ "a@b,c@d", "a|b c|d" },
	{ "a@b, C <c@d> ,\r\n e@f", "a|b c|d e|f" },
	{ "", "" },
	{ "  ", "" },
	{ "(nobody)", "" },
	/* ---- groups ---- */
	{ "undisclosed-recipients:;", "" },
	{ "A group: a@b, C <c@d>;", "a|b c|d" },
	{ "g: a@b;, c@d", "a|b c|d" },
	{ "g:;,h:a@b;", "a|b" },
	{ "\"g\" . h : ( ) ; ", "" },
	{ "a@b, g:;", "a|b" },
	/* ---- §4.4 obsolete ---- */
	{ "a . b @ c . d", "a . b|c . d" },
	{ "\"a\".b@c", "\"a\".b|c" },
	{ "John Q. Public <a@b>", "a|b" },
	{ "<@x,@y:a@b>", "a|b" },
	{ "<,@x,,@y:a@b>", "a|b" },
	{ ",a@b,,c@d,", "a|b c|d" },
	{ ", ,", "" },
	{ "g: , a@b,,;", "a|b" },
	/* ---- RFC 6532 §3.2 ---- */
	{ "\xc3\xa9@\xc3\xa9.example", "\xc3\xa9|\xc3\xa9.example" },
	{ "\xc3\xa9 \"\xc3\xa9\" (\xc3\xa9) <a@b>", "a|b" },
	/* ---- no domain ---- */
	{ "a", "a|" },
	{ "a.b (c), d", "a.b| d|" },
	{ "<a>", "a|" },
	{ "Name <\"a b\">", "\"a b\"|" },
	{ "g: a;", "a|" },
	{ "Doe, John <a@b>", "Doe| a|b" },
	/* ---- what is none ---- */
	{ "a@", "!a@" },
	{ "@b", "!@b" },
	{ "a@b@c", "!a@b@c" },
	{ "a b", "!a b" },
	{ "a b@c", "!a b@c" },
	{ "a@b c", "!a@b c" },
	{ "a@b c@d", "!a@b c@d" },
	{ "a@b <c@d>", "!a@b <c@d>" },
	{ "<a@b> c", "!<a@b> c" },
	{ "<a@b><c@d>", "!<a@b><c@d>" },
	{ "<a@b", "!<a@b" },
	{ "a@b>", "!a@b>" },
	{ "<>", "!<>" },
	{ "Name <>", "!Name <>" },
	{ "<<a@b>>", "!<<a@b>>" },
	{ "Name", "Name|" },
	{ "Two Names", "!Two Names" },
	{ "\"Quoted Name\"", "!\"Quoted Name\"" },
	{ ".a@b", "!.a@b" },
	{ "a.@b", "!a.@b" },
	{ "a..b@c", "!a..b@c" },
	{ "a@.b", "!a@.b" },
	{ "a@b.", "!a@b." },
	{ "a@b..c", "!a@b..c" },
	{ "a@\"b\"", "!a@\"b\"" },
	{ "a@[b", "!a@[b" },
	{ "a@b]", "!a@b]" },
	{ "\"a@b", "!\"a@b" },
	{ "\"a\\", "!\"a\\" },
	{ "(a@b", "!(a@b" },
	{ "a@b (", "!a@b (" },
	{ "a@b (\\", "!a@b (\\" },
	{ ")a@b", "!)a@b" },
	{ "a\\b@c", "!a\\b@c" },
	{ "a@b;", "a|b !;" },
	{ "a@b; c@d", "a|b !; c@d" },
	{ "g: a@b", "a|b !" },
	{ "g: h: a@b;;", "!h: a@b;;" },
	{ "g:; a@b", "!; a@b" },
	{ ": a@b;", "!: a@b;" },
	{ ".g: a@b;", "!.g: a@b;" },
	{ "<@x:>", "!<@x:>" },
	{ "<@x a@b>", "!<@x a@b>" },
	{ "<@:a@b>", "!<@:a@b>" },
	{ "a@b, c d, e@f", "a|b !c d" },
	{ "\x01@b", "!\x01@b" },
	{ "\"\x7f\"@b", "!\"\x7f\"@b" },
};

static void
add(char *out, size_t size, const char *before, struct slice s)
{
	size_t len = strlen(out);

	(void)snprintf(out + len, size - len, "%s%.*s", before, (int)s.len, (const char *)s.ptr);
}

static void
check(const struct address_case *t)
{
	size_t len = strlen(t->in);
	uint8_t *exact = malloc(len + (len == 0));
	struct message_addresses a = { .text = slice_make(exact, len) };
	enum message_mailbox_status status;
	struct message_mailbox m;
	char out[200] = "";

	assert_non_null(exact);
	memcpy(exact, t->in, len);
	while ((status = message_mailbox_next(&a, &m)) == MESSAGE_MAILBOX_OK) {
		add(out, sizeof out, out[0] == '\0' ? "" : " ", m.local);
		add(out, sizeof out, "|", m.domain);
	}
	if (status == MESSAGE_MAILBOX_SYNTAX)
		add(out, sizeof out, out[0] == '\0' ? "!" : " !", message_address_fault(&a));
	if (strcmp(out, t->out) != 0)
		fail_msg("'%s': '%s' instead of '%s'", t->in, out, t->out);
	free(exact);
}

static void
test_each_list_is_read_as_its_grammar_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&cases[i]);
}

/* What is read of a list cut short lies within it, wherever that is. */
static void
test_no_cut_is_read_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut < strlen(cases[i].in); cut++) {
			uint8_t *exact = malloc(cut + (cut == 0));
			struct message_addresses a = { .text = slice_make(exact, cut) };
			struct message_mailbox m;

			assert_non_null(exact);
			memcpy(exact, cases[i].in, cut);
			while (message_mailbox_next(&a, &m) == MESSAGE_MAILBOX_OK) {
				assert_true(m.local.ptr >= exact);
				assert_true(m.local.ptr + m.local.len <= exact + cut);
			}
			assert_true(a.offset <= cut && a.start <= cut);
			free(exact);
		}
}

/* Deep nesting costs no stack, and the time is linear. */
static void
test_hostile_depth_is_borne(void **state)
{
	enum { LEN = 200000 };
	static const char *const patterns[] = { "(", "()", "g:;,", "<", "\"", "a@", ",", "[",
		"\\(" };
	uint8_t *text = malloc(LEN);

	(void)state;
	assert_non_null(text);
	for (size_t p = 0; p < sizeof patterns / sizeof patterns[0]; p++) {
		struct message_addresses a = { .text = slice_make(text, LEN) };
		struct message_mailbox m;

		for (size_t i = 0; i < LEN; i++)
			text[i] = (uint8_t)patterns[p][i % strlen(patterns[p])];
		while (message_mailbox_next(&a, &m) == MESSAGE_MAILBOX_OK)
			continue;
		assert_true(a.offset <= LEN);
	}
	free(text);
}

static void
test_spellings_of_one_address_are_equal(void **state)
{
	static const struct {
		const char *in, *address;
		bool is_equal;
	} rows[] = {
		{ "a@b", "a@b", true },
		{ "A@B", "a@b", true },
		{ "\"a\"@b", "a@b", true },
		{ "\"a b\"@c", "\"a\\ b\"@c", true },
		{ "a (c) . b @ (d) c", "a.b@c", true },
		{ "Name <@x:a@b>", "a@b", true },
		{ "a", "a@default", true },
		{ "a@[192.0.2.1]", "a@[192.0.2.1]", true },
		{ "a@b", "a@c", false },
		{ "ab@c", "a@c", false },
		{ "a@b", "", false },
		{ "a@b", "a@", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message_addresses a = { .text = slice_of(rows[i].in) };
		struct message_mailbox m;

		assert_int_equal(message_mailbox_next(&a, &m), MESSAGE_MAILBOX_OK);
		if (message_mailbox_is(&m, slice_of("default"), slice_of(rows[i].address)) !=
		    rows[i].is_equal)
			fail_msg("%s and %s", rows[i].in, rows[i].address);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_list_is_read_as_its_grammar_says),
		cmocka_unit_test(test_no_cut_is_read_beyond),
		cmocka_unit_test(test_hostile_depth_is_borne),
		cmocka_unit_test(test_spellings_of_one_address_are_equal),
	};
	return cmocka_run_group_tests_name("message/addresses", tests, NULL, NULL);
}
