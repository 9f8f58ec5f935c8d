/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults: those of the RFCs, and those that depend on other keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"
#include "util/log.h"

#define MINUTE_MS UINT64_C(60000)
#define DAY_MS (UINT64_C(24) * 60 * MINUTE_MS)

/* RFC 4954 §3 among them. */
static void
test_defaults_are_at_least_what_the_rfcs_ask_for(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE);

	(void)state;
	assert_true(
	    c->limits.command_length >= 1258); /* RFC 5321 §4.5.3.1.4, 1870 §3, 6152 §2, 4954 §3 */
	assert_true(c->limits.message_size >= UINT64_C(65536));         /* RFC 5321 §4.5.3.1.7 */
	assert_true(c->limits.recipients >= 100);                       /* RFC 5321 §4.5.3.1.8 */
	assert_true(c->limits.auth_line_length >= 12288);               /* RFC 4954 §4 */
	assert_true(c->limits.line_length >= 998);                      /* RFC 5322 §2.1.1 */
	assert_true(c->limits.received_count >= 100);                   /* RFC 5321 §6.3 */
	assert_true(c->timeouts.data_ms >= 3 * MINUTE_MS);              /* RFC 5321 §4.5.3.2.5 */
	assert_true(c->timeouts.command_ms >= 5 * MINUTE_MS);           /* §4.5.3.2.7 */
	assert_true(c->next_hops[0].reply_timeout_ms >= 5 * MINUTE_MS); /* §4.5.3.2, §4.5.3.2.2 */
	assert_true(c->next_hops[0].data_timeout_ms >= 10 * MINUTE_MS); /* §4.5.3.2.6 */
	assert_true(c->queue.lifetime_ms >= 4 * DAY_MS);                /* §4.5.4.1 */
	config_free(&c);
}

static void
test_defaults_are_safe(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE);

	(void)state;
	assert_true(c->auth.check_sender);
	assert_true(c->message.add_sender);
	assert_false(c->message.fold_lines);
	assert_int_equal(c->listeners[0].profile, CONFIG_LISTENER_STRICT);
	assert_int_equal(c->next_hops[0].tls, CONFIG_NEXT_HOP_TLS_REQUIRED);
	assert_string_equal(c->next_hops[0].tls_name, "smtp.example.net");
	assert_null(c->next_hops[0].auth_user);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	config_free(&c);
}

static void
test_zero_processes_are_as_many_as_cpus(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE
	    " submission_processes = 0 delivery_processes = 0 auth { hash_threads = 0 }");

	(void)state;
	assert_in_range(c->submission_processes, 1, CONFIG_PROCESSES_MAX);
	assert_in_range(c->delivery_processes, 1, CONFIG_PROCESSES_MAX);
	assert_in_range(c->auth.hash_threads, 1, CONFIG_HASH_THREADS_MAX);
	config_free(&c);
}

/* RFC 6409 §3.1, RFC 8314 §3.3, §4. */
static void
test_without_listeners_there_are_the_two_of_rfc_8314(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE);

	(void)state;
	assert_int_equal(c->listener_count, 2);
	assert_string_equal(c->listeners[0].name, "submission");
	assert_string_equal(c->listeners[0].address, "::");
	assert_int_equal(c->listeners[0].port, 587);
	assert_int_equal(c->listeners[0].tls, CONFIG_LISTENER_STARTTLS);
	assert_string_equal(c->listeners[1].name, "submissions");
	assert_int_equal(c->listeners[1].port, 465);
	assert_int_equal(c->listeners[1].tls, CONFIG_LISTENER_IMPLICIT);
	config_free(&c);
}

static const struct port_case {
	const char *keys;
	uint16_t port;
	enum config_next_hop_tls tls;
} port_cases[] = {
	{ "host = a.example", 25, CONFIG_NEXT_HOP_TLS_REQUIRED },
	{ "host = a.example tls = none", 25, CONFIG_NEXT_HOP_TLS_NONE },
	{ "host = a.example tls = implicit", 465, CONFIG_NEXT_HOP_TLS_IMPLICIT },
	{ "host = a.example port = 587", 587, CONFIG_NEXT_HOP_TLS_REQUIRED },
	{ "host = a.example protocol = lmtp", 24, CONFIG_NEXT_HOP_TLS_REQUIRED },
	{ "host = unix:/run/lmtp protocol = lmtp", 0, CONFIG_NEXT_HOP_TLS_NONE },
};

/* And its name, RFC 4954 §14. */
static void
test_port_and_tls_of_a_next_hop_follow_its_protocol(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof port_cases / sizeof port_cases[0]; i++) {
		const struct port_case *t = &port_cases[i];
		struct config *c;
		char text[512];

		(void)snprintf(text, sizeof text,
		    "hostname = a.example tls { certificate = /c key = /k } next_hop h { %s }",
		    t->keys);
		c = support_parse(text);
		if (c->next_hops[0].port != t->port || c->next_hops[0].tls != t->tls)
			fail_msg("%s: port %u tls %u", t->keys, c->next_hops[0].port,
			    (unsigned)c->next_hops[0].tls);
		config_free(&c);
	}
}

static void
test_one_next_hop_needs_no_route(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE);

	(void)state;
	assert_int_equal(c->route_count, 1);
	assert_string_equal(c->routes[0].domain, "*");
	assert_int_equal(c->routes[0].next_hop, 0);
	config_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults_are_at_least_what_the_rfcs_ask_for),
		cmocka_unit_test(test_defaults_are_safe),
		cmocka_unit_test(test_zero_processes_are_as_many_as_cpus),
		cmocka_unit_test(test_without_listeners_there_are_the_two_of_rfc_8314),
		cmocka_unit_test(test_port_and_tls_of_a_next_hop_follow_its_protocol),
		cmocka_unit_test(test_one_next_hop_needs_no_route),
	};
	return cmocka_run_group_tests_name("config/derive", tests, NULL, NULL);
}
