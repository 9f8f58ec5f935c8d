/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/supervisor.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/event.h>

#include "supervisor/children.h"
#include "supervisor/estate.h"
#include "supervisor/notify.h"
#include "supervisor/spawn.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"

enum {
	SIGNAL_COUNT = 4,
	STATUS_SIZE = 128,
	/* What each role has in any case to finish, when those before it took all the time. */
	STOP_GRACE_MS = 3000,
};

enum phase {
	PHASE_STARTING,
	PHASE_RUNNING,
	PHASE_STOPPING,
};

/* Those first who take new work on, last those whom the others need to finish theirs. */
static const enum proc_role stop_order[] = {
	PROC_ROLE_SUBMISSION,
	PROC_ROLE_DELIVERY,
	PROC_ROLE_QUEUE,
	PROC_ROLE_AUTH,
};
#define STOP_COUNT (sizeof stop_order / sizeof stop_order[0])

struct supervisor {
	const char *config_path;
	struct event_base *base;
	struct supervisor_estate estate;
	struct supervisor_children *children;
	struct supervisor_notify notify;
	struct event *signals[SIGNAL_COUNT];
	struct event *watchdog, *stop_timer;
	enum phase phase;
	bool reload_again; /* asked for while one was under way */
	size_t stop_step;  /* in stop_order, while stopping */
	uint64_t stop_deadline_ms;
	int exit_code;
};

static struct timeval
interval(uint64_t ms)
{
	return (struct timeval){ (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };
}

static void
announce_ready(const struct supervisor *s)
{
	char status[STATUS_SIZE];

	(void)snprintf(status, sizeof status,
	    "serving with %u submission and %u delivery processes",
	    (unsigned)s->estate.config->submission_processes,
	    (unsigned)s->estate.config->delivery_processes);
	supervisor_notify_ready(&s->notify, status);
}

static void
on_all_ready(void *owner)
{
	struct supervisor *s = (struct supervisor *)owner;

	if (s->phase != PHASE_STARTING)
		return;
	s->phase = PHASE_RUNNING;
	log_event(LOG_LEVEL_INFO, "ready", NULL, NULL);
	announce_ready(s);
}

/* What ends before all were ready would end again: the administrator must look, not we try. */
static bool
on_exit_of_child(void *owner, enum proc_role role, unsigned index, int status)
{
	struct supervisor *s = (struct supervisor *)owner;

	(void)index;
	(void)status;
	if (s->phase == PHASE_STARTING) {
		log_event(LOG_LEVEL_ERROR, "start-failed", "child", proc_role_name(role));
		s->exit_code = EXIT_FAILURE;
		(void)event_base_loopbreak(s->base);
	}
	return s->phase == PHASE_RUNNING;
}

static void
reload(struct supervisor *s)
{
	supervisor_notify_reloading(&s->notify);
	if (supervisor_estate_reload(&s->estate, s->config_path) == 0)
		supervisor_children_reload(s->children);
	else if (s->phase == PHASE_RUNNING)
		announce_ready(s);
}

static void
on_reloaded(void *owner)
{
	struct supervisor *s = (struct supervisor *)owner;
	bool again = s->reload_again && s->phase != PHASE_STOPPING;

	log_event(LOG_LEVEL_INFO, "reloaded", "file", s->config_path);
	if (s->phase == PHASE_RUNNING)
		announce_ready(s);
	s->reload_again = false;
	if (again)
		reload(s);
}

static const struct supervisor_children_handler children_handler = {
	.on_all_ready = on_all_ready,
	.on_reloaded = on_reloaded,
	.on_exit = on_exit_of_child,
};

/* Goes on with the next role that still runs; leaves the loop when there is none. */
static void
advance_stop(struct supervisor *s)
{
	uint64_t now_ms = clock_monotonic_ms(), wait_ms = STOP_GRACE_MS;
	struct timeval timeout;

	while (s->stop_step < STOP_COUNT &&
	       supervisor_children_count(s->children, stop_order[s->stop_step]) == 0)
		s->stop_step++;
	if (s->stop_step == STOP_COUNT) {
		(void)event_base_loopbreak(s->base);
		return;
	}
	if (s->stop_deadline_ms > now_ms + wait_ms)
		wait_ms = s->stop_deadline_ms - now_ms;
	timeout = interval(wait_ms);
	(void)event_add(s->stop_timer, &timeout);
	supervisor_children_stop(s->children, stop_order[s->stop_step]);
}

static void
on_stop_timer(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *s = (struct supervisor *)arg;

	(void)fd;
	(void)what;
	log_event(
	    LOG_LEVEL_WARNING, "stop-timeout", "child", proc_role_name(stop_order[s->stop_step]));
	supervisor_children_kill(s->children, stop_order[s->stop_step]);
}

static void
on_child_signal(evutil_socket_t signal_number, short what, void *arg)
{
	struct supervisor *s = (struct supervisor *)arg;
	size_t before = s->stop_step;

	(void)signal_number;
	(void)what;
	supervisor_children_reap(s->children);
	if (s->phase == PHASE_STOPPING &&
	    supervisor_children_count(s->children, stop_order[before]) == 0)
		advance_stop(s);
}

static void
on_stop_signal(evutil_socket_t signal_number, short what, void *arg)
{
	struct supervisor *s = (struct supervisor *)arg;

	(void)what;
	log_event(LOG_LEVEL_INFO, s->phase == PHASE_STOPPING ? "stopping-at-once" : "stopping",
	    "signal", sigabbrev_np(signal_number));
	if (s->phase == PHASE_STOPPING) {
		(void)event_base_loopbreak(s->base);
		return;
	}
	s->phase = PHASE_STOPPING;
	s->stop_deadline_ms = clock_monotonic_ms() + s->estate.config->timeouts.shutdown_ms;
	supervisor_notify_stopping(&s->notify);
	/* With the last submission process gone, clients are refused rather than left waiting. */
	supervisor_ports_done(&s->estate.ports);
	advance_stop(s);
}

static void
on_reload_signal(evutil_socket_t signal_number, short what, void *arg)
{
	struct supervisor *s = (struct supervisor *)arg;

	(void)signal_number;
	(void)what;
	if (s->phase == PHASE_STOPPING)
		return;
	if (supervisor_children_are_reloading(s->children))
		s->reload_again = true;
	else
		reload(s);
}

static void
on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	const struct supervisor *s = (const struct supervisor *)arg;

	(void)fd;
	(void)what;
	supervisor_notify_alive(&s->notify);
}

static void
open_events(struct supervisor *s)
{
	static const struct {
		int number;
		event_callback_fn callback;
	} signals[SIGNAL_COUNT] = {
		{ SIGCHLD, on_child_signal },
		{ SIGTERM, on_stop_signal },
		{ SIGINT, on_stop_signal },
		{ SIGHUP, on_reload_signal },
	};
	const struct timeval watchdog = interval(s->notify.watchdog_ms);

	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		s->signals[i] = evsignal_new(s->base, signals[i].number, signals[i].callback, s);
		assert(s->signals[i] != NULL);
		(void)event_add(s->signals[i], NULL);
	}
	s->stop_timer = event_new(s->base, -1, 0, on_stop_timer, s);
	s->watchdog = event_new(s->base, -1, EV_PERSIST, on_watchdog, s);
	assert(s->stop_timer != NULL && s->watchdog != NULL);
	if (s->notify.watchdog_ms != 0)
		(void)event_add(s->watchdog, &watchdog);
}

static void
close_events(struct supervisor *s)
{
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		event_free(s->signals[i]);
	event_free(s->stop_timer);
	event_free(s->watchdog);
	event_base_free(s->base);
}

/* Nothing of ours may become descriptor 0, 1 or 2, which children inherit to write logs to. */
static void
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

/* A socket for each listener and process, and one for each child. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void
prepare_process(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	fill_standard_descriptors();
	raise_descriptor_limit();
	(void)sigaction(SIGPIPE, &ignore, NULL);
	event_set_mem_functions(xmalloc, xrealloc, free);
	log_setup("supervisor", LOG_LEVEL_INFO);
}

static void
serve(struct supervisor *s)
{
	s->base = event_base_new();
	assert(s->base != NULL);
	open_events(s);
	s->children = supervisor_children_new(s->base, &s->estate, &children_handler, s);
	if (supervisor_children_start(s->children) == 0)
		(void)event_base_dispatch(s->base);
	else
		s->exit_code = EXIT_FAILURE;
	supervisor_children_free(&s->children);
	close_events(s);
}

/* sysexits.h, as the other subcommands: a service manager need not try a bad config again. */
static int
start_exit_code(int result)
{
	switch (-result) {
	case ENOENT:
		return EX_NOINPUT;
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case EINVAL:
		return EX_CONFIG;
	default:
		return EX_OSERR;
	}
}

int
supervisor_run(const char *config_path)
{
	struct supervisor s = { .config_path = config_path };
	int r;

	prepare_process();
	s.notify = supervisor_notify_init();
	r = supervisor_estate_open(config_path, SUPERVISOR_PROGRAM, &s.estate);
	if (r != 0)
		return start_exit_code(r);
	log_event(LOG_LEVEL_INFO, "starting", "version", SALLYPORT_VERSION);
	serve(&s);
	supervisor_estate_done(&s.estate);
	log_event(LOG_LEVEL_INFO, "stopped", NULL, NULL);
	return s.exit_code;
}
