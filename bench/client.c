/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/rand.h"

/* Above this a message is not copied for its id: the headers are, the body is sent as it is. */
#define TEXT_COPY_MAX (64U << 10)
#define REDIAL_US 100000
#define LINE_SIZE 256

void
client_init(struct client *c, struct worker *worker)
{
	*c = (struct client){ .worker = worker };
	stream_init(&c->stream, worker->epoll, c);
}

static void
hang_up(struct client *c)
{
	struct run *run = c->worker->run;

	if (c->has_message) {
		c->worker->in_flight--;
		(void)atomic_fetch_sub(&run->claimed, 1);
	}
	if (c->state >= CLIENT_READY && c->state != CLIENT_QUIT)
		(void)atomic_fetch_sub(&run->logged_in, 1);
	c->has_message = false;
	c->state = CLIENT_CLOSED;
	stream_close(&c->stream);
}

void
client_done(struct client *c)
{
	hang_up(c);
}

static const char *
state_name(enum client_state state)
{
	static const char *const names[] = { "closed", "connecting", "banner", "EHLO", "STARTTLS",
		"TLS handshake", "AUTH", "idle", "MAIL/RCPT/DATA", "text", "QUIT" };

	return names[state];
}

/* The connection is of no more use: count it, and come again later where that is wanted. */
static void
give_up(struct client *c, const char *why)
{
	struct worker *w = c->worker;

	if (w->error[0] == '\0')
		(void)snprintf(w->error, sizeof w->error, "in %s: %s", state_name(c->state), why);
	(void)atomic_fetch_add(&w->run->broken, 1);
	hang_up(c);
	c->redial_at_us = w->now_us + REDIAL_US + rand_below(REDIAL_US);
}

static void
send_text(struct client *c, const char *text)
{
	(void)buf_add_text(&c->stream.head, text);
}

/* One of the messages that are still to be sent, if there is any. */
static bool
claim_message(struct client *c)
{
	struct worker *w = c->worker;
	struct run *run = w->run;
	uint64_t wanted = run->options->messages;

	if (!w->sending || w->over)
		return false;
	if (atomic_fetch_add(&run->claimed, 1) >= wanted && wanted != 0) {
		(void)atomic_fetch_sub(&run->claimed, 1);
		return false;
	}
	w->in_flight++;
	c->has_message = true;
	c->begun_us = w->now_us;
	text_id(&run->text, ++w->ids * run->options->threads + w->index, c->id);
	return true;
}

static void
begin_message(struct client *c)
{
	if (!c->has_message && !claim_message(c))
		return;
	c->state = CLIENT_ENVELOPE;
	c->awaited = c->worker->run->options->recipients + 2;
	(void)buf_add_slice(&c->stream.head, buf_slice(&c->worker->run->envelope));
}

static void
dial(struct client *c)
{
	const struct options *o = c->worker->run->options;
	bool speaks_first = o->tls == OPTIONS_TLS_IMPLICIT;
	int r = stream_dial(
	    &c->stream, (const struct sockaddr *)&o->address, o->address_len, speaks_first);

	c->worker->connects++;
	c->state = CLIENT_DIALING;
	if (r < 0)
		give_up(c, strerrordesc_np(-r));
}

void
client_advance(struct client *c)
{
	const struct worker *w = c->worker;
	enum options_mode mode = w->run->options->mode;

	if (c->state == CLIENT_CLOSED && w->now_us >= c->redial_at_us && !w->over &&
	    (mode != OPTIONS_MODE_RECONNECT || claim_message(c)))
		dial(c);
	if (c->state != CLIENT_READY || mode == OPTIONS_MODE_IDLE)
		return;
	begin_message(c);
	if (stream_flush(&c->stream) < 0)
		give_up(c, "cannot send");
}

static void
start_tls(struct client *c)
{
	struct worker *w = c->worker;

	c->state = CLIENT_HANDSHAKE;
	if (stream_start_tls(&c->stream, w->tls.context, false, w->session) < 0)
		give_up(c, "cannot set up TLS");
}

static void
say_ehlo(struct client *c)
{
	c->state = CLIENT_EHLO;
	send_text(c, "EHLO bench.example\r\n");
}

static void
become_ready(struct client *c)
{
	c->state = CLIENT_READY;
	(void)atomic_fetch_add(&c->worker->run->logged_in, 1);
	if (c->worker->run->options->mode != OPTIONS_MODE_IDLE)
		begin_message(c);
}

static void
after_ehlo(struct client *c)
{
	const struct run *run = c->worker->run;

	if (run->options->tls == OPTIONS_TLS_STARTTLS && c->stream.ssl == NULL) {
		c->state = CLIENT_STARTTLS;
		send_text(c, "STARTTLS\r\n");
	} else if (run->auth_line.len > 0) {
		c->state = CLIENT_AUTH;
		(void)buf_add_slice(&c->stream.head, buf_slice(&run->auth_line));
	} else {
		become_ready(c);
	}
}

/*
 * With the text, where it is copied, goes the QUIT behind the last message of a connection, as
 * RFC 2920 §3.1 allows and as Postfix's own client does.
 */
static void
send_message(struct client *c)
{
	bool is_last = c->worker->run->options->mode == OPTIONS_MODE_RECONNECT;
	const struct text *t = &c->worker->run->text;
	struct slice text = buf_slice(&t->octets);
	struct buf *head = &c->stream.head;
	size_t copied = text.len <= TEXT_COPY_MAX ? text.len : t->header_len;
	size_t at = head->len;

	(void)buf_add_slice(head, slice_first(text, copied));
	text_stamp(t, head->ptr + at, c->id);
	c->stream.tail = slice_after(text, copied);
	c->has_quit = is_last && copied == text.len;
	if (c->has_quit)
		send_text(c, "QUIT\r\n");
	c->state = CLIENT_TEXT;
}

static void
after_envelope(struct client *c)
{
	if (--c->awaited == 0)
		send_message(c);
}

static void
after_text(struct client *c)
{
	struct worker *w = c->worker;
	struct run *run = w->run;

	(void)atomic_fetch_add(&run->acknowledged, 1);
	atomic_store(&run->last_ack_us, w->now_us);
	w->in_flight--;
	c->has_message = false;
	measure_add(&w->latency, w->now_us - c->begun_us);
	ledger_add(&w->ledger, c->id);
	if (run->options->mode == OPTIONS_MODE_RECONNECT) {
		(void)atomic_fetch_sub(&run->logged_in, 1);
		c->state = CLIENT_QUIT;
		if (!c->has_quit)
			send_text(c, "QUIT\r\n");
		return;
	}
	c->state = CLIENT_READY;
	begin_message(c);
}

/* What must be said in each state, and what follows. 0: nothing is awaited. */
static const struct step {
	const char *code;
	void (*next)(struct client *c);
} steps[] = {
	[CLIENT_CLOSED] = { NULL, NULL },
	[CLIENT_DIALING] = { NULL, NULL },
	[CLIENT_BANNER] = { "220", say_ehlo },
	[CLIENT_EHLO] = { "250", after_ehlo },
	[CLIENT_STARTTLS] = { "220", start_tls },
	[CLIENT_HANDSHAKE] = { NULL, NULL },
	[CLIENT_AUTH] = { "235", become_ready },
	[CLIENT_READY] = { NULL, NULL },
	[CLIENT_ENVELOPE] = { "250", after_envelope },
	[CLIENT_TEXT] = { "250", after_text },
	[CLIENT_QUIT] = { "221", hang_up },
};

static void
on_reply(struct client *c, const char *line)
{
	const char *code = steps[c->state].code;

	if (c->state == CLIENT_ENVELOPE && c->awaited == 1)
		code = "354";
	if (code == NULL || strncmp(line, code, 3) != 0)
		give_up(c, line);
	else
		steps[c->state].next(c);
}

/* Take one reply line out of the input; false when there is no whole one. */
static bool
take_line(struct client *c, char line[LINE_SIZE])
{
	struct slice in = buf_slice(&c->stream.in);
	size_t end = slice_find(in, '\n'), len;

	if (end == in.len)
		return false;
	len = end < LINE_SIZE ? end : LINE_SIZE - 1;
	memcpy(line, in.ptr, len);
	line[len] = '\0';
	line[strcspn(line, "\r")] = '\0';
	buf_drop(&c->stream.in, end + 1);
	return true;
}

static void
take_replies(struct client *c)
{
	char line[LINE_SIZE];

	while (c->state != CLIENT_CLOSED && take_line(c, line)) {
		if (strlen(line) < 3)
			give_up(c, "not a reply");
		else if (line[3] != '-')
			on_reply(c, line);
	}
}

/* The stream carries data now, perhaps for the first time since dialing or the handshake. */
static void
on_open(struct client *c)
{
	bool implicit = c->worker->run->options->tls == OPTIONS_TLS_IMPLICIT;

	if (c->state == CLIENT_DIALING && implicit)
		start_tls(c);
	else if (c->state == CLIENT_DIALING || (c->state == CLIENT_HANDSHAKE && implicit))
		c->state = CLIENT_BANNER;
	else if (c->state == CLIENT_HANDSHAKE)
		say_ehlo(c);
}

static void
read_replies(struct client *c)
{
	ssize_t n;

	do {
		n = stream_read(&c->stream);
		if (n == 0)
			give_up(c, "the server closed the connection");
		else if (n < 0 && n != -EAGAIN)
			give_up(c, strerrordesc_np((int)-n));
		else
			take_replies(c);
	} while (c->state != CLIENT_CLOSED && n > 0 && stream_has_more(&c->stream));
}

/* Connecting, handshaking and sending, each as far as it goes without waiting. */
static int
run_stream(struct client *c)
{
	enum client_state before;
	int r;

	do {
		before = c->state;
		r = stream_run(&c->stream);
		if (r == 0)
			on_open(c);
	} while (r == 0 && c->state != before && c->state != CLIENT_CLOSED);
	return r;
}

void
client_event(struct client *c)
{
	bool begun;
	int r;

	do {
		r = run_stream(c);
		if (r == 0 && c->state != CLIENT_CLOSED)
			read_replies(c);
		begun = c->stream.handshaking;
		if (r == 0 && c->state != CLIENT_CLOSED)
			r = run_stream(c);
		/* A handshake that ends here may have a reply read behind it. */
	} while (r == 0 && begun && c->state != CLIENT_CLOSED);
	if (r < 0 && r != -EAGAIN)
		give_up(c, strerrordesc_np(-r));
}
