/* SPDX-License-Identifier: Apache-2.0 */
/* dialog_engine.c - between the engine and the connection: octets, wants, stages, time */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "probe/dialog_private.h"
#include "smtp/client_reply.h"
#include "util/clock.h"

/* A stage that had as much time was not cut short. */
enum { PATIENCE_US = 3900000 };

void
dialog_flush(struct probe_dialog *d)
{
	struct slice out = smtp_client_output(d->client);

	if (out.len == 0)
		return;
	net_conn_write(d->conn, out);
	smtp_client_output_taken(d->client, out.len);
}

static void
give_time(struct probe_dialog *d)
{
	const uint64_t end_ms = clock_monotonic_ms() + d->options.end_ms;

	if (d->options.end_ms != 0 && end_ms > d->give_up_ms)
		d->give_up_ms = end_ms;
}

static void
follow_stage(struct probe_dialog *d)
{
	enum probe_stage stage;

	if (!dialog_find_stage(d, smtp_client_step(d->client), &stage) || stage == d->stage)
		return;
	dialog_begin(d, stage);
	if (stage == PROBE_STAGE_END)
		give_time(d);
}

static void
set_deadline(struct probe_dialog *d)
{
	uint64_t at_ms = dialog_sooner(d->give_up_ms, smtp_client_deadline(d->client));

	if (d->bulk_until_ms != 0)
		at_ms = dialog_sooner(at_ms, d->bulk_until_ms);
	net_conn_set_deadline(d->conn, at_ms);
}

/*
 * RFC 5321 §4.1.1.10: QUIT is said wherever it can be. The engine says it when it is done; where it
 * has given up over a reply, this does. False when the dialog is gone.
 */
static bool
leave(struct probe_dialog *d)
{
	if (!d->may_quit || d->stage == PROBE_STAGE_QUIT) {
		dialog_finish(d);
		return false;
	}
	d->is_leaving = true;
	/* A 334 ends no stage, but the engine may have had enough of them. */
	dialog_lose(d, PROBE_STAGE_BROKEN, "the reply makes no sense");
	dialog_begin(d, PROBE_STAGE_QUIT);
	dialog_say_quit(d);
	net_conn_set_deadline(
	    d->conn, dialog_sooner(d->give_up_ms, clock_monotonic_ms() + DIALOG_QUIT_MS));
	return true;
}

/* One want; *again: there may be another. False when the dialog is gone. */
static bool
answer(struct probe_dialog *d, bool *again)
{
	enum smtp_client_want want = smtp_client_want(d->client);

	*again = false;
	switch (want) {
	case SMTP_CLIENT_WANT_NONE:
		return true;
	case SMTP_CLIENT_WANT_TLS:
		dialog_start_tls(d);
		break;
	case SMTP_CLIENT_WANT_MAIL:
		dialog_go_on(d);
		break;
	case SMTP_CLIENT_WANT_STEP:
		dialog_tell_answer(d);
		break;
	case SMTP_CLIENT_WANT_TEXT:
		dialog_feed_text(d);
		break;
	case SMTP_CLIENT_WANT_RESULT:
		dialog_take_result(d);
		break;
	case SMTP_CLIENT_WANT_CLOSE:
		return leave(d);
	}
	*again = smtp_client_want(d->client) != want;
	return true;
}

bool
dialog_pump(struct probe_dialog *d)
{
	bool again = true;

	while (again) {
		dialog_flush(d);
		follow_stage(d);
		if (!answer(d, &again))
			return false;
	}
	if (d->is_leaving)
		return true;
	dialog_flush(d);
	follow_stage(d);
	set_deadline(d);
	return true;
}

/* A server of implicit TLS that speaks first can only have an alert to send. */
static void
note_first_octets(struct probe_dialog *d, struct slice in)
{
	if (d->stage == PROBE_STAGE_GREETING && !net_conn_is_tls(d->conn) && in.len >= 2 &&
	    in.ptr[0] >= SSL3_RT_CHANGE_CIPHER_SPEC && in.ptr[0] <= SSL3_RT_APPLICATION_DATA &&
	    in.ptr[1] == SSL3_VERSION_MAJOR)
		d->facts.speaks_tls_on_plain_port = true;
}

static void
read_goodbye(struct probe_dialog *d)
{
	struct smtp_reply_parser parser;
	struct slice in = net_conn_input(d->conn);
	size_t used;

	smtp_reply_parser_init(&parser);
	if (smtp_reply_parse(&parser, in, &used) != SMTP_REPLY_MORE)
		dialog_hear_goodbye(d, parser.code, buf_slice(&parser.text));
	smtp_reply_parser_done(&parser);
	if (d->has_ended_stage)
		dialog_finish(d);
}

static void
on_input(void *owner)
{
	struct probe_dialog *d = owner;
	struct slice in;
	size_t used = 1;

	while (!d->is_leaving && used != 0 && (in = net_conn_input(d->conn)).len != 0) {
		note_first_octets(d, in);
		used = smtp_client_input(d->client, in, clock_monotonic_ms());
		net_conn_consume(d->conn, used);
		d->stage_len += used;
		if (!dialog_pump(d))
			return;
	}
	if (d->is_leaving)
		read_goodbye(d);
}

static void
on_tls(void *owner)
{
	struct probe_dialog *d = owner;

	dialog_take_tls(d);
	smtp_client_tls_done(d->client, dialog_is_trusted(d), clock_monotonic_ms());
	(void)dialog_pump(d);
}

/*
 * A server that sends its session ticket by itself has its greeting wait for our acknowledgement,
 * which the kernel holds back for 40 ms in the hope of data: the time would count as the server's.
 */
static void
acknowledge_at_once(const struct probe_dialog *d)
{
	(void)setsockopt(net_conn_fd(d->conn), IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
}

static void
on_drained(void *owner)
{
	struct probe_dialog *d = owner;

	acknowledge_at_once(d);
	if (!d->is_leaving && smtp_client_want(d->client) == SMTP_CLIENT_WANT_TEXT)
		(void)dialog_pump(d);
}

/* The connection is of no more use: the engine settles what is undecided. */
static void
give_up(struct probe_dialog *d, const char *why)
{
	d->may_quit = false;
	if (d->is_leaving) {
		dialog_finish(d);
		return;
	}
	smtp_client_end(d->client, why);
	(void)dialog_pump(d);
}

static bool
is_in_handshake(const struct probe_dialog *d)
{
	return !d->is_leaving && smtp_client_want(d->client) == SMTP_CLIENT_WANT_TLS;
}

/* A reply has begun, and does not end. */
static void
note_partial(struct probe_dialog *d)
{
	const struct slice rest = net_conn_input(d->conn);

	if (!d->has_ended_stage)
		d->facts.stages[d->stage].partial_len = (uint32_t)(d->stage_len + rest.len);
}

void
dialog_time_out(struct probe_dialog *d)
{
	dialog_read_socket(d);
	d->facts.is_cut_short = clock_monotonic_ms() >= d->give_up_ms &&
				clock_monotonic_us() - d->stage_began_us < PATIENCE_US;
	if (is_in_handshake(d))
		dialog_fail_tls(d, true);
	note_partial(d);
	dialog_lose(d, PROBE_STAGE_TIMEOUT, "");
	give_up(d, "timed out");
}

static void
on_deadline(void *owner)
{
	dialog_time_out(owner);
}

static enum probe_stage_end
end_of(const struct probe_dialog *d, enum net_conn_end end)
{
	const int error = net_conn_fault(d->conn).error;

	if (end == NET_CONN_CLOSED)
		return PROBE_STAGE_CLOSED;
	if (error == ECONNRESET || error == EPIPE)
		return PROBE_STAGE_RESET;
	return error == ETIMEDOUT ? PROBE_STAGE_TIMEOUT : PROBE_STAGE_BROKEN;
}

static void
on_end(void *owner, enum net_conn_end end)
{
	struct probe_dialog *d = owner;
	const char *why = net_conn_error(d->conn);

	if (is_in_handshake(d))
		dialog_fail_tls(d, false);
	dialog_lose(d, end_of(d, end), why);
	give_up(d, why);
}

const struct net_conn_handler dialog_handler = {
	.on_input = on_input,
	.on_tls = on_tls,
	.on_drained = on_drained,
	.on_deadline = on_deadline,
	.on_end = on_end,
};
