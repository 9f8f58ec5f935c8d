/* SPDX-License-Identifier: Apache-2.0 */
/*
 * children.h - all processes in their roles: started, introduced, restarted, stopped.
 *
 * A child that ends is started again, the first time at once and then with a growing delay, and is
 * introduced to all its peers as if it had just been born.
 */
#ifndef SUPERVISOR_CHILDREN_H
#define SUPERVISOR_CHILDREN_H

#include <event2/event.h>

#include "proc/role.h"
#include "supervisor/estate.h"

#define SUPERVISOR_RESTART_MAX_MS 5000 /* longest wait before a restart */
#define SUPERVISOR_STABLE_MS 10000     /* a child that lived so long starts again at once */

struct supervisor_children;

struct supervisor_children_handler {
	/* Every child has what it needs and says so; also after the restart of one. */
	void (*on_all_ready)(void *owner);
	/* A reload is over: auth and all of submission have what is new. */
	void (*on_reloaded)(void *owner);
	/* One has ended, with the status of waitpid(). True: start it again. */
	bool (*on_exit)(void *owner, enum proc_role role, unsigned index, int status);
};

/*
 * Makes room for the processes that estate->config wants; starts none. Borrows the estate, and
 * looks at it again at each start and reload.
 */
struct supervisor_children *supervisor_children_new(struct event_base *base,
    const struct supervisor_estate *estate, const struct supervisor_children_handler *handler,
    void *owner);
/* Kills who is left and waits for the end of each. Nulls the pointer. */
void supervisor_children_free(struct supervisor_children **c);

/* Starts all. 0 or -errno; then some may have been started. */
int supervisor_children_start(struct supervisor_children *c);
/*
 * Hands the estate's config and materials, which are new, to all; none may be under way. Submission
 * is given its certificate when auth has said that it can sign for it, so that no client is shown
 * one whose key is not there. Who does not run is not waited for: the restart brings it all.
 */
void supervisor_children_reload(struct supervisor_children *c);
bool supervisor_children_are_reloading(const struct supervisor_children *c);
/* Asks all of a role to finish. */
void supervisor_children_stop(struct supervisor_children *c, enum proc_role role);
/* SIGKILL to all of a role. */
void supervisor_children_kill(struct supervisor_children *c, enum proc_role role);
/* How many of a role run. */
size_t supervisor_children_count(const struct supervisor_children *c, enum proc_role role);
/* After SIGCHLD: collects those that have ended. */
void supervisor_children_reap(struct supervisor_children *c);

/* How long to wait before the next start after so many failures in a row. */
uint64_t supervisor_restart_delay_ms(unsigned failure_count);

#endif
