/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_feed.h"

enum { RECIPIENTS_MAX = 8 };

/* Separated by spaces; returns how many. */
static size_t
split(const char *text, struct slice recipients[RECIPIENTS_MAX])
{
	struct slice rest = slice_of(text);
	size_t count = 0;

	while (rest.len > 0) {
		size_t len = slice_find(rest, ' ');

		assert_true(count < RECIPIENTS_MAX);
		recipients[count++] = slice_first(rest, len);
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
	}
	return count;
}

static size_t
fit(const struct smtp_client *c, const char *text)
{
	struct slice recipients[RECIPIENTS_MAX];

	return smtp_client_recipients_fit(c, recipients, split(text, recipients));
}

/* A transaction that is refused counts as one (RFC 9422 §4.1). */
static void
send_mail(struct smtp_client *c, const char *text)
{
	struct slice recipients[RECIPIENTS_MAX];
	const struct smtp_client_mail m = { .sender = slice_of("s@x"),
		.recipients = recipients,
		.recipient_count = split(text, recipients) };

	smtp_client_mail(c, &m, 1);
	drop_output(c);
	assert_int_equal(smtp_client_input(c, slice_of("550 no\r\n"), 1), 8);
	for (size_t i = 0; i < m.recipient_count; i++) {
		struct smtp_verdict v = smtp_client_verdict_take(c, i);

		smtp_verdict_done(&v);
	}
	smtp_client_result_done(c, 1);
}

static const struct limits_case {
	const char *limits;
	size_t fit; /* of the five below */
} cases[] = {
	{ "HELP", 5 },
	{ "LIMITS RCPTMAX=1", 1 },
	{ "LIMITS RCPTMAX=4", 4 },
	{ "LIMITS RCPTMAX=5", 5 },
	{ "LIMITS rcptmax=2 MAILMAX=5", 2 },
	{ "LIMITS MAILMAX=5 OTHER x-y_z=!~ RCPTMAX=2", 2 },
	{ "LIMITS RCPTMAX=999999", 5 },
	/* RFC 9422 §3.7: what is wrong in one value is not said */
	{ "LIMITS RCPTMAX=1000000", 5 },
	{ "LIMITS RCPTMAX=0", 5 },
	{ "LIMITS RCPTMAX=02", 5 },
	{ "LIMITS RCPTMAX=-2", 5 },
	{ "LIMITS RCPTMAX", 5 },
	{ "LIMITS RCPTMAX=2x RCPTMAX=3", 3 },
	/* and what is wrong in the syntax voids all */
	{ "LIMITS RCPTMAX=2;", 5 },
	{ "LIMITS RCPTMAX=", 5 },
	{ "LIMITS RCPTMAX=2 =3", 5 },
	{ "LIMITS RCPTMAX=2  MAILMAX=3", 5 },
	{ "LIMITS RCPTMAX=2 MAIL.MAX=3", 5 },
	{ "LIMITS RCPTMAX=2 ", 2 },
	{ "LIMITS", 5 },
	{ "LIMITS RCPTDOMAINMAX=1", 2 },
	{ "LIMITS RCPTDOMAINMAX=2", 4 },
	{ "LIMITS RCPTDOMAINMAX=3", 5 },
	{ "LIMITS RCPTDOMAINMAX=2 RCPTMAX=3", 3 },
};

static void
test_limits_say_how_many_recipients_fit(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct smtp_client *c = start_offering(cases[i].limits);
		size_t n = fit(c, "a@one b@ONE c@two d@one e@three");

		if (n != cases[i].fit)
			fail_msg("%s: %zu", cases[i].limits, n);
		smtp_client_free(&c);
	}
}

static void
test_a_connection_takes_no_more_than_mailmax_transactions(void **state)
{
	struct smtp_client *c = start_offering("LIMITS MAILMAX=2");

	(void)state;
	send_mail(c, "a@y");
	assert_false(smtp_client_is_spent(c));
	assert_int_equal(fit(c, "a@y"), 1);
	send_mail(c, "a@y");
	assert_true(smtp_client_is_spent(c));
	assert_int_equal(fit(c, "a@y"), 0);
	smtp_client_free(&c);
}

static void
test_domains_are_counted_over_the_whole_connection(void **state)
{
	struct smtp_client *c = start_offering("LIMITS RCPTDOMAINMAX=2");

	(void)state;
	send_mail(c, "a@one b@one");
	assert_int_equal(fit(c, "a@one a@two a@three"), 2);
	send_mail(c, "a@two");
	assert_int_equal(fit(c, "a@three"), 0);
	assert_int_equal(fit(c, "a@TWO b@one c@three"), 2);
	assert_false(smtp_client_is_spent(c));
	smtp_client_free(&c);
}

/* RFC 9422 §3.6 */
static void
test_the_last_reply_to_ehlo_counts(void **state)
{
	struct smtp_client_options options = usual_options();
	struct smtp_client *c;

	(void)state;
	options.tls = SMTP_CLIENT_TLS_REQUIRED;
	c = smtp_client_new(&options, 1);
	(void)smtp_client_input(c, slice_of("220 y\r\n250-y\r\n"), 1);
	(void)smtp_client_input(c, slice_of("250-LIMITS RCPTMAX=1\r\n250 STARTTLS\r\n"), 1);
	(void)smtp_client_input(c, slice_of("220 go\r\n"), 1);
	smtp_client_tls_done(c, true, 1);
	(void)smtp_client_input(c, slice_of("250 y\r\n"), 1);
	assert_int_equal(fit(c, "a@y b@y"), 2);
	smtp_client_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_say_how_many_recipients_fit),
		cmocka_unit_test(test_a_connection_takes_no_more_than_mailmax_transactions),
		cmocka_unit_test(test_domains_are_counted_over_the_whole_connection),
		cmocka_unit_test(test_the_last_reply_to_ehlo_counts),
	};

	return cmocka_run_group_tests_name("smtp/client_limits", tests, NULL, NULL);
}
