/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <errno.h>

#include "doctor/cell.h"
#include "fixture.h"

enum { ROOM = 1024, S_PER_DAY = 86400 };

/* Takes what out holds. */
static void
expect(struct buf *out, const char *wanted)
{
	if (!slice_is(buf_slice(out), wanted))
		fail_msg("'%.*s', wanted '%s'", (int)out->len, (const char *)out->ptr, wanted);
	buf_clear(out);
}

static void
test_a_size_has_the_unit_that_fits_it(void **state)
{
	static const struct {
		uint64_t octets;
		const char *words;
	} cases[] = { { 0, "0 bytes" }, { 999, "999 bytes" }, { 1000, "1.0 kB" },
		{ 999999, "999.9 kB" }, { 1000000, "1.0 MB" }, { 52428800, "52.4 MB" },
		{ UINT64_MAX, "18.4 EB" } };
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		doctor_cell_size(cases[i].octets, &out);
		expect(&out, cases[i].words);
	}
	buf_done(&out);
}

static void
test_a_time_never_looks_like_none(void **state)
{
	static const struct {
		uint64_t us;
		const char *words;
	} cases[] = { { 40, "0.04 ms" }, { 99, "0.09 ms" }, { 100, "0.1 ms" }, { 9999, "9.9 ms" },
		{ 10000, "10 ms" }, { 999999, "999 ms" }, { 1000000, "1.0 s" } };
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		doctor_cell_took(cases[i].us, &out);
		expect(&out, cases[i].words);
	}
	buf_done(&out);
}

static void
test_times_are_told_in_utc(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_cell_moment((int64_t)FIXTURE_NOW_UNIX_S * 1000 + 5, &out);
	expect(&out, "2026-11-22 10:00:00 UTC");
	doctor_cell_timestamp((int64_t)FIXTURE_NOW_UNIX_S * 1000 + 5, &out);
	expect(&out, "2026-11-22T10:00:00.005Z");
	doctor_cell_timestamp(-1, &out);
	expect(&out, "1970-01-01T00:00:00.000Z");
	buf_done(&out);
}

static void
test_the_end_of_an_attempt_is_told_with_who_made_it(void **state)
{
	struct probe_tcp tcp = { .end = PROBE_TCP_NOT_TRIED };
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "");
	fixture_set_silent(&tcp);
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "no answer in 3.0 s");
	fixture_set_reset(&tcp);
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "refused");
	fixture_set_rejected(&tcp, "10.0.0.1");
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "rejected by 10.0.0.1");
	tcp = (struct probe_tcp){ .end = PROBE_TCP_LOCAL, .error = EPERM };
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "not allowed here (EPERM)");
	tcp = (struct probe_tcp){ .end = PROBE_TCP_UNREACHABLE, .error = ENETUNREACH };
	doctor_cell_tcp(&tcp, &out);
	expect(&out, "not reachable (ENETUNREACH)");
	buf_done(&out);
}

static void
test_tls_is_told_or_why_there_is_none(void **state)
{
	struct probe_dialog_facts *d = test_calloc(1, sizeof *d);
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	d->tls.trouble = PROBE_TLS_NOT_TRIED;
	doctor_cell_tls(d, &out);
	expect(&out, "");
	d->ehlo.is_there = true;
	doctor_cell_tls(d, &out);
	expect(&out, "not offered");
	d->stages[PROBE_STAGE_STARTTLS].end = PROBE_STAGE_REFUSED;
	doctor_cell_tls(d, &out);
	expect(&out, "STARTTLS refused");
	d->stages[PROBE_STAGE_STARTTLS].end = PROBE_STAGE_BROKEN;
	doctor_cell_tls(d, &out);
	expect(&out, "not offered");
	d->stages[PROBE_STAGE_STARTTLS].code = 250;
	doctor_cell_tls(d, &out);
	expect(&out, "STARTTLS refused");
	d->tls.trouble = PROBE_TLS_VERSION;
	doctor_cell_tls(d, &out);
	expect(&out, "no version in common");
	d->tls.trouble = PROBE_TLS_FINE;
	d->tls.is_legacy = true;
	(void)snprintf(d->tls.version, sizeof d->tls.version, "TLSv1");
	doctor_cell_tls(d, &out);
	expect(&out, "TLSv1 (outdated)");
	buf_done(&out);
	test_free(d);
}

static void
test_a_certificate_has_its_days_or_its_faults(void **state)
{
	struct probe_certificate c = { .is_there = false };
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_cell_certificate(&c, FIXTURE_NOW_UNIX_S, &out);
	expect(&out, "");
	c.is_there = true;
	c.not_after_unix_s = FIXTURE_NOW_UNIX_S + (int64_t)2 * S_PER_DAY - 1;
	doctor_cell_certificate(&c, FIXTURE_NOW_UNIX_S, &out);
	expect(&out, "valid, 1 day left");
	c.faults = PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_WRONG_NAME;
	doctor_cell_certificate(&c, FIXTURE_NOW_UNIX_S, &out);
	expect(&out, "expired, wrong name");
	buf_done(&out);
}

static void
test_days_left_count_whole_days_in_both_directions(void **state)
{
	struct probe_certificate c = { .is_there = true };

	(void)state;
	c.not_after_unix_s = FIXTURE_NOW_UNIX_S + S_PER_DAY;
	assert_int_equal(doctor_cell_days_left(&c, FIXTURE_NOW_UNIX_S), 1);
	c.not_after_unix_s = FIXTURE_NOW_UNIX_S;
	assert_int_equal(doctor_cell_days_left(&c, FIXTURE_NOW_UNIX_S), 0);
	c.not_after_unix_s = FIXTURE_NOW_UNIX_S - 1;
	assert_int_equal(doctor_cell_days_left(&c, FIXTURE_NOW_UNIX_S), -1);
}

static void
test_mechanisms_are_listed_or_none_is_said(void **state)
{
	struct probe_ehlo *e = test_calloc(1, sizeof *e);
	struct buf out;

	(void)state;
	buf_init(&out, ROOM);
	doctor_cell_auth(e, &out);
	expect(&out, "");
	e->is_there = true;
	doctor_cell_auth(e, &out);
	expect(&out, "none");
	(void)snprintf(e->mechanisms, sizeof e->mechanisms, "PLAIN \033LOGIN");
	doctor_cell_auth(e, &out);
	expect(&out, "PLAIN \\x1bLOGIN");
	buf_done(&out);
	test_free(e);
}

static void
test_a_verdict_is_called_by_its_first_cause(void **state)
{
	static const char *const names[][2] = { { "healthy", "ok" },
		{ "filtered", "port-filtered" }, { "inconclusive", "inconclusive" } };
	struct doctor_verdict *verdict = test_calloc(1, sizeof *verdict);
	struct doctor_facts facts;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		fixture_fill(fixture_find(names[i][0]), &facts, verdict);
		assert_string_equal(doctor_cell_verdict(verdict), names[i][1]);
		doctor_verdict_done(verdict);
		doctor_facts_done(&facts);
	}
	test_free(verdict);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_size_has_the_unit_that_fits_it),
		cmocka_unit_test(test_a_time_never_looks_like_none),
		cmocka_unit_test(test_times_are_told_in_utc),
		cmocka_unit_test(test_the_end_of_an_attempt_is_told_with_who_made_it),
		cmocka_unit_test(test_tls_is_told_or_why_there_is_none),
		cmocka_unit_test(test_a_certificate_has_its_days_or_its_faults),
		cmocka_unit_test(test_days_left_count_whole_days_in_both_directions),
		cmocka_unit_test(test_mechanisms_are_listed_or_none_is_said),
		cmocka_unit_test(test_a_verdict_is_called_by_its_first_cause),
	};

	return cmocka_run_group_tests_name("doctor/cell", tests, NULL, NULL);
}
