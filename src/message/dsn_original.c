/* SPDX-License-Identifier: Apache-2.0 */
#include "message/dsn_original.h"

#include "message/dsn_shape.h"
#include "message/quoted_printable.h"
#include "smtp/utf8.h"

#define MESSAGE_ID_MAX 250 /* octets of the original's Message-ID that we answer to */

static void
add_part(const char *type, const char *encoding, struct slice text, struct buf *out)
{
	buf_addf(out, "Content-Type: %s\r\n", type);
	if (encoding != NULL)
		buf_addf(out, "Content-Transfer-Encoding: %s\r\n", encoding);
	buf_add_text(out, "\r\n");
	if (encoding != NULL && strcmp(encoding, "quoted-printable") == 0)
		message_quoted_printable_add(text, out);
	else
		buf_add_slice(out, text);
}

/*
 * RFC 2046 §5.2.1: message/rfc822 is never encoded, so 8 bits stay 8 bits; RFC 6533 §4.4:
 * message/global may be.
 */
static void
add_whole(const struct message_dsn *d, struct buf *out)
{
	bool has_utf8_header = !smtp_is_ascii(message_dsn_original_header(d));

	if (has_utf8_header)
		add_part("message/global", message_dsn_is_utf8(d) ? "8bit" : "quoted-printable",
		    d->original, out);
	else
		add_part(
		    "message/rfc822", smtp_is_ascii(d->original) ? NULL : "8bit", d->original, out);
}

/* RFC 6522 §4: the header is enough, and does not send a large message back and forth. */
static void
add_header(const struct message_dsn *d, struct buf *out)
{
	struct slice header = message_dsn_original_header(d);
	bool is_global = !smtp_is_ascii(header) && smtp_is_utf8(header);
	const char *type = is_global ? "message/global-headers" : "text/rfc822-headers";

	if (message_is_7bit(header))
		add_part(type, NULL, header, out);
	else if (is_global && message_dsn_is_utf8(d) && message_dsn_has_clean_lines(header))
		add_part(type, "8bit", header, out);
	else
		add_part(type, "quoted-printable", header, out);
}

void
message_dsn_original_add(const struct message_dsn *d, struct buf *out)
{
	if (message_dsn_returns_whole(d))
		add_whole(d, out);
	else
		add_header(d, out);
}

/* The line of the first Message-ID field, or empty. */
static struct slice
find_message_id(struct slice header)
{
	struct slice rest = header;

	while (rest.len != 0 && !slice_starts_nocase(rest, "Message-ID:")) {
		size_t end = slice_find(rest, '\n');

		rest = slice_after(rest, end == rest.len ? end : end + 1);
	}
	return slice_first(rest, slice_find(rest, '\n'));
}

struct slice
message_dsn_original_id(const struct message_dsn *d)
{
	const struct slice none = { NULL, 0 };
	struct slice line = find_message_id(message_dsn_original_header(d));
	struct slice id = slice_after(line, slice_find(line, '<'));
	size_t close = slice_find(id, '>');

	if (close == id.len || close > MESSAGE_ID_MAX)
		return none;
	for (size_t i = 0; i < close; i++)
		if (id.ptr[i] <= ' ' || id.ptr[i] > '~')
			return none;
	return slice_first(id, close + 1);
}
