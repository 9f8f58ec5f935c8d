/* SPDX-License-Identifier: Apache-2.0 */
/* Large packets: whether they arrive, and what the socket shows when they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/dialog.h"
#include "space.h"
#include "talk.h"

enum {
	PORT = 587,
	BULK_MS = 1000, /* three retransmissions */
	SMALL_SEGMENT = 1000,
};

#define EHLO "C: EHLO client.example\n"
#define QUIT "C: QUIT\nS: 221 bye\n"
#define HELLO "S: 220 mail.example ESMTP\n" EHLO
#define READY "TLS\n" HELLO "S: 250 mail.example\n"
#define NOOPS4 "C: NOOP x\nC: NOOP x\nC: NOOP x\nC: NOOP x\n"
#define OK4 "S: 250 1\nS: 250 2\nS: 250 3\nS: 250 4\n"

static int
set_up(void **state)
{
	return space_set_up(state) != 0 ? -1 : talk_set_up(state);
}

/* A link with less room than its ends know of, and a router that keeps that to itself. */
static void
make_hole(enum space router, const char *interface)
{
	space_run(router, "ip link set %s mtu 1300", interface);
	space_filter(router, "table inet t { chain c { type filter hook output priority 0; "
			     "icmp type destination-unreachable drop; }; }");
}

static void
close_hole(enum space router, const char *interface)
{
	space_run(router, "ip link set %s mtu 1500", interface);
	space_filter(router, "");
}

static struct probe_dialog_options
options(struct talk *t)
{
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_TLS, PROBE_MODE_IMPLICIT);

	o.wants_bulk = true;
	o.bulk_ms = BULK_MS;
	return o;
}

/* Through both routers to the server. */
static void
play_far(struct talk *t, const char *script, const struct probe_dialog_options *o)
{
	struct net_address address;

	assert_true(net_address_parse(SPACE_SERVER_V4, PORT, &address));
	talk_play_on(t, script, o, space_listen(SPACE_SERVER, PORT), &address);
}

/* RFC 8446 §5.4: the server sees one NOOP. */
static void
test_with_tls_1_3_a_noop_is_padded(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	play_far(t, READY "C: NOOP\nS: 250 ok\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.bulk.sent_len, 4096);
	assert_int_equal(t->facts.bulk.unsent_len, 0);
	assert_int_equal(t->facts.bulk.mtu, 1500);
	talk_check(t, PROBE_STAGE_QUIT, PROBE_STAGE_PASSED);
}

static void
test_without_it_noops_go_in_a_flight(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_PLAIN);

	o.wants_bulk = true;
	play_far(
	    t, HELLO "S: 250-mail.example\nS: 250 PIPELINING\n" NOOPS4 NOOPS4 OK4 OK4 QUIT, &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_PASSED);
	assert_int_equal(t->facts.bulk.sent_len, 4000);
}

static void
test_where_no_flight_may_be_there_is_no_bulk(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = talk_options(t, PROBE_GOAL_EHLO, PROBE_MODE_PLAIN);

	o.wants_bulk = true;
	play_far(t, HELLO "S: 250 mail.example\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_SKIPPED);
	play_far(t,
	    "S: 220 mail.example ESMTP Exim 4.96\n" EHLO
	    "S: 250-mail.example\nS: 250 PIPELINING\n" QUIT,
	    &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_SKIPPED);
	assert_int_equal(t->facts.bulk.sent_len, 0);
}

static void
test_a_hole_for_large_packets_on_the_way_there_is_seen(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);

	make_hole(SPACE_R2, "right");
	play_far(t, READY, &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_TIMEOUT);
	assert_in_range(t->facts.bulk.unsent_len, 4096, 5000);
	assert_true(t->facts.bulk.retransmits >= 2);
	assert_int_equal(t->facts.bulk.mtu, 1500);
	/* Small ones pass: that is what tells it from a path that is dead. */
	o.max_segment = SMALL_SEGMENT;
	play_far(t, READY "C: NOOP\nS: 250 ok\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_BULK, PROBE_STAGE_PASSED);
	close_hole(SPACE_R2, "right");
}

/* With a certificate that does not fit into one packet. */
static SSL_CTX *
large_server(struct talk *t)
{
	const struct certificate_spec spec = { .rsa_bits = 4096,
		.names = "DNS:mail.example,DNS:a-name-that-takes-some-room.mail.example" };
	struct certificate leaf = certificate_make(&spec, &t->root);
	SSL_CTX *server = certificate_server(&leaf, &leaf, &leaf);

	certificate_done(&leaf);
	return server;
}

static void
test_a_hole_on_the_way_back_is_seen_in_the_handshake(void **state)
{
	struct talk *t = *state;
	struct probe_dialog_options o = options(t);
	SSL_CTX *usual = t->tls;

	t->tls = large_server(t);
	o.greeting_ms = BULK_MS;
	make_hole(SPACE_R1, "left");
	play_far(t, "TLS\n", &o);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_TIMEOUT);
	assert_int_equal(t->facts.tls.trouble, PROBE_TLS_TIMEOUT_LATER);
	assert_true(t->facts.bulk.out_of_order > 0);
	o.max_segment = SMALL_SEGMENT;
	play_far(t, READY "C: NOOP\nS: 250 ok\n" QUIT, &o);
	talk_check(t, PROBE_STAGE_HANDSHAKE, PROBE_STAGE_PASSED);
	close_hole(SPACE_R1, "left");
	SSL_CTX_free(t->tls);
	t->tls = usual;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_tls_1_3_a_noop_is_padded),
		cmocka_unit_test(test_without_it_noops_go_in_a_flight),
		cmocka_unit_test(test_where_no_flight_may_be_there_is_no_bulk),
		cmocka_unit_test(test_a_hole_for_large_packets_on_the_way_there_is_seen),
		cmocka_unit_test(test_a_hole_on_the_way_back_is_seen_in_the_handshake),
	};

	return cmocka_run_group_tests(tests, set_up, talk_tear_down);
}
