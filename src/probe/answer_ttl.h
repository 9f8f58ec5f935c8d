/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer_ttl.h - with which TTL do the answers (SYN-ACK or RST) of a port arrive?
 *
 * 64, 128 or 255, as systems send them: the next machine answers, no router is between. Found by
 * bisection with IP_MINTTL, below which the kernel drops what arrives: at most 11 connections, 4
 * when no router is between. A connection that is not expected to be answered has one beside it
 * that is, begun after it: once that one is answered, the other will not be. Where there is no
 * place for two, time decides.
 */
#ifndef PROBE_ANSWER_TTL_H
#define PROBE_ANSWER_TTL_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"

struct probe_answer_options {
	uint64_t timeout_ms;
	/*
	 * How many may be between; 0: not known. With the right number it takes 4 or 5 connections,
	 * of which two are not answered; with one that is too great a few more.
	 */
	unsigned routers;
	/* Is there a place for one beside another? NULL: no. */
	bool (*may_send)(void *arg);
	void *send_arg;
};

struct probe_answer;
/* ttl 0: not to be had (no answer, or not the same each time). */
typedef void probe_answer_fn(void *arg, uint8_t ttl);

/* As probe_tcp_start(). options are copied. */
struct probe_answer *probe_answer_ttl_start(struct event_base *base, const struct net_address *to,
    const struct probe_answer_options *options, probe_answer_fn *done, void *arg);
void probe_answer_ttl_cancel(struct probe_answer **answer);
/* Connections that it makes at the moment; 1 as long as it will make any. */
unsigned probe_answer_places(const struct probe_answer *answer);

#endif
