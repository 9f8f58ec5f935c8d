/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/server_reply.h"

static struct buf
print(enum smtp_server_reply reply, size_t detail_len)
{
	uint8_t detail[1000];
	struct buf out;

	memset(detail, 'd', sizeof detail);
	buf_init(&out, 4096);
	smtp_server_reply_add(reply, slice_make(detail, detail_len), &out);
	return out;
}

/* One line without its CRLF: three digits, "-" or space, and the enhanced code of the class. */
static void
check_line(struct slice line, bool is_last)
{
	uint8_t class = line.ptr[0];
	bool is_plain = slice_starts_nocase(line, "220 d") || slice_starts_nocase(line, "250 d") ||
			class == '3'; /* RFC 2034 §4: no enhanced code */

	assert_true(line.len > 4 && line.len <= 510); /* RFC 5321 §4.5.3.1.5 */
	assert_true(class >= '2' && class <= '5');
	assert_true(line.ptr[1] >= '0' && line.ptr[1] <= '5'); /* §4.2.3 */
	assert_true(line.ptr[2] >= '0' && line.ptr[2] <= '9');
	assert_int_equal(line.ptr[3], is_last ? ' ' : '-');
	if (!is_plain) {
		assert_int_equal(line.ptr[4], class);
		assert_int_equal(line.ptr[5], '.');
		assert_int_equal(line.ptr[7], '.');
	}
	for (size_t i = 0; i < line.len; i++)
		assert_true(line.ptr[i] >= ' ' && line.ptr[i] <= '~'); /* RFC 6531 §3.7.4.1 */
}

/* RFC 5321 §4.2, §4.2.1, §4.3.1, §4.3.2, RFC 4954 §6, RFC 6409 §4.1, §7. */
static void
test_every_reply_has_the_form_of_the_rfcs(void **state)
{
	(void)state;
	for (int r = SMTP_REPLY_NONE + 1; r <= SMTP_REPLY_LAST; r++) {
		struct buf out = print((enum smtp_server_reply)r, 1000);
		struct slice rest = buf_slice(&out);

		assert_false(out.overflow);
		assert_true(rest.len > 2);
		while (rest.len != 0) {
			size_t end = slice_find(rest, '\n');

			assert_true(end != rest.len && end > 0 && rest.ptr[end - 1] == '\r');
			check_line(slice_first(rest, end - 1), end + 1 == rest.len);
			rest = slice_after(rest, end + 1);
		}
		buf_done(&out);
	}
}

static void
test_every_reply_has_words_of_its_own(void **state)
{
	(void)state;
	for (int r = SMTP_REPLY_NONE + 1; r <= SMTP_REPLY_LAST; r++) {
		struct buf one = print((enum smtp_server_reply)r, 3);

		for (int q = r + 1; q <= SMTP_REPLY_LAST; q++) {
			struct buf other = print((enum smtp_server_reply)q, 3);

			assert_false(slice_equal(buf_slice(&one), buf_slice(&other)));
			buf_done(&other);
		}
		buf_done(&one);
	}
}

/* Is it in the registry (RFC 3463 §2, RFC 5248 §2)? By subject, the highest detail is known here.
 */
static bool
is_registered(unsigned subject, unsigned detail)
{
	static const unsigned highest[] = { 0, 10, 4, 6, 7, 6, 13, 30 };

	return subject < sizeof highest / sizeof highest[0] && detail <= highest[subject];
}

/* Of "250 2.1.0 words": subject and detail; false where the words come at once. */
static bool
read_code(struct slice line, unsigned *ret_subject, unsigned *ret_detail)
{
	struct slice code = slice_after(line, 4);
	uint64_t number;

	code = slice_first(code, slice_find(code, ' '));
	if (code.len < 5 || code.ptr[1] != '.' || code.ptr[3] != '.')
		return false;
	*ret_subject = code.ptr[2] - '0';
	code = slice_after(code, 4);
	assert_true(code.len == 1 || code.ptr[0] != '0'); /* RFC 3463 §2: no leading zeros */
	assert_true(slice_to_u64(code, 999, &number));
	*ret_detail = (unsigned)number;
	return true;
}

static void
test_enhanced_codes_are_registered(void **state)
{
	unsigned subject, detail;
	int count = 0;

	(void)state;
	for (int r = SMTP_REPLY_NONE + 1; r <= SMTP_REPLY_LAST; r++) {
		struct buf out = print((enum smtp_server_reply)r, 3);

		if (read_code(buf_slice(&out), &subject, &detail)) {
			if (!is_registered(subject, detail))
				fail_msg("X.%u.%u in '%.*s'", subject, detail, (int)out.len,
				    (const char *)out.ptr);
			count++;
		}
		buf_done(&out);
	}
	assert_true(count > 30);
}

static void
test_a_long_detail_is_cut(void **state)
{
	struct buf out = print(SMTP_REPLY_BANNER, 1000);

	(void)state;
	assert_int_equal(
	    out.len, strlen("220 ") + SMTP_REPLY_DETAIL_MAX + strlen(" ESMTP Sallyport ready\r\n"));
	buf_done(&out);
}

static void
test_a_detail_cannot_end_the_line(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	smtp_server_reply_add(SMTP_REPLY_FIELD_TWICE, slice_of("a\r\n250 \x1b\xc3"), &out);
	assert_int_equal(slice_find(buf_slice(&out), '\n'), out.len - 1);
	assert_true(slice_is(slice_after(buf_slice(&out), out.len - 13), ": a??250 ??\r\n"));
	buf_done(&out);
}

static void
test_a_detail_that_is_unknown_leaves_no_trace(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	smtp_server_reply_add(SMTP_REPLY_FIELD_TWICE, (struct slice){ NULL, 0 }, &out);
	assert_true(slice_is(slice_after(buf_slice(&out), out.len - 9), "of them\r\n"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reply_has_the_form_of_the_rfcs),
		cmocka_unit_test(test_every_reply_has_words_of_its_own),
		cmocka_unit_test(test_enhanced_codes_are_registered),
		cmocka_unit_test(test_a_long_detail_is_cut),
		cmocka_unit_test(test_a_detail_cannot_end_the_line),
		cmocka_unit_test(test_a_detail_that_is_unknown_leaves_no_trace),
	};
	return cmocka_run_group_tests_name("smtp/server_reply", tests, NULL, NULL);
}
