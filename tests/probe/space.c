/* SPDX-License-Identifier: Apache-2.0 */
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "util/fd.h"

enum { COMMAND_SIZE = 2048, BACKLOG = 64 };

/* Left open for the programs that are started: they name each other by them. */
static int fds[SPACE_COUNT] = { -1, -1, -1, -1 };

void
space_enter(enum space space)
{
	assert_int_equal(setns(fds[space], CLONE_NEWNET), 0);
}

static void
run_here(const char *command)
{
	/* NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): our own words, and one thread */
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

void
space_run(enum space space, const char *format, ...)
{
	char command[COMMAND_SIZE];
	va_list arguments;
	int len;

	va_start(arguments, format);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is begun right above */
	len = vsnprintf(command, sizeof command, format, arguments);
	va_end(arguments);
	assert_in_range(len, 1, sizeof command - 1);
	space_enter(space);
	run_here(command);
	space_enter(SPACE_CLIENT);
}

void
space_filter(enum space space, const char *rules)
{
	space_run(space, "nft -f - <<'END'\nflush ruleset\n%s\nEND", rules);
}

static void
make_space(enum space space)
{
	if (unshare(CLONE_NEWNET) != 0)
		fail_msg("a network namespace is not to be had: run this as root");
	fds[space] = open("/proc/self/ns/net", O_RDONLY);
	assert_true(fds[space] >= 0);
	run_here("ip link set lo up && sysctl -qw net.ipv4.ip_forward=1"
		 " net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.accept_dad=0"
		 " net.ipv6.conf.default.accept_dad=0 net.ipv4.icmp_ratelimit=0"
		 " net.ipv6.icmp.ratelimit=0");
}

/* left gets 10.n.0.a and fdn::a, right 10.n.0.b and fdn::b. */
static void
join(enum space left, enum space right, int n, int a, int b)
{
	space_run(
	    left, "ip link add right type veth peer name left netns /proc/self/fd/%d", fds[right]);
	space_run(left,
	    "ip addr add 10.%d.0.%d/24 dev right && ip addr add fd%02d::%d/64 dev right nodad"
	    " && ip link set right up",
	    n, a, n, a);
	space_run(right,
	    "ip addr add 10.%d.0.%d/24 dev left && ip addr add fd%02d::%d/64 dev left nodad"
	    " && ip link set left up",
	    n, b, n, b);
}

static void
set_way(enum space space, const char *to, const char *gateway)
{
	space_run(space, "ip route add %s via %s", to, gateway);
}

/* The first word over IPv6 may wait a second for interfaces that have just come up. */
static void
warm_up(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(1) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET6, SPACE_SERVER_V6, &to.sin6_addr), 1);
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(close(fd), 0);
}

int
space_set_up(void **state)
{
	(void)state;
	for (int i = SPACE_SERVER; i >= SPACE_CLIENT; i--)
		make_space((enum space)i);
	join(SPACE_CLIENT, SPACE_R1, 1, 2, 1);
	join(SPACE_R1, SPACE_R2, 2, 1, 2);
	join(SPACE_R2, SPACE_SERVER, 3, 1, 2);
	set_way(SPACE_CLIENT, "default", SPACE_R1_V4);
	set_way(SPACE_CLIENT, "default", SPACE_R1_V6);
	set_way(SPACE_R1, "10.3.0.0/24", SPACE_R2_V4);
	set_way(SPACE_R1, "fd03::/64", SPACE_R2_V6);
	set_way(SPACE_R2, "default", "10.2.0.1");
	set_way(SPACE_R2, "default", "fd02::1");
	set_way(SPACE_SERVER, "default", "10.3.0.1");
	set_way(SPACE_SERVER, "default", "fd03::1");
	warm_up();
	return 0;
}

int
space_listen(enum space space, uint16_t port)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const int on = 1;
	int fd;

	space_enter(space);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof any), 0);
	assert_int_equal(listen(fd, BACKLOG), 0);
	space_enter(SPACE_CLIENT);
	return fd;
}

void
space_stage_begin(struct space_stage *stage, uint16_t port)
{
	stage->base = event_base_new();
	stage->listener = space_listen(SPACE_SERVER, port);
}

void
space_stage_end(struct space_stage *stage)
{
	for (int i = SPACE_CLIENT; i <= SPACE_SERVER; i++)
		space_filter((enum space)i, "");
	event_base_free(stage->base);
	fd_close(&stage->listener);
}

void
space_stage_wait(struct space_stage *stage, unsigned *done_count)
{
	assert_int_equal(*done_count, 0);
	while (*done_count == 0)
		(void)event_base_loop(stage->base, EVLOOP_ONCE);
	*done_count = 0;
}
