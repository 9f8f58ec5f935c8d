/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/fd.h"
#include "world.h"

/* Nobody listens at the first on the port of the fake next hop. */
#define DEAD "127.0.0.2"
#define ALIVE "127.0.0.1"

static char host_name[] = "two.example";

static struct net_resolver *
new_resolver(struct event_base *base)
{
	static const char text[] = DEAD " two.example\n" ALIVE " two.example\n";
	char hosts[] = "/tmp/test_dial.XXXXXX";
	struct net_resolver *resolver;
	struct buf error;
	int fd = mkstemp(hosts);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, sizeof text - 1), 0);
	fd_close(&fd);
	buf_init(&error, 1024);
	assert_int_equal(net_resolver_new_from(base, "/nonexistent", hosts, &resolver, &error), 0);
	(void)unlink(hosts);
	buf_done(&error);
	return resolver;
}

/* RFC 5321 §5.1 */
static void
test_an_address_that_is_dead_is_followed_by_the_next(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, NULL);
	w.context.resolver = new_resolver(w.base);
	w.config.host = host_name;
	/* As if it had been reached last, so that it comes first whatever the resolver's order. */
	assert_true(net_address_parse(DEAD, w.peer.port, &w.hop->good));
	world_send(&w, "a@y");
	world_wait(&w, &w.queue.outcome_count, 1);
	world_check(&w, 0, 0, SMTP_VERDICT_DELIVERED, NULL);
	assert_int_equal(w.peer.connection_count, 1);
	assert_int_equal(w.hop->good.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	net_resolver_free(&w.context.resolver);
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_address_that_is_dead_is_followed_by_the_next),
	};

	return cmocka_run_group_tests_name("delivery/session_dial", tests, NULL, NULL);
}
