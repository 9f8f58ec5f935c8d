/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/address.h"
#include "util/fd.h"

enum { CLIENTS = 40 };

struct fixture {
	struct event_base *base;
	struct net_listener *listener;
	struct net_address address; /* where it listens */
	unsigned accepted;
	bool frees_listener; /* in on_accept */
};

static struct config_listener
make_config(const char *address, uint16_t port)
{
	return (struct config_listener){
		.name = strdup("submission"), .address = strdup(address), .port = port
	};
}

static void
free_config(struct config_listener *config)
{
	free(config->name);
	free(config->address);
}

/* 0 or -errno; a refusal must have these words. */
static int
bind_to(const char *address, uint16_t port, int *ret_fd, const char *words)
{
	struct config_listener config = make_config(address, port);
	struct buf error;
	int r;

	buf_init(&error, 1024);
	r = net_listener_bind(&config, ret_fd, &error);
	if (r < 0) {
		(void)buf_add_octet(&error, '\0');
		assert_non_null(strstr((const char *)error.ptr, "listener submission: "));
		assert_non_null(strstr((const char *)error.ptr, words));
	}
	buf_done(&error);
	free_config(&config);
	return r;
}

static void
on_accept(void *owner, int fd)
{
	struct fixture *f = owner;

	f->accepted++;
	fd_close(&fd);
	if (f->frees_listener)
		net_listener_free(&f->listener);
}

static void
listen_on(struct fixture *f, const char *address)
{
	socklen_t len = sizeof f->address.v6;
	int fd;

	assert_int_equal(bind_to(address, 0, &fd, ""), 0);
	assert_int_equal(getsockname(fd, &f->address.any, &len), 0);
	f->address.len = len;
	f->listener = net_listener_new(f->base, fd, on_accept, f);
}

static int
dial(const struct net_address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, &address->any, (socklen_t)address->len), 0);
	return fd;
}

static void
turn(struct fixture *f)
{
	(void)event_base_loop(f->base, EVLOOP_NONBLOCK);
}

static void
test_accepts_a_bounded_number_a_turn(void **state)
{
	struct fixture f = { .base = event_base_new() };
	int clients[CLIENTS];

	(void)state;
	listen_on(&f, "127.0.0.1");
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = dial(&f.address);
	(void)event_base_loop(f.base, EVLOOP_ONCE);
	assert_int_equal(f.accepted, NET_LISTENER_ACCEPT_MAX);
	while (f.accepted < CLIENTS)
		turn(&f);
	for (int i = 0; i < CLIENTS; i++)
		fd_close(&clients[i]);
	net_listener_free(&f.listener);
	event_base_free(f.base);
}

static void
test_the_owner_may_free_the_listener_while_it_accepts(void **state)
{
	struct fixture f = { .base = event_base_new(), .frees_listener = true };
	int one, two;

	(void)state;
	listen_on(&f, "127.0.0.1");
	one = dial(&f.address);
	two = dial(&f.address);
	(void)event_base_loop(f.base, EVLOOP_ONCE);
	assert_int_equal(f.accepted, 1);
	assert_null(f.listener);
	fd_close(&one);
	fd_close(&two);
	event_base_free(f.base);
}

static void
test_the_any_address_of_ipv6_takes_ipv4_too(void **state)
{
	struct fixture f = { .base = event_base_new() };
	struct net_address v4;
	int client;

	(void)state;
	listen_on(&f, "::");
	assert_true(net_address_parse("127.0.0.1", ntohs(f.address.v6.sin6_port), &v4));
	client = dial(&v4);
	(void)event_base_loop(f.base, EVLOOP_ONCE);
	assert_int_equal(f.accepted, 1);
	fd_close(&client);
	net_listener_free(&f.listener);
	event_base_free(f.base);
}

static void
test_each_process_can_have_a_socket_for_the_same_port(void **state)
{
	struct net_address address;
	socklen_t len = sizeof address.v4;
	int one, two;

	(void)state;
	assert_int_equal(bind_to("127.0.0.1", 0, &one, ""), 0);
	assert_int_equal(getsockname(one, &address.any, &len), 0);
	assert_int_equal(bind_to("127.0.0.1", ntohs(address.v4.sin_port), &two, ""), 0);
	fd_close(&one);
	fd_close(&two);
}

static void
test_a_refusal_says_what_to_do(void **state)
{
	struct net_address address = { .len = sizeof address.v4 };
	socklen_t len = sizeof address.v4;
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	(void)state;
	assert_true(net_address_parse("127.0.0.1", 0, &address));
	assert_int_equal(bind(other, &address.any, (socklen_t)address.len), 0);
	assert_int_equal(listen(other, 1), 0);
	assert_int_equal(getsockname(other, &address.any, &len), 0);
	assert_int_equal(
	    bind_to("127.0.0.1", ntohs(address.v4.sin_port), &fd, "another program listens there"),
	    -EADDRINUSE);
	assert_int_equal(
	    bind_to("192.0.2.1", 0, &fd, "does not have that address"), -EADDRNOTAVAIL);
	assert_int_equal(bind_to("localhost", 0, &fd, "Invalid argument"), -EINVAL);
	fd_close(&other);
}

/* The client is let go and the loop does not spin, though its connection stays in the backlog. */
static void
test_when_descriptors_run_out_accepting_pauses(void **state)
{
	struct fixture f = { .base = event_base_new() };
	struct rlimit before, none;
	int clients[3], highest;

	(void)state;
	listen_on(&f, "127.0.0.1");
	for (int i = 0; i < 3; i++)
		clients[i] = dial(&f.address);
	turn(&f);
	assert_int_equal(f.accepted, 3);
	for (int i = 0; i < 3; i++) {
		fd_close(&clients[i]);
		clients[i] = dial(&f.address);
	}
	highest = dup(0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)highest; /* dup took the lowest that was free */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 10; i++)
		turn(&f);
	assert_int_equal(f.accepted, 3);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	fd_close(&highest);
	while (f.accepted < 5) /* one of the three was dropped with the reserve */
		(void)event_base_loop(f.base, EVLOOP_ONCE);
	turn(&f);
	assert_int_equal(f.accepted, 5);
	for (int i = 0; i < 3; i++)
		fd_close(&clients[i]);
	net_listener_free(&f.listener);
	event_base_free(f.base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts_a_bounded_number_a_turn),
		cmocka_unit_test(test_the_owner_may_free_the_listener_while_it_accepts),
		cmocka_unit_test(test_the_any_address_of_ipv6_takes_ipv4_too),
		cmocka_unit_test(test_each_process_can_have_a_socket_for_the_same_port),
		cmocka_unit_test(test_a_refusal_says_what_to_do),
		cmocka_unit_test(test_when_descriptors_run_out_accepting_pauses),
	};

	return cmocka_run_group_tests_name("net/listener", tests, NULL, NULL);
}
