/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "smtp/dot.h"
#include "util/buf.h"

/* A case without a NUL; what holds one is in nul_cases. */
static const struct dot_case {
	const char *name, *in, *out, *rest; /* rest: left for the next command */
	enum smtp_dot_status status;
	enum smtp_text_flaw flaw;
} cases[] = {
	/* RFC 5321 §4.5.2 */
	{ "empty message", ".\r\nQUIT\r\n", "", "QUIT\r\n", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "one line", "a\r\n.\r\n", "a\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "stuffed dot", "a\r\n..b\r\n.\r\n", "a\r\n.b\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "stuffed dot alone", "..\r\n.\r\n", ".\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "dot not stuffed", ".b\r\n.\r\n", "b\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "dot within a line", "a.b.\r\n.\r\n", "a.b.\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "empty lines", "\r\n\r\n.\r\n", "\r\n\r\n", "", SMTP_DOT_DONE, SMTP_TEXT_SOUND },
	{ "unfinished", "a\r\n.\r", "a\r\n", "", SMTP_DOT_MORE, SMTP_TEXT_SOUND },
	{ "8 bit", "\xc3\xa9\xff\r\n.\r\n", "\xc3\xa9\xff\r\n", "", SMTP_DOT_DONE,
	    SMTP_TEXT_SOUND },
	/* §2.3.8, and each sequence that some server has taken for the end */
	{ "LF.LF", "a\n.\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "LF.CR", "a\n.\rM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "CR.LF", "a\r.\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "CR.CR", "a\r.\rM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_CR },
	{ "LF.CRLF", "a\n.\r\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "CR.CRLF", "a\r.\r\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_CR },
	{ "CRLF.LF", "a\r\n.\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "CRLF.CR", "a\r\n.\rM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_CR },
	{ "CRLF.CRCRLF", "a\r\n.\r\r\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_CR },
	{ "CRCRLF.CRCRLF", "a\r\r\n.\r\r\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE,
	    SMTP_TEXT_BARE_CR },
	{ "CRCRLF.CRLF ends, refused", "a\r\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE,
	    SMTP_TEXT_BARE_CR },
	{ "LF first", "\n.\r\nM\r\n.\r\nQ", NULL, "Q", SMTP_DOT_DONE, SMTP_TEXT_BARE_LF },
	{ "CR at the end of what came", "a\r", "a\r", "", SMTP_DOT_MORE, SMTP_TEXT_SOUND },
};

/* RFC 5322 §4: no NUL in a message. */
static const struct nul_case {
	const char *name;
	size_t len;
	const char *in;
} nul_cases[] = {
	{ "NUL before it all", 12, "a\0\r\n.M\r\n.\r\nQ" },
	{ "CR NUL LF . CRLF", 14, "a\r\0\n.\r\nM\r\n.\r\nQ" },
	{ "CRLF NUL . CRLF", 14, "a\r\n\0.\r\nM\r\n.\r\nQ" },
	{ "CRLF . NUL CRLF", 14, "a\r\n.\0\r\nM\r\n.\r\nQ" },
	{ "CRLF . CR NUL LF", 14, "a\r\n.\r\0\nM\r\n.\r\nQ" },
};

struct result {
	struct smtp_dot d;
	enum smtp_dot_status status;
	struct buf text;
	size_t used;
};

/* Feed one piece, in a heap block of its exact size: ASan sees any overread. */
static void
feed(struct result *r, const char *in, size_t len)
{
	uint8_t *piece = malloc(len + (len == 0));
	struct slice rest = { piece, len }, text;

	assert_non_null(piece);
	memcpy(piece, in, len);
	while (r->status == SMTP_DOT_MORE && rest.len != 0) {
		r->status = smtp_dot_decode(&r->d, &rest, &text);
		buf_add_slice(&r->text, text);
	}
	r->used += len - rest.len;
	free(piece);
}

static struct result
decode_cut(const char *in, size_t len, size_t cut)
{
	struct result r = { .status = SMTP_DOT_MORE };

	buf_init(&r.text, 4096);
	feed(&r, in, cut);
	if (r.status == SMTP_DOT_MORE)
		feed(&r, in + cut, len - cut);
	return r;
}

static void
check_cut(const struct dot_case *t, size_t cut)
{
	struct result r = decode_cut(t->in, strlen(t->in), cut);

	if (r.status != t->status || smtp_crlf_flaw(&r.d.crlf) != t->flaw ||
	    (t->out != NULL && !slice_is(buf_slice(&r.text), t->out)) ||
	    strcmp(t->in + r.used, t->rest) != 0)
		fail_msg("%s, cut at %zu: status %d, flaw %d, text '%.*s', rest '%s'", t->name, cut,
		    (int)r.status, (int)smtp_crlf_flaw(&r.d.crlf), (int)r.text.len,
		    (const char *)r.text.ptr, t->in + r.used);
	buf_done(&r.text);
}

/* RFC 5321 §4.1.1.4, RFC 5322 §2.3. */
static void
test_decode_is_the_same_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t cut = 0; cut <= strlen(cases[i].in); cut++)
			check_cut(&cases[i], cut);
}

static void
test_nul_is_refused_after_the_real_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof nul_cases / sizeof nul_cases[0]; i++) {
		for (size_t cut = 0; cut <= nul_cases[i].len; cut++) {
			struct result r = decode_cut(nul_cases[i].in, nul_cases[i].len, cut);

			if (r.status != SMTP_DOT_DONE || r.used != nul_cases[i].len - 1 ||
			    smtp_crlf_flaw(&r.d.crlf) == SMTP_TEXT_SOUND)
				fail_msg("%s, cut at %zu: status %d, used %zu", nul_cases[i].name,
				    cut, (int)r.status, r.used);
			buf_done(&r.text);
		}
	}
}

static void
test_text_is_handed_out_without_copying(void **state)
{
	const char *in = "one\r\ntwo\r\n..three\r\n.\r\n";
	struct slice rest = slice_of(in), text;
	struct smtp_dot d = { 0 };

	(void)state;
	assert_int_equal(smtp_dot_decode(&d, &rest, &text), SMTP_DOT_MORE);
	assert_ptr_equal(text.ptr, in);
	assert_int_equal(text.len, strlen("one\r\ntwo\r\n"));
	assert_int_equal(smtp_dot_decode(&d, &rest, &text), SMTP_DOT_MORE);
	assert_true(slice_is(text, ".three\r\n"));
	assert_int_equal(smtp_dot_decode(&d, &rest, &text), SMTP_DOT_DONE);
	assert_int_equal(text.len + rest.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode_is_the_same_at_every_cut),
		cmocka_unit_test(test_nul_is_refused_after_the_real_end),
		cmocka_unit_test(test_text_is_handed_out_without_copying),
	};
	return cmocka_run_group_tests_name("smtp/dot", tests, NULL, NULL);
}
