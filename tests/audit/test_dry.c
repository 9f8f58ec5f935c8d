/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/dry.h"

/* What is said, and the code that must come. 0: nothing. */
static const struct {
	const char *said;
	const char *code;
} dialog[] = {
	{ NULL, "220" },
	{ "EHLO x\r\n", "250" },
	{ "STARTTLS\r\nNOOP\r\n", "220" },
	{ "AUTH LOGIN\r\n", "334" },
	{ "YQ==\r\n", "334" },
	{ "*\r\n", "501" },
	{ "AUTH PLAIN\r\n", "334" },
	{ "AGEAYg==\r\n", "235" },
	{ "MAIL FROM:<>\r\n", "250" },
	{ "RCPT TO:<a@b>\r\n", "250" },
	{ "DATA\r\n", "354" },
	{ "test\n.\n", NULL },
};

static void
test_everything_is_let_happen(void **state)
{
	struct audit_dry dry;

	(void)state;
	audit_dry_init(&dry);
	for (size_t i = 0; i < sizeof dialog / sizeof dialog[0]; i++) {
		struct slice reply;

		if (dialog[i].said != NULL)
			audit_dry_hear(&dry, slice_of(dialog[i].said));
		reply = audit_dry_say(&dry);
		if (dialog[i].code == NULL ? reply.len != 0
					   : !slice_starts_nocase(reply, dialog[i].code))
			fail_msg(
			    "%s: %.*s", dialog[i].said, (int)reply.len, (const char *)reply.ptr);
		assert_int_equal(audit_dry_say(&dry).len, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything_is_let_happen),
	};

	return cmocka_run_group_tests_name("audit/dry", tests, NULL, NULL);
}
