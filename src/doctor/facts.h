/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts.h - everything that one check has found out, before anyone judges it.
 *
 * The run (run.h) fills them from the probes; the judge and the reports read them. They hold
 * no handle and no judgement, so a judgement can be tested with facts that were written by hand.
 */
#ifndef DOCTOR_FACTS_H
#define DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "probe/dialog.h"
#include "probe/host.h"
#include "probe/name.h"
#include "probe/path.h"

#define DOCTOR_PORTS_MAX 16    /* of one host */
#define DOCTOR_CONTROLS_MAX 32 /* of one check, besides those of the host */

/* One port of one address. */
struct doctor_probe {
	struct net_address address;
	uint16_t port;
	bool is_control;    /* 443 or 993: is the host there at all? */
	uint8_t answer_ttl; /* with which its answers arrive; 0: not known */
	unsigned witness_count;
	struct probe_dialog_facts dialog;
	struct probe_path path; /* path.count == 0: not tried */
	/*
	 * Right behind it, to a port that answers, as far as it is of use: who spoke each time,
	 * witness_count times (limit.h).
	 */
	struct probe_path witness;
	/* The same again with something changed, to see what made the difference; is_tried. */
	struct probe_dialog_facts *anyway;     /* STARTTLS though it was not offered */
	struct probe_dialog_facts *small;      /* with small segments, after a stall */
	struct probe_dialog_facts *other_mode; /* implicit TLS for STARTTLS and the reverse */
	struct probe_dialog_facts *tls12;      /* at most TLS 1.2 */
	struct probe_dialog_facts *again;      /* the same once more */
};

/* A machine besides the one that was asked about. */
enum doctor_control_kind {
	DOCTOR_CONTROL_SUBMISSION,  /* another host's port 587 */
	DOCTOR_CONTROL_TLS,         /* another host's port 465 */
	DOCTOR_CONTROL_ALTERNATIVE, /* another host's port 2525 */
	DOCTOR_CONTROL_WEB,         /* another host's port 443 */
	DOCTOR_CONTROL_GATEWAY,     /* our next router, over TCP: any answer will do */
	DOCTOR_CONTROL_RESOLVER,    /* our DNS server's port 53, over TCP */
};

struct doctor_control {
	enum doctor_control_kind kind;
	char name[NET_RESOLVE_NAME_MAX + 1];
	struct net_address address; /* len 0: its name had none */
	uint16_t port;
	bool is_alive; /* something came back from it, whatever it was */
	struct probe_tcp tcp;
	struct probe_path path;
	struct probe_dialog_facts *dialog; /* who is it? NULL: only connected */
};

/* What became of the names of other hosts that were looked up for a network. */
struct doctor_names {
	size_t asked;   /* each once */
	size_t missing; /* there is no such name, or it has no address */
	size_t failed;  /* no answer, or not a good one */
	size_t nowhere; /* all of its addresses lead back to this machine */
};

/* What a domain that has no address itself says of its servers. */
enum doctor_service_kind {
	DOCTOR_SERVICE_SUBMISSIONS, /* _submissions._tcp: TLS at once */
	DOCTOR_SERVICE_SUBMISSION,  /* _submission._tcp (RFC 6186 §3.1) */
	DOCTOR_SERVICE_MX,          /* where mail for it goes; nothing for submission */
};
#define DOCTOR_SERVICES 3

struct doctor_service {
	char target[NET_RESOLVE_NAME_MAX + 1]; /* the first; empty: none, or not asked */
	uint16_t port;
};

struct doctor_facts {
	char host[NET_RESOLVE_NAME_MAX + 1]; /* as asked for, without a dot at its end */
	size_t port_count;
	uint16_t ports[DOCTOR_PORTS_MAX];
	bool is_port_given; /* by the reader: not the usual four */
	struct probe_host machine;
	struct probe_name name;
	struct doctor_service services[DOCTOR_SERVICES];      /* by doctor_service_kind */
	struct probe_route routes[NET_RESOLVE_ADDRESSES_MAX]; /* beside name.addresses */
	size_t probe_count;
	struct doctor_probe *probes; /* ports of all addresses, then their controls */
	size_t control_count;
	struct doctor_control controls[DOCTOR_CONTROLS_MAX];
	bool is_resolver_given;      /* the name server is not this machine's own choice */
	bool wants_auth, wants_mail; /* a login, a message was asked for */
	/*
	 * No host was asked about, but this network (--network). name is of the first of the other
	 * hosts then, and empty unless none of them had an address.
	 */
	bool is_network;
	struct doctor_names names;
	bool is_cut_short; /* the time was over before all was tried */
	uint64_t message_len;
	int64_t began_unix_ms;
	/* This program is of that day: a clock that says less is wrong. 0: not known. */
	int64_t released_unix_s;
	uint64_t took_us;
};

void doctor_facts_done(struct doctor_facts *facts);
/* NULL: there is none. */
const struct doctor_probe *doctor_facts_find(
    const struct doctor_facts *facts, const struct ip *ip, uint16_t port);

#endif
