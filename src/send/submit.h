/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submit.h - one message to its server, once, and what became of it.
 */
#ifndef SEND_SUBMIT_H
#define SEND_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "probe/dialog.h"
#include "send/settings.h"
#include "smtp/verdict.h"
#include "util/buf.h"
#include "util/slice.h"

#define SEND_SILENT_MS 3300 /* three SYNs have gone out by then */

/* All is borrowed for the call. */
struct send_job {
	const struct send_settings *settings; /* complete, with a server */
	struct slice secret;                  /* with settings->user */
	const char *hostname;                 /* who we are, in EHLO */
	const struct net_address *resolver;   /* ask this DNS server; NULL: the system's */
	int family;                           /* AF_UNSPEC, AF_INET, AF_INET6 */
	enum probe_dialog_goal goal;          /* PROBE_GOAL_MAIL, or less: a rehearsal */
	const char *sender;                   /* without <>; "": null reverse-path */
	const struct slice *recipients;
	size_t recipient_count;
	struct slice message; /* with CRLF */
	struct smtp_mail_params mail_params;
	const struct smtp_rcpt_params *recipient_params; /* one for each; NULL: nothing said */
	uint64_t time_ms;                                /* for all of it */
	/* Every line both ways, secrets masked; ours with is_ours. NULL: none. */
	void (*on_line)(void *arg, bool is_ours, struct slice line);
	/* Before the first line with an address. NULL: none. */
	void (*on_address)(void *arg, const struct net_address *address);
	/*
	 * Once, when an address has not answered for SEND_SILENT_MS: a moment to find out why. The
	 * connection is still waited for; turn(turn_arg), now and then, lets it go on meanwhile,
	 * and is false when all is over. NULL: none.
	 */
	void (*on_silent)(void *arg, bool (*turn)(void *turn_arg), void *turn_arg);
	void *arg;
};

struct send_result {
	int exit_code; /* of sysexits(3): 0 when the goal was reached, for every recipient */
	char *words;   /* what happened, one sentence; owned */
	/* The server never came to hear of the message: the doctor can say more. */
	bool is_unreachable;
	size_t taken_count;            /* recipients */
	struct smtp_verdict *verdicts; /* one for each; owned; NULL before MAIL was said */
	size_t verdict_count;
	bool has_address;
	struct net_address address;       /* of the last that was tried */
	struct probe_dialog_facts *facts; /* of the last dialog; owned; NULL: there was none */
};

/* Runs a loop of its own. 0, or -errno with words appended to error: it could not even begin. */
int send_submit(const struct send_job *job, struct send_result *ret_result, struct buf *error);
void send_result_done(struct send_result *result);

#endif
