/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what the queue process keeps in memory. Private to queue/.
 *
 * The disk is the truth; memory holds a window of it: the messages that are being tried or wait for
 * a free place at a delivery process. A lease is memory only: when this process ends, everything
 * that was leased is simply due again.
 *
 * A job is one message, one next hop and some of the message's recipients. Its way:
 *
 *   COMMITTING  its message waits for the disk       -> WAITING; freed when the disk said no
 *   WAITING     listed at its next hop               -> LEASED; SAVING when its time was over
 *   LEASED      at a delivery process                -> SAVING; WAITING when that one died
 *   SAVING      its outcome waits for the disk       -> freed; UNSAVED when the disk said no
 *   UNSAVED     waits until the disk is well         -> SAVING
 */
#ifndef QUEUE_STATE_H
#define QUEUE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "config/config.h"
#include "proc/child.h"
#include "proc/ipc.h"
#include "queue/terms.h"
#include "smtp/verdict.h"
#include "store/store.h"
#include "util/map.h"

/* Recipients held in memory; more stay on disk until there is room again. */
#define QUEUE_WINDOW_RECIPIENTS 20000
/* Beyond it, for messages of a priority above 0. */
#define QUEUE_WINDOW_URGENT 2000
/* Octets of chunks that one submission process may have on its way to the disk. */
#define QUEUE_CREDIT_LEN ((size_t)4 * 1024 * 1024)
/* Octets of small messages kept in memory until their first attempt, to save reading them back. */
#define QUEUE_TEXT_CACHE_LEN ((size_t)16 * 1024 * 1024)
/* Recipients in one report; further ones are in another. */
#define QUEUE_REPORT_RECIPIENTS_MAX 200
/* Messages that one batch may hold reports on: each may give back MESSAGE_DSN_FULL_MAX octets. */
#define QUEUE_REPORTING_MAX 64
/* How often the disk is asked whether it is well again. */
#define QUEUE_PROBE_INTERVAL_S 1

struct queue;

struct queue_job;
TAILQ_HEAD(queue_job_list, queue_job);

struct queue_message {
	uint64_t id, created_unix_ms, size;
	char *account, *sender;
	char *parameters;               /* mail_params.h */
	struct smtp_mail_params params; /* of these; borrows from them */
	uint32_t recipient_count;
	uint32_t open_count; /* recipients not delivered or failed, in memory or not */
	uint32_t job_count;
	uint8_t *loaded; /* recipient_count flags: is this one in a job? */
	uint8_t *text;   /* whole text of a small, fresh message; NULL: read it from the store */
	struct queue_job_list reporting; /* jobs of the open batch that call for a report */
	TAILQ_ENTRY(queue_message) link; /* in queue.reporting, when there are any */
};
TAILQ_HEAD(queue_message_list, queue_message);

struct queue_recipient {
	uint32_t index; /* in the message */
	uint32_t attempts;
	uint32_t notices; /* what the sender was told: QUEUE_NOTICE_... */
	char *address;
	char *parameters;               /* rcpt_params.h */
	struct smtp_rcpt_params params; /* of these; borrows from them */
	struct smtp_verdict *last;      /* when its time was over before it came; else NULL */
	/* While SAVING: what is reported, and the bits that say so. */
	enum queue_report report;
	uint32_t new_notices;
};

enum queue_job_state {
	QUEUE_JOB_COMMITTING,
	QUEUE_JOB_WAITING,
	QUEUE_JOB_LEASED,
	QUEUE_JOB_SAVING,
	QUEUE_JOB_UNSAVED,
};

struct queue_job {
	TAILQ_ENTRY(queue_job) link;        /* in the one list that its state says */
	TAILQ_ENTRY(queue_job) report_link; /* in message->reporting, while SAVING */
	enum queue_job_state state;
	uint64_t number; /* of the lease; 0 when not leased */
	struct queue_message *message;
	size_t next_hop;  /* index in the config of `routing` */
	unsigned routing; /* which config that was: queue.routing of then */
	bool is_lmtp;     /* of that next hop: what it takes is delivered */
	struct queue_recipient *recipients;
	size_t recipient_count;
	struct queue_peer *delivery;
	uint64_t text_sent, text_allowed;
	struct smtp_verdict
	    *verdicts;          /* recipient_count of them in SAVING and UNSAVED, else NULL */
	bool was_tried;         /* for these verdicts; else its time was over before */
	uint32_t settled_count; /* taken off message->open_count while SAVING */
	uint64_t due_unix_ms;   /* earliest next try that is being saved; UINT64_MAX: none */
};

/* One submission or delivery process, as long as its channel lives. */
struct queue_peer {
	struct queue *queue;
	enum proc_role role;
	unsigned index;
	struct ipc *ipc;     /* NULL: none now */
	uint64_t generation; /* counts channels: a promise to an older one is void */
	struct map arriving; /* submission: message id -> struct arriving (intake.c) */
	uint32_t ready;      /* delivery: jobs that it can take */
};

/* A message of a batch, and whom to tell. */
struct queue_promise {
	TAILQ_ENTRY(queue_promise) link;
	struct queue_peer *peer; /* NULL: a bounce, nobody waits */
	uint64_t generation;
	uint64_t id;
	uint64_t due_unix_ms;       /* when it may be tried */
	struct queue_job_list jobs; /* COMMITTING; none when it is not due or does not fit */
};
TAILQ_HEAD(queue_promise_list, queue_promise);

struct queue_batch {
	struct queue_promise_list promises;
	unsigned promise_count;
	struct queue_job_list saving;
	uint64_t credit_len[CONFIG_PROCESSES_MAX]; /* octets of chunks, by submission process */
};

/* Jobs that wait, by STORE_PRIORITY_MAX less priority, so that the first list goes first. */
#define QUEUE_RANK_COUNT (2 * STORE_PRIORITY_MAX + 1)

struct queue_hop {
	struct queue_job_list waiting[QUEUE_RANK_COUNT];
	uint32_t ranks; /* bits: which lists may hold some */
};

struct queue {
	struct proc_child *child;
	struct store *store;
	struct queue_peer submission[CONFIG_PROCESSES_MAX], delivery[CONFIG_PROCESSES_MAX];

	/* batch.c: what the open batch and the one in the writer owe */
	struct queue_batch open, flying;
	struct event *flush_soon; /* runs once at the end of a turn of the loop */
	uint64_t flushed_ms;      /* when the last batch took off (monotonic) */
	uint64_t flight_ms;       /* how long the last batch was in the writer */
	int crowd;                /* messages in a batch, smoothed (batch.c) */

	struct queue_message_list reporting; /* report.c: of the open batch */
	size_t reporting_count;

	/* health.c */
	int trouble; /* 0, or the -errno for which the disk refuses */
	struct queue_job_list unsaved;
	struct event *probe_timer;

	/* schedule.c, load.c */
	struct map messages; /* id -> struct queue_message, all that have a job */
	struct map leases;   /* number -> struct queue_job */
	struct queue_hop hops[CONFIG_NEXT_HOPS_MAX];
	size_t hop_next;     /* where the round robin goes on */
	unsigned routing;    /* counts configs: a job of an older one is read and routed again */
	size_t window_count; /* recipients in jobs */
	size_t text_cache_len;
	uint64_t lease_last;
	bool more_on_disk;         /* something due did not fit into the window */
	uint64_t next_due_unix_ms; /* of what is on disk but not in memory */
	struct event *due_timer;

	/* deadline.c */
	uint64_t deadline_unix_ms; /* of what waits, the earliest end; QUEUE_NEVER: none */
	struct event *deadline_timer;

	struct event *prune_timer;

	uint16_t report_counter;
	bool stopping; /* lease nothing more, stop when all is saved */
	bool finished; /* the end is on its way */
};

/* job.c: messages and jobs */
/* Copies of the row. */
struct queue_message *queue_message_new(struct queue *q, const struct store_message_row *row);
/* A job without recipients yet, in no list. */
struct queue_job *queue_job_new(
    struct queue *q, struct queue_message *m, size_t next_hop, size_t recipient_room);
/* Copies of the row what a job needs. */
void queue_job_add(struct queue *q, struct queue_job *j, const struct store_recipient_row *row);
/* Frees the job, and its message with the last one. The job must be in no list. */
void queue_job_free(struct queue *q, struct queue_job *j);
/* Must no attempt be made any more (RFC 2852 §4.1.3)? */
bool queue_job_is_over(const struct queue_job *j);
/* The next hop for an address, as index in the config. */
size_t queue_route(const struct queue *q, struct slice address);
/* Finds or makes the job in `jobs` that takes one more recipient of m for this next hop. */
struct queue_job *queue_job_with_room(
    struct queue *q, struct queue_job_list *jobs, struct queue_message *m, size_t next_hop);

/* schedule.c */
void queue_schedule_add(struct queue *q, struct queue_job *j);
/* Lease what is waiting to whoever is ready. */
void queue_schedule_run(struct queue *q);
/* A delivery process died: its jobs wait again, nothing counted against them. */
void queue_schedule_return(struct queue *q, struct queue_peer *p);
/* The next hops may have changed: forget what waits, and read it again from the disk. */
void queue_schedule_reset(struct queue *q);
void queue_schedule_done(struct queue *q);

/* deadline.c: messages that must not be tried after a time, while they wait */
void queue_deadline_init(struct queue *q);
void queue_deadline_done(struct queue *q);
/* The job waits: see that its end is not missed. */
void queue_deadline_watch(struct queue *q, const struct queue_job *j);

/* feed.c: the text of leased jobs */
void queue_feed(struct queue *q, struct queue_job *j);
void queue_feed_all(struct queue *q, const struct queue_peer *p);

/* load.c */
/* Fill the window from the disk when it is time, and arm the timer for later. */
void queue_load(struct queue *q);
/* Something on disk will be due then. */
void queue_load_at(struct queue *q, uint64_t due_unix_ms);

/* intake.c: frames from submission */
bool queue_intake_frame(struct queue_peer *p, uint16_t type, uint64_t id, struct slice payload);
void queue_intake_lost(struct queue_peer *p);
/* Forget what has arrived in part, leaving the chunks to the next start. */
void queue_intake_forget(struct queue_peer *p);
/* A batch was refused: what has arrived in part may have lost a chunk, and is spoilt. */
void queue_intake_spoil(struct queue *q, int result);

/* outcome.c: frames from delivery */
bool queue_outcome_frame(struct queue_peer *p, uint16_t type, uint64_t id, struct slice payload);
/* The end of a job that is in no list has come: its recipients fail without another attempt. */
void queue_outcome_give_up(struct queue *q, struct queue_job *j);
/* Put a job's verdicts into the open batch, and note the reports that they call for. */
void queue_outcome_save(struct queue *q, struct queue_job *j);
/* Its batch is on disk (0) or is not. */
void queue_outcome_saved(struct queue *q, struct queue_job *j, int result);

/* report.c */
/* A job of the open batch has recipients with a report. */
void queue_report_note(struct queue *q, struct queue_job *j);
/* Must what would call for more of them wait until the open batch took off? */
bool queue_report_is_full(const struct queue *q);
/* Add the reports that were noted to the open batch (RFC 3464). */
void queue_report_put(struct queue *q);

/* batch.c */
void queue_batch_init(struct queue *q);
void queue_batch_done(struct queue *q);
/* The open batch holds something: see that it is flushed. */
void queue_batch_touch(struct queue *q);
/*
 * Add a message to the open batch, and its recipients to the schedule once it is on disk. Of
 * recipients only the addresses and parameters are given; peer is NULL for our own messages.
 */
void queue_batch_put(struct queue *q, struct queue_peer *peer, struct store_message *m,
    struct store_recipient *recipients);
bool queue_batch_is_idle(const struct queue *q);

/* health.c */
void queue_health_init(struct queue *q);
void queue_health_done(struct queue *q);
/* The disk refused a batch: say so, refuse mail, and probe until it is well. */
void queue_health_report(struct queue *q, int result);

/* process.c; the tests use these as proc_child_run() does. */
int queue_start(struct queue *q, struct proc_child *child);
/* A channel to a new or restarted peer; takes over fd. */
void queue_peer_open(struct queue *q, enum proc_role role, unsigned index, int fd);
/* Stop when nothing is left to save. */
void queue_stop_if_idle(struct queue *q);
/* Free everything. No callback of the store or of a channel may be running. */
void queue_close(struct queue *q);

#endif
