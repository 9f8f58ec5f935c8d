/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - one DNS question put to one server, past libunbound: does this server answer at all, over
 * UDP or TCP, and what does it say of itself?
 */
#ifndef PROBE_ASK_H
#define PROBE_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "net/record.h"

struct probe_ask_options {
	const struct net_address *server;
	const char *name;
	enum net_record_type type;
	bool is_tcp;
	bool is_unchecked; /* CD: even when DNSSEC says that the answer is wrong */
	uint64_t timeout_ms;
};

struct probe_ask_result {
	bool is_answered; /* with a DNS answer, whatever it says */
	bool is_rejected; /* by ICMP, or RST */
	int error;        /* of this machine's own, so that nothing was sent; 0: none */
	bool has_rejecter;
	struct ip rejecter; /* who sent the ICMP message; one of our own: nobody is there */
	uint64_t took_us;
	/* NULL unless answered; valid during the call. */
	const struct net_answer *answer;
};

struct probe_ask;
typedef void probe_ask_fn(void *arg, const struct probe_ask_result *result);

/*
 * As probe_tcp_start(). Over UDP the question is sent a second time when it stays unanswered. The
 * options are not needed after the call.
 */
struct probe_ask *probe_ask_start(struct event_base *base, const struct probe_ask_options *options,
    probe_ask_fn *done, void *arg);
void probe_ask_cancel(struct probe_ask **ask);

#endif
