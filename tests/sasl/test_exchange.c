/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sasl/exchange.h"

#define OCTETS(text) (text), sizeof(text) - 1

/* One exchange: what the client answers, one response after the other, and how it ends. */
static const struct exchange_case {
	const char *name, *mechanism;
	struct {
		const char *ptr;
		size_t len;
	} responses[2];
	unsigned count;
	enum sasl_status status;
	const char *account, *password;
} cases[] = {
	/* RFC 4616 §4 */
	{ "example of RFC 4616", "PLAIN", { { OCTETS("\0tim\0tanstaaftanstaaf") } }, 1,
	    SASL_STATUS_CREDENTIALS, "tim", "tanstaaftanstaaf" },
	{ "to act for another (RFC 4616)", "PLAIN", { { OCTETS("Ursel\0Kurt\0xipj3plmq") } }, 1,
	    SASL_STATUS_REFUSED, NULL, NULL },
	{ "to act for oneself", "PLAIN", { { OCTETS("tim\0tim\0pw") } }, 1, SASL_STATUS_CREDENTIALS,
	    "tim", "pw" },
	{ "mechanism without case", "pLaIn", { { OCTETS("\0a@b\0p w") } }, 1,
	    SASL_STATUS_CREDENTIALS, "a@b", "p w" },
	{ "name and authzid are prepared alike", "PLAIN",
	    { { OCTETS("I\xc2\xadX\0\xe2\x85\xa8\0\xc2\xaa") } }, 1, SASL_STATUS_CREDENTIALS, "IX",
	    "a" },
	{ "no NUL", "PLAIN", { { OCTETS("tim") } }, 1, SASL_STATUS_MALFORMED, NULL, NULL },
	{ "one NUL", "PLAIN", { { OCTETS("\0tim") } }, 1, SASL_STATUS_MALFORMED, NULL, NULL },
	{ "three NULs", "PLAIN", { { OCTETS("\0tim\0p\0q") } }, 1, SASL_STATUS_MALFORMED, NULL,
	    NULL },
	{ "NUL at the end", "PLAIN", { { OCTETS("\0tim\0p\0") } }, 1, SASL_STATUS_MALFORMED, NULL,
	    NULL },
	{ "empty response", "PLAIN", { { OCTETS("") } }, 1, SASL_STATUS_MALFORMED, NULL, NULL },
	{ "empty name", "PLAIN", { { OCTETS("\0\0p") } }, 1, SASL_STATUS_REFUSED, NULL, NULL },
	{ "empty password", "PLAIN", { { OCTETS("\0tim\0") } }, 1, SASL_STATUS_REFUSED, NULL,
	    NULL },
	{ "authzid in other letters", "PLAIN", { { OCTETS("Tim\0tim\0pw") } }, 1,
	    SASL_STATUS_REFUSED, NULL, NULL },
	{ "all of printable ASCII at its ends", "PLAIN", { { OCTETS("\0 ~\0~ ") } }, 1,
	    SASL_STATUS_CREDENTIALS, " ~", "~ " },
	/* RFC 4013 §2.3: control characters are prohibited */
	{ "DEL in the password", "PLAIN", { { OCTETS("\0tim\0p\x7f") } }, 1, SASL_STATUS_REFUSED,
	    NULL, NULL },
	{ "tab in the name", "PLAIN", { { OCTETS("\0t\tim\0pw") } }, 1, SASL_STATUS_REFUSED, NULL,
	    NULL },
	{ "NULs alone", "PLAIN", { { OCTETS("\0\0") } }, 1, SASL_STATUS_REFUSED, NULL, NULL },
	{ "password is not UTF-8", "PLAIN", { { OCTETS("\0tim\0caf\xe9") } }, 1,
	    SASL_STATUS_REFUSED, NULL, NULL },
	{ "LOGIN", "LOGIN", { { OCTETS("tim") }, { OCTETS("pw") } }, 2, SASL_STATUS_CREDENTIALS,
	    "tim", "pw" },
	{ "LOGIN prepares too", "login", { { OCTETS("\xe2\x85\xa8") }, { OCTETS("\xc2\xaa") } }, 2,
	    SASL_STATUS_CREDENTIALS, "IX", "a" },
	{ "LOGIN, empty name", "LOGIN", { { OCTETS("") } }, 1, SASL_STATUS_MALFORMED, NULL, NULL },
	{ "LOGIN, empty password", "LOGIN", { { OCTETS("tim") }, { OCTETS("") } }, 2,
	    SASL_STATUS_MALFORMED, NULL, NULL },
	{ "LOGIN, NUL in the name", "LOGIN", { { OCTETS("ti\0m") } }, 1, SASL_STATUS_MALFORMED,
	    NULL, NULL },
	{ "LOGIN, NUL in the password", "LOGIN", { { OCTETS("tim") }, { OCTETS("p\0w") } }, 2,
	    SASL_STATUS_MALFORMED, NULL, NULL },
	{ "LOGIN, password is not UTF-8", "LOGIN", { { OCTETS("tim") }, { OCTETS("\xff") } }, 2,
	    SASL_STATUS_REFUSED, NULL, NULL },
};

/* The response in a heap block of its exact size: ASan sees any overread. */
static enum sasl_status
respond(struct sasl_exchange *x, const char *ptr, size_t len)
{
	uint8_t *block = malloc(len + (len == 0));
	enum sasl_status status;

	assert_non_null(block);
	memcpy(block, ptr, len);
	status = sasl_exchange_respond(x, slice_make(block, len));
	free(block);
	return status;
}

static void
check_credentials(const struct exchange_case *t, struct sasl_exchange *x)
{
	struct sasl_credentials c = sasl_exchange_take_credentials(x);

	if (strcmp(c.name, t->account) != 0 || !slice_is(secret_slice(&c.password), t->password))
		fail_msg("%s: got name '%s'", t->name, c.name);
	sasl_credentials_done(&c);
	assert_null(c.name);
	assert_null(c.password.ptr);
}

static void
check_case(const struct exchange_case *t, bool initial)
{
	struct sasl_context *context = sasl_context_new();
	struct sasl_exchange *x = sasl_exchange_new(context, slice_of(t->mechanism));
	enum sasl_status status = SASL_STATUS_CHALLENGE;

	assert_non_null(x);
	if (!initial)
		status = sasl_exchange_begin(x);
	for (unsigned i = 0; i < t->count; i++) {
		if (status != SASL_STATUS_CHALLENGE)
			fail_msg("%s: over before response %u", t->name, i);
		status = respond(x, t->responses[i].ptr, t->responses[i].len);
	}
	if (status != t->status)
		fail_msg("%s, initial %d: status %d", t->name, initial, (int)status);
	if (status == SASL_STATUS_CREDENTIALS)
		check_credentials(t, x);
	assert_int_equal(respond(x, "again", 5), SASL_STATUS_MALFORMED);
	sasl_exchange_free(&x);
	sasl_context_free(&context);
}

/* RFC 4954 §4, for names that must be prepared too. */
static void
test_outcome_is_the_same_with_and_without_initial_response(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		check_case(&cases[i], false);
		check_case(&cases[i], true);
	}
}

/* RFC 4422 §3.5: the client may stop at any point. */
static void
test_exchange_can_be_dropped_after_each_step(void **state)
{
	struct sasl_context *context = sasl_context_new();

	(void)state;
	for (unsigned steps = 0; steps <= 2; steps++) {
		struct sasl_exchange *x = sasl_exchange_new(context, slice_of("LOGIN"));

		for (unsigned i = 0; i < steps; i++)
			(void)respond(x, "text", 4);
		sasl_exchange_free(&x);
		assert_null(x);
	}
	sasl_context_free(&context);
}

static void
test_challenges_are_those_that_clients_compare(void **state)
{
	struct sasl_context *context = sasl_context_new();
	struct sasl_exchange *login = sasl_exchange_new(context, slice_of("LOGIN"));
	struct sasl_exchange *plain = sasl_exchange_new(context, slice_of("PLAIN"));

	(void)state;
	assert_int_equal(sasl_exchange_begin(login), SASL_STATUS_CHALLENGE);
	assert_true(slice_is(sasl_exchange_challenge(login), "Username:"));
	assert_int_equal(respond(login, "tim", 3), SASL_STATUS_CHALLENGE);
	assert_true(slice_is(sasl_exchange_challenge(login), "Password:"));
	assert_int_equal(sasl_exchange_begin(plain), SASL_STATUS_CHALLENGE);
	assert_int_equal(sasl_exchange_challenge(plain).len, 0);
	sasl_exchange_free(&login);
	sasl_exchange_free(&plain);
	sasl_context_free(&context);
}

static void
test_other_mechanisms_are_not_ours(void **state)
{
	static const char *const names[] = { "", "PLAI", "PLAINX", "CRAM-MD5", "ANONYMOUS",
		"EXTERNAL" };
	struct sasl_context *context = sasl_context_new();

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_null(sasl_exchange_new(context, slice_of(names[i])));
	sasl_context_free(&context);
}

/* "NUL name NUL password" with name and password of these lengths. */
static enum sasl_status
plain_of_lengths(size_t name_len, size_t password_len)
{
	struct sasl_context *context = sasl_context_new();
	struct sasl_exchange *x = sasl_exchange_new(context, slice_of("PLAIN"));
	size_t len = 2 + name_len + password_len;
	char *text = calloc(1, len);
	enum sasl_status status;

	assert_non_null(text);
	memset(text + 1, 'n', name_len);
	memset(text + 2 + name_len, 'p', password_len);
	status = respond(x, text, len);
	free(text);
	sasl_exchange_free(&x);
	sasl_context_free(&context);
	return status;
}

/* RFC 4616 §2: 255 octets of each must be taken. */
static void
test_lengths_are_bounded(void **state)
{
	(void)state;
	assert_int_equal(plain_of_lengths(SASL_NAME_MAX, 255), SASL_STATUS_CREDENTIALS);
	assert_int_equal(plain_of_lengths(SASL_NAME_MAX + 1, 255), SASL_STATUS_REFUSED);
	assert_int_equal(plain_of_lengths(1, SASL_PASSWORD_MAX), SASL_STATUS_CREDENTIALS);
	assert_int_equal(plain_of_lengths(1, SASL_PASSWORD_MAX + 1), SASL_STATUS_REFUSED);
	assert_int_equal(plain_of_lengths(1, SASL_RESPONSE_MAX - 3), SASL_STATUS_REFUSED);
	assert_int_equal(plain_of_lengths(1, SASL_RESPONSE_MAX - 2), SASL_STATUS_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcome_is_the_same_with_and_without_initial_response),
		cmocka_unit_test(test_exchange_can_be_dropped_after_each_step),
		cmocka_unit_test(test_challenges_are_those_that_clients_compare),
		cmocka_unit_test(test_other_mechanisms_are_not_ours),
		cmocka_unit_test(test_lengths_are_bounded),
	};
	return cmocka_run_group_tests_name("sasl/exchange", tests, NULL, NULL);
}
