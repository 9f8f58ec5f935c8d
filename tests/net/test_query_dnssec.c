/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "asker.h"
#include "net/query.h"
#include "signer.h"

enum { SIGNED_COUNT = 5, ROW_COUNT = 2 * SIGNED_COUNT + 2 };

/* Names right below the root, so that its key signs all. */
static struct nameserver_row plain_rows[SIGNED_COUNT + 1] = {
	{ ".", "ns.example", NET_RECORD_NS, 0 },
	{ ".", NULL, NAMESERVER_DNSKEY, 0 }, /* see sign_all() */
	{ "_25._tcp.mail.example", "3 1 1 00ff", NET_RECORD_TLSA, 0 },
	{ "mail.example", "10 mx.example", NET_RECORD_MX, 0 },
	{ "tampered.example", "10 mx.example", NET_RECORD_MX, 0 },
};

struct fixture {
	struct asker asker;
	struct signer signer;
	struct nameserver_row rows[ROW_COUNT];
	char signatures[SIGNED_COUNT][SIGNER_TEXT_SIZE];
	struct net_query_result result;
	size_t count; /* of its records */
	bool is_done;
};

static void
sign_all(struct fixture *f)
{
	size_t count = 0;

	plain_rows[1].data = f->signer.dnskey;
	for (size_t i = 0; i < SIGNED_COUNT; i++) {
		f->rows[count++] = plain_rows[i];
		signer_sign(&f->signer, &plain_rows[i], f->signatures[i]);
		f->rows[count++] = (struct nameserver_row){ plain_rows[i].name, f->signatures[i],
			NAMESERVER_RRSIG, 0 };
	}
	/* After it was signed. */
	f->rows[2 * SIGNED_COUNT - 2].data = "10 evil.example";
	f->rows[count++] =
	    (struct nameserver_row){ "unsigned.example", "10 mx.example", NET_RECORD_MX, 0 };
	f->rows[count] = (struct nameserver_row){ NULL, NULL, 0, 0 };
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char anchor[] = "/tmp/test_anchor.XXXXXX";
	const struct net_resolver_options options = { .root_key = anchor };

	signer_init(&f->signer);
	sign_all(f);
	signer_write_anchor(&f->signer, anchor);
	asker_begin(&f->asker, f->rows, &options);
	assert_true(net_resolver_has_key(f->asker.resolver));
	(void)unlink(anchor);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	asker_end(&f->asker);
	signer_done(&f->signer);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct net_query_result *result)
{
	struct fixture *f = arg;

	f->result = *result;
	f->count = result->answer->count;
	f->is_done = true;
}

static const struct net_query_result *
ask(struct fixture *f, const char *name, enum net_record_type type)
{
	f->is_done = false;
	assert_non_null(net_query_start(f->asker.resolver, name, type, 10000, on_done, f));
	asker_wait(&f->asker, &f->is_done);
	return &f->result;
}

/* RFC 4035 §5 */
static void
test_a_signed_answer_is_secure(void **state)
{
	const struct net_query_result *r = ask(*state, "mail.example", NET_RECORD_MX);

	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_true(r->is_validated);
	assert_true(r->is_secure);
	r = ask(*state, "_25._tcp.mail.example", NET_RECORD_TLSA);
	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_true(r->is_secure);
}

static void
test_an_answer_that_was_changed_is_bogus(void **state)
{
	const struct net_query_result *r = ask(*state, "tampered.example", NET_RECORD_MX);

	assert_int_equal(r->status, NET_QUERY_BOGUS);
	assert_true(r->is_validated);
	assert_false(r->is_secure);
	assert_int_equal(((struct fixture *)*state)->count, 0);
}

static void
test_an_answer_without_its_signature_is_bogus(void **state)
{
	assert_int_equal(ask(*state, "unsigned.example", NET_RECORD_MX)->status, NET_QUERY_BOGUS);
}

/* Many a router does: then nothing can be validated, and nothing is bogus for it. */
static void
test_a_server_that_leaves_all_signatures_out_is_believed(void **state)
{
	struct fixture *f = *state;
	const struct net_query_result *r;

	f->asker.server.rows = plain_rows;
	r = ask(f, "mail.example", NET_RECORD_MX);
	assert_int_equal(r->status, NET_QUERY_FOUND);
	assert_false(r->is_validated);
	assert_false(r->is_secure);
	assert_int_equal(f->count, 1);
	assert_int_equal(ask(f, "nobody.example", NET_RECORD_MX)->status, NET_QUERY_NO_NAME);
}

/* What programs see that leave DNSSEC to their server: probe/name asks like this. */
static void
test_without_validation_nothing_is_bogus(void **state)
{
	struct fixture *f = *state;

	f->is_done = false;
	assert_non_null(net_query_start_plain(
	    f->asker.resolver, "tampered.example", NET_RECORD_MX, 10000, on_done, f));
	asker_wait(&f->asker, &f->is_done);
	assert_int_equal(f->result.status, NET_QUERY_FOUND);
	assert_false(f->result.is_validated);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_signed_answer_is_secure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_answer_that_was_changed_is_bogus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_answer_without_its_signature_is_bogus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_server_that_leaves_all_signatures_out_is_believed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_without_validation_nothing_is_bogus, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("net/query_dnssec", tests, NULL, NULL);
}
