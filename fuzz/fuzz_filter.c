/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter of messages. The first three octets choose options and where the text is cut. Laws:
 * the result is the same at every cut, and never longer than was said. What comes out has one From,
 * no Bcc and no Return-Path, by a reader too simple to be wrong, no line over the limit, and passes
 * the filter again without a change.
 */
#include <stdlib.h>
#include <string.h>

#include "message/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { OUT_MAX = 16 << 20, HEADER_SIZE = 4096, LINE_LENGTH = 80 };

enum { FOLD = 1, COMPLETE = 2, SENDER = 4, UTF8 = 8, BINARY = 16 };

struct result {
	enum message_flaw flaw;
	struct buf text, said;
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static struct message_filter_options
options_of(uint8_t flags, size_t header_size)
{
	return (struct message_filter_options){
		.hostname = slice_of("mail.example.com"),
		.sender = slice_of("alice@example.org"),
		.message_id = 1,
		.unix_s = 1795341600,
		.header_size = header_size,
		.line_length = LINE_LENGTH,
		.received_count = 4,
		.fold_lines = (flags & FOLD) != 0,
		.complete_addresses = (flags & COMPLETE) != 0,
		.add_sender = (flags & SENDER) != 0,
		.is_utf8 = (flags & UTF8) != 0,
		.is_binary = (flags & BINARY) != 0,
	};
}

static void
feed(struct message_filter *f, struct slice text, struct buf *out)
{
	size_t most = out->len + message_filter_room(f, text.len);

	message_filter_text(f, text, out);
	check(out->len <= most);
}

static struct result
run(const struct message_filter_options *options, struct slice text, size_t cut)
{
	struct message_filter *f = message_filter_new(options);
	struct result r;
	size_t most;

	buf_init(&r.text, OUT_MAX);
	buf_init(&r.said, 4096);
	feed(f, slice_first(text, cut), &r.text);
	feed(f, slice_after(text, cut), &r.text);
	most = r.text.len + message_filter_room(f, 0);
	r.flaw = message_filter_end(f, &r.text);
	check(r.text.len <= most && !r.text.overflow);
	buf_add_slice(&r.said,
	    r.flaw == MESSAGE_SOUND ? message_filter_changes(f) : message_filter_detail(f));
	message_filter_free(&f);
	return r;
}

static void
done(struct result *r)
{
	buf_done(&r->text);
	buf_done(&r->said);
}

static bool
has_said(const struct result *r, const char *word)
{
	return r->said.len != 0 && memmem(r->said.ptr, r->said.len, word, strlen(word)) != NULL;
}

static size_t
count_fields(struct slice header, const char *name)
{
	size_t count = 0;

	while (header.len != 0) {
		size_t end = slice_find(header, '\n');

		if (end <= 1)
			break; /* the empty line */
		count += slice_starts_nocase(header, name);
		header = slice_after(header, end < header.len ? end + 1 : end);
	}
	return count;
}

/* A CR alone never comes here from the engine; of two readers one would count it as text. */
static void
check_lines(struct slice text)
{
	while (text.len != 0) {
		size_t end = slice_find(text, '\n');

		check(end <= LINE_LENGTH + 1);
		check(end != LINE_LENGTH + 1 || text.ptr[end - 1] == '\r');
		text = slice_after(text, end < text.len ? end + 1 : end);
	}
}

static void
check_output(const struct result *r, uint8_t flags)
{
	struct message_filter_options again = options_of(flags, OUT_MAX);
	struct slice text = buf_slice(&r->text);
	struct result second;

	check(count_fields(text, "From:") == 1);
	check(count_fields(text, "Bcc:") + count_fields(text, "Resent-Bcc:") == 0);
	check(count_fields(text, "Return-Path:") == 0);
	check(count_fields(text, "Sender:") <= 1);
	if ((flags & BINARY) == 0)
		check_lines(text);
	second = run(&again, text, 0);
	check(second.flaw == MESSAGE_SOUND && second.said.len == 0);
	check(slice_equal(buf_slice(&second.text), text));
	done(&second);
}

/* As the engine gives it in strict mode: LF and CR only as CRLF. */
static struct buf
clean(const uint8_t *in, size_t len)
{
	struct buf text;

	buf_init(&text, OUT_MAX);
	for (size_t i = 0; i < len; i++)
		if (in[i] == '\n')
			buf_add_text(&text, "\r\n");
		else if (in[i] != '\r')
			buf_add_octet(&text, in[i]);
	return text;
}

static void
check_text(struct slice text, uint8_t flags, size_t cut, bool is_clean)
{
	struct message_filter_options options = options_of(flags, HEADER_SIZE);
	struct result whole = run(&options, text, 0), pieces = run(&options, text, cut);

	check(whole.flaw == pieces.flaw);
	check(slice_equal(buf_slice(&whole.said), buf_slice(&pieces.said)));
	if (whole.flaw == MESSAGE_SOUND) {
		check(slice_equal(buf_slice(&whole.text), buf_slice(&pieces.text)));
		/* a completed address may need a fold that breaks what stands beside it */
		if (is_clean && !(has_said(&whole, "completed") && has_said(&whole, "folded")))
			check_output(&whole, flags);
	}
	done(&whole);
	done(&pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct buf text;
	size_t cut;

	if (len < 3 || len > 1 << 17)
		return 0;
	cut = in[1] | (size_t)in[2] << 8;
	check_text(slice_make(in + 3, len - 3), in[0], cut % (len - 2), false);
	text = clean(in + 3, len - 3);
	check_text(buf_slice(&text), in[0], cut % (text.len + 1), true);
	buf_done(&text);
	return 0;
}
