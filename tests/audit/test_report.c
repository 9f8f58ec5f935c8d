/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/report.h"

static struct audit_result
make_result(void)
{
	struct audit_result r = { .grade = "C", .is_complete = false, .is_reachable = true };
	struct audit_inventory *v = &r.inventories[0];

	audit_findings_add(&r.findings, AUDIT_TLS_10, "port 587: the server agrees to TLS 1.0");
	for (int i = 0; i < 9; i++)
		audit_findings_add(&r.findings, AUDIT_OPEN_RELAY, "form %d", i);
	audit_findings_sort(&r.findings);
	audit_inventory_init(v, 587);
	v->versions[4] = (struct audit_version){ .version = AUDIT_TLS12,
		.is_spoken = AUDIT_YES,
		.has_order = AUDIT_NO,
		.is_whole = true,
		.suite_count = 2,
		.suites = { { 0xc02f, 29, 0, false }, { 0x0033, 0, 1024, false } } };
	v->old_groups = (struct audit_group_list){ true, 1, { 29 } };
	v->stapling = AUDIT_NO;
	r.gaps[r.gap_count++] = (struct audit_gap){ AUDIT_CHECK_TLS, false, strdup("sent away") };
	memcpy(r.address, "192.0.2.1", 10);
	memcpy(r.port_addresses[0], r.address, 10);
	memcpy(r.addresses[0], r.address, 10);
	memcpy(r.addresses[1], "2001:db8::1", 12);
	r.address_count = 2;
	return r;
}

static const struct audit_options options = { .host = "mail.example", .port = 587 };

static void
test_the_text_begins_with_the_grade_and_ends_with_what_is_missing(void **state)
{
	struct audit_result r = make_result();
	struct buf out;
	char *text;

	(void)state;
	buf_init(&out, 1 << 20);
	audit_report_text(&options, &r, false, &out);
	text = slice_dup(buf_slice(&out));
	assert_true(strncmp(text, "mail.example: grade C (1 critical, 0 high, 1 medium,", 51) == 0);
	assert_true(strstr(text, "critical") < strstr(text, "\nmedium"));
	assert_non_null(strstr(text, "... and 3 more"));
	assert_non_null(strstr(text, "Not looked at:\n  tls        sent away\n"));
	assert_non_null(strstr(text, "Looked at: 192.0.2.1, port 587;"));
	assert_non_null(strstr(text, "Not looked at: 2001:db8::1, of the 2 addresses of"));
	assert_non_null(
	    strstr(text, "Agreed to on port 587:\n"
			 "  TLS 1.2     2 suites, the client's order counts:\n"
			 "              ECDHE_RSA_WITH_AES_128_GCM_SHA256 (x25519),\n"
			 "              DHE_RSA_WITH_AES_128_CBC_SHA (DH 1024 bits)\n"));
	assert_non_null(strstr(text, "  before it   x25519 (253 bits)\n"));
	assert_non_null(strstr(text, "OCSP stapling: no"));
	assert_null(strchr(text, '\033'));
	free(text);
	buf_done(&out);
	audit_result_done(&r);
}

static void
test_json_has_all_that_was_seen(void **state)
{
	struct audit_result r = make_result();
	json_t *json = audit_report_json(&options, &r), *findings, *gaps;

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
	assert_string_equal(json_string_value(json_object_get(json, "grade")), "C");
	assert_true(json_is_null(json_object_get(json, "tls_port")));
	assert_int_equal(json_array_size(json_object_get(json, "addresses")), 2);
	assert_string_equal(json_string_value(json_object_get(json, "port_address")), "192.0.2.1");
	assert_true(json_is_null(json_object_get(json, "tls_port_address")));
	findings = json_object_get(json, "findings");
	assert_int_equal(json_array_size(findings), 2);
	assert_int_equal(
	    json_array_size(json_object_get(json_array_get(findings, 0), "evidence")), 9);
	gaps = json_object_get(json, "gaps");
	assert_string_equal(
	    json_string_value(json_object_get(json_array_get(gaps, 0), "check")), "tls");
	json_decref(json);
	audit_result_done(&r);
}

static void
test_json_has_all_that_is_agreed_to(void **state)
{
	struct audit_result r = make_result();
	json_t *json = audit_report_json(&options, &r), *inventory, *version, *suite;

	(void)state;
	inventory = json_array_get(json_object_get(json, "inventory"), 0);
	assert_int_equal(json_array_size(json_object_get(json, "inventory")), 1);
	assert_true(json_is_null(json_object_get(inventory, "like_port")));
	assert_true(json_is_null(json_object_get(inventory, "compression")));
	assert_true(json_is_false(json_object_get(inventory, "ocsp_stapling")));
	version = json_array_get(json_object_get(inventory, "versions"), 4);
	assert_true(json_is_true(json_object_get(version, "spoken")));
	assert_true(json_is_false(json_object_get(version, "server_order")));
	suite = json_array_get(json_object_get(version, "suites"), 1);
	assert_string_equal(json_string_value(json_object_get(suite, "id")), "0x0033");
	assert_string_equal(json_string_value(json_object_get(suite, "key_exchange")), "DHE_RSA");
	assert_string_equal(json_string_value(json_object_get(suite, "flaw")), "cbc");
	assert_int_equal(json_integer_value(json_object_get(suite, "group_bits")), 1024);
	json_decref(json);
	audit_result_done(&r);
}

/* It may be given in any encoding. */
static void
test_a_host_that_is_no_utf_8_does_not_keep_json_from_coming(void **state)
{
	static const struct audit_options odd = { .host = "caf\xe9.example", .port = 587 };
	static const struct audit_options idn = { .host = "caf\xc3\xa9.example", .port = 587 };
	struct audit_result r = make_result();
	json_t *json = audit_report_json(&odd, &r);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json, "host")), "caf?.example");
	json_decref(json);
	json = audit_report_json(&idn, &r);
	assert_string_equal(json_string_value(json_object_get(json, "host")), idn.host);
	json_decref(json);
	audit_result_done(&r);
}

/* A grade is of the whole. */
static void
test_a_part_has_no_grade(void **state)
{
	static const struct {
		unsigned checks;
		const char *words;
	} rows[] = {
		{ 1U << AUDIT_CHECK_PORTS | 1U << AUDIT_CHECK_TLS,
		    ": no grade: only tls was looked" },
		{ 1U << AUDIT_CHECK_PORTS, ": no grade: only ports was looked at" },
		{ 7U, ": no grade: only clear, login were looked at (1 critical" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_options part = options;
		struct audit_result r = make_result();
		struct buf out;
		char *text;

		part.checks = rows[i].checks;
		r.grade = NULL;
		buf_init(&out, 1 << 20);
		audit_report_text(&part, &r, false, &out);
		text = slice_dup(buf_slice(&out));
		assert_non_null(strstr(text, rows[i].words));
		free(text);
		buf_done(&out);
		audit_result_done(&r);
	}
}

static void
test_no_grade_is_given_to_what_was_not_seen(void **state)
{
	struct audit_result r = { .grade = NULL };
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	audit_report_text(&options, &r, true, &out);
	assert_true(slice_is(buf_slice(&out), "mail.example could not be audited.\n"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_text_begins_with_the_grade_and_ends_with_what_is_missing),
		cmocka_unit_test(test_json_has_all_that_was_seen),
		cmocka_unit_test(test_json_has_all_that_is_agreed_to),
		cmocka_unit_test(test_a_host_that_is_no_utf_8_does_not_keep_json_from_coming),
		cmocka_unit_test(test_a_part_has_no_grade),
		cmocka_unit_test(test_no_grade_is_given_to_what_was_not_seen),
	};

	return cmocka_run_group_tests_name("audit/report", tests, NULL, NULL);
}
