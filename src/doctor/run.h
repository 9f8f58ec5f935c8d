/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - one check while it runs: its jobs, who may go, and what follows from what was seen.
 *
 * Everything happens in one loop. A job is one probe of the host's; jobs wait in run.jobs until the
 * gate has a place for them (gate.c). A job that ends writes its facts and asks follow.c what to do
 * next. Other hosts (others.c) are not behind the gate: one connection to each of their ports.
 */
#ifndef DOCTOR_RUN_H
#define DOCTOR_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <openssl/ssl.h>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/pace.h"
#include "net/query.h"
#include "net/resolve.h"
#include "net/resolver.h"
#include "probe/answer_ttl.h"

#define RUN_JOBS_MAX 1024
#define RUN_NAME_SIZE 256  /* ours, in EHLO */
#define RUN_SYNS_OF_OURS 3 /* to a port that does not answer, before the kernel's own */

/* What a job does to its probe, and where it writes. */
enum run_task {
	RUN_DIALOG,     /* probe->dialog */
	RUN_ANYWAY,     /* probe->anyway: STARTTLS, though it is not offered */
	RUN_SMALL,      /* probe->small: with small segments */
	RUN_OTHER_MODE, /* probe->other_mode */
	RUN_TLS12,      /* probe->tls12 */
	RUN_AGAIN,      /* probe->again */
	RUN_SUBMIT,     /* probe->dialog, once more with login and message */
	RUN_LADDER,     /* probe->path */
	RUN_WITNESS,    /* probe->witness: a ladder of another port of that address */
	RUN_ANSWER,     /* probe->answer_ttl */
};

enum run_state { RUN_WAITING, RUN_RUNNING, RUN_OVER };

/* The smaller, the earlier it goes. */
enum run_rank { RUN_FIRST, RUN_SECOND, RUN_CONTROL, RUN_MINOR };

struct run;

struct run_job {
	struct run *run;
	enum run_task task;
	enum run_state state;
	enum run_rank rank;
	size_t probe;               /* in facts.probes */
	uint64_t began_ms;          /* this turn, by run_awake_ms() */
	uint64_t first_ms;          /* the first turn, by run_now_ms() */
	uint64_t lost_ms;           /* run.lost_ms at that time */
	enum probe_stage stage;     /* of the dialog, when last looked at */
	uint64_t stage_since_ms;    /* by run_awake_ms() */
	unsigned hop_max, parallel; /* of a ladder; 0: as many as can be */
	bool is_short;              /* a ladder that looks for a box next door only */
	unsigned gap;               /* of a ladder: silent hops after which it ends; 0: the usual */
	bool is_alone;              /* no other connection to the host meanwhile */
	bool is_late;               /* after a pause, when routers may say something again */
	bool was_first;             /* the first connection of all, begun once */
	bool is_refused;            /* why: what was there before got a reset, and no reply */
	bool is_yielding;           /* its dialog is being stopped, to begin anew later */
	unsigned yield_count;
	/* What was seen before it gave up its place: a SYN without an answer. NULL: nothing. */
	struct probe_dialog_facts *silence;
	struct probe_dialog_options options;
	char hostname[RUN_NAME_SIZE];
	struct probe_dialog *dialog;
	struct probe_ladder *ladder;
	struct probe_answer *answer;
};

/* What is being asked of other hosts. */
struct run_other {
	struct run *run;
	size_t control;   /* in facts.controls */
	uint64_t lost_ms; /* run.lost_ms when it began */
	struct probe_tcp_attempt *attempt;
	struct probe_tcp_attempt *second; /* when the first is not answered for a while */
	bool has_second;
	struct probe_dialog_options options;
	char hostname[RUN_NAME_SIZE];
	struct probe_dialog *dialog;
};

struct run_lookup {
	struct run *run;
	char name[NET_RESOLVE_NAME_MAX + 1];
	uint16_t port; /* 0: those that are usual */
	bool wants_v4, wants_v6;
	bool is_heard; /* not only connected to */
	bool is_again; /* the name has been asked for already, for another port */
	struct net_resolve *lookup;
};

struct run_service {
	struct run *run;
	enum doctor_service_kind kind;
	struct net_query *query; /* NULL: answered, or not asked */
};

struct run {
	const struct doctor_check_options *options;
	struct doctor_facts *facts;
	struct event_base *base;
	struct event *timer;
	struct net_resolver *resolver;
	X509_STORE *roots;
	struct probe_name_lookup *lookup;
	struct run_service services[DOCTOR_SERVICES];
	struct probe_name other_name; /* of the first of other hosts, for a network */
	uint64_t began_ms, deadline_ms, told_ms;
	uint64_t ended_ms; /* when the last connection did */
	uint64_t ticked_ms;
	uint64_t lost_ms; /* in which this process was kept from running */
	bool is_catching_up;
	uint64_t asked_ms; /* when routers were last given a reason to speak */
	size_t job_count;
	struct run_job *jobs[RUN_JOBS_MAX];
	size_t probe_size; /* of facts.probes */
	size_t other_count;
	struct run_other others[DOCTOR_CONTROLS_MAX];
	size_t lookup_count;
	struct run_lookup lookups[DOCTOR_CONTROLS_MAX];
	size_t heard_count;            /* of other hosts */
	bool is_asked_v4, is_asked_v6; /* of other hosts */
	bool is_named;                 /* the name is looked up; of a network: any is found */
	bool is_over;                  /* nothing is begun any more */
	bool is_submitted;             /* the login and the message have had their one try */
	char hostname[RUN_NAME_SIZE];  /* ours; empty: an address literal */
};

/* run.c */
int run_begin(struct run *r, const struct doctor_check_options *options, struct doctor_facts *facts,
    struct buf *error);
/* Until nothing is left to do, or the time is over. */
void run_loop(struct run *r);
void run_end(struct run *r);
uint64_t run_now_ms(const struct run *r); /* since its beginning */
/*
 * The same without the time in which this process was stopped, throttled, or kept waiting on a busy
 * machine: what was not heard meanwhile says nothing of others, so patience goes by this clock.
 */
static inline uint64_t
run_awake_ms(const struct run *r)
{
	return run_now_ms(r) - r->lost_ms;
}
/* So of a wait that began when run.lost_ms was lost_ms. What has waited at all stays above 0. */
static inline uint64_t
run_awake_part_ms(const struct run *r, uint64_t waited_ms, uint64_t lost_ms)
{
	const uint64_t asleep_ms = r->lost_ms - lost_ms;

	return waited_ms > asleep_ms ? waited_ms - asleep_ms : waited_ms != 0;
}
/* Something has changed: is looked at next, not when the timer comes. */
void run_wake(struct run *r);

/* services.c: the servers of a domain that has no address. False: there is no need to ask. */
bool run_ask_services(struct run *r);
void run_cancel_services(struct run *r);

/* plan.c: the first jobs, when the name is known */
void run_plan(struct run *r);
/* The control ports of an address, when they are not there yet. */
void run_plan_controls(struct run *r, const struct net_address *address);
/* Another port of mail than those that were asked about, when it is not there yet. */
void run_plan_alternative(struct run *r, const struct net_address *address, uint16_t port);
bool run_is_main(const struct run *r, const struct doctor_probe *p);
bool run_is_minor(const struct run *r, const struct doctor_probe *p);
/* A port that the reader has named, of which nothing says how TLS begins there. */
bool run_is_unusual(const struct run *r, const struct doctor_probe *p);

/* gate.c */
/* How many connections to the host there may be at a time. */
unsigned run_connection_max(const struct run *r);
struct run_job *run_add(struct run *r, size_t probe, enum run_task task, enum run_rank rank);
/* NULL: the probe has had none. */
struct run_job *run_find(const struct run *r, size_t probe, enum run_task task);
bool run_has(const struct run *r, size_t probe, enum run_task task);
/* Turned away while our own other connections were open, perhaps because of them: once more. */
void run_try_alone(struct run *r, size_t at, bool is_refused);
/* Once more, after a pause in which nothing is asked of routers, with a ladder: if there is time.
 */
void run_try_late(struct run *r, size_t at, unsigned hop_max);
void run_start_ready(struct run *r);
/* Is any job of these yet to end? */
bool run_is_busy(const struct run *r, enum run_rank rank_max);
/* Is the text of a message on its way, so that its reply is waited for beyond the time? */
bool run_is_sending(const struct run *r);
bool run_is_task_over(const struct run *r, size_t probe, enum run_task task);
/* Is there a place for one more, once a SYN that nobody answers has given its own up? */
bool run_may_connect(struct run *r);
/* Has its SYN been unanswered for as long as its turn is? */
bool run_may_yield(const struct run_job *j);
/* How long the SYNs to one port may be unanswered in all, so that each port has its turn. */
uint64_t run_silence_max_ms(const struct run *r);
/* Ends a job that waits in vain, with what is known of it; may add jobs. */
void run_give_up(struct run_job *j);
void run_job_end(struct run_job *j);
void run_job_free(struct run_job **j);

/* job.c */
struct doctor_probe *run_probe_of(const struct run_job *j);
void run_job_start(struct run_job *j);
/* Stops its SYN, and waits for a place to send another. */
void run_job_yield(struct run_job *j);
/* It will not have another place: what it has seen is what there is. */
void run_job_settle(struct run_job *j);
/* How long its SYNs have been unanswered; 0: it is connected, or it is no dialog. */
uint64_t run_job_waiting_ms(const struct run_job *j);

/* job_dialog.c */
/* Our name, or the address literal of where that route begins; NULL: no route. */
void run_write_hostname(
    const struct run *r, const struct probe_route *route, char ret_name[RUN_NAME_SIZE]);
/* Writes the job's options by its task: how far, in what mode, how long. */
void run_set_dialog(struct run_job *j);

/* job_facts.c */
/* The SYNs of before count, as if one socket had sent them all. */
void run_add_silence(const struct run_job *j, struct probe_dialog_facts *f);
/* Where the facts of its task belong; what a login adds does not wipe out what was known. */
void run_write_facts(struct run_job *j, const struct probe_dialog_facts *facts);

/* follow.c */
void run_follow(struct run *r, size_t probe, enum run_task task);
void run_follow_all(struct run *r);
/* A job that the probe has not had yet. */
void run_add_once(struct run *r, size_t probe, enum run_task task);
/* TLS 1.2 at most: where the port matters, and nothing else has explained it. */
void run_try_old_tls(struct run *r, size_t at);
bool run_is_cured_by_small(const struct doctor_probe *p);

/* climb.c */
/* Are there routers on the way? */
bool run_is_routed(const struct run *r, const struct doctor_probe *p);
/* Other ports of the host, and how far packets come. */
void run_climb(struct run *r, size_t at, bool is_silent);
/* The port is silent: may that be for a limit of ICMP? Finds out, and asks again if so. */
void run_doubt_silence(struct run *r, size_t at);
/* Two hops only: a proxy next door that passes all on shows by this alone. */
void run_climb_near(struct run *r, size_t at);
/* Who sent the reset? True: somebody on the way did. */
bool run_climb_to_reset(struct run *r, size_t at);

/* watch.c: looked at now and then */
void run_watch(struct run *r);
/* Has no port of its address answered, not even all SYNs of a ladder? */
bool run_is_dead(const struct run *r, const struct doctor_probe *p);
/* Nothing is left to do. */
bool run_is_complete(struct run *r);

/* mute.c: the port is open and nobody greets: is it so at other hosts, too? */
void run_watch_mute(struct run *r);

/* progress.c: now and then, what is waited for */
void run_tell(struct run *r);

/* others.c: who else is asked */
/* is_heard: and whether a mail server greets there. */
void run_ask_others(struct run *r, bool is_v4, bool is_heard);
/* Is it not known yet who of them greets? */
bool run_is_listening(const struct run *r, bool is_v4);
bool run_is_asking(const struct run *r);
void run_watch_others(struct run *r);
void run_cancel_others(struct run *r);

/* other_name.c */
/* NULL: there are as many as there may be. */
struct run_lookup *run_look_up_other(
    struct run *r, const char *control, bool wants_v4, bool wants_v6);
/* A name that is slow is not waited for when other hosts are there. */
bool run_is_looking_up(const struct run_lookup *l);
/* The hosts of the reference file, for a network. */
void run_ask_network(struct run *r);
/* Nothing was found to ask: what the names have come to. */
void run_note_names(struct run *r);

/* other.c: one port of another host; those beyond DOCTOR_CONTROLS_MAX are left out */
void run_connect_other(struct run *r, enum doctor_control_kind kind, const char *name,
    const struct net_address *address, uint16_t port);
/* Of a network as far as EHLO in TLS, so that the certificate is seen; else does it greet? */
void run_hear_other(struct run *r, enum doctor_control_kind kind, const char *name,
    const struct net_address *address, uint16_t port);
/* Sends a second SYN where the first is not answered, and waits no longer than is of use. */
void run_watch_other(struct run_other *o, const struct doctor_pace *pace);
void run_cancel_other(struct run_other *o);

#endif
