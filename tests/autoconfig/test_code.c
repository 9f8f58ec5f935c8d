/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A C string of the program, in out. */
static const char *
write_code(enum autoconfig_language language, enum autoconfig_security security, struct buf *out)
{
	const struct autoconfig_settings settings = {
		.address = "ana@example.org",
		.domain = "example.org",
		.user = "a\"{{host}}\\",
		.submission = { .host = "mail.example.org", .port = 4321, .security = security },
	};

	buf_clear(out);
	autoconfig_code(language, &settings, out);
	assert_true(buf_add_octet(out, '\0'));
	assert_false(out->overflow);
	return (const char *)out->ptr;
}

/* What stands in a value is not looked into again. */
static void
test_every_sample_is_filled_in(void **state)
{
	struct buf out, literal;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	buf_init(&literal, 1024);
	for (int i = 0; i < 2 * AUTOCONFIG_LANGUAGE_COUNT; i++) {
		const enum autoconfig_language language = (enum autoconfig_language)(i / 2);
		const char *code =
		    write_code(language, i % 2 == 0 ? AUTOCONFIG_TLS : AUTOCONFIG_STARTTLS, &out);

		buf_clear(&literal);
		autoconfig_quote(language, slice_of("a\"{{host}}\\"), &literal);
		assert_true(buf_add_octet(&literal, '\0'));
		assert_non_null(strstr(code, (const char *)literal.ptr));
		assert_non_null(strstr(code, "4321"));
		assert_non_null(strstr(code, "mail.example.org"));
		assert_non_null(strstr(code, "SMTP_PASSWORD"));
		assert_null(strstr(code, "{{port}}"));
		assert_null(strstr(code, "{{from}}"));
		assert_null(strstr(code, "[tls]"));
		assert_null(strstr(code, "[starttls]"));
	}
	buf_done(&literal);
	buf_done(&out);
}

static void
test_each_mode_has_its_own_lines(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	assert_non_null(
	    strstr(write_code(AUTOCONFIG_PYTHON, AUTOCONFIG_TLS, &out), "smtplib.SMTP_SSL("));
	assert_null(
	    strstr(write_code(AUTOCONFIG_PYTHON, AUTOCONFIG_STARTTLS, &out), "smtplib.SMTP_SSL("));
	assert_non_null(
	    strstr(write_code(AUTOCONFIG_PYTHON, AUTOCONFIG_STARTTLS, &out), ".starttls("));
	assert_non_null(
	    strstr(write_code(AUTOCONFIG_NODE, AUTOCONFIG_STARTTLS, &out), "requireTLS: true"));
	buf_done(&out);
}

/* RFC 8314 §5.3, §4.1: no sample may teach what the doctor advises against. */
static void
test_no_sample_turns_a_check_off(void **state)
{
	static const char *const unsafe[] = { "rejectUnauthorized", "verify_peer", "CERT_NONE",
		"InsecureSkipVerify", "ssl.trust", "ServerCertificateValidationCallback",
		"check_hostname", "_create_unverified_context", "SMTPAutoTLS" };
	struct buf out;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	for (int language = 0; language < AUTOCONFIG_LANGUAGE_COUNT; language++) {
		const char *code =
		    write_code((enum autoconfig_language)language, AUTOCONFIG_STARTTLS, &out);

		for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
			assert_null(strstr(code, unsafe[i]));
	}
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sample_is_filled_in),
		cmocka_unit_test(test_each_mode_has_its_own_lines),
		cmocka_unit_test(test_no_sample_turns_a_check_off),
	};

	return cmocka_run_group_tests_name("autoconfig/code", tests, NULL, NULL);
}
