/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pace.h"

enum { RTTS = 4, US_PER_MS = 1000 };
enum { QUIET_MS = 500, QUIET_MIN_MS = 40 };
/* The kernel has sent the SYN once more by then, and an answer had its time. */
enum { SENT_AGAIN_MS = 1300 };
enum { TRIED_TWICE_MS = 150, OTHER_ADDRESS_MS = 500, HOST_SILENT_MS = 900 };
enum { IN_DEAD_HOST_MS = 40 };
enum { MINOR_MS = 400, MINOR_MIN_MS = 200, MOMENT_MS = 250, MOMENT_MIN_MS = 25 };

static uint64_t
some_rtts_ms(const struct doctor_pace *pace)
{
	return RTTS * pace->rtt_us / US_PER_MS;
}

/* floor_ms and some round trips, but not more than the wait of those who know none. */
static uint64_t
wait_ms(const struct doctor_pace *pace, uint64_t floor_ms, uint64_t unknown_ms)
{
	const uint64_t ms = floor_ms + some_rtts_ms(pace);

	return pace->is_known && ms < unknown_ms ? ms : unknown_ms;
}

void
doctor_pace_note(struct doctor_pace *pace, uint64_t took_us)
{
	pace->is_known = true;
	if (took_us > pace->rtt_us)
		pace->rtt_us = took_us;
}

/* ICMP may come from much nearer than the host: it says nothing of how far away that is. */
static bool
is_answered(const struct probe_tcp *tcp)
{
	return tcp->end == PROBE_TCP_OPEN || tcp->end == PROBE_TCP_RESET;
}

struct doctor_pace
doctor_pace_of(const struct doctor_facts *facts)
{
	struct doctor_pace pace = { .is_known = false };

	for (size_t i = 0; i < facts->probe_count; i++)
		if (is_answered(&facts->probes[i].dialog.tcp))
			doctor_pace_note(&pace, facts->probes[i].dialog.tcp.took_us);
	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];

		/* The gateway is always near. */
		if (c->kind != DOCTOR_CONTROL_GATEWAY && is_answered(&c->tcp))
			doctor_pace_note(&pace, c->tcp.took_us);
	}
	return pace;
}

static bool
is_same_family(const struct net_address *a, const struct net_address *b)
{
	return a->any.sa_family == b->any.sa_family;
}

static void
note_routers(struct doctor_pace *pace, const struct probe_path *path)
{
	for (unsigned i = 0; i < path->count; i++)
		if (path->hops[i].kind == PROBE_HOP_ROUTER && i > 0)
			doctor_pace_note(pace, path->hops[i].took_us);
}

struct doctor_pace
doctor_pace_of_family(const struct doctor_facts *facts, const struct net_address *address)
{
	struct doctor_pace pace = { .is_known = false };

	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];

		if (!is_same_family(&p->address, address))
			continue;
		if (is_answered(&p->dialog.tcp))
			doctor_pace_note(&pace, p->dialog.tcp.took_us);
		note_routers(&pace, &p->path);
	}
	for (size_t i = 0; i < facts->control_count; i++) {
		const struct doctor_control *c = &facts->controls[i];

		if (c->kind != DOCTOR_CONTROL_GATEWAY && is_same_family(&c->address, address) &&
		    is_answered(&c->tcp))
			doctor_pace_note(&pace, c->tcp.took_us);
	}
	return pace;
}

uint64_t
doctor_pace_quiet_ms(const struct doctor_pace *pace)
{
	return wait_ms(pace, QUIET_MIN_MS, QUIET_MS);
}

uint64_t
doctor_pace_turn_ms(const struct doctor_pace *pace)
{
	return pace->is_known ? QUIET_MIN_MS + some_rtts_ms(pace) : UINT64_MAX;
}

uint64_t
doctor_pace_silence_ms(const struct doctor_pace *pace, enum doctor_pace_evidence evidence)
{
	if (!pace->is_known)
		return UINT64_MAX;
	switch (evidence) {
	case DOCTOR_PACE_ALONE:
		return UINT64_MAX;
	case DOCTOR_PACE_HOST_ANSWERS:
		return SENT_AGAIN_MS + some_rtts_ms(pace);
	case DOCTOR_PACE_TRIED_TWICE:
	case DOCTOR_PACE_OTHER_ADDRESS_NEAR:
		return TRIED_TWICE_MS + some_rtts_ms(pace);
	case DOCTOR_PACE_OTHER_ADDRESS:
		return OTHER_ADDRESS_MS + some_rtts_ms(pace);
	case DOCTOR_PACE_HOST_SILENT:
		return HOST_SILENT_MS + some_rtts_ms(pace);
	case DOCTOR_PACE_IN_DEAD_HOST:
		return IN_DEAD_HOST_MS + some_rtts_ms(pace);
	}
	return UINT64_MAX;
}

uint64_t
doctor_pace_minor_ms(const struct doctor_pace *pace)
{
	const uint64_t ms = MINOR_MIN_MS + some_rtts_ms(pace);

	return pace->is_known ? ms : MINOR_MS;
}

uint64_t
doctor_pace_moment_ms(const struct doctor_pace *pace)
{
	return wait_ms(pace, MOMENT_MIN_MS, MOMENT_MS);
}
