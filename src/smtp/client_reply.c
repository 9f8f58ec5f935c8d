/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/client_reply.h"

#include "smtp/client.h"
#include "util/alloc.h"
#include "util/octet.h"

void
smtp_reply_parser_init(struct smtp_reply_parser *p)
{
	*p = (struct smtp_reply_parser){ 0 };
	buf_init(&p->text, SMTP_CLIENT_REPLY_TEXT_MAX);
	buf_init(&p->line, SMTP_CLIENT_LINE_MAX);
}

void
smtp_reply_parser_done(struct smtp_reply_parser *p)
{
	buf_done(&p->text);
	buf_done(&p->line);
}

void
smtp_reply_parser_clear(struct smtp_reply_parser *p)
{
	buf_clear(&p->text);
	buf_clear(&p->line);
	p->code = 0;
	p->line_count = 0;
	p->is_complete = false;
}

/* RFC 5321 §4.2.1 knows the first digits 2 to 5; of the others any value is taken. */
static bool
parse_code(struct slice line, uint16_t *ret_code)
{
	if (line.len < 3 || line.ptr[0] < '2' || line.ptr[0] > '5' ||
	    !octet_is_digit(line.ptr[1]) || !octet_is_digit(line.ptr[2]))
		return false;
	*ret_code =
	    (uint16_t)((line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0'));
	return true;
}

/* A line too long for what is left of the text is dropped whole. */
static void
add_text(struct smtp_reply_parser *p, struct slice text)
{
	if (text.len + 1 > p->text.max - p->text.len)
		return;
	if (p->line_count > 0)
		(void)buf_add_octet(&p->text, '\n');
	(void)buf_add_slice(&p->text, text);
}

static enum smtp_reply_status
refuse(struct smtp_reply_parser *p, struct slice line)
{
	buf_clear(&p->text);
	(void)buf_add_slice(&p->text, line);
	p->code = 0;
	p->is_complete = true;
	return SMTP_REPLY_BAD;
}

/* One line without its end. The space before an empty text may be missing (RFC 5321 §4.2). */
static enum smtp_reply_status
parse_line(struct smtp_reply_parser *p, struct slice line)
{
	uint16_t code;
	uint8_t mark;

	if (!parse_code(line, &code) || (p->line_count > 0 && code != p->code))
		return refuse(p, line);
	mark = line.len > 3 ? line.ptr[3] : ' ';
	if ((mark != ' ' && mark != '-') || p->line_count == SMTP_CLIENT_REPLY_LINES_MAX)
		return refuse(p, line);
	p->code = code;
	add_text(p, slice_after(line, line.len > 3 ? 4 : 3));
	p->line_count++;
	if (mark == '-')
		return SMTP_REPLY_MORE;
	p->is_complete = true;
	return SMTP_REPLY_DONE;
}

static struct slice
without_line_end(struct slice line)
{
	line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* LF alone ends a line too: old servers send it, and RFC 5321 §2.3.8 guards against what a reply
 * does not have. */
enum smtp_reply_status
smtp_reply_parse(struct smtp_reply_parser *p, struct slice in, size_t *used)
{
	enum smtp_reply_status status = SMTP_REPLY_MORE;

	if (p->is_complete)
		smtp_reply_parser_clear(p);
	*used = 0;
	while (status == SMTP_REPLY_MORE && *used < in.len) {
		struct slice rest = slice_after(in, *used);
		size_t lf = slice_find(rest, '\n');
		size_t len = lf < rest.len ? lf + 1 : rest.len;

		*used += len;
		if (!buf_add(&p->line, rest.ptr, len))
			return refuse(p, (struct slice){ NULL, 0 });
		if (lf == rest.len)
			break;
		status = parse_line(p, without_line_end(buf_slice(&p->line)));
		buf_clear(&p->line);
	}
	return status;
}

bool
smtp_reply_next_line(struct slice *text, struct slice *ret_line)
{
	size_t lf;

	if (text->ptr == NULL)
		return false;
	lf = slice_find(*text, '\n');
	*ret_line = slice_first(*text, lf);
	*text = lf < text->len ? slice_after(*text, lf + 1) : (struct slice){ NULL, 0 };
	return true;
}

/*
 * Of a code (RFC 3463 §2): one to three digits and what ends them; returns the octets read, 0 when
 * it is not so.
 */
static size_t
parse_part(struct slice text, uint16_t *part)
{
	size_t len = 0;

	*part = 0;
	while (len < text.len && len < 3 && octet_is_digit(text.ptr[len]))
		*part = (uint16_t)(*part * 10 + (text.ptr[len++] - '0'));
	return len;
}

bool
smtp_reply_enhanced(struct slice text, uint16_t code, uint16_t ret_enhanced[3])
{
	uint16_t part[3];

	for (size_t i = 0; i < 3; i++) {
		size_t len = parse_part(text, &part[i]);

		if (len == 0)
			return false;
		text = slice_after(text, len);
		if (i == 2)
			break;
		if (text.len == 0 || text.ptr[0] != '.')
			return false;
		text = slice_after(text, 1);
	}
	if ((text.len != 0 && text.ptr[0] != ' ' && text.ptr[0] != '\n') || part[0] != code / 100)
		return false;
	memcpy(ret_enhanced, part, sizeof part);
	return true;
}

/*
 * A reply of several lines is one reply (RFC 2920 §3.1). RFC 2034 §4 repeats the enhanced code on
 * each line: once is enough in one line of words.
 */
static struct slice
without_repeated_code(struct slice line, struct slice first)
{
	size_t len = slice_find(first, ' ') + 1;

	if (len <= first.len && len <= line.len &&
	    slice_equal(slice_first(line, len), slice_first(first, len)))
		return slice_after(line, len);
	return line;
}

static void
add_printable(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		(void)buf_add_octet(out, s.ptr[i] >= 0x20 && s.ptr[i] <= 0x7e ? s.ptr[i] : '?');
}

/* NULL when the peer gave no words. */
static char *
join_lines(struct slice text, bool has_enhanced)
{
	struct slice line, first = { NULL, 0 };
	struct buf out;
	char *joined;

	buf_init(&out, SMTP_VERDICT_TEXT_MAX);
	while (smtp_reply_next_line(&text, &line)) {
		if (has_enhanced && first.ptr != NULL)
			line = without_repeated_code(line, first);
		else if (first.ptr == NULL)
			first = line;
		if (out.len > 0)
			(void)buf_add_octet(&out, ' ');
		add_printable(&out, line);
	}
	joined = out.len == 0 ? NULL : slice_dup(buf_slice(&out));
	buf_done(&out);
	return joined;
}

static enum smtp_verdict_class
class_of(uint16_t code)
{
	if (code / 100 == 2)
		return SMTP_VERDICT_DELIVERED;
	return code / 100 == 5 ? SMTP_VERDICT_FAILED : SMTP_VERDICT_DEFERRED;
}

/* RFC 5321 §4.3.2: by the first digit, whatever the code. */
struct smtp_verdict
smtp_reply_verdict(const struct smtp_reply_parser *p, const char *host, const char *reason)
{
	struct smtp_verdict v = { .class = class_of(p->code), .code = p->code };
	bool has_enhanced = smtp_reply_enhanced(buf_slice(&p->text), p->code, v.enhanced);

	v.host = xstrdup(host);
	v.peer_text = join_lines(buf_slice(&p->text), has_enhanced);
	v.reason = v.class == SMTP_VERDICT_DELIVERED ? NULL : xstrdup(reason);
	return v;
}
