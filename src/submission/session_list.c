/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/session.h"

#include "util/clock.h"

void
session_list_add(struct submission *p, struct session *s)
{
	s->next = p->sessions.first;
	if (s->next != NULL)
		s->next->previous = s;
	else
		p->sessions.last = s;
	p->sessions.first = s;
	p->sessions.count++;
	map_put(&p->by_number, s->number, s);
}

void
session_list_remove(struct submission *p, struct session *s)
{
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		p->sessions.first = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
	else
		p->sessions.last = s->previous;
	p->sessions.count--;
	(void)map_remove(&p->by_number, s->number);
}

void
session_hold(struct session *s)
{
	struct session_list *held = &s->process->held;

	if (held->last != NULL)
		held->last->next_held = s;
	else
		held->first = s;
	held->last = s;
	held->count++;
	s->wait = SESSION_WAIT_CREDIT;
	s->held_from_ms = clock_monotonic_ms();
	net_conn_hold(s->conn);
}

void
session_unhold(struct session *s)
{
	struct session_list *held = &s->process->held;
	struct session **link = &held->first, *before = NULL;

	while (*link != s) {
		before = *link;
		link = &before->next_held;
	}
	*link = s->next_held;
	if (held->last == s)
		held->last = before;
	held->count--;
	s->next_held = NULL;
	s->wait = SESSION_WAIT_INPUT;
	smtp_server_excuse(s->engine, clock_monotonic_ms() - s->held_from_ms);
}

/* Each gets one turn: one that is held again stands at the end of the line. */
void
session_release_held(struct submission *p)
{
	for (size_t turns = p->held.count; turns > 0 && p->held.first != NULL; turns--) {
		struct session *s = p->held.first;

		if (session_store_room(s, 1) == 0)
			return;
		session_unhold(s);
		net_conn_resume(s->conn);
		session_go_on(s);
	}
}
