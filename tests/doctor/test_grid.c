/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/grid.h"
#include "doctor/layout.h"

enum { ROOM = 65536 };

/* cells: row by row, ends with NULL. */
static void
check(size_t columns, const char *const *cells, size_t width, const char *wanted)
{
	struct doctor_grid grid;
	struct buf out;

	doctor_grid_init(&grid, columns);
	for (; *cells != NULL; cells++)
		doctor_grid_text(&grid, *cells);
	buf_init(&out, ROOM);
	doctor_grid_print(&grid, 2, width, &out);
	if (!slice_is(buf_slice(&out), wanted))
		fail_msg("'%.*s', wanted '%s'", (int)out.len, (const char *)out.ptr, wanted);
	buf_done(&out);
	doctor_grid_done(&grid);
}

static void
test_columns_are_as_wide_as_their_cells(void **state)
{
	static const char *const cells[] = { "port", "TCP", "587", "open", "25", "closed", NULL };

	(void)state;
	check(2, cells, 80, "  port  TCP\n  587   open\n  25    closed\n");
}

static void
test_a_column_without_content_is_left_out(void **state)
{
	static const char *const cells[] = { "port", "TLS", "SIZE", "587", "", "5 MB", NULL };

	(void)state;
	check(3, cells, 80, "  port  SIZE\n  587   5 MB\n");
}

static void
test_cells_break_between_words_where_it_is_narrow(void **state)
{
	static const char *const cells[] = { "a", "b", "one two", "three four five", NULL };

	(void)state;
	check(2, cells, 21, "  a        b\n  one two  three four\n           five\n");
}

static void
test_words_are_cut_only_when_nothing_else_helps(void **state)
{
	static const char *const cells[] = { "a", "b", "abcdefgh", "ijklmnop", NULL };

	(void)state;
	check(2, cells, 14, "  a      b\n  abcde  ijklm\n  fgh    nop\n");
}

static void
test_no_line_is_wider_than_it_may_be(void **state)
{
	static const char *const words = "no answer to the handshake after 2001:db8::1";
	struct doctor_grid grid;
	struct slice rest;
	struct buf out;

	(void)state;
	doctor_grid_init(&grid, 7);
	for (size_t i = 0; i < (size_t)7 * 3; i++)
		doctor_grid_text(&grid, words);
	buf_init(&out, ROOM);
	doctor_grid_print(&grid, 4, 80, &out);
	for (rest = buf_slice(&out); rest.len > 0;) {
		const size_t len = slice_find(rest, '\n');

		assert_true(doctor_layout_width(slice_first(rest, len)) <= 80);
		rest = slice_after(rest, len + 1);
	}
	buf_done(&out);
	doctor_grid_done(&grid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_as_wide_as_their_cells),
		cmocka_unit_test(test_a_column_without_content_is_left_out),
		cmocka_unit_test(test_cells_break_between_words_where_it_is_narrow),
		cmocka_unit_test(test_words_are_cut_only_when_nothing_else_helps),
		cmocka_unit_test(test_no_line_is_wider_than_it_may_be),
	};

	return cmocka_run_group_tests_name("doctor/grid", tests, NULL, NULL);
}
