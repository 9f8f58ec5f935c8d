/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text after DATA, both ways. Laws: the decoder agrees with one that is too simple to be wrong,
 * at every cut; what the encoder makes of any octets decodes without a flaw, to the same octets
 * when they were clean, and does not depend on a cut.
 */
#include <stdlib.h>
#include <string.h>

#include "smtp/dot.h"
#include "smtp/dot_encoder.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { OUT_MAX = 8 << 20 };

struct decoded {
	bool is_done, is_sound;
	size_t used;
	struct buf text;
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* RFC 5321 §4.5.2 with the whole stream at hand: look for the end, then look at each line. */
static struct decoded
decode_simply(const uint8_t *in, size_t len, bool takes_lf)
{
	struct decoded r = { false, true, 0, { 0 } };
	size_t i = 0;
	bool at_start = true;

	buf_init(&r.text, OUT_MAX);
	while (i < len) {
		bool is_crlf = len - i >= 2 && memcmp(in + i, "\r\n", 2) == 0;

		if (at_start && len - i >= 3 && memcmp(in + i, ".\r\n", 3) == 0) {
			r.is_done = true;
			i += 3;
			break;
		}
		if (at_start && in[i] == '.') {
			at_start = false;
		} else if (is_crlf) {
			buf_add(&r.text, "\r\n", 2);
			at_start = true;
			i++;
		} else if (takes_lf && in[i] == '\n') {
			buf_add_text(&r.text, "\r\n");
			at_start = false;
		} else {
			/* a CR at the very end may still become a CRLF */
			if (in[i] == '\n' || in[i] == '\0' || (in[i] == '\r' && i + 1 < len))
				r.is_sound = false;
			buf_add_octet(&r.text, in[i]);
			at_start = false;
		}
		i++;
	}
	r.used = i;
	return r;
}

static void
feed(struct decoded *r, struct smtp_dot *d, const uint8_t *in, size_t len)
{
	struct slice rest = { in, len }, text;

	while (!r->is_done && rest.len != 0) {
		r->is_done = smtp_dot_decode(d, &rest, &text) == SMTP_DOT_DONE;
		buf_add_slice(&r->text, text);
	}
	r->used += len - rest.len;
	r->is_sound = smtp_crlf_flaw(&d->crlf) == SMTP_TEXT_SOUND;
}

static void
check_decode(const uint8_t *in, size_t len, size_t cut, bool takes_lf)
{
	struct decoded want = decode_simply(in, len, takes_lf), got = { 0 };
	struct smtp_dot d = { .crlf.takes_lf = takes_lf };

	buf_init(&got.text, OUT_MAX);
	feed(&got, &d, in, cut);
	feed(&got, &d, in + cut, len - cut);
	check(got.is_done == want.is_done && got.used == want.used);
	check(got.is_sound == want.is_sound);
	if (want.is_done && want.is_sound)
		check(slice_equal(buf_slice(&got.text), buf_slice(&want.text)));
	buf_done(&want.text);
	buf_done(&got.text);
}

static void
encode(struct smtp_dot_encoder *e, struct slice in, struct buf *out)
{
	struct slice span;
	size_t n;

	while ((n = smtp_dot_encoder_next(e, in, &span)) != 0 || span.len != 0) {
		buf_add_slice(out, span);
		in = slice_after(in, n);
	}
}

static void
check_encode(const uint8_t *in, size_t len, size_t cut)
{
	struct smtp_dot_encoder e = { 0 }, whole = { 0 };
	struct buf out, again;
	struct decoded d;

	buf_init(&out, OUT_MAX);
	buf_init(&again, OUT_MAX);
	encode(&e, slice_make(in, cut), &out);
	encode(&e, slice_make(in + cut, len - cut), &out);
	buf_add_slice(&out, smtp_dot_encoder_end(&e));
	encode(&whole, slice_make(in, len), &again);
	buf_add_slice(&again, smtp_dot_encoder_end(&whole));
	check(slice_equal(buf_slice(&out), buf_slice(&again)));
	d = decode_simply(out.ptr, out.len, false);
	check(d.is_done && d.used == out.len);
	check(d.is_sound || memchr(in, '\0', len) != NULL);
	if (len >= 2 && memcmp(in + len - 2, "\r\n", 2) == 0 && memchr(in, '\0', len) == NULL) {
		bool is_clean = true;

		for (size_t i = 0; i < len; i++)
			is_clean = is_clean && (in[i] == '\n') == (i > 0 && in[i - 1] == '\r');
		check(!is_clean || slice_equal(buf_slice(&d.text), slice_make(in, len)));
	}
	buf_done(&d.text);
	buf_done(&out);
	buf_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	size_t cut;

	if (len < 2)
		return 0;
	cut = (in[0] | (size_t)in[1] << 8) % (len - 1);
	check_decode(in + 2, len - 2, cut, false);
	check_decode(in + 2, len - 2, cut, true);
	check_encode(in + 2, len - 2, cut);
	return 0;
}
