/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "supervisor/spawn.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"

static void
log_child(
    enum log_level level, const char *event, const struct supervisor_child *c, int negative_errno)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_text(&l, "child", proc_role_name(c->role));
	log_number(&l, "index", c->index);
	if (c->pid != 0)
		log_number(&l, "pid", (uint64_t)c->pid);
	if (negative_errno != 0)
		log_errno(&l, negative_errno);
	log_end(&l);
}

/* The only thing that a child has to say is READY. */
static void
on_readable(evutil_socket_t sock, short what, void *arg)
{
	struct supervisor_child *c = (struct supervisor_child *)arg;
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_message m;
	int fd = -1;
	int r = control_receive(sock, packet, &m, &fd);

	(void)what;
	if (r == -EAGAIN)
		return;
	fd_close(&fd);
	if (r == 1 && m.type == CONTROL_READY && c->go_count != 0) {
		c->go_count--;
		c->on_ready(c->owner);
		return;
	}
	(void)event_del(c->readable);
	/* It is about to end, which SIGCHLD will say; a reset: it had not read all that we said. */
	if (r == 0 || r == -ECONNRESET)
		return;
	log_child(LOG_LEVEL_ERROR, "child-nonsense", c, r == 1 ? -EPROTO : r);
	(void)kill(c->pid, SIGKILL);
}

static int
duplicate(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Takes over fd. A message without the descriptor that it is about would be nonsense. */
static void
send_with(struct supervisor_child *c, const struct control_message *m, int fd)
{
	if (fd >= 0)
		supervisor_outbox_send(c->outbox, m, fd);
	else
		log_child(LOG_LEVEL_ERROR, "hand-over-failed", c, -errno);
}

void
supervisor_child_equip(struct supervisor_child *c, const struct supervisor_estate *estate)
{
	const struct supervisor_user user = estate->users.of[c->role];
	const struct control_message config = {
		.type = CONTROL_CONFIG, .uid = user.uid, .gid = user.gid
	};

	if (c->pid == 0)
		return;
	send_with(c, &config, duplicate(estate->config_fd));
	for (size_t i = 0; i < estate->materials.count; i++) {
		const struct supervisor_material *material = &estate->materials.items[i];
		const struct control_message m = { .type = CONTROL_MATERIAL,
			.material = material->kind,
			.name = slice_of(material->name) };

		if (material->role == c->role)
			send_with(c, &m, duplicate(material->fd));
	}
}

static void
send_listeners(struct supervisor_child *c, const struct supervisor_ports *ports)
{
	for (size_t i = 0; i < ports->listener_count; i++) {
		const struct control_message m = { .type = CONTROL_LISTENER, .index = (uint32_t)i };

		send_with(c, &m, duplicate(supervisor_ports_fd(ports, i, c->index)));
	}
}

int
supervisor_child_start(
    struct supervisor_child *c, struct event_base *base, const struct supervisor_estate *estate)
{
	int r = supervisor_spawn(estate->program, c->role, c->index, &c->pid, &c->control);

	if (r != 0) {
		c->pid = 0;
		log_child(LOG_LEVEL_ERROR, "child-not-started", c, r);
		return r;
	}
	c->started_ms = clock_monotonic_ms();
	c->outbox = supervisor_outbox_new(base, c->control);
	c->readable = event_new(base, c->control, EV_READ | EV_PERSIST, on_readable, c);
	assert(c->readable != NULL);
	(void)event_add(c->readable, NULL);
	log_child(LOG_LEVEL_INFO, "child-started", c, 0);
	supervisor_child_equip(c, estate);
	if (c->role == PROC_ROLE_SUBMISSION)
		send_listeners(c, &estate->ports);
	return 0;
}

bool
supervisor_child_is_ready(const struct supervisor_child *c)
{
	return c->pid != 0 && c->go_count == 0;
}

void
supervisor_child_tell(struct supervisor_child *c, enum control_type type)
{
	const struct control_message m = { .type = type };

	if (c->pid == 0)
		return;
	if (type == CONTROL_GO)
		c->go_count++;
	supervisor_outbox_send(c->outbox, &m, -1);
}

void
supervisor_child_introduce(
    struct supervisor_child *a, struct supervisor_child *b, enum proc_channel channel)
{
	const struct control_message to_a = {
		.type = CONTROL_PEER, .role = b->role, .index = b->index, .channel = channel
	};
	const struct control_message to_b = {
		.type = CONTROL_PEER, .role = a->role, .index = a->index, .channel = channel
	};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		log_child(LOG_LEVEL_ERROR, "introduction-failed", a, -errno);
		return;
	}
	supervisor_outbox_send(a->outbox, &to_a, pair[0]);
	supervisor_outbox_send(b->outbox, &to_b, pair[1]);
}

void
supervisor_child_bury(struct supervisor_child *c)
{
	c->pid = 0;
	c->go_count = 0;
	supervisor_outbox_free(&c->outbox);
	if (c->readable != NULL)
		event_free(c->readable);
	c->readable = NULL;
	fd_close(&c->control);
}
