/* SPDX-License-Identifier: Apache-2.0 */
/* child.h - one process in its role, as the supervisor sees it. */
#ifndef SUPERVISOR_CHILD_H
#define SUPERVISOR_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <event2/event.h>

#include "proc/role.h"
#include "supervisor/estate.h"
#include "supervisor/outbox.h"

struct supervisor_child {
	enum proc_role role;
	unsigned index;
	pid_t pid;         /* 0: it does not run */
	unsigned go_count; /* GOs that it has not answered by READY */
	uint64_t started_ms;
	unsigned failure_count; /* in a row, each within SUPERVISOR_STABLE_MS (children.h) of its
				   start */
	int control;
	struct supervisor_outbox *outbox;
	struct event *readable, *restart;
	void (*on_ready)(void *owner);
	void *owner;
};

/* Starts the process and queues what it is given of the estate. 0 or -errno. */
int supervisor_child_start(
    struct supervisor_child *c, struct event_base *base, const struct supervisor_estate *estate);
/* CONFIG and MATERIAL: at the start and at a reload. */
void supervisor_child_equip(struct supervisor_child *c, const struct supervisor_estate *estate);
/* It runs, and has taken all that it was given before the last GO. */
bool supervisor_child_is_ready(const struct supervisor_child *c);
/* GO or STOP; nothing when it does not run. */
void supervisor_child_tell(struct supervisor_child *c, enum control_type type);
/* A channel between two that run. */
void supervisor_child_introduce(
    struct supervisor_child *a, struct supervisor_child *b, enum proc_channel channel);
/* Its process is gone: closes what belonged to it. */
void supervisor_child_bury(struct supervisor_child *c);

#endif
