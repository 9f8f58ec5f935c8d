/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/sink.h"
#include "bench/text.h"
#include "util/alloc.h"

#define HEADER_KEPT_MAX (16U << 10) /* of each message, to find its id in */

struct sink_session {
	struct sink *sink;
	struct stream stream;
	bool in_text, expects_response, quits, broken;
	uint64_t recipients, text_len;
	struct buf header; /* first octets of the text, when there is a ledger */
};

static void
say(struct sink_session *s, const char *reply)
{
	(void)buf_add_text(&s->stream.head, reply);
}

static void
free_session(struct sink_session *s)
{
	stream_close(&s->stream);
	buf_done(&s->header);
	free(s);
}

static void
on_hello(struct sink_session *s)
{
	const struct sink_options *o = s->sink->options;

	s->recipients = 0;
	say(s, "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n");
	if (o->tls == SINK_TLS_STARTTLS && s->stream.ssl == NULL)
		say(s, "250-STARTTLS\r\n");
	if (o->auth && (o->tls == SINK_TLS_NONE || s->stream.ssl != NULL))
		say(s, "250-AUTH PLAIN\r\n");
	say(s, "250 SIZE 1073741824\r\n");
}

static void
on_starttls(struct sink_session *s)
{
	if (s->sink->tls == NULL || s->stream.ssl != NULL) {
		say(s, "502 5.5.1 no TLS here\r\n");
		return;
	}
	say(s, "220 2.0.0 go ahead\r\n");
	if (stream_flush(&s->stream) < 0 ||
	    stream_start_tls(&s->stream, s->sink->tls, true, NULL) < 0)
		s->broken = true;
}

static void
on_auth(struct sink_session *s)
{
	/* "AUTH PLAIN" alone is eleven octets short of any initial response. */
	bool has_initial = slice_find(slice_after(buf_slice(&s->stream.in), 5), ' ') < 8;

	s->expects_response = !has_initial;
	say(s, has_initial ? "235 2.7.0 welcome\r\n" : "334 \r\n");
}

static void
on_mail(struct sink_session *s)
{
	s->recipients = 0;
	say(s, "250 2.1.0 ok\r\n");
}

static void
on_rcpt(struct sink_session *s)
{
	s->recipients++;
	say(s, "250 2.1.5 ok\r\n");
}

static void
on_data(struct sink_session *s)
{
	if (s->recipients == 0) {
		say(s, "503 5.5.1 no recipients\r\n");
		return;
	}
	s->in_text = true;
	s->text_len = 0;
	buf_clear(&s->header);
	say(s, "354 go on\r\n");
}

static void
on_other(struct sink_session *s)
{
	s->recipients = 0;
	say(s, "250 2.0.0 ok\r\n");
}

static void
on_quit(struct sink_session *s)
{
	say(s, "221 2.0.0 bye\r\n");
	s->quits = true;
}

static const struct verb {
	const char *name;
	void (*run)(struct sink_session *s);
} verbs[] = {
	{ "MAIL", on_mail },
	{ "RCPT", on_rcpt },
	{ "DATA", on_data },
	{ "EHLO", on_hello },
	{ "HELO", on_hello },
	{ "LHLO", on_hello },
	{ "STARTTLS", on_starttls },
	{ "AUTH", on_auth },
	{ "QUIT", on_quit },
};

static void
run_command(struct sink_session *s, struct slice line)
{
	if (s->expects_response) {
		s->expects_response = false;
		say(s, "235 2.7.0 welcome\r\n");
		return;
	}
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (slice_starts_nocase(line, verbs[i].name)) {
			verbs[i].run(s);
			return;
		}
	}
	on_other(s);
}

static void
note_id(struct sink_session *s)
{
	const size_t field_len = strlen(TEXT_ID_FIELD);
	const uint8_t *at, *end = s->header.ptr + s->header.len;

	if (s->sink->ledger == NULL)
		return;
	at = memmem(s->header.ptr, s->header.len, TEXT_ID_FIELD, field_len);
	if (at == NULL || (size_t)(end - at) < field_len + TEXT_ID_LEN)
		return;
	(void)fwrite(at + field_len, 1, TEXT_ID_LEN, s->sink->ledger);
	(void)fputc('\n', s->sink->ledger);
	(void)fflush(s->sink->ledger);
}

/* LMTP answers once for every recipient (RFC 2033 §4.2). */
static void
take_message(struct sink_session *s)
{
	struct sink *sink = s->sink;
	uint64_t replies = sink->options->lmtp ? s->recipients : 1;

	note_id(s);
	sink->last_us = measure_now_us();
	if (sink->messages++ == 0)
		sink->first_us = sink->last_us;
	sink->recipients += s->recipients;
	sink->octets += s->text_len;
	s->in_text = false;
	s->recipients = 0;
	for (uint64_t i = 0; i < replies; i++)
		say(s, "250 2.0.0 taken\r\n");
}

static void
keep_header(struct sink_session *s, struct slice text)
{
	size_t room = HEADER_KEPT_MAX - s->header.len;

	if (s->sink->ledger != NULL && s->header.len < HEADER_KEPT_MAX)
		(void)buf_add_slice(
		    &s->header, slice_first(text, text.len < room ? text.len : room));
}

/* Four octets are held back: they may be the first of the five that end the text. */
static bool
take_text(struct sink_session *s)
{
	struct slice in = buf_slice(&s->stream.in);
	const uint8_t *end = memmem(in.ptr, in.len, "\r\n.\r\n", 5);
	size_t len = end != NULL ? (size_t)(end - in.ptr) + 5 : in.len > 4 ? in.len - 4 : 0;

	keep_header(s, slice_first(in, len));
	s->text_len += len;
	if (end != NULL)
		take_message(s);
	buf_drop(&s->stream.in, len);
	return end != NULL;
}

static bool
take_command(struct sink_session *s)
{
	struct slice in = buf_slice(&s->stream.in);
	size_t len = slice_find(in, '\n');

	if (len == in.len)
		return false;
	run_command(s, slice_first(in, len));
	/* STARTTLS has emptied the input already. */
	if (s->stream.in.len > 0)
		buf_drop(&s->stream.in, len + 1);
	return true;
}

static bool
take_next(struct sink_session *s)
{
	if (s->broken || s->quits || s->stream.handshaking || s->stream.in.len == 0)
		return false;
	return s->in_text ? take_text(s) : take_command(s);
}

static void
read_input(struct sink_session *s)
{
	ssize_t n;

	do {
		n = stream_read(&s->stream);
		if (n == 0 || (n < 0 && n != -EAGAIN))
			s->broken = true;
		while (take_next(s))
			continue;
	} while (!s->broken && n > 0 && stream_has_more(&s->stream));
}

void
sink_session_event(struct sink_session *s)
{
	bool begun;
	int r;

	do {
		r = stream_run(&s->stream);
		if (r == 0)
			read_input(s);
		begun = s->stream.handshaking;
		if (r == 0 && !s->broken)
			r = stream_run(&s->stream);
		/* A handshake that ends here may have the first command read behind it. */
	} while (r == 0 && begun && !s->broken);
	if (s->broken || (r < 0 && r != -EAGAIN) || (s->quits && s->stream.head.len == 0))
		free_session(s);
}

void
sink_session_open(struct sink *sink, int fd)
{
	struct sink_session *s = xcalloc(1, sizeof *s);

	s->sink = sink;
	stream_init(&s->stream, sink->epoll, s);
	buf_init(&s->header, HEADER_KEPT_MAX);
	if (stream_accept(&s->stream, fd) < 0) {
		free_session(s);
		return;
	}
	if (sink->options->tls == SINK_TLS_IMPLICIT &&
	    stream_start_tls(&s->stream, sink->tls, true, NULL) < 0) {
		free_session(s);
		return;
	}
	say(s, "220 sink.example ESMTP\r\n");
	if (!s->stream.handshaking && stream_flush(&s->stream) < 0)
		free_session(s);
}
