/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fixture.h - checks whose facts and verdicts were written by hand, as nets and servers show them.
 *
 * The host is mail.example.org, 192.0.2.10 and 2001:db8::10, three hops from here: the gateway
 * 10.0.0.1, the provider's 198.51.100.7, the host. It is 2026-11-22 10:00:00 UTC.
 */
#ifndef TESTS_DOCTOR_FIXTURE_H
#define TESTS_DOCTOR_FIXTURE_H

#include "doctor/facts.h"
#include "doctor/verdict.h"

#define FIXTURE_NOW_UNIX_S 1795341600 /* 2026-11-22T10:00:00Z */

struct fixture {
	const char *name; /* "filtered" */
	void (*fill_facts)(struct doctor_facts *facts);
	/* A verdict as these facts give one; the judge's own may have other words. */
	void (*fill_verdict)(struct doctor_verdict *verdict);
};

/* Ends with a row without a name. */
extern const struct fixture fixtures[];

const struct fixture *fixture_find(const char *name);
/* Both are the caller's: doctor_facts_done(), doctor_verdict_done(). */
void fixture_fill(
    const struct fixture *fixture, struct doctor_facts *facts, struct doctor_verdict *verdict);

/* What they are made of. */
struct ip fixture_ip(const char *text);
/* Facts with the name found at the addresses that are given (NULL: none of that family). */
void fixture_begin(struct doctor_facts *facts, const char *v4, const char *v6);
/* A port of an address, to which nothing has happened yet. Good until the next one. */
struct doctor_probe *fixture_add_probe(
    struct doctor_facts *facts, const char *address, uint16_t port);
struct doctor_control *fixture_add_control(struct doctor_facts *facts,
    enum doctor_control_kind kind, const char *name, const char *address, uint16_t port);
/* Its dialog: all stages until EHLO in TLS are passed, the certificate is valid for 60 days. */
void fixture_set_healthy(struct doctor_probe *probe);
/* Connected and no more, as a control is. */
void fixture_set_open(struct doctor_probe *probe);
/* Nothing came; closed by the host; rejected by ICMP from that address. */
void fixture_set_silent(struct probe_tcp *tcp);
void fixture_set_reset(struct probe_tcp *tcp);
void fixture_set_rejected(struct probe_tcp *tcp, const char *offender);
/* A ladder in words, a hop each: an address that answered, "-" silent, "open", "reset". */
void fixture_set_path(struct probe_path *path, uint16_t port, const char *hops);

#endif
