/* SPDX-License-Identifier: Apache-2.0 */
#include "net/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "asker.h"
#include "util/clock.h"

static const struct nameserver_row rows[] = {
	{ "_submissions._tcp.example.org", "20 1 465 two.example.org", NET_RECORD_SRV, 0 },
	{ "_submissions._tcp.example.org", "10 5 465 one.example.org", NET_RECORD_SRV, 0 },
	{ "_pop3._tcp.example.org", "0 0 0 .", NET_RECORD_SRV, 0 },
	{ "example.org", "20 mx2.example.org", NET_RECORD_MX, 0 },
	{ "example.org", "10 mx1.example.org", NET_RECORD_MX, 0 },
	{ "example.org", "v=spf1 |-all", NET_RECORD_TXT, 0 },
	{ "example.org", "other", NET_RECORD_TXT, 0 },
	{ "www.example.org", "example.org", NET_RECORD_CNAME, 0 },
	{ "_465._tcp.mail.example.org", "3 1 1 00ff7a", NET_RECORD_TLSA, 0 },
	{ "large.test", "whole", NET_RECORD_TXT, NAMESERVER_CUT },
	{ "fails.example.org", NULL, 0, NAMESERVER_SERVFAIL },
	{ "silent.example.org", NULL, 0, NAMESERVER_SILENT },
	{ NULL, NULL, 0, 0 },
};

struct fixture {
	struct asker asker;
	bool is_done;
	void (*check)(const struct net_query_result *result);
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	const struct net_resolver_options options = { .server = NULL };

	asker_begin(&f->asker, rows, &options);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	asker_end(&f->asker);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct net_query_result *result)
{
	struct fixture *f = arg;

	f->is_done = true;
	f->check(result);
}

static void
ask(struct fixture *f, const char *name, enum net_record_type type, uint64_t timeout_ms,
    void (*check)(const struct net_query_result *result))
{
	f->is_done = false;
	f->check = check;
	assert_non_null(net_query_start(f->asker.resolver, name, type, timeout_ms, on_done, f));
	assert_false(f->is_done); /* never from inside the call */
	asker_wait(&f->asker, &f->is_done);
}

/* RFC 2782: the lowest priority is asked first. */
static void
check_services(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_null(r->error);
	assert_false(r->is_secure);
	assert_false(r->is_validated);
	assert_int_equal(r->answer->count, 2);
	assert_string_equal(r->answer->records[0].srv.target, "one.example.org");
	assert_int_equal(r->answer->records[0].srv.priority, 10);
	assert_int_equal(r->answer->records[0].srv.weight, 5);
	assert_int_equal(r->answer->records[0].srv.port, 465);
	assert_string_equal(r->answer->records[1].srv.target, "two.example.org");
	assert_int_equal(r->answer->records[1].ttl_s, 60);
}

static void
check_no_service(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_string_equal(r->answer->records[0].srv.target, "");
}

static void
test_services_come_best_first(void **state)
{
	ask(*state, "_submissions._tcp.example.org", NET_RECORD_SRV, 5000, check_services);
	ask(*state, "_pop3._tcp.example.org", NET_RECORD_SRV, 5000, check_no_service);
}

static void
check_exchangers(const struct net_query_result *r)
{
	assert_int_equal(r->answer->count, 2);
	assert_int_equal(r->answer->records[0].mx.preference, 10);
	assert_string_equal(r->answer->records[0].mx.host, "mx1.example.org");
	assert_string_equal(r->answer->canonical, "example.org");
	assert_false(r->answer->has_alias);
}

static void
check_texts(const struct net_query_result *r)
{
	const bool is_swapped = slice_is(r->answer->records[0].text, "other"); /* as DNS may */

	assert_int_equal(r->answer->count, 2);
	assert_true(slice_is(r->answer->records[is_swapped].text, "v=spf1 -all"));
	assert_true(slice_is(r->answer->records[!is_swapped].text, "other"));
}

static void
check_alias(const struct net_query_result *r)
{
	assert_int_equal(r->answer->count, 2);
	assert_true(r->answer->has_alias);
	assert_string_equal(r->answer->canonical, "example.org");
}

static void
check_tlsa(const struct net_query_result *r)
{
	const struct net_record_tlsa *tlsa = &r->answer->records[0].tlsa;

	assert_int_equal(r->answer->count, 1);
	assert_int_equal(tlsa->usage, 3);
	assert_int_equal(tlsa->selector, 1);
	assert_int_equal(tlsa->matching, 1);
	assert_int_equal(tlsa->data.len, 3);
	assert_memory_equal(tlsa->data.ptr, "\x00\xff\x7a", 3);
}

static void
test_records_of_each_type_are_read(void **state)
{
	ask(*state, "example.org", NET_RECORD_MX, 5000, check_exchangers);
	ask(*state, "example.org", NET_RECORD_TXT, 5000, check_texts);
	ask(*state, "www.example.org", NET_RECORD_TXT, 5000, check_alias);
	ask(*state, "_465._tcp.mail.example.org", NET_RECORD_TLSA, 5000, check_tlsa);
}

static void
check_whole(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_true(slice_is(r->answer->records[0].text, "whole"));
}

/* RFC 7766 §5; and that "test" is asked of the server as any other name. */
static void
test_a_cut_answer_is_asked_for_over_tcp(void **state)
{
	ask(*state, "large.test", NET_RECORD_TXT, 5000, check_whole);
}

static void
check_no_data(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_NO_DATA);
	assert_int_equal(r->answer->count, 0);
	assert_non_null(r->error);
}

static void
check_no_name(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_NO_NAME);
}

static void
check_failed(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_SERVER_FAILED);
}

static void
check_timeout(const struct net_query_result *r)
{
	assert_int_equal(r->status, NET_QUERY_TIMEOUT);
}

/* RFC 2308 §2. */
static void
test_no_name_no_record_and_no_answer_are_told_apart(void **state)
{
	char too_long[NET_NAME_MAX + 2];

	memset(too_long, 'x', sizeof too_long - 1);
	too_long[sizeof too_long - 1] = '\0';
	ask(*state, "example.org", NET_RECORD_SRV, 5000, check_no_data);
	ask(*state, "nobody.example.org", NET_RECORD_MX, 5000, check_no_name);
	ask(*state, too_long, NET_RECORD_MX, 5000, check_no_name);
	ask(*state, "fails.example.org", NET_RECORD_MX, 5000, check_failed);
	ask(*state, "silent.example.org", NET_RECORD_MX, 20, check_timeout);
}

static void
test_a_cancelled_query_calls_nobody(void **state)
{
	struct fixture *f = *state;
	struct net_query *query =
	    net_query_start(f->asker.resolver, "example.org", NET_RECORD_MX, 5000, on_done, f);

	net_query_cancel(&query);
	assert_null(query);
	net_query_cancel(&query);
	ask(f, "example.org", NET_RECORD_TXT, 5000, check_texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_services_come_best_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_records_of_each_type_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_cut_answer_is_asked_for_over_tcp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_no_name_no_record_and_no_answer_are_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_cancelled_query_calls_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("net/query", tests, NULL, NULL);
}
