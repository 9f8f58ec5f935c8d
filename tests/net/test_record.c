/* SPDX-License-Identifier: Apache-2.0 */
#include "net/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <arpa/nameser.h>
#include <cmocka.h>

#include "nameserver.h"

enum { MESSAGE_SIZE = 1024 };

/* A message with one answer, which is for "a.example". */
struct message {
	uint8_t octets[MESSAGE_SIZE];
	size_t len;
};

static void
put(struct message *m, const void *ptr, size_t len)
{
	assert_true(len <= sizeof m->octets - m->len);
	memcpy(m->octets + m->len, ptr, len);
	m->len += len;
}

static void
begin(struct message *m, unsigned record_count, unsigned extra_count)
{
	const uint8_t head[] = { 0x12, 0x34, 0x81, 0x80, 0, 1, 0, (uint8_t)record_count, 0, 0, 0,
		(uint8_t)extra_count };
	static const uint8_t question[] = "\1a\7example\0\0\1\0\1";

	m->len = 0;
	put(m, head, sizeof head);
	put(m, question, sizeof question - 1);
}

/* Of the name in the question, by a pointer to it (RFC 1035 §4.1.4). */
static void
add(struct message *m, enum net_record_type type, const uint8_t *data, size_t len)
{
	const uint8_t head[] = { 0xc0, 12, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, (uint8_t)(len >> 8),
		(uint8_t)len };

	put(m, head, sizeof head);
	put(m, data, len);
}

static const struct record_case {
	enum net_record_type type;
	const char *data;
} cases[] = {
	{ NET_RECORD_A, "192.0.2.1" },
	{ NET_RECORD_AAAA, "2001:db8::1" },
	{ NET_RECORD_NS, "ns.example" },
	{ NET_RECORD_CNAME, "b.example" },
	{ NET_RECORD_PTR, "host.example" },
	{ NET_RECORD_MX, "10 mx.example" },
	{ NET_RECORD_TXT, "one|two||three" },
	{ NET_RECORD_SRV, "10 20 587 mail.example" },
	{ NET_RECORD_DS, "1 2 3 00ff00" },
	{ NET_RECORD_TLSA, "3 1 1 00112233" },
};

/* In a heap block of its exact size: ASan sees any overread. */
static bool
read_cut(const struct message *m, size_t len, enum net_record_type type, size_t *ret_count)
{
	uint8_t *octets = malloc(len + (len == 0));
	struct net_answer *answer = malloc(sizeof *answer);
	bool ok;

	memcpy(octets, m->octets, len);
	ok = net_answer_read(slice_make(octets, len), type, answer);
	if (ok) {
		*ret_count = answer->count;
		net_answer_done(answer);
	}
	free(answer);
	free(octets);
	return ok;
}

static void
test_an_answer_that_is_cut_anywhere_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct message m;
		uint8_t data[256];
		size_t count = 0;
		size_t data_len = nameserver_data(cases[i].type, cases[i].data, data, sizeof data);

		begin(&m, 1, 0);
		add(&m, cases[i].type, data, data_len);
		for (size_t len = 0; len < m.len; len++)
			assert_false(read_cut(&m, len, cases[i].type, &count));
		assert_true(read_cut(&m, m.len, cases[i].type, &count));
		assert_int_equal(count, 1);
	}
}

/* The data alone is cut, with a length that fits it. */
static void
test_a_record_that_is_too_short_for_its_type_is_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t data[256];
		const size_t data_len =
		    nameserver_data(cases[i].type, cases[i].data, data, sizeof data);

		for (size_t len = 0; len < data_len; len++) {
			struct message m;
			size_t count = 99;
			bool ok;

			begin(&m, 1, 0);
			add(&m, cases[i].type, data, len);
			ok = read_cut(&m, m.len, cases[i].type, &count);
			/* Whole strings are a text; a fixed part alone is a record without a hash.
			 */
			if (cases[i].type == NET_RECORD_TXT || cases[i].type == NET_RECORD_TLSA ||
			    cases[i].type == NET_RECORD_DS)
				assert_true(ok && count <= 1);
			else
				assert_true(!ok || count == 0);
		}
	}
}

static void
test_more_records_than_are_looked_at_are_told(void **state)
{
	struct message m;
	struct net_answer answer;

	(void)state;
	begin(&m, NET_RECORDS_MAX + 1, 0);
	for (unsigned i = 0; i <= NET_RECORDS_MAX; i++)
		add(&m, NET_RECORD_A, (const uint8_t *)"\xc0\0\2\1", 4);
	assert_true(net_answer_read(slice_make(m.octets, m.len), NET_RECORD_A, &answer));
	assert_int_equal(answer.count, NET_RECORDS_MAX);
	assert_true(answer.is_given_more);
	net_answer_done(&answer);
}

static void
check_alias(const char *target, bool is_circular)
{
	uint8_t data[256];
	struct message m;
	struct net_answer answer;

	begin(&m, 1, 0);
	add(&m, NET_RECORD_CNAME, data,
	    nameserver_data(NET_RECORD_CNAME, target, data, sizeof data));
	assert_true(net_answer_read(slice_make(m.octets, m.len), NET_RECORD_A, &answer));
	assert_int_equal(answer.count, 0);
	assert_true(answer.has_alias);
	assert_string_equal(answer.alias, target);
	assert_int_equal(answer.is_circular, is_circular);
	net_answer_done(&answer);
}

static void
test_it_is_told_where_aliases_end_and_whether_they_do(void **state)
{
	(void)state;
	check_alias("b.example", false);
	check_alias("A.Example", true);
}

static void
test_a_name_longer_than_dns_allows_is_left_out(void **state)
{
	uint8_t name[NS_MAXCDNAME];
	struct message m;
	size_t count = 99, len = 0;

	(void)state;
	/* Dots within labels: longer in text than any host name, but right on the wire. */
	for (int label = 0; label < 3; label++) {
		name[len++] = 63;
		memset(name + len, '.', 63);
		len += 63;
	}
	name[len++] = 0;
	begin(&m, 1, 0);
	add(&m, NET_RECORD_CNAME, name, len);
	assert_true(read_cut(&m, m.len, NET_RECORD_CNAME, &count));
	assert_int_equal(count, 0);
}

/* RFC 8914 §2, and an option of which only the head is there. */
static void
test_the_reason_for_a_failure_is_read(void **state)
{
	static const uint8_t opt[] = { 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 14, /* two options: */
		0, 10, 0, 2, 1, 2, 0, 15, 0, 4, 0, 6, 'n', 'o' };
	static const uint8_t half[] = { 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 4, 0, 15, 0, 4 };
	struct net_answer answer;
	struct message m;

	(void)state;
	begin(&m, 0, 1);
	put(&m, opt, sizeof opt);
	assert_true(net_answer_read(slice_make(m.octets, m.len), NET_RECORD_A, &answer));
	assert_int_equal(answer.extended_error, 6);
	net_answer_done(&answer);
	begin(&m, 0, 1);
	put(&m, half, sizeof half);
	assert_true(net_answer_read(slice_make(m.octets, m.len), NET_RECORD_A, &answer));
	assert_int_equal(answer.extended_error, -1);
	net_answer_done(&answer);
}

static void
test_a_question_is_one_that_can_be_read(void **state)
{
	static const struct net_question_options unchecked = { .is_unchecked = true };
	uint8_t octets[NET_QUESTION_SIZE];
	char name[NET_NAME_MAX + 2];
	ns_msg message;
	ns_rr rr;
	size_t len =
	    net_question_write("mail.example.org", NET_RECORD_SRV, 0x1234, &unchecked, octets);

	(void)state;
	assert_int_equal(ns_initparse(octets, (int)len, &message), 0);
	assert_int_equal(ns_msg_id(message), 0x1234);
	assert_int_equal(ns_msg_getflag(message, ns_f_rd), 1);
	assert_int_equal(ns_msg_getflag(message, ns_f_cd), 1);
	assert_int_equal(ns_parserr(&message, ns_s_qd, 0, &rr), 0);
	assert_string_equal(ns_rr_name(rr), "mail.example.org");
	assert_int_equal(ns_rr_type(rr), NET_RECORD_SRV);
	assert_int_equal(ns_msg_count(message, ns_s_ar), 1);
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(net_question_write(name, NET_RECORD_A, 1, NULL, octets), 0);
	name[64] = '\0'; /* a label of 64 */
	assert_int_equal(net_question_write(name, NET_RECORD_A, 1, NULL, octets), 0);
	name[63] = '\0';
	assert_int_not_equal(net_question_write(name, NET_RECORD_A, 1, NULL, octets), 0);
	assert_int_equal(net_question_write("a..b", NET_RECORD_A, 1, NULL, octets), 0);
}

static void
test_a_question_is_no_answer(void **state)
{
	uint8_t octets[NET_QUESTION_SIZE];
	struct net_answer answer;
	const size_t len = net_question_write("example.org", NET_RECORD_A, 1, NULL, octets);

	(void)state;
	assert_false(net_answer_read(slice_make(octets, len), NET_RECORD_A, &answer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_that_is_cut_anywhere_is_none),
		cmocka_unit_test(test_a_record_that_is_too_short_for_its_type_is_left_out),
		cmocka_unit_test(test_more_records_than_are_looked_at_are_told),
		cmocka_unit_test(test_it_is_told_where_aliases_end_and_whether_they_do),
		cmocka_unit_test(test_a_name_longer_than_dns_allows_is_left_out),
		cmocka_unit_test(test_the_reason_for_a_failure_is_read),
		cmocka_unit_test(test_a_question_is_one_that_can_be_read),
		cmocka_unit_test(test_a_question_is_no_answer),
	};

	return cmocka_run_group_tests_name("net/record", tests, NULL, NULL);
}
