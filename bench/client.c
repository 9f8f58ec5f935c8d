/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/client.h"

#include <errno.h>
#include <string.h>

#include "util/rand.h"

/* Above this a message is not copied for its id: the headers are, the body is sent as it is. */
#define TEXT_COPY_MAX (64U << 10)
#define REDIAL_US 100000
#define LINE_SIZE 256

void
client_init(struct client *c, struct run *run)
{
	*c = (struct client){ .run = run };
	stream_init(&c->stream, run->epoll, c);
}

static void
hang_up(struct client *c)
{
	struct run *run = c->run;

	if (c->has_message)
		run->in_flight--;
	if (c->state >= CLIENT_READY && c->state != CLIENT_QUIT)
		run->logged_in--;
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
	struct run *run = c->run;

	if (run->error[0] == '\0')
		(void)snprintf(
		    run->error, sizeof run->error, "in %s: %s", state_name(c->state), why);
	run->broken++;
	hang_up(c);
	c->redial_at_us = run->now_us + REDIAL_US + rand_below(REDIAL_US);
}

static void
send_text(struct client *c, const char *text)
{
	(void)buf_add_text(&c->stream.head, text);
}

static bool
claim_message(struct client *c)
{
	struct run *run = c->run;
	uint64_t wanted = run->options->messages;

	if (!run->sending || run->over)
		return false;
	if (wanted != 0 && run->acknowledged + run->in_flight >= wanted)
		return false;
	run->in_flight++;
	c->has_message = true;
	c->begun_us = run->now_us;
	text_id(&run->text, ++run->ids, c->id);
	return true;
}

static void
begin_message(struct client *c)
{
	if (!c->has_message && !claim_message(c))
		return;
	c->state = CLIENT_ENVELOPE;
	c->awaited = c->run->options->recipients + 2;
	(void)buf_add_slice(&c->stream.head, buf_slice(&c->run->envelope));
}

static void
dial(struct client *c)
{
	const struct options *o = c->run->options;
	int r = stream_dial(&c->stream, (const struct sockaddr *)&o->address, o->address_len);

	c->run->connects++;
	c->state = CLIENT_DIALING;
	if (r < 0)
		give_up(c, strerrordesc_np(-r));
}

void
client_advance(struct client *c)
{
	bool per_message = c->run->options->mode == OPTIONS_MODE_RECONNECT;

	if (c->state == CLIENT_CLOSED && c->run->now_us >= c->redial_at_us && !c->run->over &&
	    (!per_message || claim_message(c)))
		dial(c);
	if (c->state != CLIENT_READY || c->run->options->mode == OPTIONS_MODE_IDLE)
		return;
	begin_message(c);
	if (stream_flush(&c->stream) < 0)
		give_up(c, "cannot send");
}

static void
start_tls(struct client *c)
{
	struct run *run = c->run;

	c->state = CLIENT_HANDSHAKE;
	if (stream_start_tls(&c->stream, run->tls, false, run->session) < 0)
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
	c->run->logged_in++;
	if (c->run->options->mode != OPTIONS_MODE_IDLE)
		begin_message(c);
}

static void
after_ehlo(struct client *c)
{
	struct run *run = c->run;

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

static void
send_message(struct client *c)
{
	struct slice text = buf_slice(&c->run->text.octets);
	struct buf *head = &c->stream.head;
	size_t copied = text.len <= TEXT_COPY_MAX ? text.len : c->run->text.header_len;
	size_t at = head->len;

	(void)buf_add_slice(head, slice_first(text, copied));
	text_stamp(&c->run->text, head->ptr + at, c->id);
	c->stream.tail = slice_after(text, copied);
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
	struct run *run = c->run;

	run->acknowledged++;
	run->in_flight--;
	c->has_message = false;
	run->last_ack_us = run->now_us;
	measure_add(&run->latency, run->now_us - c->begun_us);
	if (run->ledger != NULL)
		(void)fprintf(run->ledger, "%s\n", c->id);
	if (run->options->mode == OPTIONS_MODE_RECONNECT) {
		run->logged_in--;
		c->state = CLIENT_QUIT;
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
	bool implicit = c->run->options->tls == OPTIONS_TLS_IMPLICIT;

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
