/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Whether they are right as XML, tests/cli/test_client_settings.py sees. */
static const struct autoconfig_settings model = {
	.address = "ana@example.org",
	.domain = "example.org",
	.user = "ana@example.org",
	.submission = { .host = "mail.example.org", .port = 465, .security = AUTOCONFIG_TLS },
	.alternative = { .host = "mail.example.org", .port = 587, .security = AUTOCONFIG_STARTTLS },
	.incoming = { .host = "imap.example.org",
	    .port = 143,
	    .security = AUTOCONFIG_STARTTLS,
	    .protocol = AUTOCONFIG_IMAP },
};

static const char *
write_file(enum autoconfig_format format, const struct autoconfig_settings *s, struct buf *out)
{
	buf_clear(out);
	autoconfig_file(format, s, out);
	assert_true(buf_add_octet(out, '\0'));
	assert_false(out->overflow);
	return (const char *)out->ptr;
}

static void
test_mozilla_is_given_a_pattern_for_the_user_name(void **state)
{
	static const struct {
		const char *user, *pattern;
	} cases[] = {
		{ "ana@example.org", "<username>%EMAILADDRESS%</username>" },
		{ "ana", "<username>%EMAILLOCALPART%</username>" },
		{ "an", "<username>an</username>" },
		{ "A<1>", "<username>A&lt;1&gt;</username>" },
	};
	struct autoconfig_settings s = model;
	struct buf out;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		s.user = cases[i].user;
		assert_non_null(strstr(write_file(AUTOCONFIG_MOZILLA, &s, &out), cases[i].pattern));
	}
	buf_done(&out);
}

static void
test_mozilla_is_given_both_ports_the_better_one_first(void **state)
{
	struct buf out;
	const char *text;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	text = write_file(AUTOCONFIG_MOZILLA, &model, &out);
	assert_non_null(strstr(text, "<port>465</port>"));
	assert_true(strstr(text, "<port>465</port>") < strstr(text, "<port>587</port>"));
	buf_done(&out);
}

static void
test_outlook_is_told_which_kind_of_tls(void **state)
{
	struct buf out;
	const char *text;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	text = write_file(AUTOCONFIG_AUTODISCOVER, &model, &out);
	assert_non_null(strstr(text, "<Encryption>TLS</Encryption>"));
	assert_true(strstr(text, "<Encryption>TLS</Encryption>") <
		    strstr(text, "<Encryption>SSL</Encryption>"));
	assert_null(strstr(text, "<DisplayName>"));
	buf_done(&out);
}

/* RFC 4122 §4.3: the same name has the same UUID, another name another. */
static void
test_a_profile_replaces_its_older_self_and_no_other(void **state)
{
	struct autoconfig_settings s = model;
	struct buf one, other;
	const char *uuid = "43F4E2C1-B973-5DEB-87B8-9E92B3E93178"; /* by Python's uuid.uuid5() */

	(void)state;
	buf_init(&one, AUTOCONFIG_TEXT_MAX);
	buf_init(&other, AUTOCONFIG_TEXT_MAX);
	assert_non_null(strstr(write_file(AUTOCONFIG_MOBILECONFIG, &model, &one), uuid));
	s.submission.port = 587;
	assert_non_null(strstr(write_file(AUTOCONFIG_MOBILECONFIG, &s, &other), uuid));
	s.address = "ben@example.org";
	assert_null(strstr(write_file(AUTOCONFIG_MOBILECONFIG, &s, &other), uuid));
	buf_done(&one);
	buf_done(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mozilla_is_given_a_pattern_for_the_user_name),
		cmocka_unit_test(test_mozilla_is_given_both_ports_the_better_one_first),
		cmocka_unit_test(test_outlook_is_told_which_kind_of_tls),
		cmocka_unit_test(test_a_profile_replaces_its_older_self_and_no_other),
	};

	return cmocka_run_group_tests_name("autoconfig/files", tests, NULL, NULL);
}
