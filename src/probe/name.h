/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name.h - what a name resolves to, and if it does not, whose fault that is.
 *
 * Each family is a question of its own. A resolver that does not answer is told from one that says
 * that there is no such name, by a question put to each resolver itself over UDP and TCP; that
 * begins when an answer is slow to come, because libunbound hopes for long.
 */
#ifndef PROBE_NAME_H
#define PROBE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

#include "net/address.h"
#include "net/record.h"
#include "net/resolve.h"
#include "probe/host.h"

enum probe_name_end {
	PROBE_NAME_NOT_ASKED,
	PROBE_NAME_FOUND,      /* at least one address of that family */
	PROBE_NAME_NO_ADDRESS, /* the name is there, an address of that family is not */
	PROBE_NAME_NO_NAME,    /* NXDOMAIN */
	PROBE_NAME_FAILED,     /* SERVFAIL, REFUSED, or nonsense: see error */
	PROBE_NAME_BOGUS,      /* DNSSEC says that the answer was tampered with */
	PROBE_NAME_TIMEOUT,    /* nobody answered */
};

struct probe_name_family {
	enum probe_name_end end;
	const char *error; /* words, a constant; NULL: none */
	size_t left_out;   /* addresses in the answer beyond those that are looked at */
};

struct probe_resolver_state {
	struct ip ip;
	bool is_udp_answered, is_tcp_answered; /* with any DNS answer at all */
	bool is_udp_rejected, is_tcp_rejected; /* ICMP or RST */
	int error; /* of this machine's own: it let no question out over UDP; 0: none */
	bool has_rejecter;
	struct ip rejecter; /* who sent the ICMP message for UDP */
	uint64_t udp_took_us, tcp_took_us;
};

struct probe_name {
	char text[NET_RESOLVE_NAME_MAX + 1]; /* as asked, in ASCII (RFC 5890 A-labels) */
	/*
	 * The same with a domain of the search list behind it (resolv.conf(5)): the text alone is
	 * not there, but this is, and programs take it. Empty: nothing was put behind it.
	 */
	char completed[NET_RESOLVE_NAME_MAX + 1];
	/* It is an alias (CNAME), and this last name of its aliases has no address; or empty. */
	char alias[NET_NAME_MAX + 1];
	bool is_literal;    /* an IP address: nothing was asked */
	bool is_impossible; /* DNS has no names like this: nothing was asked */
	bool is_from_hosts; /* /etc/hosts says so, not DNS */
	/* "localhost", which /etc/hosts does not have: this machine by its name (RFC 6761 §6.3). */
	bool is_localhost;
	struct probe_name_family v4, v6;
	size_t address_count; /* of both; IPv6 first */
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	uint64_t took_us; /* until the answers */
	/* Asked only when something went wrong, or was slow: one that others make up for. */
	size_t resolver_count;
	struct probe_resolver_state resolvers[PROBE_HOST_RESOLVERS_MAX];
	/* A name that cannot exist was found too: answers here are made up. */
	bool is_hijacked;
	struct ip invented; /* what it was given, when is_hijacked */
	/*
	 * Somebody keeps the name from being used: all addresses are 0.0.0.0, :: or loopback, or
	 * the resolver says itself that it filters (RFC 8914 §4.16).
	 */
	bool is_filtered;
	/* All addresses are of private networks: a name of this network, or a filter. */
	bool is_private;
};

struct probe_name_lookup;
typedef void probe_name_fn(void *arg, const struct probe_name *name);

/*
 * As probe_tcp_start(). host is borrowed until done. name is a host name or an address. The
 * resolver is one of net_resolver_new_with().
 */
struct probe_name_lookup *probe_name_start(struct event_base *base, struct net_resolver *resolver,
    const struct probe_host *host, const char *name, uint16_t port, uint64_t timeout_ms,
    probe_name_fn *done, void *arg);
void probe_name_cancel(struct probe_name_lookup **lookup);

/* "found", "no_address", "no_name", ...: for JSON; a constant. */
const char *probe_name_end_name(enum probe_name_end end);

#endif
