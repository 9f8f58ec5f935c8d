/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.h - the rules, by what they judge. doctor_judge() in judge.c asks them in order.
 *
 * Each rule adds findings of any weight and returns the one that keeps this port from working, or
 * NULL when nothing does.
 */
#ifndef DOCTOR_JUDGE_H
#define DOCTOR_JUDGE_H

#include "doctor/facts.h"
#include "doctor/finding.h"
#include "doctor/verdict.h"
#include "doctor/words.h"

/* One port of one address before the judge. */
struct doctor_judging {
	const struct doctor_facts *facts;
	struct doctor_verdict *verdict;
	size_t at; /* of the probe in facts */
	const struct doctor_probe *probe;
};

/* One port of the host, over all of its addresses. */
struct doctor_subject {
	uint16_t port;
	size_t tried, working;
	/* Beside facts.probes: what keeps it from working there; NULL: nothing, or not its. */
	struct doctor_finding **broken;
	struct doctor_finding *deciding; /* of those that are broken; NULL: none */
};

/* A finding about this port, with its number and address filled in. */
struct doctor_finding *doctor_judge_find(
    const struct doctor_judging *j, const char *id, enum doctor_weight weight);
const struct probe_stage_fact *doctor_judge_stage(
    const struct doctor_judging *j, enum probe_stage stage);

/* The name did not give an address to try. */
struct doctor_finding *doctor_judge_name(
    const struct doctor_facts *facts, struct doctor_verdict *verdict);
/* What was answered about it, family by family, and what its name servers are like. */
void doctor_judge_prove_name(const struct doctor_facts *facts, struct doctor_finding *f);
/* What each name server of this machine did when it was asked. */
void doctor_judge_prove_resolvers(const struct probe_name *n, struct doctor_finding *f);
/* "smtp.example.org" is what to ask about instead of its domain; "": the domain names no host. */
const char *doctor_judge_submission_host(const struct doctor_facts *facts);
/* With the commands that look at what the domain names. */
void doctor_judge_prove_services(const struct doctor_facts *facts, struct doctor_finding *f);
/* It did for one family; a warning when the other one fails. */
void doctor_judge_half_name(const struct doctor_facts *facts, struct doctor_verdict *verdict);
/* It did, but one that is made up; a warning when that cannot be said of this one. */
struct doctor_finding *doctor_judge_made_up(
    const struct doctor_facts *facts, struct doctor_verdict *verdict);
/* The address is from the hosts file and not from DNS: said of an answer that is not good. */
void doctor_judge_hosts_file(const struct doctor_facts *facts, struct doctor_finding *f);
/*
 * A port that is asked about, at all addresses: the finding that is the answer, or NULL when it
 * works.
 */
struct doctor_finding *doctor_judge_main_port(
    const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict);
/* A port that is not: what is wrong there is a note, or a warning at most. */
void doctor_judge_side_port(
    const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict);

/* The port is closed, and that is all: the server wants another one. NULL: that is not so. */
struct doctor_finding *doctor_judge_port_missing(const struct doctor_facts *facts,
    const struct doctor_finding *closed, struct doctor_verdict *verdict);
/* "Submission works: ..." of the first address where it does. */
struct doctor_finding *doctor_judge_fine(
    const struct doctor_facts *facts, uint16_t port, struct doctor_verdict *verdict);
/* What was changed at the server, by which address: a login, a message that was taken. */
void doctor_judge_prove_done(const struct doctor_facts *facts, struct doctor_finding *f);
/* The same for the end of a sentence: "; the message was taken, queue id ...", or "". */
struct doctor_words doctor_judge_tell_done(const struct doctor_facts *facts);
/* The verdict is what that finding says of that port, and what works instead. */
void doctor_judge_conclude(const struct doctor_facts *facts, const struct doctor_finding *f,
    uint16_t port, struct doctor_verdict *verdict);
/* Is it that this client and the server share no way to log in? */
bool doctor_judge_is_about_mechanisms(const struct doctor_finding *f);

/* One port of one address: what became of the connection, then of the dialog. */
struct doctor_finding *doctor_judge_probe(const struct doctor_judging *j);

/* By the end of the attempt to connect. */
struct doctor_finding *doctor_judge_local(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_captive(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_silent(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_reset(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_rejected(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_unreachable(const struct doctor_judging *j);

/* A refusal whose words the catalogue of messages knows; NULL: it does not. Without evidence. */
struct doctor_finding *doctor_judge_reply(
    const struct doctor_judging *j, const struct probe_stage_fact *s);

/* The server says no where it is about who we are, not about mail; else by that cause. */
struct doctor_finding *doctor_judge_refusal(const struct doctor_judging *j,
    const struct probe_stage_fact *s, const char *id, const char *when);
/* The dialog did not come to the end of that stage; when: "at STARTTLS". */
struct doctor_finding *doctor_judge_lost(
    const struct doctor_judging *j, enum probe_stage stage, const char *when);
/* All the time of the check went by in that stage, before it had as much as others have. */
struct doctor_finding *doctor_judge_too_slow(
    const struct doctor_judging *j, enum probe_stage stage, const char *when);
/* The reply of that stage is none of SMTP. */
struct doctor_finding *doctor_judge_not_smtp(
    const struct doctor_judging *j, enum probe_stage stage);
/* It is, and does not end where programs stop reading. */
struct doctor_finding *doctor_judge_too_long(
    const struct doctor_judging *j, enum probe_stage stage, const char *when);
/* The server speaks LMTP; NULL: it does not. */
struct doctor_finding *doctor_judge_lmtp(const struct doctor_judging *j);

/* By the stages of the dialog, in their order. */
struct doctor_finding *doctor_judge_interception(const struct doctor_judging *j);
/* Somebody takes the connection for himself, or lets nothing through that is said on it. */
struct doctor_finding *doctor_judge_swallowed(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_client_certificate(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_greeting(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_ehlo(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_starttls(const struct doctor_judging *j);
/* Not offered, and yet the server took STARTTLS and meant it. */
bool doctor_judge_is_starttls_known(const struct doctor_probe *p);
/* EHLO is refused in clear, and HELO is not. */
bool doctor_judge_is_helo_only(const struct doctor_probe *p);
void doctor_judge_prove_helo(const struct probe_ehlo *e, struct doctor_finding *f);
struct doctor_finding *doctor_judge_handshake(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_ehlo_tls(const struct doctor_judging *j);
/* The port begins with TLS, and nobody who speaks SMTP is in it. */
struct doctor_finding *doctor_judge_mute_tls(const struct doctor_judging *j);
/* Of the dialogs with that port the one where TLS came first and came about; NULL: none. */
const struct probe_dialog_facts *doctor_judge_dialog_in_tls(const struct doctor_probe *p);
struct doctor_finding *doctor_judge_certificate(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_path(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_auth(const struct doctor_judging *j);
struct doctor_finding *doctor_judge_mail(const struct doctor_judging *j);

/* Some of the subject's addresses work and others do not; NULL when that is of no matter here. */
struct doctor_finding *doctor_judge_family(const struct doctor_facts *facts,
    const struct doctor_subject *subject, struct doctor_verdict *verdict);

/* No host, but this network (facts.is_network). */
void doctor_judge_network(const struct doctor_facts *facts, struct doctor_verdict *verdict);

#endif
