/* SPDX-License-Identifier: Apache-2.0 */
#include "message/filter.h"

#include <assert.h>
#include <stdlib.h>

#include "message/fixup.h"
#include "message/inspect.h"
#include "message/lines.h"
#include "smtp/utf8.h"
#include "util/alloc.h"

#define SEPARATOR_LEN 2 /* the empty line after the header block */

struct message_filter {
	struct message_filter_options options;
	struct message_facts facts;
	struct message_lines lines; /* of the body */
	struct buf header;          /* until its end has come */
	size_t line_start, scanned; /* in it: of the line that is not whole; looked at so far */
	struct buf detail, changes;
	enum message_flaw flaw;
	bool in_body;
	bool is_8bit;
};

struct message_filter *
message_filter_new(const struct message_filter_options *options)
{
	struct message_filter *f = xcalloc(1, sizeof *f);

	assert(options->line_length >= MESSAGE_LINE_LENGTH_MIN);
	f->options = *options;
	buf_init(&f->header, options->header_size + SEPARATOR_LEN);
	buf_init(&f->detail, MESSAGE_DETAIL_MAX);
	buf_init(&f->changes, MESSAGE_CHANGES_MAX);
	return f;
}

void
message_filter_free(struct message_filter **f)
{
	if (*f == NULL)
		return;
	buf_done(&(*f)->header);
	buf_done(&(*f)->detail);
	buf_done(&(*f)->changes);
	free(*f);
	*f = NULL;
}

static void
fail(struct message_filter *f, enum message_flaw flaw)
{
	f->flaw = flaw;
	buf_release(&f->header);
}

/* The offset after the empty line that ends the block; 0 as long as it has not come. */
static size_t
find_end(struct message_filter *f)
{
	struct slice header = buf_slice(&f->header);
	size_t found = 0;

	while (found == 0) {
		size_t end = f->scanned + slice_find(slice_after(header, f->scanned), '\n');

		f->scanned = end;
		if (end == header.len)
			break;
		f->scanned++;
		if (end - f->line_start == 1 && header.ptr[f->line_start] == '\r')
			found = end + 1;
		f->line_start = end + 1;
	}
	return found;
}

static void
end_header(struct message_filter *f, struct buf *out)
{
	enum message_flaw flaw =
	    message_header_inspect(&f->options, buf_slice(&f->header), &f->facts, &f->detail);

	f->in_body = true;
	if (flaw == MESSAGE_SOUND)
		message_header_fix(&f->options, buf_slice(&f->header), &f->facts, out, &f->changes);
	if (flaw != MESSAGE_SOUND)
		fail(f, flaw);
	buf_release(&f->header);
}

/* How much of text is the header's. */
static size_t
take_header(struct message_filter *f, struct slice text, struct buf *out)
{
	size_t room = f->header.max - f->header.len;
	size_t taken = text.len < room ? text.len : room, end;

	buf_add_slice(&f->header, slice_first(text, taken));
	end = find_end(f);
	if (end != 0) {
		taken -= f->header.len - end;
		f->header.len = end;
		end_header(f, out);
	} else if (taken < text.len) {
		fail(f, MESSAGE_HEADER_TOO_LARGE);
	}
	return taken;
}

/* A signature does not outlive a fold. */
static bool
may_fold(const struct message_filter *f)
{
	return f->options.fold_lines &&
	       !message_facts_have(&f->facts, MESSAGE_FIELD_DKIM_SIGNATURE);
}

static void
take_body(struct message_filter *f, struct slice text, struct buf *out)
{
	size_t line_length = f->options.line_length;

	f->is_8bit = f->is_8bit || !smtp_is_ascii(text);
	if (!f->options.is_binary && may_fold(f)) {
		if (message_lines_fold(&f->lines, text, line_length, out))
			message_changes_note(&f->changes, "folded");
	} else if (f->options.is_binary || message_lines_fit(&f->lines, text, line_length)) {
		buf_add_slice(out, text);
	} else {
		buf_add_text(&f->detail, "body");
		fail(f, MESSAGE_LINE_TOO_LONG);
	}
}

void
message_filter_text(struct message_filter *f, struct slice text, struct buf *out)
{
	if (f->flaw == MESSAGE_SOUND && !f->in_body)
		text = slice_after(text, take_header(f, text, out));
	if (f->flaw == MESSAGE_SOUND && f->in_body)
		take_body(f, text, out);
}

size_t
message_filter_room(const struct message_filter *f, size_t len)
{
	size_t max = len;

	if (f->flaw != MESSAGE_SOUND)
		return 0;
	if (!f->in_body)
		max += f->header.len + MESSAGE_ADDED_MAX +
		       MESSAGE_COMPLETED_MAX * (f->options.hostname.len + 1);
	if (!f->in_body || may_fold(f))
		max += max / 4 + 4;
	return max;
}

enum message_flaw
message_filter_end(struct message_filter *f, struct buf *out)
{
	if (f->flaw == MESSAGE_SOUND && !f->in_body) {
		if (f->header.len > f->options.header_size)
			fail(f, MESSAGE_HEADER_TOO_LARGE);
		else
			end_header(f, out);
	}
	return f->flaw;
}

enum message_flaw
message_filter_flaw(const struct message_filter *f)
{
	return f->flaw;
}

struct slice
message_filter_detail(const struct message_filter *f)
{
	return buf_slice(&f->detail);
}

struct slice
message_filter_changes(const struct message_filter *f)
{
	return buf_slice(&f->changes);
}

bool
message_filter_is_tls_optional(const struct message_filter *f)
{
	return f->facts.is_tls_optional;
}

bool
message_filter_needs_utf8(const struct message_filter *f)
{
	return f->facts.needs_utf8;
}

bool
message_filter_is_8bit(const struct message_filter *f)
{
	return f->is_8bit || f->facts.needs_utf8;
}
