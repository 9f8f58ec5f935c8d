/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/base64.h"

static const struct base64_case {
	const char *plain, *coded;
} cases[] = {
	{ "", "" }, /* RFC 4648 §10 */
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xff\xfe\xfd\xfb\xef", "//79++8=" },
};

static void
test_the_vectors_of_the_rfc_hold_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf out;

		buf_init(&out, 64);
		assert_true(base64_encode(slice_of(cases[i].plain), &out));
		assert_true(slice_is(buf_slice(&out), cases[i].coded));
		buf_clear(&out);
		assert_true(base64_decode(slice_of(cases[i].coded), &out));
		assert_true(slice_is(buf_slice(&out), cases[i].plain));
		buf_done(&out);
	}
}

static void
test_what_is_not_strict_base64_is_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "====", "Zm9=v",
		"Zh==", "Zm9 ", "Zm\n9", "Zm-v", "Zg==Zg==", "=Zg=", "Zm9v=" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf out;

		buf_init(&out, 64);
		if (base64_decode(slice_of(bad[i]), &out))
			fail_msg("'%s' was taken", bad[i]);
		buf_done(&out);
	}
}

static void
test_a_full_buffer_refuses(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 7);
	assert_false(base64_encode(slice_of("foob"), &out));
	buf_done(&out);
	buf_init(&out, 8);
	assert_true(base64_encode(slice_of("foob"), &out));
	buf_done(&out);
	buf_init(&out, 3);
	assert_false(base64_decode(slice_of("Zm9vYg=="), &out));
	buf_done(&out);
}

static void
test_every_octet_survives_the_way_there_and_back(void **state)
{
	uint8_t all[256];
	struct buf coded, plain;

	(void)state;
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	for (size_t len = 0; len <= sizeof all; len++) {
		buf_init(&coded, 1024);
		buf_init(&plain, 1024);
		assert_true(base64_encode(slice_make(all, len), &coded));
		assert_true(base64_decode(buf_slice(&coded), &plain));
		assert_true(slice_equal(buf_slice(&plain), slice_make(all, len)));
		buf_done(&coded);
		buf_done(&plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_of_the_rfc_hold_both_ways),
		cmocka_unit_test(test_what_is_not_strict_base64_is_refused),
		cmocka_unit_test(test_a_full_buffer_refuses),
		cmocka_unit_test(test_every_octet_survives_the_way_there_and_back),
	};
	return cmocka_run_group_tests_name("util/base64", tests, NULL, NULL);
}
