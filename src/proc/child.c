/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "proc/control.h"
#include "proc/memfd.h"
#include "proc/sandbox.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	COMM_SIZE = 16, /* what the kernel keeps */
	LOG_NAME_SIZE = 32,
	CONFIG_TEXT_MAX = 4096 * 1024,
	PATH_SIZE = 4096,
	/* Descriptors of a process besides its connections: channels, files, the loop itself. */
	OPEN_FILES_BASE = 256,
	/* What libunbound may have open for look-ups under way. */
	OPEN_FILES_RESOLVER = 8192,
};

struct life {
	struct proc_child child;
	const struct proc_child_ops *ops;
	void *ctx;
	struct event *control;
	uint32_t uid, gid;
	int exit_code;
};

/* The supervisor speaks for the signals of a terminal or a service manager: by CONFIG and STOP. */
static void
ignore_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)sigaction(ignored[i], &ignore, NULL);
}

static void
log_failure(const char *event, const char *step, int negative_errno)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_ERROR, event);
	log_text(&l, "step", step);
	log_errno(&l, negative_errno);
	log_end(&l);
}

/* Takes over fd. The config that was there before stays: others hold pointers into it. */
static bool
take_config(struct life *life, int fd)
{
	struct config *config;
	struct buf text, errors;
	int r;

	buf_init(&text, CONFIG_TEXT_MAX);
	buf_init(&errors, CONFIG_TEXT_MAX);
	r = proc_memfd_read(fd, &text);
	if (r == 0)
		r = config_parse("config", buf_slice(&text), &config, &errors);
	if (r == 0) {
		life->child.config = config;
		log_set_level((enum log_level)config->log_level);
	} else {
		struct log_line l;

		log_begin(&l, LOG_LEVEL_ERROR, "config-refused");
		log_errno(&l, r);
		log_slice(&l, "reason", buf_slice(&errors));
		log_end(&l);
	}
	buf_done(&text);
	buf_done(&errors);
	fd_close(&fd);
	return r == 0;
}

/* Waits for the first message, which must be CONFIG. */
static bool
receive_config(struct life *life)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_message m;
	int fd = -1;
	int r = control_receive(CONTROL_FD, packet, &m, &fd);

	if (r != 1 || m.type != CONTROL_CONFIG) {
		fd_close(&fd);
		log_failure("start-failed", "receive config", r < 0 ? r : -EPROTO);
		return false;
	}
	life->uid = m.uid;
	life->gid = m.gid;
	return take_config(life, fd);
}

static uint64_t
open_files(enum proc_role role, const struct config *config)
{
	uint64_t count = OPEN_FILES_BASE;

	if (role == PROC_ROLE_SUBMISSION)
		count += config->limits.connections;
	if (role == PROC_ROLE_DELIVERY) {
		count += OPEN_FILES_RESOLVER;
		for (size_t i = 0; i < config->next_hop_count; i++)
			count += config->next_hops[i].connections;
	}
	return count;
}

static bool
enter_sandbox(const struct life *life)
{
	const struct config *config = life->child.config;
	const char *directory = proc_role_directory(life->child.role);
	const char *write_paths[] = { NULL, NULL };
	static const char *const read_paths[] = { NULL };
	char path[PATH_SIZE];
	const struct proc_sandbox sandbox = {
		.role = life->child.role,
		.uid = life->uid,
		.gid = life->gid,
		.open_files = open_files(life->child.role, config),
		.write_paths = write_paths,
		.read_paths = read_paths,
	};
	const char *step = "";
	int r;

	if (directory != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", config->state_directory, directory);
		write_paths[0] = path;
	}
	r = proc_sandbox_enter(&sandbox, &step);
	if (r != 0)
		log_failure("sandbox-failed", step, r);
	return r == 0;
}

static void
take_peer(struct life *life, const struct control_message *m, int fd)
{
	if (life->ops->on_peer != NULL)
		life->ops->on_peer(life->ctx, m->role, m->index, m->channel, fd);
	else
		fd_close(&fd);
}

static bool
take_listener(struct life *life, const struct control_message *m, int fd)
{
	const struct config *config = life->child.config;

	if (life->ops->on_listener == NULL || m->index >= config->listener_count) {
		fd_close(&fd);
		return m->index < config->listener_count;
	}
	life->ops->on_listener(life->ctx, &config->listeners[m->index], fd);
	return true;
}

static bool
take_material(struct life *life, const struct control_message *m, int fd)
{
	char name[CONTROL_NAME_MAX + 1] = "";
	struct buf octets;
	int r;

	if (m->name.len != 0)
		memcpy(name, m->name.ptr, m->name.len);
	buf_init(&octets, PROC_MATERIAL_MAX);
	r = proc_memfd_read(fd, &octets);
	fd_close(&fd);
	if (r != 0)
		log_failure("control-failed", "read material", r);
	else if (life->ops->on_material != NULL)
		life->ops->on_material(life->ctx, m->material, name, buf_slice(&octets));
	buf_wipe(&octets);
	return r == 0;
}

static bool
take_reload(struct life *life, int fd)
{
	if (!take_config(life, fd))
		return false;
	if (life->ops->on_config != NULL)
		life->ops->on_config(life->ctx);
	return true;
}

static bool
take_go(struct life *life)
{
	const struct control_message ready = { .type = CONTROL_READY };

	if (life->ops->on_go != NULL)
		life->ops->on_go(life->ctx);
	return control_send(CONTROL_FD, &ready, -1) == 0;
}

static void
take_stop(struct life *life)
{
	if (life->ops->on_stop != NULL)
		life->ops->on_stop(life->ctx);
	else
		proc_child_finished(&life->child);
}

/* False when the supervisor makes no sense. Takes over fd. */
static bool
dispatch(struct life *life, const struct control_message *m, int fd)
{
	switch (m->type) {
	case CONTROL_CONFIG:
		return take_reload(life, fd);
	case CONTROL_PEER:
		take_peer(life, m, fd);
		return true;
	case CONTROL_LISTENER:
		return take_listener(life, m, fd);
	case CONTROL_MATERIAL:
		return take_material(life, m, fd);
	case CONTROL_GO:
		return take_go(life);
	case CONTROL_STOP:
		take_stop(life);
		return true;
	case CONTROL_READY:
		break;
	}
	return false;
}

static void
on_control(evutil_socket_t sock, short what, void *arg)
{
	struct life *life = (struct life *)arg;
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_message m;
	int fd = -1;
	int r = control_receive(sock, packet, &m, &fd);

	(void)what;
	if (r == -EAGAIN)
		return;
	if (r == 0) {
		/* Killed: there is nobody left to work for, and nothing that a crash would lose. */
		log_event(LOG_LEVEL_WARNING, "supervisor-gone", NULL, NULL);
		_exit(EXIT_FAILURE);
	}
	if (r == 1 && dispatch(life, &m, fd))
		return;
	log_failure("control-failed", "take message", r < 0 ? r : -EPROTO);
	life->exit_code = EXIT_FAILURE;
	(void)event_base_loopbreak(life->child.base);
}

static struct event_base *
make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	(void)event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

/* From the first message to the sandbox and the role's own start. */
static bool
start(struct life *life)
{
	const struct proc_child_ops *ops = life->ops;
	int r;

	if (!receive_config(life))
		return false;
	life->child.base = make_base();
	if (life->child.base == NULL || fd_set_nonblocking(CONTROL_FD) != 0)
		return false;
	r = ops->prepare == NULL ? 0 : ops->prepare(life->ctx, &life->child);
	if (r != 0)
		log_failure("start-failed", "prepare", r);
	if (r != 0 || !enter_sandbox(life))
		return false;
	r = ops->start == NULL ? 0 : ops->start(life->ctx, &life->child);
	if (r != 0)
		log_failure("start-failed", "start", r);
	return r == 0;
}

/* For ps and top, which would say "exe" after the link that the supervisor executes. */
static void
show_role(enum proc_role role)
{
	char comm[COMM_SIZE];

	(void)snprintf(comm, sizeof comm, "sp-%s", proc_role_name(role));
	(void)prctl(PR_SET_NAME, comm, 0, 0, 0);
}

int
proc_child_run(enum proc_role role, unsigned index, const struct proc_child_ops *ops, void *ctx)
{
	/* With its base and configs it stays until the process ends: the role holds pointers. */
	struct life *life = (struct life *)xcalloc(1, sizeof *life);
	char name[LOG_NAME_SIZE];

	life->ops = ops;
	life->ctx = ctx;
	life->child.role = role;
	life->child.index = index;
	(void)snprintf(name, sizeof name, "%s/%u", proc_role_name(role), index);
	log_setup(name, LOG_LEVEL_INFO);
	show_role(role);
	tzset(); /* reads a file, which the first date in a log line would otherwise do */
	ignore_signals();
	event_set_mem_functions(xmalloc, xrealloc, free);
	if (!start(life))
		return EXIT_FAILURE;
	life->control =
	    event_new(life->child.base, CONTROL_FD, EV_READ | EV_PERSIST, on_control, life);
	(void)event_add(life->control, NULL);
	(void)event_base_dispatch(life->child.base);
	return life->exit_code;
}

/* Not loopbreak: what was sent in this turn of the loop still leaves (ipc.h). */
void
proc_child_finished(struct proc_child *child)
{
	(void)event_base_loopexit(child->base, NULL);
}
