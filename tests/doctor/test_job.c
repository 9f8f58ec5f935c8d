/* SPDX-License-Identifier: Apache-2.0 */
/* What a job asks its probe for, and where it writes what comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "job_world.h"

static const struct plan_case {
	const char *name;
	enum run_task task;
	uint16_t port;
	bool wants_mail, wants_bulk;
	enum probe_dialog_goal goal;
	enum probe_dialog_mode mode;
} plans[] = {
	{ "587", RUN_DIALOG, 587, false, true, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS },
	{ "465", RUN_DIALOG, 465, false, false, PROBE_GOAL_TLS, PROBE_MODE_IMPLICIT },
	{ "25, for comparison", RUN_DIALOG, 25, false, false, PROBE_GOAL_EHLO,
	    PROBE_MODE_STARTTLS },
	{ "a control", RUN_DIALOG, PORT_CONTROL, false, false, PROBE_GOAL_CONNECT,
	    PROBE_MODE_STARTTLS },
	{ "STARTTLS all the same", RUN_ANYWAY, 587, false, false, PROBE_GOAL_TLS,
	    PROBE_MODE_STARTTLS_ANYWAY },
	{ "small segments", RUN_SMALL, 587, false, true, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS },
	{ "TLS on 587", RUN_OTHER_MODE, 587, false, false, PROBE_GOAL_GREETING,
	    PROBE_MODE_IMPLICIT },
	{ "no TLS on 465", RUN_OTHER_MODE, 465, false, false, PROBE_GOAL_GREETING,
	    PROBE_MODE_STARTTLS },
	{ "TLS on a port of the reader's", RUN_OTHER_MODE, PORT_UNUSUAL, false, true,
	    PROBE_GOAL_TLS, PROBE_MODE_IMPLICIT },
	{ "TLS 1.2", RUN_TLS12, 587, false, false, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS },
	{ "once more", RUN_AGAIN, 587, false, false, PROBE_GOAL_TLS, PROBE_MODE_STARTTLS },
	{ "a login", RUN_SUBMIT, 587, false, false, PROBE_GOAL_AUTH, PROBE_MODE_STARTTLS },
	{ "a message", RUN_SUBMIT, 465, true, false, PROBE_GOAL_MAIL, PROBE_MODE_IMPLICIT },
};

static void
test_each_task_has_its_goal_and_its_way_into_tls(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
		const struct plan_case *t = &plans[i];

		w->facts.probes[0].port = t->port;
		w->facts.probes[0].is_control = t->port == PORT_CONTROL;
		w->facts.wants_mail = t->wants_mail;
		job_world_start(w, t->task);
		if (w->dialog.goal != t->goal || w->dialog.mode != t->mode ||
		    w->dialog.wants_bulk != t->wants_bulk)
			fail_msg("%s: goal %d, mode %d, bulk %d", t->name, (int)w->dialog.goal,
			    (int)w->dialog.mode, (int)w->dialog.wants_bulk);
		if ((w->dialog.max_segment != 0) != (t->task == RUN_SMALL) ||
		    (w->dialog.tls_max == TLS1_2_VERSION) != (t->task == RUN_TLS12))
			fail_msg("%s: small segments or TLS 1.2", t->name);
	}
}

static void
test_a_port_that_was_found_to_want_tls_at_once_is_given_it(void **state)
{
	struct world *w = *state;

	w->facts.probes[0].port = PORT_UNUSUAL;
	w->facts.probes[0].dialog.is_implicit_tls = true;
	job_world_start(w, RUN_SUBMIT);
	assert_int_equal(w->dialog.mode, PROBE_MODE_IMPLICIT);
}

/* now_ms: of 10 s in all, the last 300 ms of which are for the verdict. */
static const struct time_case {
	enum run_task task;
	uint64_t now_ms, connect_ms, greeting_ms, command_ms, total_ms;
} times[] = {
	{ RUN_DIALOG, 0, 3300, 7000, 4000, 9700 },
	{ RUN_AGAIN, 0, 3300, 2500, 2500, 9700 },
	{ RUN_SUBMIT, 0, 3300, 7000, 9700, 9700 },
	{ RUN_DIALOG, 7700, 2000, 2000, 2000, 2000 },
	{ RUN_DIALOG, 9700, 1, 1, 1, 1 },
	{ RUN_DIALOG, 20000, 1, 1, 1, 1 },
};

static void
test_all_of_a_job_fits_into_the_time_of_the_check(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		const struct time_case *t = &times[i];

		w->run.began_ms = t->now_ms;
		job_world_start(w, t->task);
		if (w->dialog.connect_ms != t->connect_ms ||
		    w->dialog.greeting_ms != t->greeting_ms ||
		    w->dialog.command_ms != t->command_ms || w->dialog.total_ms != t->total_ms)
			fail_msg("row %zu: connect %u, greeting %u, command %u, all %u", i,
			    (unsigned)w->dialog.connect_ms, (unsigned)w->dialog.greeting_ms,
			    (unsigned)w->dialog.command_ms, (unsigned)w->dialog.total_ms);
		assert_int_equal(w->dialog.end_ms, 0);
	}
}

static void
test_the_end_of_a_message_is_waited_for_beyond_the_time(void **state)
{
	struct world *w = *state;

	w->facts.wants_mail = true;
	w->options.to = "bob@example.org";
	w->options.from = "alice@example.org";
	job_world_start(w, RUN_SUBMIT);
	assert_int_equal(w->dialog.end_ms, DOCTOR_MESSAGE_MS);
	assert_true(w->dialog.requires_tls);
	assert_true(slice_is(w->dialog.sender, "alice@example.org"));
	assert_int_equal(w->dialog.recipient_count, 1);
}

static void
test_the_secret_goes_to_the_one_dialog_that_is_to_log_in(void **state)
{
	struct world *w = *state;

	w->options.user = "alice";
	w->options.secret = slice_of("sesame");
	for (enum run_task task = RUN_DIALOG; task <= RUN_SUBMIT; task++) {
		job_world_start(w, task);
		assert_int_equal(w->dialog.auth_secret.len != 0, task == RUN_SUBMIT);
		assert_int_equal(w->dialog.auth_user.len != 0, task == RUN_SUBMIT);
	}
}

static void
end_dialog(struct world *w)
{
	probe_dialog_stop(&w->job.dialog);
}

static void
test_facts_go_where_their_task_has_its_place(void **state)
{
	struct world *w = *state;
	const struct doctor_probe *p = w->facts.probes;

	w->shown->tcp.end = PROBE_TCP_OPEN;
	for (enum run_task task = RUN_DIALOG; task <= RUN_AGAIN; task++) {
		w->shown->took_us = 100 + task;
		job_world_start(w, task);
		end_dialog(w);
		assert_int_equal(w->job.state, RUN_OVER);
		assert_int_equal(w->follow_count, 1 + task);
	}
	assert_int_equal(p->dialog.took_us, 100 + RUN_DIALOG);
	assert_int_equal(p->anyway->took_us, 100 + RUN_ANYWAY);
	assert_int_equal(p->small->took_us, 100 + RUN_SMALL);
	assert_int_equal(p->other_mode->took_us, 100 + RUN_OTHER_MODE);
	assert_int_equal(p->tls12->took_us, 100 + RUN_TLS12);
	assert_int_equal(p->again->took_us, 100 + RUN_AGAIN);
	assert_true(p->dialog.is_tried && p->again->is_tried);
}

/* A SYN that was not answered for 1.2 s gives its place up, after 1.5 s another one goes. */
static void
give_way(struct world *w)
{
	*w->shown = (struct probe_dialog_facts){
		.tcp = { .end = PROBE_TCP_SILENT, .took_us = 1200000, .retransmits = 1 }
	};
	job_world_start(w, RUN_DIALOG);
	run_job_yield(&w->job);
	w->run.began_ms = 1500;
}

static void
test_a_job_that_yields_waits_and_has_written_nothing(void **state)
{
	struct world *w = *state;

	give_way(w);
	assert_int_equal(w->job.state, RUN_WAITING);
	assert_int_equal(w->job.yield_count, 1);
	assert_int_equal(w->follow_count, 0);
	assert_int_equal(w->facts.probes[0].dialog.tcp.end, PROBE_TCP_NOT_TRIED);
	assert_int_equal(run_job_waiting_ms(&w->job), 1200);
}

static void
test_the_time_of_a_turn_is_taken_off_the_next_one(void **state)
{
	struct world *w = *state;

	give_way(w);
	job_world_start(w, RUN_DIALOG);
	assert_int_equal(w->dialog.connect_ms, 3300 - 1200);
	w->job.dialog->waiting_ms = 300;
	assert_int_equal(run_job_waiting_ms(&w->job), 1500);
	/* The kernel has an answer that nobody has looked at yet. */
	w->job.dialog->waiting_ms = 0;
	assert_int_equal(run_job_waiting_ms(&w->job), 0);
	w->job.dialog->waiting_ms = 300;
	w->job.dialog->stage = PROBE_STAGE_GREETING;
	assert_int_equal(run_job_waiting_ms(&w->job), 0);
}

static void
test_the_time_in_which_the_process_does_not_run_is_no_silence(void **state)
{
	struct world *w = *state;

	w->run.lost_ms = w->job.lost_ms = 5000; /* before it began */
	give_way(w);
	job_world_start(w, RUN_DIALOG);
	w->job.dialog->waiting_ms = 300;
	assert_int_equal(run_job_waiting_ms(&w->job), 1500);
	w->run.lost_ms += 1000;
	assert_int_equal(run_job_waiting_ms(&w->job), 500);
	/* That it waits at all is known. */
	w->run.lost_ms += 1000;
	assert_int_equal(run_job_waiting_ms(&w->job), 1);
}

/* What the second turn showed after 100 ms, and how long that is after all. */
static const struct {
	enum probe_tcp_end end;
	uint64_t took_ms;
} second_turns[] = {
	{ PROBE_TCP_OPEN, 100 }, /* the host answered to the last SYN */
	{ PROBE_TCP_RESET, 100 }, { PROBE_TCP_SILENT, 1200 + 100 }, /* silence adds up */
	{ PROBE_TCP_REJECTED, 1500 }, /* a router has found that out since the first */
};

static void
test_the_silence_of_before_counts(void **state)
{
	for (size_t i = 0; i < sizeof second_turns / sizeof second_turns[0]; i++) {
		const struct probe_tcp *tcp;
		struct world *w;

		assert_int_equal(job_world_set_up(state), 0);
		w = *state;
		give_way(w);
		job_world_start(w, RUN_DIALOG);
		w->shown->tcp = (struct probe_tcp){ .end = second_turns[i].end, .took_us = 100000 };
		end_dialog(w);
		tcp = &w->facts.probes[0].dialog.tcp;
		assert_int_equal(w->job.state, RUN_OVER);
		assert_int_equal(tcp->end, second_turns[i].end);
		assert_int_equal(tcp->took_us, second_turns[i].took_ms * 1000);
		/* One sent again by the kernel, and the first of the new socket. */
		assert_int_equal(tcp->retransmits, 2);
		assert_null(w->job.silence);
		(void)job_world_tear_down(state);
	}
	*state = NULL;
}

static void
test_who_is_given_no_other_turn_has_been_silent(void **state)
{
	struct world *w = *state;

	give_way(w);
	run_job_settle(&w->job);
	assert_int_equal(w->job.state, RUN_OVER);
	assert_int_equal(w->facts.probes[0].dialog.tcp.end, PROBE_TCP_SILENT);
	assert_int_equal(w->facts.probes[0].dialog.tcp.took_us, 1200000);
	assert_int_equal(w->follow_count, 1);
	assert_null(w->job.silence);
}

static void
test_a_connection_that_comes_while_it_yields_is_kept(void **state)
{
	struct world *w = *state;

	w->shown->tcp.end = PROBE_TCP_OPEN;
	job_world_start(w, RUN_DIALOG);
	run_job_yield(&w->job);
	assert_int_equal(w->job.state, RUN_OVER);
	assert_int_equal(w->facts.probes[0].dialog.tcp.end, PROBE_TCP_OPEN);
}

static void
test_a_login_that_had_no_time_to_begin_takes_nothing_from_the_port(void **state)
{
	struct world *w = *state;
	const struct probe_dialog_facts *d = &w->facts.probes[0].dialog;

	fixture_set_healthy(&w->facts.probes[0]);
	w->facts.wants_auth = true;
	w->shown->tcp.end = PROBE_TCP_OPEN;
	w->shown->is_cut_short = true;
	job_world_start(w, RUN_SUBMIT);
	end_dialog(w);
	assert_int_equal(d->stages[PROBE_STAGE_EHLO_TLS].end, PROBE_STAGE_PASSED);
	assert_int_equal(d->stages[PROBE_STAGE_AUTH].end, PROBE_STAGE_TIMEOUT);
	assert_true(d->is_cut_short);
}

static void
test_the_login_keeps_what_large_packets_have_shown(void **state)
{
	struct world *w = *state;
	struct probe_dialog_facts *d = &w->facts.probes[0].dialog;

	d->stages[PROBE_STAGE_BULK].end = PROBE_STAGE_PASSED;
	d->bulk.sent_len = 8192;
	w->shown->tcp.end = PROBE_TCP_OPEN;
	w->shown->stages[PROBE_STAGE_AUTH].end = PROBE_STAGE_PASSED;
	job_world_start(w, RUN_SUBMIT);
	end_dialog(w);
	assert_int_equal(d->stages[PROBE_STAGE_AUTH].end, PROBE_STAGE_PASSED);
	assert_int_equal(d->stages[PROBE_STAGE_BULK].end, PROBE_STAGE_PASSED);
	assert_int_equal(d->bulk.sent_len, 8192);
}

static void
test_a_ladder_knows_how_far_the_host_is_by_another_port(void **state)
{
	struct world *w = *state;
	struct doctor_probe *other = fixture_add_probe(&w->facts, "192.0.2.10", 443);
	struct probe_path path = { .count = 0 };
	struct probe_ladder *ladder;

	fixture_set_open(other);
	fixture_set_path(&other->path, 443, "10.0.0.1 198.51.100.7 open");
	fixture_set_path(&path, 587, "10.0.0.1 -");
	job_world_start(w, RUN_LADDER);
	assert_int_equal(w->ladder.reach, 3);
	assert_int_equal(w->ladder.hop_max, PROBE_HOPS_MAX);
	assert_true(w->ladder.may_send(w->ladder.send_arg));
	ladder = w->job.ladder;
	ladder->done(ladder->arg, &path);
	free(ladder);
	assert_null(w->job.ladder);
	assert_int_equal(w->facts.probes[0].path.count, 2);
	assert_int_equal(w->job.state, RUN_OVER);
}

/* None of its SYNs comes to the host; what is known of the way to the port stays. */
static void
test_a_witness_is_asked_of_the_routers_before_the_host(void **state)
{
	struct world *w = *state;
	struct doctor_probe *other = fixture_add_probe(&w->facts, "192.0.2.10", 443);
	struct probe_path path = { .count = 0 };
	struct probe_ladder *ladder;

	fixture_set_open(other);
	fixture_set_path(&other->path, 443, "10.0.0.1 198.51.100.7 open");
	fixture_set_path(&w->facts.probes[0].path, 587, "10.0.0.1 - -");
	fixture_set_path(&path, 443, "10.0.0.1 -");
	job_world_start(w, RUN_WITNESS);
	assert_int_equal(w->ladder.reach, 3);
	assert_int_equal(w->ladder.hop_max, 2);
	ladder = w->job.ladder;
	ladder->done(ladder->arg, &path);
	free(ladder);
	assert_null(w->job.ladder);
	assert_int_equal(w->facts.probes[0].witness.count, 2);
	assert_int_equal(w->facts.probes[0].path.count, 3);
	assert_int_equal(w->follow_count, 1);
}

static void
test_a_later_ladder_adds_to_the_first(void **state)
{
	struct world *w = *state;
	struct probe_path path = { .count = 0 };
	struct probe_ladder *ladder;

	fixture_set_path(&w->facts.probes[0].path, 587, "- 198.51.100.7 -");
	fixture_set_path(&path, 587, "10.0.0.1 -");
	w->job.is_late = true;
	job_world_start(w, RUN_LADDER);
	ladder = w->job.ladder;
	ladder->done(ladder->arg, &path);
	free(ladder);
	assert_int_equal(w->facts.probes[0].path.count, 3);
	assert_int_equal(w->facts.probes[0].path.last_router_ttl, 2);
	assert_int_equal(w->facts.probes[0].path.hops[0].kind, PROBE_HOP_ROUTER);
}

static void
test_the_ttl_of_answers_is_looked_for_behind_the_routers(void **state)
{
	struct world *w = *state;
	struct probe_answer *answer;

	fixture_set_path(&w->facts.probes[0].path, 587, "10.0.0.1 198.51.100.7 open");
	job_world_start(w, RUN_ANSWER);
	assert_int_equal(w->routers, 2);
	answer = w->job.answer;
	answer->done(answer->arg, 61);
	free(answer);
	assert_null(w->job.answer);
	assert_int_equal(w->facts.probes[0].answer_ttl, 61);
	assert_int_equal(w->follow_count, 1);
}

/* RFC 5321 §4.1.3: an address literal for who has no name. */
static const struct {
	const char *hostname, *source, *expected;
} hostnames[] = {
	{ "pc.example.net", "192.0.2.77", "pc.example.net" },
	{ "pc.example.net", NULL, "pc.example.net" },
	{ "", "192.0.2.77", "[192.0.2.77]" },
	{ "", "2001:db8::77", "[IPv6:2001:db8::77]" },
	{ "", NULL, "[127.0.0.1]" },
};

static void
test_ehlo_has_our_name_or_the_address_that_the_route_begins_with(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof hostnames / sizeof hostnames[0]; i++) {
		const char *source = hostnames[i].source;
		const struct probe_route route = { .source =
						       fixture_ip(source == NULL ? "::" : source) };
		char name[RUN_NAME_SIZE];

		(void)snprintf(
		    w->run.hostname, sizeof w->run.hostname, "%s", hostnames[i].hostname);
		run_write_hostname(&w->run, source == NULL ? NULL : &route, name);
		assert_string_equal(name, hostnames[i].expected);
	}
}

struct heard {
	unsigned count;
	const struct net_address *address;
};

static void
note_line(void *arg, const struct net_address *address, bool is_ours, struct slice line)
{
	struct heard *h = arg;

	assert_true(is_ours);
	assert_true(slice_is(line, "NOOP"));
	h->address = address;
	h->count++;
}

static void
test_lines_are_told_with_the_address_they_belong_to(void **state)
{
	struct world *w = *state;
	struct heard heard = { 0 };

	job_world_start(w, RUN_DIALOG);
	assert_null(w->dialog.on_line);
	w->options.on_line = note_line;
	w->options.arg = &heard;
	job_world_start(w, RUN_DIALOG);
	w->dialog.on_line(w->dialog.line_arg, true, slice_of("NOOP"));
	assert_int_equal(heard.count, 1);
	assert_ptr_equal(heard.address, &w->facts.probes[0].address);
}

#define TEST(function)                                                                             \
	cmocka_unit_test_setup_teardown(function, job_world_set_up, job_world_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_task_has_its_goal_and_its_way_into_tls),
		TEST(test_a_port_that_was_found_to_want_tls_at_once_is_given_it),
		TEST(test_all_of_a_job_fits_into_the_time_of_the_check),
		TEST(test_the_end_of_a_message_is_waited_for_beyond_the_time),
		TEST(test_the_secret_goes_to_the_one_dialog_that_is_to_log_in),
		TEST(test_facts_go_where_their_task_has_its_place),
		TEST(test_a_job_that_yields_waits_and_has_written_nothing),
		TEST(test_the_time_of_a_turn_is_taken_off_the_next_one),
		TEST(test_the_time_in_which_the_process_does_not_run_is_no_silence),
		cmocka_unit_test(test_the_silence_of_before_counts),
		TEST(test_who_is_given_no_other_turn_has_been_silent),
		TEST(test_a_connection_that_comes_while_it_yields_is_kept),
		TEST(test_a_login_that_had_no_time_to_begin_takes_nothing_from_the_port),
		TEST(test_the_login_keeps_what_large_packets_have_shown),
		TEST(test_a_ladder_knows_how_far_the_host_is_by_another_port),
		TEST(test_a_witness_is_asked_of_the_routers_before_the_host),
		TEST(test_a_later_ladder_adds_to_the_first),
		TEST(test_the_ttl_of_answers_is_looked_for_behind_the_routers),
		TEST(test_ehlo_has_our_name_or_the_address_that_the_route_begins_with),
		TEST(test_lines_are_told_with_the_address_they_belong_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
