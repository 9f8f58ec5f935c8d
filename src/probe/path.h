/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h - the way to a port, hop by hop, by SYNs with a small TTL: traceroute over TCP, without
 * root. A ladder is one such trace, a rung one TTL of it.
 *
 * A router that lets a SYN's TTL run out says so by ICMP, and the error queue of the socket names
 * the router. The last hop that answers so for a port that is dropped is the filter itself or the
 * hop before it: compare with the ladder of a port that works (the control).
 */
#ifndef PROBE_PATH_H
#define PROBE_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "probe/tcp.h"
#include "util/ip.h"

#define PROBE_HOPS_MAX 24 /* rungs of a ladder */
#define PROBE_PATH_GAP 8  /* silent rungs above the last router, then no more are tried */

/* How long a rung is waited for, when it is known how long round trips take: see rtt_us. */
#define PROBE_PATH_WAIT_MS 40
#define PROBE_PATH_BELOW_MS 25 /* instead, below a rung that was answered by the host */
/* A rung without an answer gives up its place, not its hope, after that and two round trips. */
#define PROBE_PATH_PLACE_MS 40
#define PROBE_PATH_GRACE_MS 250 /* when it is not known: see probe_path_start() */

enum probe_hop_kind {
	PROBE_HOP_SILENT,
	PROBE_HOP_ROUTER,   /* time exceeded: whose it is */
	PROBE_HOP_OPEN,     /* the handshake was completed with this TTL */
	PROBE_HOP_RESET,    /* RST came back for this TTL */
	PROBE_HOP_REJECTED, /* another ICMP came: type, code and whose */
	PROBE_HOP_LOCAL,    /* this machine refused */
};

struct probe_hop {
	enum probe_hop_kind kind;
	struct ip who; /* with ROUTER and REJECTED */
	uint8_t icmp_type, icmp_code;
	uint64_t took_us;
};

/* A value. hops[0] is TTL 1. */
struct probe_path {
	uint16_t port;
	unsigned count; /* rungs tried; 0: not tried */
	struct probe_hop hops[PROBE_HOPS_MAX];
	unsigned end_ttl; /* least TTL that was answered otherwise than by time exceeded; 0: none */
	unsigned last_router_ttl; /* highest TTL that a router answered for; 0: none */
};

struct probe_path_options {
	uint64_t timeout_ms; /* of all rungs, which are tried side by side */
	unsigned hop_max;    /* 1 ... PROBE_HOPS_MAX */
	/*
	 * Rungs that may reach the host and wait for an answer at a time, from below; 0: as many as
	 * may_send lets, and no more than PROBE_PATH_GAP above the last router: for a port that is
	 * silent. Each is a connection when the host takes it after all.
	 */
	unsigned parallel;
	/*
	 * How far away the host is by another port, 0: not known. Rungs below cannot reach it, so
	 * that they are free; none is tried far above, unless a router answers there.
	 */
	unsigned reach;
	unsigned gap; /* with parallel 0: instead of PROBE_PATH_GAP; 0: that */
	/*
	 * Asked before a rung that may reach the host beside another; NULL: yes. After a no, again
	 * later.
	 */
	bool (*may_send)(void *arg);
	void *send_arg;
	/*
	 * The longest round trip that was seen elsewhere; 0: not known. When it is, a rung waits
	 * PROBE_PATH_WAIT_MS and four of the longest round trips, of other rungs as well; one that
	 * is near those that were answered is then tried a second time. All silent: that is how
	 * long the ladder takes.
	 */
	uint64_t rtt_us;
};

struct probe_ladder;
typedef void probe_path_fn(void *arg, const struct probe_path *path);

/*
 * As probe_tcp_start(). options are copied. Stops as soon as the rungs below an answer have theirs
 * or had PROBE_PATH_GRACE_MS and three times as long as that answer took. Rungs above are left out.
 */
struct probe_ladder *probe_path_start(struct event_base *base, const struct net_address *to,
    const struct probe_path_options *options, probe_path_fn *done, void *arg);
void probe_path_cancel(struct probe_ladder **ladder);
/* Connections to the host that it may be making at the moment; 1 as long as it will make any. */
unsigned probe_path_places(const struct probe_ladder *ladder);

const char *probe_hop_kind_name(enum probe_hop_kind kind);

#endif
