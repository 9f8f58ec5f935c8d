/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "util/log.h"

/* What write_line() puts on standard error, without the time; caller gives room. */
static void
capture(void (*write_line)(void), char *text, size_t size)
{
	int pipe_fds[2], saved = dup(STDERR_FILENO);
	ssize_t len;

	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(dup2(pipe_fds[1], STDERR_FILENO), STDERR_FILENO);
	write_line();
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	close(pipe_fds[1]);
	len = read(pipe_fds[0], text, size - 1);
	close(pipe_fds[0]);
	text[len < 0 ? 0 : len] = '\0';
}

static void
write_hostile(void)
{
	struct log_line l;

	log_setup("test/0", LOG_LEVEL_INFO);
	log_begin(&l, LOG_LEVEL_INFO, "refused");
	log_slice(&l, "text", slice_make("a\r\nlevel=error \x1b[31m\xff\0\"\\", 24));
	log_number(&l, "n", 42);
	log_text(&l, "none", NULL);
	log_text(&l, "empty", "");
	log_end(&l);
}

static void
test_peer_text_cannot_forge_a_line(void **state)
{
	char text[4096];

	(void)state;
	capture(write_hostile, text, sizeof text);
	assert_non_null(
	    strstr(text, " level=info role=test/0 event=refused text=\"a\\x0d\\x0a"
			 "level=error \\x1b[31m\\xff\\x00\\\"\\\\\" n=42 empty=\"\"\n"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void
write_long(void)
{
	struct log_line l;
	char value[LOG_LINE_MAX];

	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	log_begin(&l, LOG_LEVEL_INFO, "long");
	for (size_t i = 0; i < 10; i++)
		log_text(&l, "value", value);
	log_end(&l);
}

static void
test_a_long_line_is_cut_and_says_so(void **state)
{
	char text[2 * LOG_LINE_MAX];

	(void)state;
	capture(write_long, text, sizeof text);
	assert_in_range(strlen(text), LOG_LINE_MAX / 2, LOG_LINE_MAX);
	assert_string_equal(text + strlen(text) - 7, " cut=1\n");
}

static void
write_debug(void)
{
	log_event(LOG_LEVEL_DEBUG, "detail", NULL, NULL);
}

static void
write_errno(void)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_ERROR, "failed");
	log_errno(&l, -ENOSPC);
	log_end(&l);
}

static void
test_levels_below_the_least_are_silent(void **state)
{
	char text[256];

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	capture(write_debug, text, sizeof text);
	assert_string_equal(text, "");
	log_set_level(LOG_LEVEL_DEBUG);
	capture(write_debug, text, sizeof text);
	assert_non_null(strstr(text, "level=debug role=test/0 event=detail\n"));
}

static void
test_an_errno_has_its_name_and_words(void **state)
{
	char text[256];

	(void)state;
	capture(write_errno, text, sizeof text);
	assert_non_null(strstr(text, "code=ENOSPC error=\"No space left on device\"\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_text_cannot_forge_a_line),
		cmocka_unit_test(test_a_long_line_is_cut_and_says_so),
		cmocka_unit_test(test_levels_below_the_least_are_silent),
		cmocka_unit_test(test_an_errno_has_its_name_and_words),
	};
	return cmocka_run_group_tests_name("util/log", tests, NULL, NULL);
}
