/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/received.h"

static struct message_received
example(void)
{
	return (struct message_received){
		.helo = slice_of("client.example.org"),
		.peer = slice_of("192.0.2.7"),
		.hostname = slice_of("mail.example.com"),
		.is_extended = true,
		.is_tls = true,
		.is_authenticated = true,
		.tls_version = slice_of("TLSv1.3"),
		.tls_cipher = slice_of("TLS_AES_256_GCM_SHA384"),
		.queue_id = slice_of("0ABCDEFGHJKMN"),
		.recipient = slice_of("bob@example.net"),
		.unix_s = 1795341600,
	};
}

static void
check(const struct message_received *r, const char *want)
{
	struct buf out;

	buf_init(&out, MESSAGE_RECEIVED_MAX);
	assert_true(message_received_add(r, &out));
	if (!slice_is(buf_slice(&out), want))
		fail_msg("got:\n%.*swanted:\n%s", (int)out.len, (const char *)out.ptr, want);
	buf_done(&out);
}

/* RFC 5321 §4.4: Time-stamp-line. RFC 5322 §2.2.3, §3.2.2, §3.6.7, RFC 8314 §4, §4.3. */
static void
test_field_has_every_clause_in_order(void **state)
{
	struct message_received r = example();

	(void)state;
	check(&r, "Received: from client.example.org\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <bob@example.net>\r\n"
		  "\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

/* RFC 6710 §4.1, §7 */
static void
test_a_priority_that_was_asked_for_is_told(void **state)
{
	struct message_received r = example();

	(void)state;
	r.has_priority = true;
	r.priority = -9;
	check(&r, "Received: from client.example.org\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <bob@example.net>\r\n"
		  "\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3)\r\n"
		  "\tPRIORITY -9;\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

static void
test_ipv6_peer_is_an_address_literal(void **state)
{
	struct message_received r = example();

	(void)state;
	r.peer = slice_of("2001:db8::1");
	r.is_tls = r.is_authenticated = false;
	r.recipient = slice_of("");
	check(&r, "Received: from client.example.org\r\n"
		  "\t([IPv6:2001:db8::1])\r\n"
		  "\tby mail.example.com with ESMTP id 0ABCDEFGHJKMN;\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

/* RFC 3848, RFC 6531 §4.3: the registered names. RFC 4954 §7. */
static void
test_protocol_names_are_those_registered(void **state)
{
	static const struct {
		bool is_extended, is_utf8, is_tls, is_authenticated;
		const char *name;
	} rows[] = {
		{ true, false, true, true, "ESMTPSA" },
		{ true, false, true, false, "ESMTPS" },
		{ true, false, false, true, "ESMTPA" },
		{ true, false, false, false, "ESMTP" },
		{ true, true, true, true, "UTF8SMTPSA" },
		{ true, true, true, false, "UTF8SMTPS" },
		{ true, true, false, true, "UTF8SMTPA" },
		{ true, true, false, false, "UTF8SMTP" },
		{ false, false, true, true, "SMTP" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct message_received r = { .is_extended = rows[i].is_extended,
			.is_utf8 = rows[i].is_utf8,
			.is_tls = rows[i].is_tls,
			.is_authenticated = rows[i].is_authenticated };

		assert_string_equal(message_received_protocol(&r), rows[i].name);
	}
}

static void
test_client_octets_never_leave_their_place(void **state)
{
	struct message_received r = example();

	(void)state;
	r.helo = slice_make("a)\r\nX: \0\x1b\xff(", 11);
	r.recipient = slice_of("x>\r\n\r\ny@z");
	check(&r, "Received: from [192.0.2.7]\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\t(EHLO a???X:????\?)\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <x?????y@z>\r\n"
		  "\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

/* RFC 5321 §4.4: what stands after "from" is a domain or an address literal, whatever was said. */
static void
test_from_keeps_to_the_grammar(void **state)
{
	static const struct {
		const char *helo, *peer, *from;
	} rows[] = {
		{ "[192.0.2.7]", "192.0.2.7", "[192.0.2.7]\r\n\t([192.0.2.7])\r\n" },
		{ "my_pc", "2001:db8::1",
		    "[IPv6:2001:db8::1]\r\n\t([IPv6:2001:db8::1])\r\n\t(EHLO my_pc)\r\n" },
		{ "", "192.0.2.7", "[192.0.2.7]\r\n\t([192.0.2.7])\r\n" },
		{ "a.example", "", "a.example\r\n" },
		{ "my pc", "nowhere", "unknown\r\n\t(EHLO my?pc)\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message_received r = example();
		struct buf out;

		r.helo = slice_of(rows[i].helo);
		r.peer = slice_of(rows[i].peer);
		buf_init(&out, MESSAGE_RECEIVED_MAX);
		assert_true(message_received_add(&r, &out));
		buf_drop(&out, strlen("Received: from "));
		assert_memory_equal(out.ptr, rows[i].from, strlen(rows[i].from));
		assert_memory_equal(out.ptr + strlen(rows[i].from), "\tby ", 4);
		buf_done(&out);
	}
}

static void
test_a_pseudonym_hides_address_and_name(void **state)
{
	struct message_received r = example();

	(void)state;
	r.pseudonym = slice_of("mzxw6ytboi");
	check(&r, "Received: from mzxw6ytboi.invalid\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <bob@example.net>\r\n"
		  "\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
	r.pseudonym = slice_of("no\r\nlabel");
	check(&r, "Received: from hidden.invalid\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <bob@example.net>\r\n"
		  "\ttls TLS_AES_256_GCM_SHA384 (TLSv1.3);\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

/* RFC 6531 §3.7.3 */
static void
test_a_recipient_is_utf8_only_with_smtputf8(void **state)
{
	struct message_received r = example();

	(void)state;
	r.is_tls = false;
	r.recipient = slice_of("\xc3\xa9@example.net");
	check(&r, "Received: from client.example.org\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with ESMTPA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <??@example.net>;\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
	r.is_utf8 = true;
	check(&r, "Received: from client.example.org\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with UTF8SMTPA id 0ABCDEFGHJKMN\r\n"
		  "\tfor <\xc3\xa9@example.net>;\r\n"
		  "\tSun, 22 Nov 2026 10:00:00 +0000\r\n");
}

/* RFC 5322 §2.1.1: 998 octets a line, and the whole within its promise. */
static void
test_the_longest_names_keep_lines_and_field_bounded(void **state)
{
	struct message_received r = example();
	uint8_t longest[2000];
	struct buf out;
	size_t line = 0;

	(void)state;
	memset(longest, 'a', sizeof longest);
	r.helo = r.peer = r.hostname = r.tls_version = r.tls_cipher = r.queue_id =
	    slice_make(longest, sizeof longest);
	r.recipient = slice_make(longest, 900);
	buf_init(&out, MESSAGE_RECEIVED_MAX);
	assert_true(message_received_add(&r, &out));
	for (size_t i = 0; i < out.len; i++) {
		line = out.ptr[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 999);
	}
	buf_done(&out);
}

/* RFC 5321 §7.2: nothing but one recipient may be named. */
static void
test_a_recipient_too_long_for_a_line_is_left_out(void **state)
{
	struct message_received r = example();
	uint8_t longest[901];
	struct buf out;

	(void)state;
	memset(longest, 'a', sizeof longest);
	r.recipient = slice_make(longest, sizeof longest);
	buf_init(&out, MESSAGE_RECEIVED_MAX);
	assert_true(message_received_add(&r, &out));
	assert_null(memmem(out.ptr, out.len, "for <", 5));
	buf_done(&out);
}

static void
test_a_full_buffer_is_told(void **state)
{
	struct message_received r = example();
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_false(message_received_add(&r, &out));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field_has_every_clause_in_order),
		cmocka_unit_test(test_a_priority_that_was_asked_for_is_told),
		cmocka_unit_test(test_ipv6_peer_is_an_address_literal),
		cmocka_unit_test(test_protocol_names_are_those_registered),
		cmocka_unit_test(test_client_octets_never_leave_their_place),
		cmocka_unit_test(test_from_keeps_to_the_grammar),
		cmocka_unit_test(test_a_pseudonym_hides_address_and_name),
		cmocka_unit_test(test_a_recipient_is_utf8_only_with_smtputf8),
		cmocka_unit_test(test_the_longest_names_keep_lines_and_field_bounded),
		cmocka_unit_test(test_a_recipient_too_long_for_a_line_is_left_out),
		cmocka_unit_test(test_a_full_buffer_is_told),
	};
	return cmocka_run_group_tests_name("message/received", tests, NULL, NULL);
}
