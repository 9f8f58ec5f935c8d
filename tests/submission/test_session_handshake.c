/* SPDX-License-Identifier: Apache-2.0 */
/* How long a TLS handshake may take, to the millisecond: the clock stands still. */
#include "submission/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "house.h"
#include "util/clock.h"

#define HOUSE_TEST(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

enum { HANDSHAKE_MS = 7000 };

static uint64_t stopped_ms;  /* what the clock shows; 0: it runs */
static uint64_t deadline_ms; /* that was asked for last */

/* The linker puts these in the place of the real ones. */
uint64_t __wrap_clock_monotonic_ms(void);
uint64_t __real_clock_monotonic_ms(void);
void __wrap_net_conn_set_deadline(struct net_conn *c, uint64_t at_ms);
void __real_net_conn_set_deadline(struct net_conn *c, uint64_t at_ms);

uint64_t
__wrap_clock_monotonic_ms(void)
{
	return stopped_ms != 0 ? stopped_ms : __real_clock_monotonic_ms();
}

void
__wrap_net_conn_set_deadline(struct net_conn *c, uint64_t at_ms)
{
	deadline_ms = at_ms;
	__real_net_conn_set_deadline(c, at_ms);
}

/* The connection's timer fires, and looks at the clock. */
static void
look_at_clock(struct house *h, uint64_t now_ms)
{
	struct session *s = h->process.sessions.first;
	uint64_t at_ms = deadline_ms;

	stopped_ms = now_ms;
	__real_net_conn_set_deadline(s->conn, 0);
	__real_net_conn_set_deadline(s->conn, at_ms);
	house_settle(h);
}

/* The handshake began when the clock was stopped. */
static void
check_time(struct house *h)
{
	uint64_t end_ms = stopped_ms + HANDSHAKE_MS;

	assert_int_equal(h->process.sessions.count, 1);
	assert_int_equal(h->process.sessions.first->wait, SESSION_WAIT_TLS);
	assert_int_equal(deadline_ms, end_ms);
	look_at_clock(h, end_ms - 1);
	assert_int_equal(h->process.sessions.count, 1);
	look_at_clock(h, end_ms);
	assert_int_equal(h->process.sessions.count, 0);
	stopped_ms = 0;
}

static void
test_after_starttls_a_handshake_has_the_configured_time(void **state)
{
	struct house *h = *state;
	struct client *c;

	house_reload(h, "timeouts { handshake = 7s }");
	c = client_open(h);
	client_expect(c, "220 ");
	client_say(c, "EHLO client.example\r\n");
	client_expect(c, "250-");
	stopped_ms = clock_monotonic_ms();
	client_say(c, "STARTTLS\r\n");
	client_expect(c, "220 ");
	check_time(h);
	client_done(c);
}

/* RFC 8314 §3.3 */
static void
test_on_a_port_of_implicit_tls_it_has_the_same_time(void **state)
{
	struct house *h = *state;
	struct client *c;

	house_reload(h, "timeouts { handshake = 7s }");
	h->port = &h->implicit;
	stopped_ms = clock_monotonic_ms();
	c = client_open(h);
	house_settle(h);
	check_time(h);
	client_done(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_after_starttls_a_handshake_has_the_configured_time),
		HOUSE_TEST(test_on_a_port_of_implicit_tls_it_has_the_same_time),
	};

	return cmocka_run_group_tests_name("submission/session_handshake", tests, NULL, NULL);
}
