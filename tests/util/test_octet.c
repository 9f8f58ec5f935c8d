/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/octet.h"

#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL "abcdefghijklmnopqrstuvwxyz"

static bool
is_among(int c, const char *octets)
{
	return c > 0 && c <= UCHAR_MAX && strchr(octets, c) != NULL;
}

/* From below the least char to above the greatest octet. */
static void
test_only_ascii_is_anything(void **state)
{
	(void)state;
	for (int c = CHAR_MIN - 1; c <= UCHAR_MAX + 1; c++)
		if (octet_is_digit(c) != is_among(c, DIGITS) ||
		    octet_is_capital(c) != is_among(c, CAPITALS) ||
		    octet_is_small(c) != is_among(c, SMALL) ||
		    octet_is_let_dig(c) != is_among(c, DIGITS CAPITALS SMALL))
			fail_msg("%d", c);
}

static void
test_hexadecimal_digits_are_read_in_either_case(void **state)
{
	(void)state;
	for (int c = CHAR_MIN - 1; c <= UCHAR_MAX + 1; c++) {
		const char text[] = { (char)c, '\0' };
		const int expected =
		    is_among(c, DIGITS "ABCDEFabcdef") ? (int)strtol(text, NULL, 16) : -1;

		if (octet_hex_value(c) != expected)
			fail_msg("%d", c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_ascii_is_anything),
		cmocka_unit_test(test_hexadecimal_digits_are_read_in_either_case),
	};
	return cmocka_run_group_tests_name("util/octet", tests, NULL, NULL);
}
