/* SPDX-License-Identifier: Apache-2.0 */
#include "send/pipe.h"

#include <errno.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fd.h"

enum {
	INPUT_SIZE = 65536,
	WORDS_MAX = 1024,
	COMMAND_LENGTH = 4096,
	AUTH_LINE_LENGTH = 12288,
	RECIPIENTS = 10000,
	ERRORS_MAX =
	    1000, /* the client is a program of ours: it may ask much that we do not know */
	PARAMETERS = 20,
};

struct pipe {
	const struct send_pipe_options *options;
	struct smtp_server *server;
	struct buf text;
	int error; /* -errno of input or output */
	bool is_closed;
};

static void
flush(struct pipe *p)
{
	const struct slice out = smtp_server_output(p->server);
	int r;

	if (out.len == 0 || p->error != 0)
		return;
	r = fd_write_all(p->options->out, out.ptr, out.len);
	if (r != 0)
		p->error = r;
	smtp_server_output_taken(p->server, out.len);
}

static void
submit(struct pipe *p)
{
	const uint64_t now_ms = clock_monotonic_ms();
	struct buf words;

	buf_init(&words, WORDS_MAX);
	if (p->text.overflow) {
		smtp_server_store_done(p->server, SMTP_SERVER_DISK_FULL, slice_of(""), now_ms);
		buf_done(&words);
		return;
	}
	switch (p->options->submit(p->options->arg, p->server, buf_slice(&p->text), &words)) {
	case SEND_PIPE_SENT:
		smtp_server_store_done(p->server, SMTP_SERVER_OK, buf_slice(&words), now_ms);
		break;
	case SEND_PIPE_DEFERRED:
		smtp_server_store_passed_back(p->server, false, buf_slice(&words), now_ms);
		break;
	case SEND_PIPE_REFUSED:
		smtp_server_store_passed_back(p->server, true, buf_slice(&words), now_ms);
		break;
	}
	buf_done(&words);
}

/* False: nothing was wanted. */
static bool
answer(struct pipe *p)
{
	const uint64_t now_ms = clock_monotonic_ms();

	switch (smtp_server_want(p->server)) {
	case SMTP_SERVER_WANT_NONE:
	case SMTP_SERVER_WANT_TLS: /* neither is offered nor taken from a local user */
	case SMTP_SERVER_WANT_AUTH:
		return false;
	case SMTP_SERVER_WANT_SENDER:
		smtp_server_sender_done(p->server, SMTP_SERVER_OK, now_ms);
		return true;
	case SMTP_SERVER_WANT_RECIPIENT:
		smtp_server_recipient_done(p->server, SMTP_SERVER_OK, now_ms);
		return true;
	case SMTP_SERVER_WANT_STORE:
		submit(p);
		buf_clear(&p->text);
		return true;
	case SMTP_SERVER_WANT_ABORT:
		buf_clear(&p->text);
		smtp_server_abort_done(p->server, now_ms);
		return true;
	case SMTP_SERVER_WANT_CLOSE:
		p->is_closed = true;
		return false;
	}
	return false;
}

static void
take(struct pipe *p, struct slice in)
{
	bool goes_on = true;

	while (goes_on && !p->is_closed) {
		const size_t n = smtp_server_input(p->server, in, clock_monotonic_ms());

		(void)buf_add_slice(&p->text, smtp_server_text(p->server));
		in = slice_after(in, n);
		goes_on = answer(p) || n != 0;
	}
	flush(p);
}

static void
serve(struct pipe *p)
{
	uint8_t octets[INPUT_SIZE];

	flush(p);
	while (!p->is_closed && p->error == 0) {
		const ssize_t n = read(p->options->in, octets, sizeof octets);

		if (n > 0)
			take(p, slice_make(octets, (size_t)n));
		else if (n == 0)
			p->is_closed = true;
		else if (errno != EINTR)
			p->error = -errno;
	}
}

int
send_pipe_serve(const struct send_pipe_options *options)
{
	const struct smtp_server_limits limits = {
		.message_size = options->message_size,
		.command_length = COMMAND_LENGTH,
		.auth_line_length = AUTH_LINE_LENGTH,
		.recipients = RECIPIENTS,
		.transactions = UINT32_MAX,
		.bad_commands = ERRORS_MAX,
		.auth_failures = 1,
		.command_timeout_ms = UINT32_MAX,
		.data_timeout_ms = UINT32_MAX,
		.login_timeout_ms = UINT32_MAX,
		.transaction_timeout_ms = UINT32_MAX,
		.parameters = PARAMETERS,
		.errors_before_delay = ERRORS_MAX,
	};
	const struct smtp_server_options server = {
		.hostname = options->hostname,
		.limits = &limits,
		.profile = SMTP_SERVER_LEGACY_DEVICE, /* programs here end lines as files do */
		.complete_addresses = true,
		.local_user = slice_of(options->user),
		.priority_max = 9,
	};
	struct pipe p = { .options = options };

	p.server = smtp_server_new(&server, clock_monotonic_ms());
	buf_init(&p.text, options->message_size * 2 + INPUT_SIZE);
	serve(&p);
	buf_done(&p.text);
	smtp_server_free(&p.server);
	return p.error;
}
