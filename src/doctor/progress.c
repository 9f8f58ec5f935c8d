/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - one line about what a check is waiting for */
#include <stdio.h>
#include <string.h>

#include "doctor/run.h"

enum { EVERY_MS = 200, TEXT_SIZE = 160, BOUND_SIZE = 32 };

/* What a dialog has to wait for. */
static const char *
dialog_words(const struct run_job *j)
{
	if (run_job_waiting_ms(j) != 0)
		return "waits for an answer";
	if (j->dialog == NULL)
		return "talks";
	switch (probe_dialog_stage(j->dialog)) {
	case PROBE_STAGE_GREETING:
		return "is open; waits for the server's greeting";
	case PROBE_STAGE_STARTTLS:
		return "waits for the reply to STARTTLS";
	case PROBE_STAGE_HANDSHAKE:
		return "waits for the server's part of the TLS handshake";
	case PROBE_STAGE_EHLO:
	case PROBE_STAGE_EHLO_TLS:
		return "waits for the reply to EHLO";
	case PROBE_STAGE_BULK:
		return "sends large packets";
	case PROBE_STAGE_CONNECT:
	case PROBE_STAGE_AUTH:
	case PROBE_STAGE_MAIL:
	case PROBE_STAGE_RCPT:
	case PROBE_STAGE_DATA:
	case PROBE_STAGE_END:
	case PROBE_STAGE_QUIT:
		break;
	}
	return "talks";
}

static const char *
words_of(const struct run_job *j)
{
	switch (j->task) {
	case RUN_DIALOG:
	case RUN_AGAIN:
		return dialog_words(j);
	case RUN_ANYWAY:
		return "tries STARTTLS all the same";
	case RUN_SMALL:
		return "tries small packets";
	case RUN_OTHER_MODE:
		return "tries the other TLS mode";
	case RUN_TLS12:
		return "tries TLS 1.2";
	case RUN_SUBMIT:
		return "logs in";
	case RUN_LADDER:
	case RUN_WITNESS:
		return "looks how far packets come";
	case RUN_ANSWER:
		return "looks how far answers come from";
	}
	return "";
}

/* The stage that takes longest where all else is well has its bound told; 0: not that one. */
static unsigned
bound_s(const struct run_job *j)
{
	if (j->dialog == NULL || probe_dialog_stage(j->dialog) != PROBE_STAGE_GREETING)
		return 0;
	return (unsigned)((j->options.greeting_ms + 999) / 1000);
}

/* The job that matters most of those that run; NULL: none. */
static const struct run_job *
find_first(const struct run *r)
{
	const struct run_job *first = NULL;

	for (size_t i = 0; i < r->job_count; i++)
		if (r->jobs[i]->state == RUN_RUNNING &&
		    (first == NULL || r->jobs[i]->rank < first->rank))
			first = r->jobs[i];
	return first;
}

static void
write_line(const struct run *r, char text[TEXT_SIZE])
{
	const struct run_job *j = find_first(r);
	const unsigned seconds = (unsigned)(run_now_ms(r) / 1000);
	char bound[BOUND_SIZE] = "";

	if (j != NULL && bound_s(j) != 0)
		(void)snprintf(bound, sizeof bound, ", up to %u s", bound_s(j));

	if (!r->is_named)
		(void)snprintf(text, TEXT_SIZE, "%u s: looks up %.100s", seconds,
		    r->facts->is_network ? "other hosts" : r->options->host);
	else if (j != NULL)
		(void)snprintf(text, TEXT_SIZE, "%u s: port %u %s%s", seconds,
		    (unsigned)r->facts->probes[j->probe].port, words_of(j), bound);
	else
		(void)snprintf(text, TEXT_SIZE, "%u s: asks other hosts", seconds);
}

void
run_tell(struct run *r)
{
	char text[TEXT_SIZE];

	if (r->options->on_progress == NULL || run_now_ms(r) < r->told_ms + EVERY_MS)
		return;
	r->told_ms = run_now_ms(r);
	write_line(r, text);
	r->options->on_progress(r->options->arg, text);
}
