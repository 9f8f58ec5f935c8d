/* SPDX-License-Identifier: Apache-2.0 */
/* How long a report can be, and how odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dsn_example.h"

/* As long and as odd as can be: within the promise, 7-bit, lines of 998 octets (RFC 5322 §2.1.1).
 */
static void
test_the_worst_input_keeps_the_promises(void **state)
{
	enum { COUNT = 50, LEN = 70000 };
	struct message_dsn_recipient recipients[COUNT];
	uint8_t *odd = malloc(LEN + 1);
	struct smtp_verdict v = { .class = SMTP_VERDICT_FAILED, .code = 550 };
	struct message_dsn d;
	struct buf out;
	size_t column = 0;

	(void)state;
	assert_non_null(odd);
	memset(odd, 0xe9, LEN);
	odd[LEN] = '\0';
	v.host = v.peer_text = v.reason = (char *)odd;
	for (size_t i = 0; i < COUNT; i++)
		recipients[i] =
		    (struct message_dsn_recipient){ { odd, LEN }, &v, UINT64_MAX, { NULL, 0 } };
	d = example(recipients, COUNT);
	d.hostname = d.report_id = d.queue_id = d.sender = d.original = slice_make(odd, LEN);
	odd[100] = '\n';
	buf_init(&out, MESSAGE_DSN_MAX(COUNT));
	assert_true(message_dsn_add(&d, &out));
	for (size_t i = 0; i < out.len; i++) {
		assert_true(out.ptr[i] < 0x80);
		assert_true((out.ptr[i] == '\n') == (i != 0 && out.ptr[i - 1] == '\r'));
		column = out.ptr[i] == '\n' ? 0 : column + (out.ptr[i] != '\r');
		assert_true(column <= 998);
	}
	buf_done(&out);
	free(odd);
}

/* A text that is sent whole, and costs the most octets for each of its own. */
static struct slice
fill_original(uint8_t *text, size_t len)
{
	static const char header[] = "Subject: \xc3\xa9\r\n\r\n";
	static const uint8_t line_end[] = { '\r', '\n' };

	memset(text, 0xff, len);
	for (size_t end = len; end > 900; end -= 900)
		memcpy(text + end - 2, line_end, sizeof line_end);
	memcpy(text, header, sizeof header - 1);
	return slice_make(text, len);
}

/* The queue makes reports for 200 recipients at most. */
static void
test_what_grows_most_fits_into_the_promised_size(void **state)
{
	enum { COUNT = 200, ADDRESS_LEN = 900, ORCPT_LEN = 500 };
	static uint8_t address[ADDRESS_LEN], orcpt[ORCPT_LEN], original[MESSAGE_DSN_FULL_MAX];
	static struct message_dsn_recipient recipients[COUNT];
	static const uint8_t letter[] = { 0xc3, 0xa9 };
	static const uint8_t type[] = { 'u', 't', 'f', '-', '8', ';' };
	const struct smtp_mail_params params = { .ret = SMTP_RET_FULL };
	char words[SMTP_VERDICT_TEXT_MAX + 1] = { 0 };
	struct smtp_verdict v = { .class = SMTP_VERDICT_FAILED, .code = 550 };
	struct message_dsn d = example(recipients, COUNT);
	struct buf out;

	(void)state;
	memset(words, '=', SMTP_VERDICT_TEXT_MAX);
	v.host = v.peer_text = v.reason = words;
	memset(address, '=', sizeof address);
	memcpy(address, letter, sizeof letter);
	memset(orcpt, '\\', sizeof orcpt);
	memcpy(orcpt, type, sizeof type);
	memcpy(orcpt + sizeof type, letter, sizeof letter);
	for (size_t i = 0; i < COUNT; i++)
		recipients[i] = (struct message_dsn_recipient){ slice_make(address, ADDRESS_LEN),
			&v, 1, slice_make(orcpt, ORCPT_LEN) };
	d.params = &params;
	d.original = fill_original(original, sizeof original);
	d.is_whole = true;
	buf_init(&out, MESSAGE_DSN_MAX(COUNT));
	assert_true(message_dsn_add(&d, &out));
	assert_true(out.len > 3 * sizeof original);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_worst_input_keeps_the_promises),
		cmocka_unit_test(test_what_grows_most_fits_into_the_promised_size),
	};
	return cmocka_run_group_tests_name("message/dsn_size", tests, NULL, NULL);
}
