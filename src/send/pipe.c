/* SPDX-License-Identifier: Apache-2.0 */
#include "send/pipe.h"

#include <errno.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fd.h"

enum {
	INPUT_SIZE = 65536,
	WORDS_MAX = 2048,
	CODE_CLOSING = 421,
	CODE_DEFERRED = 451,
	CODE_TOO_LARGE = 552,
	CODE_REFUSED = 554,
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

/* RFC 1870 §6.1 has a code of its own for what is too large by what the next server has offered. */
static uint16_t
code_of(const struct smtp_verdict *v)
{
	if (v->class != SMTP_VERDICT_FAILED)
		return CODE_DEFERRED;
	return v->enhanced[1] == 3 && v->enhanced[2] == 4 ? CODE_TOO_LARGE : CODE_REFUSED;
}

static unsigned
class_of(const struct smtp_verdict *v)
{
	switch (v->class) {
	case SMTP_VERDICT_DELIVERED:
		return 2;
	case SMTP_VERDICT_DEFERRED:
		return 4;
	case SMTP_VERDICT_FAILED:
		break;
	}
	return 5;
}

/* Where there was no reply that could be passed on. */
static void
add_own_words(const struct pipe *p, const struct smtp_verdict *v, struct buf *words)
{
	const struct send_result *failure = send_session_failure(p->options->next);

	if (v->enhanced[0] == class_of(v))
		(void)buf_addf(words, "%u.%u.%u ", (unsigned)v->enhanced[0],
		    (unsigned)v->enhanced[1], (unsigned)v->enhanced[2]);
	if (v->host != NULL)
		(void)buf_addf(words, "%s: ", v->host);
	(void)buf_add_text(words, v->reason == NULL ? "no reply" : v->reason);
	if (v->code != 0)
		(void)buf_addf(words, " was answered with %u %s", (unsigned)v->code,
		    v->peer_text == NULL ? "" : v->peer_text);
	if (failure != NULL)
		p->options->explain(p->options->arg, failure, words);
}

/*
 * The next server's reply, or one of ours in its place: there was none, or it was 421, which would
 * end a session that can go on. words must live as long as what is returned.
 */
static struct smtp_server_relayed
relay(const struct pipe *p, const struct smtp_verdict *v, struct buf *words)
{
	if (v->code != CODE_CLOSING && v->code / 100 == class_of(v))
		return (struct smtp_server_relayed){ v->code,
			slice_of(v->peer_text == NULL ? "" : v->peer_text) };
	add_own_words(p, v, words);
	return (struct smtp_server_relayed){ code_of(v), buf_slice(words) };
}

/*
 * 8BITMIME, because MAIL goes on before the text is known. It says that there may be such text (RFC
 * 6152 §3); programs send it without a word, and a server that does not offer it is not told.
 */
static void
ask_sender(struct pipe *p)
{
	const struct smtp_server *server = p->server;
	struct smtp_mail_params params = *smtp_server_mail_params(server);
	const struct smtp_client_mail m = {
		.sender = smtp_server_sender(server),
		.size = smtp_server_declared_size(server),
		.params = &params,
		.now_unix_s = clock_unix_ms() / 1000,
	};
	struct smtp_server_relayed said;
	struct buf words;

	if (params.body == SMTP_BODY_7BIT)
		params.body = SMTP_BODY_8BITMIME;
	buf_init(&words, WORDS_MAX);
	said = relay(p, send_session_mail(p->options->next, &m), &words);
	smtp_server_sender_relayed(p->server, &said, clock_monotonic_ms());
	buf_done(&words);
}

static void
ask_recipient(struct pipe *p)
{
	const struct smtp_server *server = p->server;
	const size_t newest = smtp_server_recipient_count(server) - 1;
	const struct slice recipient = smtp_server_recipient(server, newest);
	const struct smtp_rcpt_params params = smtp_server_recipient_params(server, newest);
	const struct smtp_client_mail m = {
		.recipients = &recipient,
		.recipient_count = 1,
		.recipient_params = &params,
		.params = smtp_server_mail_params(server),
		.now_unix_s = clock_unix_ms() / 1000,
	};
	struct smtp_server_relayed said;
	struct buf words;

	buf_init(&words, WORDS_MAX);
	said = relay(p, send_session_recipient(p->options->next, &m), &words);
	smtp_server_recipient_relayed(p->server, &said, clock_monotonic_ms());
	buf_done(&words);
}

static void
hand_on(struct pipe *p)
{
	const struct send_pipe_options *o = p->options;
	struct smtp_server_relayed said;
	enum message_flaw flaw;
	struct slice message;
	struct buf words;

	buf_init(&words, WORDS_MAX);
	flaw = o->compose(
	    o->arg, smtp_server_sender(p->server), buf_slice(&p->text), &message, &words);
	if (flaw != MESSAGE_SOUND) {
		smtp_server_store_refused(p->server, flaw, buf_slice(&words), clock_monotonic_ms());
	} else {
		said = relay(p, send_session_text(o->next, message), &words);
		smtp_server_store_relayed(p->server, &said, clock_monotonic_ms());
	}
	buf_done(&words);
}

/* False: nothing was wanted. */
static bool
answer(struct pipe *p)
{
	switch (smtp_server_want(p->server)) {
	case SMTP_SERVER_WANT_NONE:
	case SMTP_SERVER_WANT_TLS: /* neither is offered nor taken from a local user */
	case SMTP_SERVER_WANT_AUTH:
		return false;
	case SMTP_SERVER_WANT_SENDER:
		ask_sender(p);
		return true;
	case SMTP_SERVER_WANT_RECIPIENT:
		ask_recipient(p);
		return true;
	case SMTP_SERVER_WANT_STORE:
		hand_on(p);
		buf_clear(&p->text);
		return true;
	case SMTP_SERVER_WANT_ABORT:
		buf_clear(&p->text);
		smtp_server_abort_done(p->server, clock_monotonic_ms());
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
		flush(p); /* what has its answer need not wait for the next server's */
		goes_on = p->error == 0 && (answer(p) || n != 0);
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
	send_session_quit(options->next);
	buf_done(&p.text);
	smtp_server_free(&p.server);
	return p.error;
}
