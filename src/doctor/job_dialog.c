/* SPDX-License-Identifier: Apache-2.0 */
/* job_dialog.c - the dialog that a job holds: how far, in what mode, and how long it may take. */
#include "doctor/run.h"

#include <stdio.h>

#include "doctor/view.h"
#include "doctor/words.h"
#include "util/port.h"

/*
 * Three SYNs have gone out by then, and a router has found that nobody answers to ARP. A server
 * may let all wait for its greeting; longer than this there is no time to wait with it.
 */
enum { CONNECT_MS = 3300, GREETING_MS = 7000, COMMAND_MS = 4000 };
/* A second try with something changed is quick, or it says no more than the first. */
enum { SECOND_MS = 2500 };
/* What is kept for the verdict. */
enum { LAST_WORDS_MS = 300 };
/* Octets: what TCP takes a peer to bear that names no size of its own. */
enum { SMALL_SEGMENT = 536 };

static void
on_line(void *arg, bool is_ours, struct slice line)
{
	struct run_job *j = arg;
	const struct doctor_check_options *o = j->run->options;

	o->on_line(o->arg, &run_probe_of(j)->address, is_ours, line);
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]": what the server sees, without NAT. */
void
run_write_hostname(
    const struct run *r, const struct probe_route *route, char ret_name[RUN_NAME_SIZE])
{
	if (r->hostname[0] != '\0' || route == NULL)
		(void)snprintf(ret_name, RUN_NAME_SIZE, "%s",
		    r->hostname[0] == '\0' ? "[127.0.0.1]" : r->hostname);
	else
		(void)snprintf(ret_name, RUN_NAME_SIZE, "[%s%.64s]",
		    ip_is_v4(&route->source) ? "" : "IPv6:", doctor_words_ip(&route->source).text);
}

static enum probe_dialog_goal
goal_of(const struct run_job *j)
{
	const struct doctor_probe *p = run_probe_of(j);

	if (p->is_control)
		return PROBE_GOAL_CONNECT;
	switch (j->task) {
	case RUN_SUBMIT:
		return j->run->facts->wants_mail ? PROBE_GOAL_MAIL : PROBE_GOAL_AUTH;
	case RUN_OTHER_MODE:
		if (run_is_unusual(j->run, p))
			break;
		return PROBE_GOAL_GREETING;
	case RUN_DIALOG:
		if (p->port == PORT_SMTP && !run_is_main(j->run, p))
			return PROBE_GOAL_EHLO;
		break;
	case RUN_ANYWAY:
	case RUN_SMALL:
	case RUN_TLS12:
	case RUN_AGAIN:
	case RUN_LADDER:
	case RUN_WITNESS:
	case RUN_ANSWER:
		break;
	}
	return PROBE_GOAL_TLS;
}

static enum probe_dialog_mode
mode_of(const struct run_job *j)
{
	const struct doctor_probe *p = run_probe_of(j);
	/* Of an unusual port it is known when another mode has taken the place of the first. */
	const bool is_implicit = p->port == PORT_SUBMISSIONS || p->dialog.is_implicit_tls;

	if (j->task == RUN_OTHER_MODE)
		return is_implicit ? PROBE_MODE_STARTTLS : PROBE_MODE_IMPLICIT;
	if (is_implicit)
		return PROBE_MODE_IMPLICIT;
	return j->task == RUN_ANYWAY ? PROBE_MODE_STARTTLS_ANYWAY : PROBE_MODE_STARTTLS;
}

/* With large packets, too: where the port matters, as far as it is the first to go that way. */
static bool
wants_bulk(const struct run_job *j)
{
	const struct doctor_probe *p = run_probe_of(j);

	if (j->task == RUN_OTHER_MODE)
		return run_is_unusual(j->run, p);
	return run_is_main(j->run, p) && (j->task == RUN_DIALOG || j->task == RUN_SMALL);
}

static uint64_t
at_most(uint64_t ms, uint64_t max_ms)
{
	return ms < max_ms ? ms : max_ms;
}

/* All of it must be over in time for the verdict. */
static void
set_times(struct run_job *j)
{
	const uint64_t now_ms = run_now_ms(j->run), end_ms = j->run->deadline_ms - LAST_WORDS_MS;
	const uint64_t left_ms = now_ms < end_ms ? end_ms - now_ms : 1;
	const bool is_first = j->task == RUN_DIALOG || j->task == RUN_SUBMIT;

	j->options.total_ms = left_ms;
	j->options.connect_ms = at_most(CONNECT_MS - run_job_waiting_ms(j), left_ms);
	j->options.greeting_ms = at_most(is_first ? GREETING_MS : SECOND_MS, left_ms);
	j->options.command_ms = at_most(is_first ? COMMAND_MS : SECOND_MS, left_ms);
	/* What is looked at in a message before it is taken may need a while. */
	if (j->task != RUN_SUBMIT)
		return;
	j->options.command_ms = left_ms;
	if (j->run->facts->wants_mail)
		j->options.end_ms = DOCTOR_MESSAGE_MS;
}

static void
set_submission(struct run_job *j)
{
	const struct doctor_check_options *o = j->run->options;

	if (j->task != RUN_SUBMIT)
		return;
	if (o->user != NULL) {
		j->options.auth_user = slice_of(o->user);
		j->options.auth_secret = o->secret;
		j->options.auth_mechanism = o->mechanism;
	}
	if (o->to == NULL)
		return;
	j->options.requires_tls = true;
	j->options.sender = slice_of(o->from);
	j->options.recipients = &o->recipient;
	j->options.recipient_count = 1;
	j->options.message = o->message;
}

void
run_set_dialog(struct run_job *j)
{
	const struct run *r = j->run;
	const struct doctor_probe *p = run_probe_of(j);

	run_write_hostname(r, doctor_view_route(r->facts, p), j->hostname);
	j->options = (struct probe_dialog_options){
		.goal = goal_of(j),
		.mode = mode_of(j),
		.name = r->facts->name.text,
		.hostname = j->hostname,
		.roots = r->roots,
		.wants_bulk = wants_bulk(j),
		.max_segment = j->task == RUN_SMALL ? SMALL_SEGMENT : 0,
		.tls_max = j->task == RUN_TLS12 ? TLS1_2_VERSION : 0,
		.on_line = r->options->on_line == NULL ? NULL : on_line,
		.line_arg = j,
	};
	set_times(j);
	set_submission(j);
}
