/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "message/dsn_address.h"

static void
check(const char *in, bool is_utf8, const char *want, void (*add)(struct slice, bool, struct buf *))
{
	struct slice s = slice_of(in);
	struct buf out;

	buf_init(&out, MESSAGE_DSN_ADDRESS_MAX(s.len));
	add(s, is_utf8, &out);
	if (out.overflow || !slice_is(buf_slice(&out), want))
		fail_msg(
		    "'%s': '%.*s' instead of '%s'", in, (int)out.len, (const char *)out.ptr, want);
	buf_done(&out);
}

/* RFC 3464 §2.3.2, RFC 6533 §3: utf-8-addr-xtext in a report of 7 bits. */
static void
test_an_address_is_written_as_its_report_allows(void **state)
{
	static const struct {
		const char *in, *ascii, *utf8;
	} rows[] = {
		{ "a+b=c@x", "rfc822; a+b=c@x", "rfc822; a+b=c@x" },
		{ "\xc3\xa9@x", "utf-8; \\x{E9}@x", "utf-8; \xc3\xa9@x" },
		{ "\xe7\x8e\x8b+a=\\@x", "utf-8; \\x{738B}\\x{2B}a\\x{3D}\\x{5C}@x",
		    "utf-8; \xe7\x8e\x8b+a=\\@x" },
		{ "\xf0\x9f\x98\x80 @x", "utf-8; \\x{1F600}\\x{20}@x",
		    "utf-8; \xf0\x9f\x98\x80 @x" },
		{ "\xe9@x", "utf-8; ?@x", "utf-8; \xe9@x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check(rows[i].in, false, rows[i].ascii, message_dsn_address_add);
		check(rows[i].in, true, rows[i].utf8, message_dsn_address_add);
	}
}

/* RFC 3461 §4.2, RFC 6533 §3: what is not of the form is copied as it is. */
static void
test_an_original_recipient_loses_its_encoding(void **state)
{
	static const struct {
		const char *in, *ascii, *utf8;
	} rows[] = {
		{ "rfc822;a+2Bb@x", "rfc822; a+b@x", "rfc822; a+b@x" },
		{ "RFC822;a@x", "RFC822; a@x", "RFC822; a@x" },
		{ "x400;a+20b", "x400; a b", "x400; a b" },
		{ "rfc822;a+2", "rfc822; a+2", "rfc822; a+2" },
		{ "no type", "no type; ", "no type; " },
		{ "utf-8;\\x{738B}@x", "utf-8; \\x{738B}@x", "utf-8; \xe7\x8e\x8b@x" },
		{ "UTF-8;\xc3\xa9\\x{2B}@x", "UTF-8; \\x{E9}\\x{2B}@x", "UTF-8; \xc3\xa9+@x" },
		{ "utf-8;\\x{1F600}\\x{5C}\\x{10FFFF}@x", "utf-8; \\x{1F600}\\x{5C}\\x{10FFFF}@x",
		    "utf-8; \xf0\x9f\x98\x80\\\xf4\x8f\xbf\xbf@x" },
		{ "utf-8;a\\x{D800}@x", "utf-8; a\\x{D800}@x", "utf-8; a\\x{D800}@x" },
		{ "utf-8;a\\x{110000}", "utf-8; a\\x{110000}", "utf-8; a\\x{110000}" },
		{ "utf-8;a\\x{0D}", "utf-8; a\\x{0D}", "utf-8; a\\x{0D}" },
		{ "utf-8;a\\x{@x", "utf-8; a\\x{@x", "utf-8; a\\x{@x" },
		{ "utf-8;a\\", "utf-8; a\\", "utf-8; a\\" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check(rows[i].in, false, rows[i].ascii, message_dsn_orcpt_add);
		check(rows[i].in, true, rows[i].utf8, message_dsn_orcpt_add);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_address_is_written_as_its_report_allows),
		cmocka_unit_test(test_an_original_recipient_loses_its_encoding),
	};
	return cmocka_run_group_tests_name("message/dsn_address", tests, NULL, NULL);
}
