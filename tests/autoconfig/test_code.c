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

static const struct autoconfig_settings full = {
	.address = "ana@example.org",
	.domain = "example.org",
	.user = "ana",
	.name = "Ana \"{{from}}\" \\",
	.submission = { .host = "mail.example.org", .port = 465, .security = AUTOCONFIG_TLS },
	.alternative = { .host = "other.example.org",
	    .port = 5870,
	    .security = AUTOCONFIG_STARTTLS },
};

static void
test_the_name_of_the_sender_is_a_literal_and_only_there_when_given(void **state)
{
	struct autoconfig_settings s = full;
	struct buf with, without, literal;

	(void)state;
	buf_init(&with, AUTOCONFIG_TEXT_MAX);
	buf_init(&without, AUTOCONFIG_TEXT_MAX);
	buf_init(&literal, 1024);
	for (int i = 0; i < AUTOCONFIG_LANGUAGE_COUNT; i++) {
		const enum autoconfig_language language = (enum autoconfig_language)i;

		buf_clear(&with);
		buf_clear(&without);
		buf_clear(&literal);
		s.name = full.name;
		autoconfig_code(language, &s, &with);
		s.name = NULL;
		autoconfig_code(language, &s, &without);
		autoconfig_quote(language, slice_of(full.name), &literal);
		assert_true(buf_add_octet(&with, '\0') && buf_add_octet(&without, '\0') &&
			    buf_add_octet(&literal, '\0'));
		assert_non_null(strstr((char *)with.ptr, (char *)literal.ptr));
		assert_null(strstr((char *)without.ptr, "Ana"));
		assert_null(strstr((char *)with.ptr, "[name]"));
		assert_null(strstr((char *)without.ptr, "[no-name]"));
	}
	buf_done(&literal);
	buf_done(&without);
	buf_done(&with);
}

static void
test_a_comment_names_the_other_port_when_there_is_one(void **state)
{
	static const char words[] = "Also offered: other.example.org, port 5870, STARTTLS\n";
	struct autoconfig_settings s = full;
	struct buf out;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	for (int i = 0; i < 2 * AUTOCONFIG_LANGUAGE_COUNT; i++) {
		const char *line;

		s.alternative.host = i % 2 == 0 ? full.alternative.host : NULL;
		buf_clear(&out);
		autoconfig_code((enum autoconfig_language)(i / 2), &s, &out);
		assert_true(buf_add_octet(&out, '\0'));
		line = strstr((const char *)out.ptr, words);
		assert_true((line != NULL) == (i % 2 == 0));
		assert_true(line == NULL || line[-2] == '/' || line[-2] == '#');
		assert_null(strstr((const char *)out.ptr, "Also offered: {"));
	}
	buf_done(&out);
}

/* Nothing waits for ever: a script that hangs in cron is found too late. */
static void
test_every_sample_has_an_end(void **state)
{
	static const char *const limits[AUTOCONFIG_LANGUAGE_COUNT][3] = {
		[AUTOCONFIG_PYTHON] = { "timeout=30" },
		[AUTOCONFIG_PHP] = { "->Timeout = 30;" },
		[AUTOCONFIG_NODE] = { "connectionTimeout: ", "greetingTimeout: ",
		    "socketTimeout: " },
		[AUTOCONFIG_GO] = { "net.DialTimeout(", ".SetDeadline(" },
		[AUTOCONFIG_JAVA] = { "smtp.connectiontimeout\"", "smtp.timeout\"",
		    "smtp.writetimeout\"" },
		[AUTOCONFIG_CSHARP] = { "client.Timeout = " },
	};
	struct buf out;

	(void)state;
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	for (int language = 0; language < AUTOCONFIG_LANGUAGE_COUNT; language++)
		for (size_t i = 0; i < 3 && limits[language][i] != NULL; i++)
			assert_non_null(strstr(write_code((enum autoconfig_language)language,
						   AUTOCONFIG_STARTTLS, &out),
			    limits[language][i]));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_sample_is_filled_in),
		cmocka_unit_test(test_each_mode_has_its_own_lines),
		cmocka_unit_test(test_no_sample_turns_a_check_off),
		cmocka_unit_test(
		    test_the_name_of_the_sender_is_a_literal_and_only_there_when_given),
		cmocka_unit_test(test_a_comment_names_the_other_port_when_there_is_one),
		cmocka_unit_test(test_every_sample_has_an_end),
	};

	return cmocka_run_group_tests_name("autoconfig/code", tests, NULL, NULL);
}
