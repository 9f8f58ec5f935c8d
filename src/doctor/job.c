/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - starts the probe of a job, and writes what it saw where it belongs */
#include "doctor/run.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/pace.h"
#include "doctor/view.h"
#include "doctor/words.h"
#include "util/alloc.h"

/*
 * Three SYNs have gone out by then, and a router has found that nobody answers to ARP. A server
 * may let all wait for its greeting; longer than this there is no time to wait with it.
 */
enum { CONNECT_MS = 3300, GREETING_MS = 7000, COMMAND_MS = 4000 };
/* A second try with something changed is quick, or it says no more than the first. */
enum { SECOND_MS = 2500 };
enum {
	LADDER_MS = 1000,
	SHORT_LADDER_MS = 300,
	ANSWER_MS = 1500,
	SMALL_SEGMENT = 536,
	LAST_WORDS_MS = 300
};
enum { PORT_SMTP = 25, PORT_SUBMISSIONS = 465 };

static struct doctor_probe *
probe_of(const struct run_job *j)
{
	return &j->run->facts->probes[j->probe];
}

/* Where the facts of a dialog go. */
static struct probe_dialog_facts *
find_place(struct doctor_probe *p, enum run_task task)
{
	struct probe_dialog_facts **place = NULL;

	switch (task) {
	case RUN_DIALOG:
	case RUN_SUBMIT:
		return &p->dialog;
	case RUN_ANYWAY:
		place = &p->anyway;
		break;
	case RUN_SMALL:
		place = &p->small;
		break;
	case RUN_OTHER_MODE:
		place = &p->other_mode;
		break;
	case RUN_TLS12:
		place = &p->tls12;
		break;
	case RUN_AGAIN:
		place = &p->again;
		break;
	case RUN_LADDER:
	case RUN_ANSWER:
		break;
	}
	assert(place != NULL);
	if (*place == NULL)
		*place = xcalloc(1, sizeof **place);
	return *place;
}

/* What the bulk has shown the first time stays known when the login is a dialog of its own. */
static void
keep_bulk(const struct probe_dialog_facts *before, struct probe_dialog_facts *after)
{
	if (after->stages[PROBE_STAGE_BULK].end != PROBE_STAGE_SKIPPED &&
	    after->stages[PROBE_STAGE_BULK].end != PROBE_STAGE_NOT_REACHED)
		return;
	after->stages[PROBE_STAGE_BULK] = before->stages[PROBE_STAGE_BULK];
	after->bulk = before->bulk;
}

/*
 * The SYNs of before count, as if one socket had sent them all. What the host answers, it answers
 * to the last; what a router says of nobody being there, it has found out since the first.
 */
static void
add_silence(const struct run_job *j, struct probe_dialog_facts *f)
{
	const uint64_t since_ms = run_now_ms(j->run) - j->first_ms;
	uint64_t more_us = j->silence->tcp.took_us;

	f->tcp.retransmits += j->silence->tcp.retransmits + 1;
	if (f->tcp.end == PROBE_TCP_OPEN || f->tcp.end == PROBE_TCP_RESET)
		return;
	if (f->tcp.end != PROBE_TCP_SILENT && since_ms * 1000 > f->tcp.took_us)
		more_us = since_ms * 1000 - f->tcp.took_us;
	f->tcp.took_us += more_us;
	f->stages[PROBE_STAGE_CONNECT].took_us += more_us;
	f->took_us += more_us;
}

/* The time was over before the login had begun: what is known of the port stays what it was. */
static void
note_missed_login(struct probe_dialog_facts *f)
{
	struct probe_stage_fact *login = &f->stages[PROBE_STAGE_AUTH];

	login->end = PROBE_STAGE_TIMEOUT;
	(void)snprintf(login->text, sizeof login->text, "the time was over before it began");
	f->is_cut_short = true;
}

static bool
has_missed_login(const struct run_job *j, const struct probe_dialog_facts *f)
{
	return j->task == RUN_SUBMIT && j->run->facts->wants_auth && f->is_cut_short &&
	       f->stages[PROBE_STAGE_AUTH].end == PROBE_STAGE_NOT_REACHED &&
	       f->stages[PROBE_STAGE_AUTH].began_us == 0;
}

static void
write_facts(struct run_job *j, const struct probe_dialog_facts *facts)
{
	struct probe_dialog_facts *place = find_place(probe_of(j), j->task), *before = NULL;

	if (j->task == RUN_SUBMIT) {
		before = xmalloc(sizeof *before);
		*before = *place;
	}
	if (has_missed_login(j, facts)) {
		note_missed_login(place);
		free(before);
		return;
	}
	*place = *facts;
	place->is_tried = true;
	if (before != NULL)
		keep_bulk(before, place);
	free(before);
}

static void
on_dialog(void *arg, const struct probe_dialog_facts *facts)
{
	struct run_job *j = arg;
	struct probe_dialog_facts *all = xmalloc(sizeof *all);

	j->dialog = NULL;
	*all = *facts;
	if (j->silence != NULL)
		add_silence(j, all);
	free(j->silence);
	j->silence = NULL;
	if (j->is_yielding && facts->tcp.end == PROBE_TCP_SILENT) {
		j->silence = all;
		j->state = RUN_WAITING;
		return;
	}
	j->is_yielding = false;
	write_facts(j, all);
	free(all);
	run_job_end(j);
	run_follow(j->run, j->probe, j->task);
}

void
run_job_yield(struct run_job *j)
{
	j->is_yielding = true;
	j->yield_count++;
	probe_dialog_stop(&j->dialog);
	j->is_yielding = false;
}

void
run_job_settle(struct run_job *j)
{
	write_facts(j, j->silence);
	free(j->silence);
	j->silence = NULL;
	run_job_end(j);
	run_follow(j->run, j->probe, j->task);
}

static void
on_ladder(void *arg, const struct probe_path *path)
{
	struct run_job *j = arg;

	j->ladder = NULL;
	run_job_end(j);
	probe_of(j)->path = *path;
	run_follow(j->run, j->probe, j->task);
}

static void
on_answer(void *arg, uint8_t ttl)
{
	struct run_job *j = arg;

	j->answer = NULL;
	run_job_end(j);
	probe_of(j)->answer_ttl = ttl;
	run_follow(j->run, j->probe, j->task);
}

static void
on_line(void *arg, bool is_ours, struct slice line)
{
	struct run_job *j = arg;
	const struct doctor_check_options *o = j->run->options;

	o->on_line(o->arg, &probe_of(j)->address, is_ours, line);
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
	const struct doctor_probe *p = probe_of(j);

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
	case RUN_ANSWER:
		break;
	}
	return PROBE_GOAL_TLS;
}

static enum probe_dialog_mode
mode_of(const struct run_job *j)
{
	const struct doctor_probe *p = probe_of(j);
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
	const struct doctor_probe *p = probe_of(j);

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

static void
start_dialog(struct run_job *j)
{
	const struct run *r = j->run;
	const struct doctor_probe *p = probe_of(j);

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
	j->dialog = probe_dialog_start(r->base, &p->address, &j->options, on_dialog, j);
}

static bool
may_send(void *arg)
{
	return run_may_connect(arg);
}

/* As many routers are between as the ladder had rungs below the end. */
static void
start_answer(struct run_job *j)
{
	const struct doctor_probe *p = probe_of(j);
	const struct probe_answer_options options = {
		.timeout_ms = ANSWER_MS,
		.routers = p->path.end_ttl == 0 ? 0 : p->path.end_ttl - 1,
		.may_send = may_send,
		.send_arg = j->run,
	};

	j->answer = probe_answer_ttl_start(j->run->base, &p->address, &options, on_answer, j);
}

static void
start_ladder(struct run_job *j)
{
	const struct doctor_probe *far = doctor_view_measured(j->run->facts, probe_of(j));
	const struct doctor_pace pace = doctor_pace_of(j->run->facts);
	const struct probe_path_options options = {
		.timeout_ms = j->is_short ? SHORT_LADDER_MS : LADDER_MS,
		.hop_max = j->hop_max == 0 ? PROBE_HOPS_MAX : j->hop_max,
		.parallel = j->parallel,
		.reach = far == NULL ? 0 : far->path.end_ttl,
		.may_send = may_send,
		.send_arg = j->run,
		.gap = j->gap,
		.rtt_us = pace.is_known ? pace.rtt_us + 1 : 0,
	};

	j->ladder = probe_path_start(j->run->base, &probe_of(j)->address, &options, on_ladder, j);
}

void
run_job_start(struct run_job *j)
{
	switch (j->task) {
	case RUN_DIALOG:
	case RUN_ANYWAY:
	case RUN_SMALL:
	case RUN_OTHER_MODE:
	case RUN_TLS12:
	case RUN_AGAIN:
	case RUN_SUBMIT:
		start_dialog(j);
		break;
	case RUN_LADDER:
		start_ladder(j);
		break;
	case RUN_ANSWER:
		start_answer(j);
		break;
	}
}

uint64_t
run_job_waiting_ms(const struct run_job *j)
{
	const uint64_t before_ms = j->silence == NULL ? 0 : j->silence->tcp.took_us / 1000;

	uint64_t ms;

	if (j->dialog == NULL)
		return before_ms;
	if (probe_dialog_stage(j->dialog) != PROBE_STAGE_CONNECT)
		return 0;
	ms = probe_dialog_waiting_ms(j->dialog);
	return ms == 0 ? 0 : before_ms + ms;
}
