/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/policy.h"

static const struct dmarc_case {
	const char *text, *error;
	enum audit_dmarc_policy policy;
	unsigned percent;
	bool has_reports;
} dmarc_cases[] = {
	{ "v=DMARC1; p=none", NULL, AUDIT_DMARC_POLICY_NONE, 100, false },
	{ "v=DMARC1;p=reject;rua=mailto:a@b.example;", NULL, AUDIT_DMARC_POLICY_REJECT, 100, true },
	{ "v=DMARC1; p = Quarantine ; pct=20", NULL, AUDIT_DMARC_POLICY_QUARANTINE, 20, false },
	{ "v=DMARC1; rua=mailto:a@b.example", "p= is missing", AUDIT_DMARC_POLICY_NONE, 100, true },
	{ "v=DMARC1; p=refuse", "p= has no policy that is known", AUDIT_DMARC_POLICY_NONE, 100,
	    false },
	{ "v=DMARC1; p=none; pct=101", "pct= is no percentage", AUDIT_DMARC_POLICY_NONE, 100,
	    false },
	{ "v=DMARC1; p=none; nonsense", "something is no tag", AUDIT_DMARC_POLICY_NONE, 100,
	    false },
};

/* In a block of its exact size, to free(). */
static struct slice
copy_of(const char *text, size_t len)
{
	uint8_t *copy = malloc(len + (len == 0));

	memcpy(copy, text, len);
	return slice_make(copy, len);
}

static void
release(struct slice s)
{
	free((void *)(uintptr_t)s.ptr); /* NOLINT(performance-no-int-to-ptr): our copy */
}

static void
test_dmarc_records_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dmarc_cases / sizeof dmarc_cases[0]; i++) {
		const struct dmarc_case *c = &dmarc_cases[i];
		struct audit_dmarc d;

		audit_dmarc_read(slice_of(c->text), &d);
		if (d.policy != c->policy || d.percent != c->percent ||
		    d.has_reports != c->has_reports ||
		    (c->error == NULL ? d.error != NULL
				      : d.error == NULL || strcmp(d.error, c->error) != 0))
			fail_msg(
			    "%s: policy %d, %u %%, %s", c->text, (int)d.policy, d.percent, d.error);
	}
}

static void
test_a_version_is_the_first_tag(void **state)
{
	(void)state;
	assert_true(audit_tag_begins(slice_of("v=DMARC1; p=none"), "DMARC1"));
	assert_true(audit_tag_begins(slice_of(" v = DMARC1;"), "DMARC1"));
	assert_false(audit_tag_begins(slice_of("v=DMARC10; p=none"), "DMARC1"));
	assert_false(audit_tag_begins(slice_of("p=none; v=DMARC1"), "DMARC1"));
	assert_false(audit_tag_begins(slice_of(""), "DMARC1"));
	assert_false(audit_tag_begins(slice_of(";;"), "DMARC1"));
}

static const struct dkim_case {
	const char *text;
	bool is_key, is_revoked, is_test, is_ed25519;
	size_t key_len;
	const char *error;
} dkim_cases[] = {
	{ "v=DKIM1; k=rsa; p=AAEC", true, false, false, false, 3, NULL },
	{ "p=AAEC", true, false, false, false, 3, NULL },
	{ "v=DKIM1; k=ed25519; t=s:y; p=AA EC", true, false, true, true, 3, NULL },
	{ "v=DKIM1; p=", true, true, false, false, 0, NULL },
	{ "v=DKIM1; p=A", true, false, false, false, 0, "p= is no base64" },
	{ "p=AAEC; v=DKIM1", true, false, false, false, 3, "v= is not DKIM1, or not the first" },
	{ "v=DKIM1; k=dsa; p=AAEC", true, false, false, false, 3,
	    "k= is no kind of key that is known" },
	{ "v=spf1 -all", false, false, false, false, 0, "v= is not DKIM1, or not the first" },
	{ "hello", false, false, false, false, 0, "something is no tag" },
};

static void
test_dkim_keys_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dkim_cases / sizeof dkim_cases[0]; i++) {
		const struct dkim_case *c = &dkim_cases[i];
		struct audit_dkim d;

		audit_dkim_read(slice_of(c->text), &d);
		if (d.is_key != c->is_key || d.is_revoked != c->is_revoked ||
		    d.is_test != c->is_test || d.is_ed25519 != c->is_ed25519 ||
		    d.key_len != c->key_len ||
		    (c->error == NULL ? d.error != NULL
				      : d.error == NULL || strcmp(d.error, c->error) != 0))
			fail_msg("%s: %zu octets, %s", c->text, d.key_len, d.error);
	}
}

#define POLICY "version: STSv1\r\nmode: enforce\r\nmx: *.example.org\r\nmax_age: 86400\r\n"

static const struct sts_case {
	const char *text, *error;
	enum audit_sts_mode mode;
	size_t mx_count;
} sts_cases[] = {
	{ POLICY, NULL, AUDIT_STS_MODE_ENFORCE, 1 },
	{ "version: STSv1\nmode: testing\nmx: a.example\nmx: b.example\nmax_age: 1", NULL,
	    AUDIT_STS_MODE_TESTING, 2 },
	{ "version: STSv1\nmode: none\nmax_age: 1\n", NULL, AUDIT_STS_MODE_NONE, 0 },
	{ "version: STSv1\nmode: enforce\nmax_age: 1\n", "it lists no \"mx:\"",
	    AUDIT_STS_MODE_ENFORCE, 0 },
	{ "mode: enforce\nmx: a\nmax_age: 1\n", "\"version: STSv1\" is missing",
	    AUDIT_STS_MODE_ENFORCE, 1 },
	{ "version: STSv1\nmx: a\nmax_age: 1\n", "\"mode:\" is missing or unknown",
	    AUDIT_STS_MODE_NONE, 1 },
	{ "version: STSv1\nmode: none\nmax_age: soon\n",
	    "\"max_age:\" is missing or no number of seconds", AUDIT_STS_MODE_NONE, 0 },
};

static void
test_sts_policies_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sts_cases / sizeof sts_cases[0]; i++) {
		const struct sts_case *c = &sts_cases[i];
		struct audit_sts s;

		audit_sts_read(slice_of(c->text), &s);
		if (s.mode != c->mode || s.mx_count != c->mx_count ||
		    (c->error == NULL ? s.error != NULL
				      : s.error == NULL || strcmp(s.error, c->error) != 0))
			fail_msg("%s: mode %d, %zu hosts, %s", c->text, (int)s.mode, s.mx_count,
			    s.error);
	}
}

/* RFC 8461 §4.1: a star is one label, the first. */
static void
test_a_star_fits_one_label(void **state)
{
	(void)state;
	assert_true(audit_sts_fits(slice_of("mx.example.org"), "MX.example.org"));
	assert_true(audit_sts_fits(slice_of("*.example.org"), "mx.example.org"));
	assert_false(audit_sts_fits(slice_of("*.example.org"), "a.mx.example.org"));
	assert_false(audit_sts_fits(slice_of("*.example.org"), "example.org"));
	assert_false(audit_sts_fits(slice_of("*.example.org"), ".example.org"));
	assert_false(audit_sts_fits(slice_of("*"), "mx.example.org"));
	assert_false(audit_sts_fits(slice_of(""), "mx.example.org"));
}

static void
test_all_may_be_cut_anywhere(void **state)
{
	static const char text[] = "v=DMARC1; p=none; k=rsa; t=y:s; p=AAEC;\n" POLICY;

	(void)state;
	for (size_t len = 0; len < sizeof text; len++) {
		const struct slice part = copy_of(text, len);
		struct audit_dmarc dmarc;
		struct audit_dkim dkim;
		struct audit_sts sts;

		audit_dmarc_read(part, &dmarc);
		audit_dkim_read(part, &dkim);
		audit_sts_read(part, &sts);
		release(part);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dmarc_records_are_read),
		cmocka_unit_test(test_a_version_is_the_first_tag),
		cmocka_unit_test(test_dkim_keys_are_read),
		cmocka_unit_test(test_sts_policies_are_read),
		cmocka_unit_test(test_a_star_fits_one_label),
		cmocka_unit_test(test_all_may_be_cut_anywhere),
	};

	return cmocka_run_group_tests_name("audit/policy", tests, NULL, NULL);
}
