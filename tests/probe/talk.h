/* SPDX-License-Identifier: Apache-2.0 */
/* talk.h - one dialog with a server that does as it is told, to its end. */
#ifndef TESTS_PROBE_TALK_H
#define TESTS_PROBE_TALK_H

#include "authority.h"
#include "peer.h"
#include "probe/dialog.h"
#include "util/buf.h"

/* A root, and a server of it that is called mail.example. */
struct talk {
	struct event_base *base;
	struct certificate root, leaf;
	X509_STORE *roots;
	SSL_CTX *tls;
	struct probe_dialog_facts facts; /* of the last dialog */
	bool is_done;
	struct probe_dialog *dialog; /* that is played; NULL: it is over */
	struct buf lines;            /* of the last dialog: "C: ..." and "S: ..." */
	struct buf verdicts;
};

int talk_set_up(void **state);
int talk_tear_down(void **state);
/* Goal and mode with all that a dialog needs, patient enough for any machine. */
struct probe_dialog_options talk_options(
    struct talk *t, enum probe_dialog_goal goal, enum probe_dialog_mode mode);
/* Plays the script to the dialog; the facts are in t then. The script must have been played. */
void talk_play(struct talk *t, const char *script, const struct probe_dialog_options *options);
/* The same with a server on a listening socket, which is taken over, reached at address. */
void talk_play_on(struct talk *t, const char *script, const struct probe_dialog_options *options,
    int fd, const struct net_address *address);
/* The same to a port where nobody listens. */
void talk_call_nobody(struct talk *t, const struct probe_dialog_options *options);
/* The same until stage, where it is cancelled. */
void talk_cancel(struct talk *t, const char *script, const struct probe_dialog_options *options,
    enum probe_stage stage);
/* The same until stage, where its time is over. */
void talk_stop(struct talk *t, const char *script, const struct probe_dialog_options *options,
    enum probe_stage stage);
/* The same while the second look at TLS goes on. */
void talk_stop_second(
    struct talk *t, const char *script, const struct probe_dialog_options *options);
/* The end of a stage, and what the lines were. */
void talk_check(const struct talk *t, enum probe_stage stage, enum probe_stage_end end);
void talk_check_lines(const struct talk *t, const char *lines);

#endif
