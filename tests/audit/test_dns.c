/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/context.h"
#include "nameserver.h"
#include "signer.h"

#define TLSA "3 1 1 00ff"
/* A zone that is signed by an algorithm nobody knows counts as not signed (RFC 4035 §5.2). */
#define DS_UNKNOWN "0 1 253 02000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

enum { SIGNED_COUNT = 4, ROW_COUNT = 2 * SIGNED_COUNT + 2, PORT = 587 };

static struct nameserver_row signed_rows[SIGNED_COUNT] = {
	{ ".", "ns.example", NET_RECORD_NS, 0 },
	{ ".", NULL, NAMESERVER_DNSKEY, 0 }, /* see sign_all() */
	{ "open", DS_UNKNOWN, NET_RECORD_DS, 0 },
	{ "_587._tcp.mail.example", TLSA, NET_RECORD_TLSA, 0 },
};

static const struct nameserver_row bare_rows[] = {
	{ "_587._tcp.mail.example", TLSA, NET_RECORD_TLSA, 0 },
	{ "1.2.0.192.in-addr.arpa", "mail.example", NET_RECORD_PTR, 0 },
	{ "2.2.0.192.in-addr.arpa", "mail.example", NET_RECORD_PTR, 0 },
	{ "3.2.0.192.in-addr.arpa", "nowhere.example", NET_RECORD_PTR, 0 },
	{ "mail.example", "192.0.2.1", NET_RECORD_A, 0 },
	{ NULL, NULL, 0, 0 },
};

struct fixture {
	struct audit a;
	struct audit_options options;
	struct audit_result result;
	struct nameserver server;
	struct signer signer;
	struct nameserver_row rows[ROW_COUNT];
	char signatures[SIGNED_COUNT][SIGNER_TEXT_SIZE];
};

static void
sign_all(struct fixture *f)
{
	size_t count = 0;

	signed_rows[1].data = f->signer.dnskey;
	for (size_t i = 0; i < SIGNED_COUNT; i++) {
		f->rows[count++] = signed_rows[i];
		signer_sign(&f->signer, &signed_rows[i], f->signatures[i]);
		f->rows[count++] = (struct nameserver_row){ signed_rows[i].name, f->signatures[i],
			NAMESERVER_RRSIG, 0 };
	}
	f->rows[count++] =
	    (struct nameserver_row){ "_587._tcp.mail.open", TLSA, NET_RECORD_TLSA, 0 };
	f->rows[count] = (struct nameserver_row){ NULL, NULL, 0, 0 };
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char anchor[] = "/tmp/test_anchor.XXXXXX";
	struct net_resolver_options options = { .root_key = anchor };
	struct buf error;

	f->a.options = &f->options;
	f->a.result = &f->result;
	f->a.base = event_base_new();
	f->a.check = AUDIT_CHECK_DNS;
	f->a.doors[AUDIT_STARTTLS_DOOR].port = PORT;
	f->a.doors[AUDIT_STARTTLS_DOOR].has_tls = true;
	signer_init(&f->signer);
	sign_all(f);
	nameserver_start(&f->server, f->a.base, f->rows);
	signer_write_anchor(&f->signer, anchor);
	options.server = &f->server.address;
	buf_init(&error, 1024);
	assert_int_equal(net_resolver_new_with(f->a.base, &options, &f->a.resolver, &error), 0);
	buf_done(&error);
	(void)unlink(anchor);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	audit_result_done(&f->result);
	net_resolver_free(&f->a.resolver);
	nameserver_stop(&f->server);
	signer_done(&f->signer);
	event_base_free(f->a.base);
	free(f);
	return 0;
}

/* The gap that no domain is known is always there. */
static size_t
count_gaps(const struct audit_result *r)
{
	return r->gap_count - 1;
}

/* RFC 6698 §4.1 */
static void
test_a_record_in_a_signed_zone_is_not_blamed(void **state)
{
	struct fixture *f = *state;

	f->options.host = "mail.example";
	audit_check_dns(&f->a);
	assert_int_equal(f->result.findings.count, 0);
	assert_int_equal(count_gaps(&f->result), 0);
}

static void
test_a_record_in_a_zone_that_is_not_signed_is_found(void **state)
{
	struct fixture *f = *state;

	f->options.host = "mail.open";
	audit_check_dns(&f->a);
	assert_true(audit_findings_have(&f->result.findings, AUDIT_TLSA_UNSIGNED));
	assert_int_equal(f->result.findings.count, 1);
	assert_int_equal(count_gaps(&f->result), 0);
}

static void
test_where_dnssec_cannot_be_judged_nothing_is_blamed(void **state)
{
	struct fixture *f = *state;

	f->server.rows = bare_rows;
	f->options.host = "mail.example";
	audit_check_dns(&f->a);
	assert_int_equal(f->result.findings.count, 0);
	assert_int_equal(count_gaps(&f->result), 1);
}

/* RFC 5321 §4.1.4 */
static void
test_an_address_must_have_a_name_that_leads_back(void **state)
{
	static const struct {
		const char *address;
		bool is_blamed;
	} table[] = {
		{ "192.0.2.1", false }, { "192.0.2.2", true }, /* its name has another address */
		{ "192.0.2.3", true },                         /* its name has none */
		{ "192.0.2.4", true },                         /* it has no name */
	};
	struct fixture *f = *state;

	f->server.rows = bare_rows;
	f->options.host = "mail.example";
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		(void)snprintf(f->result.address, sizeof f->result.address, "%s", table[i].address);
		audit_check_dns(&f->a);
		assert_int_equal(audit_findings_have(&f->result.findings, AUDIT_PTR_MISSING),
		    table[i].is_blamed);
		audit_findings_done(&f->result.findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_record_in_a_signed_zone_is_not_blamed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_record_in_a_zone_that_is_not_signed_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_where_dnssec_cannot_be_judged_nothing_is_blamed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_an_address_must_have_a_name_that_leads_back, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("audit/dns", tests, NULL, NULL);
}
