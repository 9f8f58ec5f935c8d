/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines. Laws: the same lines at every cut, none longer than the limit, none with a CRLF
 * in it (with LF taken for it: none with an LF), and everything is read.
 */
#include <stdlib.h>
#include <string.h>

#include "smtp/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { LIMIT = 16, OUT_MAX = 8 << 20 };

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Each line as its length and octets, 0xff for one that was too long, 0xfe if with BDAT. */
static void
feed(struct smtp_line *l, const uint8_t *in, size_t len, struct buf *out)
{
	struct slice rest = { in, len }, line;
	enum smtp_line_status status;

	while ((status = smtp_line_read(l, &rest, LIMIT, &line)) != SMTP_LINE_MORE) {
		if (status == SMTP_LINE_DONE) {
			check(line.len <= LIMIT - (l->is_repaired ? 1 : 2));
			check(line.len == 0 || memmem(line.ptr, line.len, "\r\n", 2) == NULL);
			check(!l->takes_lf || slice_find(line, '\n') == line.len);
			buf_add_octet(out, (uint8_t)line.len);
			buf_add_slice(out, line);
		} else {
			buf_add_octet(out, l->is_bdat ? 0xfe : 0xff);
		}
		smtp_line_clear(l);
	}
	check(rest.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct smtp_line whole = { 0 }, parts = { 0 }, octets = { 0 };
	struct buf out[3];
	size_t cut;

	if (len < 2)
		return 0;
	whole.takes_lf = parts.takes_lf = octets.takes_lf = in[1] & 0x80;
	cut = (in[0] | (size_t)(in[1] & 0x7f) << 8) % (len - 1);
	in += 2;
	len -= 2;
	for (int i = 0; i < 3; i++)
		buf_init(&out[i], OUT_MAX);
	feed(&whole, in, len, &out[0]);
	feed(&parts, in, cut, &out[1]);
	feed(&parts, in + cut, len - cut, &out[1]);
	for (size_t i = 0; i < len; i++)
		feed(&octets, in + i, 1, &out[2]);
	check(slice_equal(buf_slice(&out[0]), buf_slice(&out[1])));
	check(slice_equal(buf_slice(&out[0]), buf_slice(&out[2])));
	smtp_line_clear(&whole);
	smtp_line_clear(&parts);
	smtp_line_clear(&octets);
	for (int i = 0; i < 3; i++)
		buf_done(&out[i]);
	return 0;
}
