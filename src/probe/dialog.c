/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/dialog.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sockios.h>

#include "probe/dialog_private.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"

/*
 * So that the server sees the end of this one before the begin of the next: the loop alone would
 * close it a turn later. What the server has not taken by now is lost on the way, and so would be
 * an end that waits behind it: a reset does not wait, and to connect to nothing sends it (tcp(7)).
 */
static void
hang_up(struct probe_dialog *d)
{
	const struct sockaddr nothing = { .sa_family = AF_UNSPEC };
	const int fd = d->conn == NULL ? -1 : net_conn_fd(d->conn);
	int untaken = 0;

	if (fd < 0) {
		net_conn_free(&d->conn);
		return;
	}
	(void)ioctl(fd, SIOCOUTQ, &untaken);
	net_conn_free(&d->conn); /* the socket is closed in the loop's next turn */
	if (untaken > 0)
		(void)connect(fd, &nothing, sizeof nothing);
	else
		(void)shutdown(fd, SHUT_RDWR);
}

static void
release(struct probe_dialog *d)
{
	probe_tcp_cancel(&d->attempt);
	probe_dialog_cancel(&d->second);
	hang_up(d);
	smtp_client_free(&d->client);
	sasl_client_free(&d->sasl);
	SSL_CTX_free(d->tls);
	d->tls = NULL;
}

void
dialog_report(struct probe_dialog *d)
{
	d->done(d->arg, &d->facts);
	free(d);
}

void
dialog_finish(struct probe_dialog *d)
{
	d->facts.took_us = clock_monotonic_us() - d->began_us;
	release(d);
	if (!dialog_look_again(d))
		dialog_report(d);
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a < b ? b : a;
}

static enum smtp_client_tls
tls_policy(const struct probe_dialog_options *o)
{
	if (o->mode == PROBE_MODE_IMPLICIT)
		return SMTP_CLIENT_TLS_IMPLICIT;
	if (o->goal < PROBE_GOAL_TLS || o->mode == PROBE_MODE_PLAIN)
		return SMTP_CLIENT_TLS_NONE;
	return o->mode == PROBE_MODE_STARTTLS ? SMTP_CLIENT_TLS_OPPORTUNISTIC
					      : SMTP_CLIENT_TLS_ANYWAY;
}

static void
start_client(struct probe_dialog *d)
{
	const struct probe_dialog_options *o = &d->options;
	const struct smtp_client_options options = {
		.hostname = o->hostname,
		.host = o->name == NULL ? "" : o->name,
		.tls = tls_policy(o),
		.only_greets = o->goal == PROBE_GOAL_GREETING,
		.timeouts = { .greeting_ms = o->greeting_ms,
		    .command_ms = o->command_ms,
		    .data_ms = o->command_ms,
		    .text_ms = later(o->command_ms, o->end_ms),
		    .end_ms = later(o->command_ms, o->end_ms),
		    .quit_ms = dialog_sooner(o->command_ms, DIALOG_QUIT_MS) },
		.watch = dialog_watch(d),
	};

	d->client = smtp_client_new(&options, clock_monotonic_ms());
}

static enum probe_stage_end
connect_end(enum probe_tcp_end end)
{
	switch (end) {
	case PROBE_TCP_OPEN:
		return PROBE_STAGE_PASSED;
	case PROBE_TCP_RESET:
		return PROBE_STAGE_RESET;
	case PROBE_TCP_SILENT:
		return PROBE_STAGE_TIMEOUT;
	case PROBE_TCP_NOT_TRIED:
	case PROBE_TCP_REJECTED:
	case PROBE_TCP_LOCAL:
	case PROBE_TCP_UNREACHABLE:
		break;
	}
	return PROBE_STAGE_BROKEN;
}

static void
on_connected(void *arg, const struct probe_tcp *result, int fd)
{
	struct probe_dialog *d = arg;

	d->attempt = NULL;
	d->facts.tcp = *result;
	dialog_end(d, connect_end(result->end),
	    slice_of(result->error == 0 ? "" : strerrordesc_np(result->error)));
	if (fd < 0 || d->is_stopped) {
		fd_close(&fd);
		dialog_finish(d);
		return;
	}
	d->conn = net_conn_accept(d->base, fd, &dialog_handler, d);
	start_client(d);
	(void)dialog_pump(d);
}

struct probe_dialog *
probe_dialog_start(struct event_base *base, const struct net_address *to,
    const struct probe_dialog_options *options, probe_dialog_fn *done, void *arg)
{
	struct probe_dialog *d = xcalloc(1, sizeof *d);
	const uint64_t total_ms = options->total_ms == 0 ? UINT64_MAX : options->total_ms;
	const uint64_t now_ms = clock_monotonic_ms();
	const struct probe_tcp_options tcp = {
		.timeout_ms = dialog_sooner(options->connect_ms, total_ms),
		.max_segment = options->max_segment,
	};

	d->base = base;
	d->to = *to;
	d->options = *options;
	d->done = done;
	d->arg = arg;
	d->began_us = clock_monotonic_us();
	d->give_up_ms = total_ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + total_ms;
	d->facts.is_tried = true;
	d->facts.is_implicit_tls = options->mode == PROBE_MODE_IMPLICIT;
	d->facts.tls.trouble = PROBE_TLS_NOT_TRIED;
	dialog_begin(d, PROBE_STAGE_CONNECT);
	d->attempt =
	    probe_tcp_start(base, to, &tcp, options->goal != PROBE_GOAL_CONNECT, on_connected, d);
	return d;
}

void
probe_dialog_cancel(struct probe_dialog **dialog)
{
	struct probe_dialog *d = *dialog;

	*dialog = NULL;
	if (d == NULL)
		return;
	release(d);
	free(d);
}

void
probe_dialog_stop(struct probe_dialog **dialog)
{
	struct probe_dialog *d = *dialog;

	*dialog = NULL;
	if (d->second != NULL) {
		release(d);
		dialog_report(d);
		return;
	}
	if (d->attempt == NULL) {
		dialog_time_out(d);
		return;
	}
	d->is_stopped = true;
	probe_tcp_stop(&d->attempt);
}

uint64_t
probe_dialog_waiting_ms(const struct probe_dialog *dialog)
{
	return dialog->attempt == NULL ? 0 : probe_tcp_waiting_ms(dialog->attempt);
}
