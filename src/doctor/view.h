/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - questions to the facts that more than one rule asks. Pure. */
#ifndef DOCTOR_VIEW_H
#define DOCTOR_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/facts.h"

/* Is it the next router on a way that was taken? */
bool doctor_view_is_gateway(const struct doctor_facts *facts, const struct ip *ip);
/* Is it an address of the host that was asked about? */
bool doctor_view_is_target(const struct doctor_facts *facts, const struct ip *ip);
bool doctor_view_same_ip(const struct net_address *a, const struct net_address *b);
bool doctor_view_is_v4(const struct doctor_probe *p);
/* The kernel's way to it; NULL: not known. */
const struct probe_route *doctor_view_route(
    const struct doctor_facts *facts, const struct doctor_probe *p);
/* Has this machine an IPv6 address that is more than of the link? */
bool doctor_view_has_v6_address(const struct doctor_facts *facts);

/* Did the host itself answer there, by all that one attempt shows: open, or a reset? */
bool doctor_view_is_answered(const struct doctor_probe *p);
/* Another port of the same address that was answered, the open ones first; NULL: none. */
const struct doctor_probe *doctor_view_alive(
    const struct doctor_facts *facts, const struct doctor_probe *p);
/* One of them whose ladder reached the host; NULL: none. */
const struct doctor_probe *doctor_view_measured(
    const struct doctor_facts *facts, const struct doctor_probe *p);
/* The same port of another address of the host that was open; NULL: none. */
const struct doctor_probe *doctor_view_open_elsewhere(
    const struct doctor_facts *facts, const struct doctor_probe *p);
/* Was a SYN of its ladder taken by the port, whatever became of others? */
bool doctor_view_is_taken_by_ladder(const struct doctor_probe *p);
/* Did its ladder go as far as it can be compared? */
bool doctor_view_has_path(const struct doctor_probe *p);
/* By how many routers its answers have come, by the TTL that they arrived with; -1: not known. */
int doctor_view_distance(uint8_t answer_ttl);

/* The controls of one kind and family. */
struct doctor_view_controls {
	size_t tried, alive, open;
	const struct doctor_control *first_alive, *first_silent;
};
struct doctor_view_controls doctor_view_controls(
    const struct doctor_facts *facts, enum doctor_control_kind kind, bool is_v4);

/* Does another port of that host answer, or this port of another host? */
bool doctor_view_has_counterpart(const struct doctor_facts *f, const struct doctor_control *c);
/* Routers limit how much they reject: one word for all is enough. */
bool doctor_view_is_rejected_elsewhere(
    const struct doctor_facts *f, const struct doctor_control *c);

/* Whether other hosts greet on their submission ports; of those that were listened to. */
struct doctor_view_greetings {
	size_t greeted; /* as a mail server does, be it with a refusal */
	size_t mute;    /* open, and silent or no mail server */
	const struct doctor_control *first_mute, *second_mute;
};
struct doctor_view_greetings doctor_view_greetings(const struct doctor_facts *facts, bool is_v4);
/* Not one of several unrelated hosts greets: something in between takes their connections. */
bool doctor_view_is_swallowed(const struct doctor_view_greetings *greetings);

/* The furthest stage that a dialog passed, plus 1; 0: not even connected. */
unsigned doctor_view_progress(const struct doctor_probe *p);
/* Did it go as far as can be asked of it: TLS, with a certificate that is fine? */
bool doctor_view_works(const struct doctor_probe *p);
/* It answers a TLS handshake in clear, by HTTP. */
bool doctor_view_is_web(const struct doctor_probe *p);
/* Another port of the same address where it did: the host has shown who it is; NULL: none. */
const struct doctor_probe *doctor_view_genuine(
    const struct doctor_facts *facts, const struct doctor_probe *p);
/* Was a login or a message tried there? */
bool doctor_view_is_submitted(const struct doctor_probe *p);

#endif
