/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - many ports of one address: which are open, and who answers for the others. */
#ifndef PROBE_SCAN_H
#define PROBE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "probe/tcp.h"

enum probe_port_state {
	PROBE_PORT_OPEN,
	PROBE_PORT_CLOSED,   /* reset, by someone who says to be the host */
	PROBE_PORT_REJECTED, /* by ICMP: see who it was */
	PROBE_PORT_FILTERED, /* nothing came back */
	PROBE_PORT_FAILED,   /* this machine refused to try, or the network without a name */
};
#define PROBE_PORT_STATE_COUNT 5

struct probe_scan_port {
	uint16_t port;
	unsigned tries; /* attempts; each may have been more than one SYN */
	enum probe_port_state state;
	struct probe_tcp tcp; /* the last of them */
};

struct probe_scan_options {
	const uint16_t *ports; /* none may be there twice */
	size_t port_count;
	unsigned parallel;   /* 0: PROBE_SCHEDULE_PARALLEL */
	unsigned rate_per_s; /* 0: PROBE_SCHEDULE_RATE */
};

/* Borrowed during the call. */
struct probe_scan_result {
	const struct probe_scan_port *ports; /* in the order in which they were asked for */
	size_t count;
	uint64_t took_us;
	/*
	 * There is no such machine: its link said so, after seconds of asking, as the ICMP of the
	 * first port has it. The ports that were not tried by then have that as their result.
	 */
	bool is_absent;
};

struct probe_scan;
typedef void probe_scan_fn(void *arg, const struct probe_scan_result *result);

/*
 * options are copied, and their ports. Those that have a name (service.h) are tried first. What
 * opens is closed with a reset. done comes from the loop; the handle is gone then.
 */
struct probe_scan *probe_scan_start(struct event_base *base, const struct net_address *to,
    const struct probe_scan_options *options, probe_scan_fn *done, void *arg);
void probe_scan_cancel(struct probe_scan **scan);
/* How many have their result, for progress. */
size_t probe_scan_done_count(const struct probe_scan *scan);

/* "open", "closed", "rejected", "filtered", "failed"; a constant. */
const char *probe_port_state_name(enum probe_port_state state);

#endif
