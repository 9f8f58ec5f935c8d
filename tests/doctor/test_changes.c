/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/changes.h"

enum { ROOM = 4096 };

#define PROBE(tcp, took, faults, lines)                                                            \
	"{'verdict':{'id':'ok'},'name':{'addresses':[{'address':'192.0.2.1'}]},'probes':["         \
	"{'address':'192.0.2.1','port':587,'path':{'last_router_ttl':2},'dialog':{'tcp':{'end':"   \
	"'" tcp "','icmp':{'from':'10.0.0.1'}},'took_ms':" took ",'ehlo':{'lines':['hello'," lines \
	"]},'stages':[{'stage':'auth','end':'passed'}],'tls':{'version':'TLSv1.3','certificate':"  \
	"{'sha256':'aa','issuer':'R3','not_after':'2027-01-01T00:00:00.000Z','faults':[" faults    \
	"]}}}}]}"
#define BASE PROBE("open", "100.0", "", "'STARTTLS','SIZE 10'")

static const struct {
	const char *name, *after, *words;
} cases[] = {
	{ "nothing", BASE, "" },
	{ "port", PROBE("silent", "100.0", "", "'STARTTLS','SIZE 10'"),
	    "192.0.2.1 port 587: TCP was open, is now silent\n" },
	{ "somewhat slower", PROBE("open", "299.0", "", "'STARTTLS','SIZE 10'"), "" },
	{ "three times as slow", PROBE("open", "300.0", "", "'STARTTLS','SIZE 10'"),
	    "192.0.2.1 port 587: took 100 ms, takes now 300 ms\n" },
	{ "a fault of the certificate", PROBE("open", "100.0", "'expired'", "'STARTTLS','SIZE 10'"),
	    "192.0.2.1 port 587: the certificate is now expired\n" },
	{ "keywords", PROBE("open", "100.0", "", "'SIZE 20'"),
	    "192.0.2.1 port 587: EHLO has no longer STARTTLS\n"
	    "192.0.2.1 port 587: EHLO has no longer SIZE 10\n"
	    "192.0.2.1 port 587: EHLO has now SIZE 20\n" },
	{ "no report at all", "{}", "" },
};

static json_t *
load(const char *text)
{
	char double_quoted[2048];
	json_t *json;

	assert_true(strlen(text) < sizeof double_quoted);
	for (size_t i = 0; i <= strlen(text); i++) {
		double_quoted[i] = text[i];
		if (text[i] == '\'')
			double_quoted[i] = '"';
	}
	json = json_loads(double_quoted, 0, NULL);
	assert_non_null(json);
	return json;
}

static void
check(const char *name, const char *before, const char *after, const char *words)
{
	json_t *x = load(before), *y = load(after);
	size_t count, lines = 0;
	struct buf out;

	buf_init(&out, ROOM);
	count = doctor_changes(x, y, &out);
	if (!slice_is(buf_slice(&out), words))
		fail_msg("%s: '%.*s'", name, (int)out.len, (const char *)out.ptr);
	for (size_t i = 0; i < out.len; i++)
		lines += out.ptr[i] == '\n';
	assert_int_equal(count, lines);
	buf_done(&out);
	json_decref(x);
	json_decref(y);
}

static void
test_each_change_is_told_in_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i].name, BASE, cases[i].after, cases[i].words);
}

/* What a second report has otherwise, as one part of it in place of another. */
static void
check_replaced(const char *old, const char *new, const char *words)
{
	const char *at = strstr(BASE, old);
	char after[2048];
	int len;

	assert_non_null(at);
	len = snprintf(
	    after, sizeof after, "%.*s%s%s", (int)(at - BASE), BASE, new, at + strlen(old));
	assert_true(len > 0 && (size_t)len < sizeof after);
	check(old, BASE, after, words);
}

static void
test_verdict_way_login_and_certificate_are_looked_at(void **state)
{
	(void)state;
	check_replaced(
	    "'id':'ok'", "'id':'auth-failed'", "the verdict was ok, is now auth-failed\n");
	check_replaced("'last_router_ttl':2", "'last_router_ttl':1",
	    "192.0.2.1 port 587: the last hop that answers was 2, is now 1\n");
	check_replaced("'from':'10.0.0.1'", "'from':'10.0.0.9'",
	    "192.0.2.1 port 587: who rejects it was 10.0.0.1, is now 10.0.0.9\n");
	check_replaced("'end':'passed'", "'end':'refused'",
	    "192.0.2.1 port 587: auth was passed, is now refused\n");
	check_replaced("'end':'passed'", "'end':'not_reached'",
	    "192.0.2.1 port 587: auth was passed, is now not reached\n");
	check_replaced("'TLSv1.3'", "'TLSv1.2'",
	    "192.0.2.1 port 587: TLS version was TLSv1.3, is now TLSv1.2\n");
	check_replaced("'sha256':'aa'", "'sha256':'bb'",
	    "192.0.2.1 port 587: the certificate is another one, issued by R3, valid until "
	    "2027-01-01T00:00:00.000Z\n");
}

#define RELEASE(moment) PROBE("open", "100.0", "", "'STARTTLS','FUTURERELEASE 86400 " moment "'")

/* RFC 4865 §3: the latest time that the server takes goes on with its clock. */
static const struct {
	const char *before, *after, *words;
} moments[] = {
	{ RELEASE("2026-12-01T10:00:00Z"), RELEASE("2026-12-01T10:00:05Z"), "" },
	{ RELEASE("2026-12-31T23:59:59Z"), RELEASE("3027-01-01T00:00:00.25+01:00"), "" },
	{ RELEASE("2026-12-01T10:00:00Z more"), RELEASE("2026-12-01T10:00:05Z more"), "" },
	{ RELEASE("2026-12-01T10:00:00Z"), RELEASE("2026-12-01T10:00:05Z more"),
	    "192.0.2.1 port 587: EHLO has no longer FUTURERELEASE 86400 2026-12-01T10:00:00Z\n"
	    "192.0.2.1 port 587: EHLO has now FUTURERELEASE 86400 2026-12-01T10:00:05Z more\n" },
	{ RELEASE("2026-12-01T10:00:00Z"), RELEASE("2026"),
	    "192.0.2.1 port 587: EHLO has no longer FUTURERELEASE 86400 2026-12-01T10:00:00Z\n"
	    "192.0.2.1 port 587: EHLO has now FUTURERELEASE 86400 2026\n" },
	{ RELEASE("2026-12-01"), RELEASE("2026-12-02"),
	    "192.0.2.1 port 587: EHLO has no longer FUTURERELEASE 86400 2026-12-01\n"
	    "192.0.2.1 port 587: EHLO has now FUTURERELEASE 86400 2026-12-02\n" },
};

static void
test_the_time_of_day_in_a_keyword_is_no_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
		check(moments[i].after, moments[i].before, moments[i].after, moments[i].words);
}

static void
test_addresses_come_and_go(void **state)
{
	(void)state;
	check_replaced("[{'address':'192.0.2.1'}]", "[{'address':'192.0.2.2'}]",
	    "192.0.2.1 is no longer an address of it\n192.0.2.2 is a new address of it\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_change_is_told_in_words),
		cmocka_unit_test(test_verdict_way_login_and_certificate_are_looked_at),
		cmocka_unit_test(test_the_time_of_day_in_a_keyword_is_no_change),
		cmocka_unit_test(test_addresses_come_and_go),
	};

	return cmocka_run_group_tests_name("doctor/changes", tests, NULL, NULL);
}
