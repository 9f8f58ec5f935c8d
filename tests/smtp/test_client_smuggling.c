/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from a queue that lets anything in, on its way to servers that take anything for an end of
 * data: none of them may find a second message in it (CERT/CC VU#302671).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"
#include "util/buf.h"

struct octets {
	const char *text;
	size_t len;
};

#define OCTETS(text)                                                                               \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

/* What stands in the text, and what some server takes for the end. */
static const struct octets ends[] = {
	OCTETS("\r\n.\r\n"),
	OCTETS("\n.\n"),
	OCTETS("\n.\r"),
	OCTETS("\r.\n"),
	OCTETS("\r.\r"),
	OCTETS("\n.\r\n"),
	OCTETS("\r.\r\n"),
	OCTETS("\r\n.\n"),
	OCTETS("\r\n.\r"),
	OCTETS("\r\n.\r\r\n"),
	OCTETS("\r\r\n.\r\r\n"),
	OCTETS("\r\n.\n\r\n"),
	OCTETS("\n\r.\n\r"),
};
#define END_COUNT (sizeof ends / sizeof ends[0])

/* What only those take for it who drop NUL, or end a line with it. */
static const struct octets nul_ends[] = {
	OCTETS("\0\r\n.\r\n"),
	OCTETS("\r\0\n.\r\n"),
	OCTETS("\r\n\0.\r\n"),
	OCTETS("\r\n.\0\r\n"),
	OCTETS("\r\n.\r\0\n"),
	OCTETS("\r\n.\r\n\0"),
	OCTETS("\0.\0"),
	OCTETS("\n\0.\n"),
	OCTETS("\n.\0\n"),
};
#define NUL_END_COUNT (sizeof nul_ends / sizeof nul_ends[0])

#define BEFORE "Subject: x\r\n\r\nbody"
#define AFTER "MAIL FROM:<evil@x>\r\nRCPT TO:<r@y>\r\nDATA\r\nSubject: y\r\n\r\n"

/* Gives text in two pieces, each in a heap block of its exact size; what was sent goes to wire. */
static bool
send_in_two(struct slice text, size_t cut, struct buf *wire)
{
	struct smtp_client *c = start_text();
	const struct slice pieces[2] = { slice_first(text, cut), slice_after(text, cut) };
	bool is_sent;

	for (int i = 0; i < 2 && smtp_client_want(c) == SMTP_CLIENT_WANT_TEXT; i++) {
		uint8_t *piece = malloc(pieces[i].len + (pieces[i].len == 0));

		assert_non_null(piece);
		memcpy(piece, pieces[i].ptr, pieces[i].len);
		smtp_client_text(c, slice_make(piece, pieces[i].len), i == 1, 1);
		free(piece);
		(void)buf_add_slice(wire, smtp_client_output(c));
		drop_output(c);
	}
	is_sent = smtp_client_want(c) == SMTP_CLIENT_WANT_NONE;
	smtp_client_free(&c);
	return is_sent;
}

/* The text begins behind a line end, that of DATA. What an end of the wanted kind leaves. */
static struct slice
after_end(struct slice wire, const struct octets *end)
{
	const uint8_t *hit = memmem(wire.ptr, wire.len, end->text, end->len);

	if (hit == NULL)
		return (struct slice){ NULL, 0 };
	return slice_after(wire, (size_t)(hit - wire.ptr) + end->len);
}

static void
check_no_second_message(const struct buf *wire, size_t sequence, size_t cut)
{
	for (size_t i = 0; i < END_COUNT; i++) {
		struct slice rest = after_end(buf_slice(wire), &ends[i]);

		/* Half a line end of ours may be left: it is no command. */
		if (rest.len > 1 || (rest.len == 1 && rest.ptr[0] != '\n'))
			fail_msg("sequence %zu, cut at %zu: end %zu leaves '%.*s'", sequence, cut,
			    i, (int)rest.len, (const char *)rest.ptr);
	}
}

static void
make_text(const struct octets *sequence, struct buf *text)
{
	buf_init(text, 1024);
	(void)buf_add_text(text, BEFORE);
	(void)buf_add(text, sequence->text, sequence->len);
	(void)buf_add_text(text, AFTER);
	(void)buf_add(text, sequence->text, sequence->len);
	(void)buf_add_text(text, "QUIT\r\n");
}

static void
test_no_server_finds_a_second_message_in_what_goes_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < END_COUNT; i++) {
		struct buf text, wire;

		make_text(&ends[i], &text);
		buf_init(&wire, 4096);
		for (size_t cut = 0; cut <= text.len; cut++) {
			buf_clear(&wire);
			(void)buf_add_text(&wire, "\r\n");
			assert_true(send_in_two(buf_slice(&text), cut, &wire));
			check_no_second_message(&wire, i, cut);
			assert_memory_equal(wire.ptr + wire.len - 5, "\r\n.\r\n", 5);
		}
		buf_done(&text);
		buf_done(&wire);
	}
}

/* A prefix of the text may be out by then; its end never is. */
static void
test_no_text_with_nul_comes_to_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUL_END_COUNT; i++) {
		struct buf text, wire;

		make_text(&nul_ends[i], &text);
		buf_init(&wire, 4096);
		for (size_t cut = 0; cut <= text.len; cut++) {
			buf_clear(&wire);
			(void)buf_add_text(&wire, "\r\n");
			assert_false(send_in_two(buf_slice(&text), cut, &wire));
			assert_null(memchr(wire.ptr, 0, wire.len));
			for (size_t k = 0; k < END_COUNT; k++)
				assert_null(after_end(buf_slice(&wire), &ends[k]).ptr);
		}
		buf_done(&text);
		buf_done(&wire);
	}
}

/* RFC 5321 §2.3.8, §4.5.2: CR and LF only together, and one line alone is a single dot. */
static bool
is_clean(const struct buf *wire)
{
	size_t i = 0;

	while (i < wire->len) {
		const uint8_t *line = wire->ptr + i;
		const uint8_t *lf = memchr(line, '\n', wire->len - i);
		size_t len = lf == NULL ? 0 : (size_t)(lf - line) + 1;

		if (len < 2 || memchr(line, '\r', len) != line + len - 2)
			return false;
		i += len;
		if (line[0] == '.' && line[1] != '.' && (len != 3 || i != wire->len))
			return false;
	}
	return wire->len >= 3 && memcmp(wire->ptr + wire->len - 3, ".\r\n", 3) == 0;
}

/* All texts of up to seven octets out of those that matter and one that does not. */
static void
test_every_short_text_goes_out_clean(void **state)
{
	static const uint8_t alphabet[4] = { '\r', '\n', '.', 'a' };
	enum { LEN_MAX = 7 };
	struct buf wire;

	(void)state;
	buf_init(&wire, 256);
	for (unsigned len = 0; len <= LEN_MAX; len++) {
		for (unsigned number = 0; number < 1u << 2 * len; number++) {
			uint8_t text[LEN_MAX];

			for (unsigned i = 0; i < len; i++)
				text[i] = alphabet[number >> 2 * i & 3];
			buf_clear(&wire);
			assert_true(send_in_two(slice_make(text, len), len / 2, &wire));
			if (!is_clean(&wire))
				fail_msg("text %u of %u octets", number, len);
		}
	}
	buf_done(&wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_server_finds_a_second_message_in_what_goes_out),
		cmocka_unit_test(test_no_text_with_nul_comes_to_its_end),
		cmocka_unit_test(test_every_short_text_goes_out_clean),
	};

	return cmocka_run_group_tests_name("smtp/client_smuggling", tests, NULL, NULL);
}
