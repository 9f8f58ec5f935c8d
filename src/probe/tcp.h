/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp.h - one attempt to connect, and who answered it, without root.
 *
 * connect(2) alone cannot tell a server that refuses from a firewall that does: both are
 * ECONNREFUSED. The error queue of the socket can (IP_RECVERR): after a reset by TCP it is empty,
 * after ICMP it holds the type, the code and the address of the machine that sent it.
 */
#ifndef PROBE_TCP_H
#define PROBE_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "util/ip.h"

enum probe_tcp_end {
	PROBE_TCP_NOT_TRIED,
	PROBE_TCP_OPEN,        /* a handshake was completed by someone */
	PROBE_TCP_RESET,       /* answered with RST, by someone who says to be the host */
	PROBE_TCP_REJECTED,    /* answered with ICMP, see icmp */
	PROBE_TCP_SILENT,      /* nothing came until the time was over */
	PROBE_TCP_LOCAL,       /* this machine refused at once, see error; nothing was sent */
	PROBE_TCP_UNREACHABLE, /* an error of the network without ICMP that names its sender */
};

struct probe_icmp {
	bool is_v6;
	uint8_t type, code;
	struct ip offender; /* who sent it; one of our own addresses: this machine */
};

/* What one attempt showed. A value; nothing to free. */
struct probe_tcp {
	enum probe_tcp_end end;
	/*
	 * errno of connect(2) or SO_ERROR; ETIMEDOUT when silent. 0 when open, or ECONNRESET when
	 * the connection was reset before anyone could look at it.
	 */
	int error;
	bool has_icmp;
	struct probe_icmp icmp;
	uint64_t took_us;     /* until the answer, or until given up */
	unsigned retransmits; /* SYNs sent again */
	uint32_t rtt_us;      /* of the handshake, when open (tcpi_rtt) */
	uint16_t mss;         /* what the path takes by now, when open (tcpi_snd_mss) */
};

struct probe_tcp_options {
	uint64_t timeout_ms;
	uint8_t ttl;     /* 0: the system's; hop limit with IPv6 */
	uint8_t min_ttl; /* answers that arrive with less are not seen; 0: all. Not with ttl. */
	uint16_t max_segment; /* TCP_MAXSEG; 0: the system's */
};

struct probe_tcp_attempt;

/*
 * fd: connected and non-blocking, the callee's to close, when open and wanted; otherwise -1. The
 * attempt is over: its handle is gone.
 */
typedef void probe_tcp_fn(void *arg, const struct probe_tcp *result, int fd);

/*
 * Starts to connect. done comes from the loop, never from inside this call, after timeout_ms at the
 * latest. What arrives is closed with a reset unless keep.
 */
struct probe_tcp_attempt *probe_tcp_start(struct event_base *base, const struct net_address *to,
    const struct probe_tcp_options *options, bool keep, probe_tcp_fn *done, void *arg);
/* done will not be called. Nulls the pointer; NULL is fine. */
void probe_tcp_cancel(struct probe_tcp_attempt **attempt);
/* Its time is over now: done is called from inside. Nulls the pointer, which is not NULL. */
void probe_tcp_stop(struct probe_tcp_attempt **attempt);
/*
 * For how long has it been without any answer? Not 0 as long as there is none; 0 as soon as one is
 * there, also before done has been called. What waits for a place need not wait for a long one.
 */
uint64_t probe_tcp_waiting_ms(const struct probe_tcp_attempt *attempt);

/* "open", "reset", "rejected", ...: for JSON; a constant. */
const char *probe_tcp_end_name(enum probe_tcp_end end);

#endif
