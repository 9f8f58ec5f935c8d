/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of chunks. Laws: the decoder agrees with one that is too simple to be wrong, wherever
 * the border of two chunks or two inputs is.
 */
#include <stdlib.h>
#include <string.h>

#include "smtp/chunk.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { OUT_MAX = 8 << 20 };

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Where the first empty line ends, which is where the header does; len when there is none. */
static size_t
find_body(const uint8_t *in, size_t len, bool takes_lf)
{
	size_t start = 0;

	for (size_t i = 0; i < len; i++) {
		bool has_cr = i > 0 && in[i - 1] == '\r';
		size_t line_len = i - start - (has_cr && i > start);

		if (in[i] != '\n' || (!takes_lf && !has_cr))
			continue;
		if (line_len == 0)
			return i + 1;
		start = i + 1;
	}
	return len;
}

/* Everything at once: *ret_text is what is to come out, when there is no flaw. */
static bool
is_sound(const uint8_t *in, size_t len, bool takes_lf, struct buf *text)
{
	bool sound = true;

	for (size_t i = 0; i < len; i++) {
		bool is_lf = in[i] == '\n', has_cr = i > 0 && in[i - 1] == '\r';

		if (is_lf && !has_cr)
			buf_add_octet(text, '\r');
		buf_add_octet(text, in[i]);
		sound = sound && in[i] != '\0' && (takes_lf || !is_lf || has_cr) &&
			(in[i] != '\r' || (i + 1 < len && in[i + 1] == '\n'));
	}
	return sound;
}

static void
feed(struct smtp_chunk *c, const uint8_t *in, size_t len, struct buf *out)
{
	struct slice rest = { in, len }, text;

	while (rest.len != 0) {
		smtp_chunk_decode(c, &rest, &text);
		check(text.len <= len + 1);
		buf_add_slice(out, text);
	}
}

static void
check_chunks(const uint8_t *in, size_t len, size_t cut, bool takes_lf, bool is_binary)
{
	struct smtp_chunk c = { .is_binary = is_binary, .crlf.takes_lf = takes_lf };
	size_t lines_len = is_binary ? find_body(in, len, takes_lf) : len;
	struct buf got, want;
	bool sound;

	buf_init(&got, OUT_MAX);
	buf_init(&want, OUT_MAX);
	sound = is_sound(in, lines_len, takes_lf, &want);
	buf_add(&want, in + lines_len, len - lines_len);
	feed(&c, in, cut, &got);
	feed(&c, in + cut, len - cut, &got);
	smtp_chunk_end(&c);
	check(sound == (smtp_crlf_flaw(&c.crlf) == SMTP_TEXT_SOUND));
	check(!sound || slice_equal(buf_slice(&got), buf_slice(&want)));
	buf_done(&got);
	buf_done(&want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	size_t cut;

	if (len < 2)
		return 0;
	cut = (in[0] | (size_t)in[1] << 8) % (len - 1);
	for (unsigned i = 0; i < 4; i++)
		check_chunks(in + 2, len - 2, cut, i & 1, i & 2);
	return 0;
}
