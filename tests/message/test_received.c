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

/* RFC 5321 §4.4: Time-stamp-line. */
static void
test_field_has_every_clause_in_order(void **state)
{
	struct message_received r = example();

	(void)state;
	check(&r, "Received: from client.example.org\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384)\r\n"
		  "\tfor <bob@example.net>;\r\n"
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

/* RFC 3848: the registered names. */
static void
test_protocol_names_are_those_registered(void **state)
{
	(void)state;
	assert_string_equal(message_received_protocol(true, true, true), "ESMTPSA");
	assert_string_equal(message_received_protocol(true, true, false), "ESMTPS");
	assert_string_equal(message_received_protocol(true, false, true), "ESMTPA");
	assert_string_equal(message_received_protocol(true, false, false), "ESMTP");
	assert_string_equal(message_received_protocol(false, true, true), "SMTP");
}

static void
test_client_octets_never_leave_their_place(void **state)
{
	struct message_received r = example();

	(void)state;
	r.helo = slice_make("a)\r\nX: \0\x1b\xff(", 11);
	r.recipient = slice_of("x>\r\n\r\ny@z");
	check(&r, "Received: from a???X:?????\r\n"
		  "\t([192.0.2.7])\r\n"
		  "\tby mail.example.com with ESMTPSA id 0ABCDEFGHJKMN\r\n"
		  "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384)\r\n"
		  "\tfor <x?????y@z>;\r\n"
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
		cmocka_unit_test(test_ipv6_peer_is_an_address_literal),
		cmocka_unit_test(test_protocol_names_are_those_registered),
		cmocka_unit_test(test_client_octets_never_leave_their_place),
		cmocka_unit_test(test_the_longest_names_keep_lines_and_field_bounded),
		cmocka_unit_test(test_a_recipient_too_long_for_a_line_is_left_out),
		cmocka_unit_test(test_a_full_buffer_is_told),
	};
	return cmocka_run_group_tests_name("message/received", tests, NULL, NULL);
}
