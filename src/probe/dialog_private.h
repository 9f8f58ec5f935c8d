/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialog_private.h - what the files of a dialog share; nobody else includes it.
 *
 * dialog.c        its begin and its end: connect, hang up
 * dialog_engine.c between the engine and the connection
 * dialog_goal.c   what is done while the connection is free
 * dialog_stage.c  the facts of the stages, and their names
 * dialog_hear.c   what is said and heard, and what it tells of a stage
 * dialog_tls.c    the handshake, and what went wrong with it
 * dialog_auth.c   AUTH
 * dialog_again.c  a second look at TLS that is too old
 * dialog_bulk.c   the bulk, and what the socket knows
 * dialog_steps.c  messages one command at a time
 */
#ifndef PROBE_DIALOG_PRIVATE_H
#define PROBE_DIALOG_PRIVATE_H

#include "net/conn.h"
#include "probe/dialog.h"
#include "sasl/client.h"
#include "smtp/client.h"

#define DIALOG_HEADER_LEN 5 /* octets of the head of a TLS record */
#define DIALOG_QUIT_MS 1000 /* nothing depends on the reply to QUIT */

struct probe_dialog {
	struct event_base *base;
	struct probe_dialog_options options;
	struct net_address to;
	probe_dialog_fn *done;
	void *arg;
	struct probe_tcp_attempt *attempt;
	struct net_conn *conn;
	struct smtp_client *client;
	struct sasl_client *sasl;
	SSL_CTX *tls;
	uint64_t began_us, stage_began_us;
	size_t stage_len;    /* octets that came in this stage, and were understood so far */
	uint64_t give_up_ms; /* monotonic: the end of total_ms */
	enum probe_stage stage;
	bool has_ended_stage; /* the stage's fact is written */
	bool may_quit;        /* the last that was heard was a reply, and not 421 */
	bool is_stopped;      /* no further than it has come */
	bool is_leaving;      /* QUIT is said without the engine, which is through */
	bool has_tried_bulk, has_tried_auth, has_mailed;
	bool is_open;                /* with goal OPEN: on_answer() was called for the first time */
	uint64_t bulk_until_ms;      /* 0: no bulk is under way */
	struct probe_dialog *second; /* NULL: none is under way */
	struct probe_dialog_options second_options;
	size_t text_len; /* octets of the message that were given to the engine */
	/* Of the handshake: the head of the first record that came, and the last alert, -1: none */
	uint8_t tls_header[DIALOG_HEADER_LEN];
	bool has_tls_header;
	int tls_alert;
	struct probe_dialog_facts facts;
};

/* dialog_stage.c */
void dialog_begin(struct probe_dialog *d, enum probe_stage stage);
/* How the stage that was begun last ended; once. text is of ours or of the peer. */
void dialog_end(struct probe_dialog *d, enum probe_stage_end end, struct slice text);
/* As above, unless the stage has ended by itself. */
void dialog_lose(struct probe_dialog *d, enum probe_stage_end end, const char *words);
/* SKIPPED and BROKEN for a reason of ours, of any stage. */
void dialog_skip(struct probe_dialog *d, enum probe_stage stage, const char *words);
void dialog_fault(struct probe_dialog *d, enum probe_stage stage, const char *words);

/* dialog_hear.c */
struct smtp_client_watch dialog_watch(struct probe_dialog *d);
/* The stage that a step of the engine belongs to; false: to none. */
bool dialog_find_stage(
    const struct probe_dialog *d, enum smtp_client_step step, enum probe_stage *ret_stage);
/* A reply that the engine does not see. */
void dialog_hear_goodbye(struct probe_dialog *d, uint16_t code, struct slice text);
void dialog_say_quit(struct probe_dialog *d);

/* dialog_tls.c */
void dialog_start_tls(struct probe_dialog *d);
/* It is complete. */
void dialog_take_tls(struct probe_dialog *d);
/* The connection ended, or time did, in the handshake. */
void dialog_fail_tls(struct probe_dialog *d, bool is_timeout);

/* dialog_goal.c: one step towards the goal while MAIL is wanted; and what TEXT and RESULT want. */
void dialog_go_on(struct probe_dialog *d);
void dialog_feed_text(struct probe_dialog *d);
void dialog_take_result(struct probe_dialog *d);
/* Is there TLS, with a certificate without a fault? */
bool dialog_is_trusted(const struct probe_dialog *d);

/* dialog_auth.c: false: it is not begun, and the fact says why. */
bool dialog_log_in(struct probe_dialog *d);
/* Its reply has come. */
void dialog_judge_login(struct probe_dialog *d);

/* dialog_bulk.c */
/* False: it cannot be, and the fact says why. */
bool dialog_send_bulk(struct probe_dialog *d);
void dialog_read_socket(struct probe_dialog *d);

/* dialog_again.c: false: there is nothing to look at. */
bool dialog_look_again(struct probe_dialog *d);

/* dialog_steps.c */
/* It is free for steps: tells so, once. */
void dialog_open(struct probe_dialog *d);
/* The last step has its answer. */
void dialog_tell_answer(struct probe_dialog *d);

/* dialog.c */
/* Hangs up, and gives the facts to whom they are for unless there is more to look at. */
void dialog_finish(struct probe_dialog *d);
/* Gives them; d is gone. */
void dialog_report(struct probe_dialog *d);

/* dialog_engine.c */
extern const struct net_conn_handler dialog_handler;
/* Sends what the engine says and does what it wants. False when the dialog is gone. */
bool dialog_pump(struct probe_dialog *d);
void dialog_flush(struct probe_dialog *d);
/* As if the time of its stage were over. */
void dialog_time_out(struct probe_dialog *d);

static inline uint64_t
dialog_sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#endif
