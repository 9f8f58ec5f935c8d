/* SPDX-License-Identifier: Apache-2.0 */
#include "send/submit.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

#include <openssl/ssl.h>

#include "net/resolve.h"
#include "net/resolver.h"
#include "send/outcome.h"
#include "smtp/utf8.h"
#include "util/alloc.h"
#include "util/clock.h"

enum {
	CONNECT_MS = 20000,
	COMMAND_MS = 300000, /* RFC 5321 §4.5.3.2 has 5 minutes for most; time_ms cuts it */
	RESOLVE_MS = 20000,
	HOST_SIZE = NET_RESOLVE_NAME_MAX + 16,
};

struct submission {
	const struct send_job *job;
	struct send_result *result;
	struct event_base *base;
	struct net_resolver *resolver;
	X509_STORE *roots;
	uint64_t end_ms;
	struct net_resolve_result names;
	struct probe_dialog_options options;
	struct smtp_mail_params mail_params;
	struct probe_dialog *dialog; /* NULL: it is over */
	struct event *patience;
	bool is_asked;        /* on_silent() was called */
	char host[HOST_SIZE]; /* "smtp.example.org:587" */
};

static void
fail(struct submission *s, int exit_code, const char *words)
{
	struct buf text;

	buf_init(&text, 1024);
	(void)buf_addf(&text, "%s: %s", s->host, words);
	s->result->exit_code = exit_code;
	s->result->words = slice_dup(buf_slice(&text));
	s->result->is_unreachable = true;
	buf_done(&text);
}

static uint64_t
time_left_ms(const struct submission *s)
{
	const uint64_t now_ms = clock_monotonic_ms();

	return now_ms < s->end_ms ? s->end_ms - now_ms : 1;
}

static uint64_t
at_most(uint64_t left_ms, uint64_t max_ms)
{
	return left_ms < max_ms ? left_ms : max_ms;
}

static void
on_recipient(void *arg, size_t index, const struct smtp_verdict *verdict)
{
	struct submission *s = (struct submission *)arg;
	struct send_result *result = s->result;

	if (result->verdicts == NULL) {
		result->verdicts = xcalloc(s->job->recipient_count, sizeof *result->verdicts);
		result->verdict_count = s->job->recipient_count;
	}
	smtp_verdict_done(&result->verdicts[index]);
	result->verdicts[index] = smtp_verdict_copy(verdict);
	if (verdict->class == SMTP_VERDICT_DELIVERED)
		result->taken_count++;
}

/* Another address may help with what happened before the server had heard of the message. */
static bool
is_worth_another(const struct submission *s)
{
	return clock_monotonic_ms() < s->end_ms &&
	       send_find_failure(s->result->facts) < PROBE_STAGE_STARTTLS;
}

static void
on_done(void *arg, const struct probe_dialog_facts *facts)
{
	struct submission *s = (struct submission *)arg;

	s->dialog = NULL;
	*s->result->facts = *facts;
	(void)event_base_loopbreak(s->base);
}

static bool
turn(void *arg)
{
	struct submission *s = (struct submission *)arg;

	if (s->dialog != NULL)
		(void)event_base_loop(s->base, EVLOOP_NONBLOCK);
	return s->dialog != NULL;
}

static void
on_patience(evutil_socket_t fd, short what, void *arg)
{
	struct submission *s = (struct submission *)arg;

	(void)fd;
	(void)what;
	(void)event_base_loopbreak(s->base);
}

/* Until it is over, or for as long as an answer to a SYN should take. */
static void
wait_for_answer(struct submission *s)
{
	const struct timeval patience = { SEND_SILENT_MS / 1000,
		(suseconds_t)(SEND_SILENT_MS % 1000) * 1000 };

	if (s->job->on_silent == NULL || s->is_asked)
		return;
	(void)evtimer_add(s->patience, &patience);
	(void)event_base_dispatch(s->base);
	(void)evtimer_del(s->patience);
	if (s->dialog == NULL || probe_dialog_stage(s->dialog) != PROBE_STAGE_CONNECT)
		return;
	s->is_asked = true;
	s->job->on_silent(s->job->arg, turn, s);
}

static void
dial(struct submission *s, const struct net_address *address)
{
	if (s->result->facts == NULL)
		s->result->facts = xcalloc(1, sizeof *s->result->facts);
	s->result->address = *address;
	s->result->has_address = true;
	if (s->job->on_address != NULL)
		s->job->on_address(s->job->arg, address);
	s->options.total_ms = time_left_ms(s);
	s->dialog = probe_dialog_start(s->base, address, &s->options, on_done, s);
	wait_for_answer(s);
	while (s->dialog != NULL)
		(void)event_base_dispatch(s->base);
}

static void
dial_all(struct submission *s)
{
	for (size_t i = 0; i < s->names.count; i++) {
		const struct net_address *address = &s->names.addresses[i];

		if (s->job->family != AF_UNSPEC && s->job->family != address->any.sa_family)
			continue;
		dial(s, address);
		if (!is_worth_another(s))
			break;
	}
	if (s->result->facts == NULL)
		fail(s, EX_NOHOST, "has no address of that family");
	else
		send_judge(s->job, s->host, s->result);
}

static void
on_resolved(void *arg, const struct net_resolve_result *result)
{
	struct submission *s = (struct submission *)arg;

	s->names = *result;
	(void)event_base_loopbreak(s->base);
}

static void
resolve(struct submission *s)
{
	const struct send_job *job = s->job;

	(void)net_resolve_start(s->resolver, job->settings->server, job->settings->port,
	    at_most(job->time_ms, RESOLVE_MS), on_resolved, s);
	(void)event_base_dispatch(s->base);
	switch (s->names.status) {
	case NET_RESOLVE_OK:
		dial_all(s);
		return;
	case NET_RESOLVE_NOT_FOUND:
		fail(s, EX_NOHOST, s->names.error);
		return;
	case NET_RESOLVE_FAILED:
		fail(s, EX_TEMPFAIL, s->names.error);
		return;
	}
}

static enum probe_dialog_mode
mode_of(enum send_tls tls)
{
	switch (tls) {
	case SEND_TLS_IMPLICIT:
		return PROBE_MODE_IMPLICIT;
	case SEND_TLS_NONE:
		return PROBE_MODE_PLAIN;
	case SEND_TLS_UNSAID:
	case SEND_TLS_STARTTLS:
		break;
	}
	return PROBE_MODE_STARTTLS;
}

static struct slice
text_of(const char *text)
{
	return text == NULL ? (struct slice){ NULL, 0 } : slice_of(text);
}

/* What the message needs, whatever was said of it (RFC 6152 §3, RFC 6531 §3.4). */
static void
set_mail_params(struct submission *s)
{
	const struct send_job *job = s->job;
	bool is_ascii = smtp_is_ascii(text_of(job->sender));

	for (size_t i = 0; is_ascii && i < job->recipient_count; i++)
		is_ascii = smtp_is_ascii(job->recipients[i]);
	s->mail_params = job->mail_params;
	if (s->mail_params.body == SMTP_BODY_7BIT && !smtp_is_ascii(job->message))
		s->mail_params.body = SMTP_BODY_8BITMIME;
	if (!is_ascii)
		s->mail_params.is_utf8 = true;
}

static void
set_options(struct submission *s)
{
	const struct send_job *job = s->job;
	const struct send_settings *settings = job->settings;

	set_mail_params(s);
	s->options = (struct probe_dialog_options){
		.goal = job->goal,
		.mode = mode_of(settings->tls),
		.name = settings->server,
		.hostname = job->hostname,
		.roots = s->roots,
		.requires_tls = settings->tls != SEND_TLS_NONE,
		.auth_user = text_of(settings->user),
		.auth_secret = job->secret,
		.auth_mechanism = settings->mechanism,
		.sender = text_of(job->sender),
		.recipients = job->recipients,
		.recipient_count = job->recipient_count,
		.message = job->message,
		.mail_params = &s->mail_params,
		.recipient_params = job->recipient_params,
		.on_recipient = on_recipient,
		.recipient_arg = s,
		.connect_ms = at_most(job->time_ms, CONNECT_MS),
		.greeting_ms = at_most(job->time_ms, COMMAND_MS),
		.command_ms = at_most(job->time_ms, COMMAND_MS),
		.on_line = job->on_line,
		.line_arg = job->arg,
	};
}

static int
open_resolver(struct submission *s, struct buf *error)
{
	const struct net_resolver_options options = { .server = s->job->resolver };

	return net_resolver_new_with(s->base, &options, &s->resolver, error);
}

static int
open_all(struct submission *s, struct buf *error)
{
	int r;

	s->base = event_base_new();
	if (s->base == NULL)
		return -ENOMEM;
	s->patience = evtimer_new(s->base, on_patience, s);
	if (s->patience == NULL)
		return -ENOMEM;
	r = open_resolver(s, error);
	if (r == 0)
		r = probe_roots_read(s->job->settings->ca_file, &s->roots, error);
	if (r != 0)
		return r;
	set_options(s);
	return 0;
}

static void
close_all(struct submission *s)
{
	net_resolver_free(&s->resolver);
	X509_STORE_free(s->roots);
	if (s->patience != NULL)
		event_free(s->patience);
	if (s->base != NULL)
		event_base_free(s->base);
}

int
send_submit(const struct send_job *job, struct send_result *ret_result, struct buf *error)
{
	struct send_result result = { .exit_code = EX_SOFTWARE };
	struct submission s = { .job = job, .result = &result };
	int r = open_all(&s, error);

	if (r == 0) {
		(void)snprintf(s.host, sizeof s.host, "%s:%u", job->settings->server,
		    (unsigned)job->settings->port);
		s.end_ms = clock_monotonic_ms() + job->time_ms;
		resolve(&s);
		*ret_result = result;
	}
	close_all(&s);
	return r;
}

void
send_result_done(struct send_result *result)
{
	for (size_t i = 0; i < result->verdict_count; i++)
		smtp_verdict_done(&result->verdicts[i]);
	free(result->verdicts);
	free(result->words);
	free(result->facts);
	*result = (struct send_result){ 0 };
}
