/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/spf.h"

static const struct spf_case {
	const char *text;
	enum audit_spf_all all;
	unsigned lookups;
	size_t includes;
	const char *error; /* NULL: none */
} cases[] = {
	{ "v=spf1", AUDIT_SPF_ALL_MISSING, 0, 0, NULL },
	{ "v=spf1 -all", AUDIT_SPF_ALL_FAIL, 0, 0, NULL },
	{ "V=SPF1 ~ALL", AUDIT_SPF_ALL_SOFT_FAIL, 0, 0, NULL },
	{ "v=spf1 ?all", AUDIT_SPF_ALL_NEUTRAL, 0, 0, NULL },
	{ "v=spf1 all", AUDIT_SPF_ALL_PASS, 0, 0, NULL },
	{ "v=spf1 +all", AUDIT_SPF_ALL_PASS, 0, 0, NULL },
	{ "v=spf1 -all +all", AUDIT_SPF_ALL_FAIL, 0, 0, NULL },
	{ "v=spf1  mx   a -all ", AUDIT_SPF_ALL_FAIL, 2, 0, NULL },
	{ "v=spf1 a:mail.example/24 mx/24//64 ptr -all", AUDIT_SPF_ALL_FAIL, 3, 0, NULL },
	{ "v=spf1 include:_spf.example exists:%{i}.x.example -all", AUDIT_SPF_ALL_FAIL, 2, 1,
	    NULL },
	{ "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip4:192.0.2.1 -all", AUDIT_SPF_ALL_FAIL, 0, 0,
	    NULL },
	{ "v=spf1 redirect=_spf.example", AUDIT_SPF_ALL_MISSING, 1, 1, NULL },
	{ "v=spf1 redirect=_spf.example -all", AUDIT_SPF_ALL_FAIL, 1, 0, NULL },
	{ "v=spf1 unknown=x exp=why.example -all", AUDIT_SPF_ALL_FAIL, 0, 0, NULL },
	{ "v=spf1 include:%{d}.example -all", AUDIT_SPF_ALL_FAIL, 1, 0, NULL },
	{ "v=spf1 ip4:192.0.2.256 -all", AUDIT_SPF_ALL_FAIL, 0, 0, "not an address or network" },
	{ "v=spf1 ip4:192.0.2.0/33 -all", AUDIT_SPF_ALL_FAIL, 0, 0, "not an address or network" },
	{ "v=spf1 ip6:192.0.2.1 -all", AUDIT_SPF_ALL_FAIL, 0, 0, "not an address or network" },
	{ "v=spf1 ip4: -all", AUDIT_SPF_ALL_FAIL, 0, 0, "not an address or network" },
	{ "v=spf1 a/x -all", AUDIT_SPF_ALL_FAIL, 1, 0, "not the length of a network" },
	{ "v=spf1 mx/24/64 -all", AUDIT_SPF_ALL_FAIL, 1, 0, "not the length of a network" },
	{ "v=spf1 include: -all", AUDIT_SPF_ALL_FAIL, 1, 0, "a domain is missing or too long" },
	{ "v=spf1 include -all", AUDIT_SPF_ALL_FAIL, 1, 0, "a domain is missing or too long" },
	{ "v=spf1 include:a,b -all", AUDIT_SPF_ALL_FAIL, 1, 0, "not a domain" },
	{ "v=spf1 include=_spf.example -all", AUDIT_SPF_ALL_FAIL, 0, 0, NULL },
	{ "v=spf1 mxs -all", AUDIT_SPF_ALL_FAIL, 0, 0, "no such mechanism" },
	{ "v=spf1 - -all", AUDIT_SPF_ALL_FAIL, 0, 0, "no such mechanism" },
	{ "v=spf1 redirect=a.example redirect=b.example", AUDIT_SPF_ALL_MISSING, 1, 1,
	    "a second redirect" },
};

/* In a block of its exact size: ASan sees any overread. */
static struct audit_spf
read_exactly(const char *text, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));
	struct audit_spf spf;

	memcpy(copy, text, len);
	audit_spf_read(slice_make(copy, len), &spf);
	free(copy);
	return spf;
}

static void
test_records_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct spf_case *c = &cases[i];
		const struct audit_spf spf = read_exactly(c->text, strlen(c->text));
		const bool is_error_right =
		    c->error == NULL ? spf.error == NULL
				     : spf.error != NULL && strcmp(spf.error, c->error) == 0;

		if (spf.all != c->all || spf.lookup_count != c->lookups ||
		    spf.include_count != c->includes || !is_error_right)
			fail_msg("%s: all %d, %u look-ups, %zu names, %s", c->text, (int)spf.all,
			    spf.lookup_count, spf.include_count, spf.error);
	}
}

static void
test_a_record_may_be_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t len = strlen("v=spf1"); len <= strlen(cases[i].text); len++)
			(void)read_exactly(cases[i].text, len);
}

/* RFC 7208 §4.5 */
static void
test_other_texts_are_no_records(void **state)
{
	(void)state;
	assert_true(audit_spf_is(slice_of("v=spf1")));
	assert_true(audit_spf_is(slice_of("v=spf1 -all")));
	assert_false(audit_spf_is(slice_of("v=spf10 -all")));
	assert_false(audit_spf_is(slice_of("v=spf")));
	assert_false(audit_spf_is(slice_of(" v=spf1")));
	assert_false(audit_spf_is(slice_of("")));
}

static void
test_where_it_is_wrong_is_told_in_print(void **state)
{
	const struct audit_spf spf = read_exactly("v=spf1 b\033d -all", 15);

	(void)state;
	assert_string_equal(spf.term, "b?d");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_are_read),
		cmocka_unit_test(test_a_record_may_be_cut_anywhere),
		cmocka_unit_test(test_other_texts_are_no_records),
		cmocka_unit_test(test_where_it_is_wrong_is_told_in_print),
	};

	return cmocka_run_group_tests_name("audit/spf", tests, NULL, NULL);
}
