/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports and trace fields, made of anybody's octets: the input's fields stand between octets 0xfe.
 * Laws: what is made is within its promised size and a message, or a field, that our own filter
 * takes without a change: clean line ends, no line over 998 octets, and 7-bit except where the
 * parameters of the report say otherwise.
 */
#include <stdlib.h>
#include <string.h>

#include "message/dsn.h"
#include "message/filter.h"
#include "message/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

enum { FIELD_MARK = 0xfe, RECIPIENT_COUNT = 2, LINE_LENGTH_MAX = 998 };

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static struct slice
next_field(struct slice *rest)
{
	size_t len = slice_find(*rest, FIELD_MARK);
	struct slice field = slice_first(*rest, len);

	*rest = slice_after(*rest, len < rest->len ? len + 1 : len);
	return field;
}

/* The string ends at a NUL in the field, as a verdict's does. */
static char *
next_text(struct slice *rest)
{
	struct slice field = next_field(rest);

	return slice_dup(slice_first(field, slice_find(field, '\0')));
}

static void
check_lines(struct slice text, bool is_8bit)
{
	while (text.len != 0) {
		size_t end = slice_find(text, '\n');

		check(end < text.len && end > 0 && text.ptr[end - 1] == '\r');
		check(end <= LINE_LENGTH_MAX + 1);
		check(slice_find(slice_first(text, end), '\r') == end - 1);
		for (size_t i = 0; i < end; i++)
			check(text.ptr[i] != '\0' && (is_8bit || text.ptr[i] < 0x80));
		text = slice_after(text, end + 1);
	}
}

/* The filter changes and refuses nothing. */
static void
check_message(struct slice text, bool is_utf8)
{
	const struct message_filter_options options = { .hostname = slice_of("mail.example.com"),
		.header_size = (size_t)1 << 20,
		.line_length = LINE_LENGTH_MAX,
		.received_count = 1,
		.is_utf8 = is_utf8 };
	struct message_filter *f = message_filter_new(&options);
	struct buf out;

	buf_init(&out, message_filter_room(f, text.len));
	message_filter_text(f, text, &out);
	check(message_filter_end(f, &out) == MESSAGE_SOUND);
	check(message_filter_changes(f).len == 0 && slice_equal(buf_slice(&out), text));
	buf_done(&out);
	message_filter_free(&f);
}

static void
check_report(const struct message_dsn *d)
{
	struct smtp_mail_params params;
	struct buf out;

	buf_init(&out, MESSAGE_DSN_MAX(d->recipient_count));
	check(message_dsn_add(d, &out));
	message_dsn_params(d, &params);
	check_lines(buf_slice(&out), params.body == SMTP_BODY_8BITMIME);
	/* senders were checked when MAIL was; other octets make no address */
	if (slice_is(d->sender, "alice@example.org") || slice_is(d->sender, "\xc3\xa9@example.org"))
		check_message(buf_slice(&out), params.is_utf8);
	buf_done(&out);
}

static void
make_report(uint8_t flags, struct slice rest)
{
	static const char *const senders[] = { "alice@example.org", "\xc3\xa9@example.org" };
	struct smtp_verdict v = { .class = (enum smtp_verdict_class)(flags & 3) % 3,
		.code = (uint16_t)(flags * 7),
		.enhanced = { flags & 7, flags >> 3 & 7, flags >> 5 } };
	struct message_dsn_recipient recipients[RECIPIENT_COUNT];
	struct smtp_mail_params p = { .ret = (enum smtp_ret)(flags >> 2 & 3) % 3 };
	struct message_dsn d = { .action = (enum message_dsn_action)(flags >> 4 & 3),
		.hostname = slice_of("mail.example.com"),
		.report_id = slice_of("0REPORT"),
		.queue_id = slice_of("0QUEUED"),
		.sender = slice_of(senders[flags >> 6 & 1]),
		.params = &p,
		.recipients = recipients,
		.recipient_count = RECIPIENT_COUNT,
		.is_whole = flags >> 7 != 0 };

	v.host = next_text(&rest);
	v.peer_text = next_text(&rest);
	v.reason = next_text(&rest);
	p.envid = next_field(&rest);
	for (int i = 0; i < RECIPIENT_COUNT; i++) {
		recipients[i] = (struct message_dsn_recipient){ .verdict = &v };
		recipients[i].address = next_field(&rest);
		recipients[i].orcpt = next_field(&rest);
	}
	d.original = rest;
	check_report(&d);
	free(v.host);
	free(v.peer_text);
	free(v.reason);
}

static void
make_received(uint8_t flags, struct slice rest)
{
	struct message_received r = { .hostname = slice_of("mail.example.com"),
		.queue_id = slice_of("0QUEUED"),
		.is_extended = (flags & 1) != 0,
		.is_utf8 = (flags & 2) != 0,
		.is_tls = (flags & 4) != 0,
		.is_authenticated = (flags & 8) != 0 };
	struct buf out;

	r.helo = next_field(&rest);
	r.peer = next_field(&rest);
	r.pseudonym = next_field(&rest);
	r.tls_version = next_field(&rest);
	r.tls_cipher = next_field(&rest);
	r.recipient = next_field(&rest);
	buf_init(&out, MESSAGE_RECEIVED_MAX + 200);
	check(message_received_add(&r, &out) && out.len <= MESSAGE_RECEIVED_MAX);
	check_lines(buf_slice(&out), r.is_utf8);
	/* a recipient was checked when RCPT was; without one nothing is above 127 */
	if (r.recipient.len == 0) {
		buf_add_text(&out, "From: a@b\r\nDate: d\r\nMessage-ID: i\r\n");
		check_message(buf_slice(&out), false);
	}
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	if (len == 0 || len > 1 << 16)
		return 0;
	make_report(in[0], slice_make(in + 1, len - 1));
	make_received(in[0], slice_make(in + 1, len - 1));
	return 0;
}
