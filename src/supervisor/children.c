/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/children.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "supervisor/child.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

/* Whose answer a reload waits for. */
enum reload_step {
	RELOAD_NONE,
	RELOAD_AUTH,
	RELOAD_SUBMISSION,
};

struct supervisor_children {
	struct event_base *base;
	const struct supervisor_estate *estate;
	const struct supervisor_children_handler *handler;
	void *owner;
	struct supervisor_child *list;
	size_t count;
	enum reload_step reload;
};

/* Who talks to whom, and about what. */
static const struct acquaintance {
	enum proc_role a, b;
	enum proc_channel channel;
} acquaintances[] = {
	{ PROC_ROLE_SUBMISSION, PROC_ROLE_QUEUE, PROC_CHANNEL_MAIN },
	{ PROC_ROLE_SUBMISSION, PROC_ROLE_AUTH, PROC_CHANNEL_MAIN },
	{ PROC_ROLE_SUBMISSION, PROC_ROLE_AUTH, PROC_CHANNEL_SIGN },
	{ PROC_ROLE_DELIVERY, PROC_ROLE_QUEUE, PROC_CHANNEL_MAIN },
};

uint64_t
supervisor_restart_delay_ms(unsigned failure_count)
{
	uint64_t delay_ms = 100;

	if (failure_count <= 1)
		return 0;
	for (unsigned i = 2; i < failure_count && delay_ms < SUPERVISOR_RESTART_MAX_MS; i++)
		delay_ms *= 2;
	return delay_ms < SUPERVISOR_RESTART_MAX_MS ? delay_ms : SUPERVISOR_RESTART_MAX_MS;
}

static void
introduce_pair(struct supervisor_child *x, struct supervisor_child *y)
{
	for (size_t i = 0; i < sizeof acquaintances / sizeof acquaintances[0]; i++) {
		const struct acquaintance *q = &acquaintances[i];

		if ((q->a == x->role && q->b == y->role) || (q->a == y->role && q->b == x->role))
			supervisor_child_introduce(x, y, q->channel);
	}
}

/* To those before it in the list and, when it was restarted, to those behind it as well. */
static void
introduce(struct supervisor_children *c, struct supervisor_child *newcomer, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (&c->list[i] != newcomer && c->list[i].pid != 0)
			introduce_pair(newcomer, &c->list[i]);
}

static bool
are_all_ready(const struct supervisor_children *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!supervisor_child_is_ready(&c->list[i]))
			return false;
	return true;
}

static bool
have_answered(const struct supervisor_children *c, enum proc_role role)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == role && c->list[i].go_count != 0)
			return false;
	return true;
}

/* With GO behind it, whose answer says that all before it has been taken. */
static void
equip_and_ask(struct supervisor_children *c, enum proc_role role)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == role) {
			supervisor_child_equip(&c->list[i], c->estate);
			supervisor_child_tell(&c->list[i], CONTROL_GO);
		}
}

/* After each answer, and each end of a child, who answers no more. */
static void
advance_reload(struct supervisor_children *c)
{
	if (c->reload == RELOAD_AUTH && have_answered(c, PROC_ROLE_AUTH)) {
		c->reload = RELOAD_SUBMISSION;
		equip_and_ask(c, PROC_ROLE_SUBMISSION);
	}
	if (c->reload == RELOAD_SUBMISSION && have_answered(c, PROC_ROLE_SUBMISSION)) {
		c->reload = RELOAD_NONE;
		c->handler->on_reloaded(c->owner);
	}
}

static void
on_ready(void *owner)
{
	struct supervisor_children *c = (struct supervisor_children *)owner;

	if (are_all_ready(c))
		c->handler->on_all_ready(c->owner);
	advance_reload(c);
}

static void
schedule_restart(struct supervisor_child *child)
{
	uint64_t delay_ms = supervisor_restart_delay_ms(child->failure_count);
	const struct timeval delay = { (time_t)(delay_ms / 1000),
		(suseconds_t)(delay_ms % 1000 * 1000) };

	(void)event_add(child->restart, &delay);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor_child *child = (struct supervisor_child *)arg;
	struct supervisor_children *c = (struct supervisor_children *)child->owner;

	(void)fd;
	(void)what;
	if (supervisor_child_start(child, c->base, c->estate) != 0) {
		child->failure_count++;
		schedule_restart(child);
		return;
	}
	introduce(c, child, c->count);
	supervisor_child_tell(child, CONTROL_GO);
}

static void
add(struct supervisor_children *c, enum proc_role role, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct supervisor_child *child = &c->list[c->count++];

		child->role = role;
		child->index = i;
		child->control = -1;
		child->on_ready = on_ready;
		child->owner = c;
		child->restart = event_new(c->base, -1, 0, on_restart, child);
		assert(child->restart != NULL);
	}
}

struct supervisor_children *
supervisor_children_new(struct event_base *base, const struct supervisor_estate *estate,
    const struct supervisor_children_handler *handler, void *owner)
{
	struct supervisor_children *c = (struct supervisor_children *)xcalloc(1, sizeof *c);
	const struct config *config = estate->config;

	c->base = base;
	c->estate = estate;
	c->handler = handler;
	c->owner = owner;
	c->list = (struct supervisor_child *)xcalloc(
	    (size_t)2 + config->submission_processes + config->delivery_processes, sizeof *c->list);
	add(c, PROC_ROLE_QUEUE, 1);
	add(c, PROC_ROLE_AUTH, 1);
	add(c, PROC_ROLE_DELIVERY, config->delivery_processes);
	add(c, PROC_ROLE_SUBMISSION, config->submission_processes);
	return c;
}

/* GO comes last, when everybody has been introduced to everybody. */
int
supervisor_children_start(struct supervisor_children *c)
{
	for (size_t i = 0; i < c->count; i++) {
		int r = supervisor_child_start(&c->list[i], c->base, c->estate);

		if (r != 0)
			return r;
		introduce(c, &c->list[i], i);
	}
	for (size_t i = 0; i < c->count; i++)
		supervisor_child_tell(&c->list[i], CONTROL_GO);
	return 0;
}

void
supervisor_children_reload(struct supervisor_children *c)
{
	assert(c->reload == RELOAD_NONE);
	c->reload = RELOAD_AUTH;
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == PROC_ROLE_QUEUE || c->list[i].role == PROC_ROLE_DELIVERY)
			supervisor_child_equip(&c->list[i], c->estate);
	equip_and_ask(c, PROC_ROLE_AUTH);
	advance_reload(c);
}

bool
supervisor_children_are_reloading(const struct supervisor_children *c)
{
	return c->reload != RELOAD_NONE;
}

void
supervisor_children_stop(struct supervisor_children *c, enum proc_role role)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == role) {
			(void)event_del(c->list[i].restart);
			supervisor_child_tell(&c->list[i], CONTROL_STOP);
		}
}

void
supervisor_children_kill(struct supervisor_children *c, enum proc_role role)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == role && c->list[i].pid != 0)
			(void)kill(c->list[i].pid, SIGKILL);
}

void
supervisor_children_free(struct supervisor_children **children)
{
	struct supervisor_children *c = *children;

	*children = NULL;
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		supervisor_children_kill(c, c->list[i].role);
	for (size_t i = 0; i < c->count; i++) {
		if (c->list[i].pid != 0)
			(void)waitpid(c->list[i].pid, NULL, 0);
		supervisor_child_bury(&c->list[i]);
		event_free(c->list[i].restart);
	}
	free(c->list);
	free(c);
}

size_t
supervisor_children_count(const struct supervisor_children *c, enum proc_role role)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].role == role && c->list[i].pid != 0)
			count++;
	return count;
}

static void
log_exit(const struct supervisor_child *child, int status, bool is_restarted)
{
	struct log_line l;

	log_begin(&l, is_restarted ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "child-exited");
	log_text(&l, "child", proc_role_name(child->role));
	log_number(&l, "index", child->index);
	log_number(&l, "pid", (uint64_t)child->pid);
	if (WIFSIGNALED(status))
		log_text(&l, "signal", sigabbrev_np(WTERMSIG(status)));
	else
		log_number(&l, "exit_code", (uint64_t)WEXITSTATUS(status));
	if (is_restarted)
		log_number(&l, "restart_in_ms", supervisor_restart_delay_ms(child->failure_count));
	log_end(&l);
}

static void
collect(struct supervisor_children *c, struct supervisor_child *child, int status)
{
	bool restart = c->handler->on_exit(c->owner, child->role, child->index, status);

	if (clock_monotonic_ms() - child->started_ms >= SUPERVISOR_STABLE_MS)
		child->failure_count = 0;
	child->failure_count++;
	log_exit(child, status, restart);
	supervisor_child_bury(child);
	if (restart)
		schedule_restart(child);
	advance_reload(c);
}

void
supervisor_children_reap(struct supervisor_children *c)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < c->count; i++)
			if (c->list[i].pid == pid)
				collect(c, &c->list[i], status);
}
