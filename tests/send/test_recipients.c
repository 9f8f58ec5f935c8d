/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "send/recipients.h"

static const struct header_case {
	const char *name, *header, *recipients, *error;
} cases[] = {
	{ "none", "From: a@x\r\nSubject: To: b@x\r\n\r\nTo: c@x\r\n", "", NULL },
	{ "all three", "To: a@x, B <b@x>\r\nCc: c@x\r\nBCC: d@x\r\n\r\n", "a@x b@x c@x d@x ",
	    NULL },
	{ "each once", "To: a@x, A@X\r\nCc: a@x\r\n\r\n", "a@x ", NULL },
	{ "groups, comments and folds", "To: g: a@x,\r\n b (c) @ x;, \"q r\"@x\r\n\r\n",
	    "a@x b@x \"q r\"@x ", NULL },
	{ "no domain", "To: root\r\n\r\n", "root@h.example ", NULL },
	{ "a message that is sent again", "To: a@x\r\nResent-To: b@x\r\nResent-Bcc: c@x\r\n\r\n",
	    "b@x c@x ", NULL },
	{ "empty Bcc", "To: a@x\r\nBcc:\r\n\r\n", "a@x ", NULL },
	{ "syntax", "To: a@x, <b@, c@x\r\n\r\n", NULL, "\"<b@\" is not an address" },
};

static void
check_case(const struct header_case *t)
{
	struct send_recipients r = { 0 };
	struct buf joined, error;
	bool ok;

	buf_init(&joined, 512);
	buf_init(&error, 512);
	ok = send_recipients_add_header(&r, slice_of(t->header), slice_of("h.example"), &error);
	for (size_t i = 0; i < r.count; i++) {
		(void)buf_add_slice(&joined, r.list[i]);
		(void)buf_add_octet(&joined, ' ');
	}
	if (ok != (t->error == NULL))
		fail_msg("%s: %s", t->name, ok ? "taken" : "refused");
	if (ok && !slice_is(buf_slice(&joined), t->recipients))
		fail_msg("%s: %.*s", t->name, (int)joined.len, (const char *)joined.ptr);
	if (!ok && !slice_is(buf_slice(&error), t->error))
		fail_msg("%s: %.*s", t->name, (int)error.len, (const char *)error.ptr);
	send_recipients_done(&r);
	buf_done(&joined);
	buf_done(&error);
}

static void
test_recipients_are_those_of_the_header_each_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

static void
test_there_is_a_most(void **state)
{
	struct send_recipients r = { 0 };
	struct buf error;
	char text[32];

	(void)state;
	buf_init(&error, 512);
	for (int i = 0; i < SEND_RECIPIENTS_MAX; i++) {
		(void)snprintf(text, sizeof text, "a%d@x", i);
		assert_true(send_recipients_add(&r, slice_of(text), slice_of("h"), &error));
	}
	assert_false(send_recipients_add(&r, slice_of("b@x"), slice_of("h"), &error));
	assert_true(slice_is(buf_slice(&error), "there are more than 10000 recipients"));
	assert_int_equal(r.count, SEND_RECIPIENTS_MAX);
	send_recipients_done(&r);
	buf_done(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recipients_are_those_of_the_header_each_once),
		cmocka_unit_test(test_there_is_a_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
