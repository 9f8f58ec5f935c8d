/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/chunk.h"
#include "util/buf.h"

#define TEXT(literal) literal, sizeof(literal) - 1

/* in is the text of all chunks together; its cut in two is a border of chunks or of the input. */
static const struct chunk_case {
	const char *name;
	const char *in;
	size_t in_len;
	const char *out; /* NULL: not looked at, because of the flaw */
	size_t out_len;
	enum smtp_text_flaw flaw;
	unsigned repaired_count;
	bool takes_lf, is_binary;
} cases[] = {
	{ "nothing", TEXT(""), TEXT(""), SMTP_TEXT_SOUND, 0, false, false },
	{ "a line", TEXT("a\r\n"), TEXT("a\r\n"), SMTP_TEXT_SOUND, 0, false, false },
	{ "no CRLF at the end", TEXT("a\r\nb"), TEXT("a\r\nb"), SMTP_TEXT_SOUND, 0, false, false },
	{ "dots are text", TEXT("a\r\n.\r\n..b\r\n"), TEXT("a\r\n.\r\n..b\r\n"), SMTP_TEXT_SOUND, 0,
	    false, false },
	{ "LF.LF", TEXT("a\n.\nb\r\n"), NULL, 0, SMTP_TEXT_BARE_LF, 0, false, false },
	{ "LF first", TEXT("\na"), NULL, 0, SMTP_TEXT_BARE_LF, 0, false, false },
	{ "CR.CR", TEXT("a\r.\rb\r\n"), NULL, 0, SMTP_TEXT_BARE_CR, 0, false, false },
	{ "CR at the end", TEXT("a\r"), NULL, 0, SMTP_TEXT_BARE_CR, 0, false, false },
	{ "CRCRLF", TEXT("a\r\r\n"), NULL, 0, SMTP_TEXT_BARE_CR, 0, false, false },
	{ "NUL", TEXT("a\0b\r\n"), NULL, 0, SMTP_TEXT_NUL, 0, false, false },
	{ "CR NUL LF", TEXT("a\r\0\nb"), NULL, 0, SMTP_TEXT_BARE_LF, 0, false, false },
	/* RFC 5321 §2.3.8 bent for devices: LF alone */
	{ "LF taken", TEXT("a\nb\r\n\n"), TEXT("a\r\nb\r\n\r\n"), SMTP_TEXT_SOUND, 2, true, false },
	{ "LF first, taken", TEXT("\n\na"), TEXT("\r\n\r\na"), SMTP_TEXT_SOUND, 2, true, false },
	{ "LF.LF taken, no end", TEXT("a\n.\nb"), TEXT("a\r\n.\r\nb"), SMTP_TEXT_SOUND, 2, true,
	    false },
	{ "CR not taken", TEXT("a\rb\n"), NULL, 0, SMTP_TEXT_BARE_CR, 1, true, false },
	{ "CRCRLF not taken", TEXT("a\r\r\n"), NULL, 0, SMTP_TEXT_BARE_CR, 0, true, false },
	{ "NUL not taken", TEXT("a\n\0"), NULL, 0, SMTP_TEXT_NUL, 1, true, false },
	/* RFC 3030 §3 */
	{ "binary body", TEXT("A: b\r\n\r\n\0\r\n\r\n\n\r\r\0"),
	    TEXT("A: b\r\n\r\n\0\r\n\r\n\n\r\r\0"), SMTP_TEXT_SOUND, 0, false, true },
	{ "binary, no header", TEXT("\r\n\n\0\r"), TEXT("\r\n\n\0\r"), SMTP_TEXT_SOUND, 0, false,
	    true },
	{ "NUL in a binary's header", TEXT("A: \0\r\n\r\n\0"), NULL, 0, SMTP_TEXT_NUL, 0, false,
	    true },
	{ "LF in a binary's header", TEXT("A: b\nC: d\r\n\r\n\n"), NULL, 0, SMTP_TEXT_BARE_LF, 0,
	    false, true },
	{ "binary with CR as its last octet", TEXT("A: b\r"), NULL, 0, SMTP_TEXT_BARE_CR, 0, false,
	    true },
	{ "binary from a device", TEXT("A: b\n\n\n\0"), TEXT("A: b\r\n\r\n\n\0"), SMTP_TEXT_SOUND,
	    2, true, true },
	{ "binary from a device, folded", TEXT("A:\n b\n\r\n\n"), TEXT("A:\r\n b\r\n\r\n\n"),
	    SMTP_TEXT_SOUND, 2, true, true },
};

/* Feed one piece, in a heap block of its exact size: ASan sees any overread. */
static void
feed(struct smtp_chunk *c, const char *in, size_t len, struct buf *out)
{
	uint8_t *piece = malloc(len + (len == 0));
	struct slice rest = { piece, len }, text;

	assert_non_null(piece);
	memcpy(piece, in, len);
	while (rest.len != 0) {
		smtp_chunk_decode(c, &rest, &text);
		buf_add_slice(out, text);
	}
	free(piece);
}

static void
check_cut(const struct chunk_case *t, size_t cut)
{
	struct smtp_chunk c = { .is_binary = t->is_binary, .crlf.takes_lf = t->takes_lf };
	struct buf out;

	buf_init(&out, 4096);
	feed(&c, t->in, cut, &out);
	feed(&c, t->in + cut, t->in_len - cut, &out);
	smtp_chunk_end(&c);
	if (smtp_crlf_flaw(&c.crlf) != t->flaw || c.repaired_count != t->repaired_count ||
	    (t->out != NULL && !slice_equal(buf_slice(&out), slice_make(t->out, t->out_len))))
		fail_msg("%s, cut at %zu: flaw %d, repaired %d, text '%.*s'", t->name, cut,
		    (int)smtp_crlf_flaw(&c.crlf), (int)c.repaired_count, (int)out.len,
		    (const char *)out.ptr);
	buf_done(&out);
}

static void
test_chunks_are_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= cases[i].in_len; cut++)
			check_cut(&cases[i], cut);
}

static void
test_text_is_handed_out_without_copying(void **state)
{
	const char *in = "one\r\n.\r\nthree\r\n";
	struct slice rest = slice_of(in), text;
	struct smtp_chunk c = { 0 };

	(void)state;
	smtp_chunk_decode(&c, &rest, &text);
	assert_ptr_equal(text.ptr, in);
	assert_int_equal(text.len, strlen(in));
	assert_int_equal(rest.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks_are_the_same_at_every_cut),
		cmocka_unit_test(test_text_is_handed_out_without_copying),
	};
	return cmocka_run_group_tests_name("smtp/chunk", tests, NULL, NULL);
}
