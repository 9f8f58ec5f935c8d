/* SPDX-License-Identifier: Apache-2.0 */
#include "sasl/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsasl.h>

enum { RESPONSE_MAX = 4096 };

static struct sasl_client *
make(const char *mechanism, const char *user, const char *secret)
{
	const struct sasl_client_options options = {
		.user = slice_of(user),
		.secret = slice_of(secret),
		.host = "server.example.com",
		.port = 143,
	};
	struct sasl_client *x = sasl_client_new(mechanism, &options);

	assert_non_null(x);
	return x;
}

/* "-": gives up. */
static void
check_response(struct sasl_client *x, const char *challenge, struct slice expected)
{
	struct buf response;
	bool ok;

	buf_init(&response, RESPONSE_MAX);
	ok = sasl_client_respond(x, slice_of(challenge), &response);
	if (slice_is(expected, "-"))
		assert_false(ok);
	else if (!ok || !slice_equal(buf_slice(&response), expected))
		fail_msg("'%s' is answered with '%.*s'", challenge, (int)response.len,
		    (const char *)response.ptr);
	buf_done(&response);
}

#define OCTETS(text)                                                                               \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

static const struct exchange {
	const char *mechanism, *user, *secret;
	struct {
		const char *challenge;
		struct slice response;
	} turns[3];
	bool is_first;
} exchanges[] = {
	/* RFC 4616 §4 */
	{ "PLAIN", "tim", "tanstaaftanstaaf", { { "", OCTETS("\0tim\0tanstaaftanstaaf") } }, true },
	{ "LOGIN", "tim", "secret",
	    { { "Username:", OCTETS("tim") }, { "Password:", OCTETS("secret") } }, false },
	{ "LOGIN", "tim", "secret", { { "", OCTETS("tim") }, { "what", OCTETS("secret") } },
	    false },
	/* RFC 2195 §2 */
	{ "CRAM-MD5", "tim", "tanstaaftanstaaf",
	    { { "<1896.697170952@postoffice.reston.mci.net>",
		OCTETS("tim b913a602c7eda7a495b4e6e7334d3890") } },
	    false },
	{ "XOAUTH2", "a@x.example", "ya29.token",
	    { { "", OCTETS("user=a@x.example\1auth=Bearer ya29.token\1\1") },
		{ "{\"status\":\"400\"}", OCTETS("") }, { "again", OCTETS("-") } },
	    true },
	/* RFC 7628 §4.1, §4.3 */
	{ "OAUTHBEARER", "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
	    { { "", OCTETS("n,a=user@example.com,\1host=server.example.com\1port=143\1"
			   "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1") },
		{ "{\"status\":\"invalid_token\"}", OCTETS("\1") }, { "again", OCTETS("-") } },
	    true },
	{ "OAUTHBEARER", "a=b,c", "t",
	    { { "",
		OCTETS("n,a=a=3Db=2Cc,\1host=server.example.com\1port=143\1auth=Bearer t\1\1") } },
	    true },
};

static void
test_each_mechanism_says_what_its_document_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++) {
		const struct exchange *t = &exchanges[i];
		struct sasl_client *x = make(t->mechanism, t->user, t->secret);

		assert_int_equal(sasl_client_is_first(x), t->is_first);
		assert_false(sasl_client_is_satisfied(x));
		for (size_t j = 0; j < 3 && t->turns[j].challenge != NULL; j++)
			check_response(x, t->turns[j].challenge, t->turns[j].response);
		assert_true(sasl_client_is_satisfied(x));
		sasl_client_free(&x);
	}
}

static void
test_a_complaint_about_a_token_is_kept(void **state)
{
	struct sasl_client *x = make("XOAUTH2", "a", "t");

	(void)state;
	check_response(x, "", slice_of("user=a\1auth=Bearer t\1\1"));
	assert_int_equal(sasl_client_complaint(x).len, 0);
	check_response(x, "{\"status\":\"400\"}", slice_of(""));
	assert_true(slice_is(sasl_client_complaint(x), "{\"status\":\"400\"}"));
	sasl_client_free(&x);
}

static void
test_a_long_complaint_is_cut(void **state)
{
	struct sasl_client *x = make("XOAUTH2", "a", "t");
	char text[SASL_COMPLAINT_MAX + 2];

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	check_response(x, "", slice_of("user=a\1auth=Bearer t\1\1"));
	check_response(x, text, slice_of(""));
	assert_int_equal(sasl_client_complaint(x).len, SASL_COMPLAINT_MAX);
	sasl_client_free(&x);
}

static int
on_property(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	(void)library;
	if (property != GSASL_PASSWORD)
		return GSASL_NO_CALLBACK;
	return gsasl_property_set(session, GSASL_PASSWORD, "secret");
}

/* One step of libgsasl's server; its words are the next challenge. False when it refuses. */
static bool
serve(Gsasl_session *server, const struct buf *response, struct buf *challenge)
{
	char *out = NULL;
	size_t len = 0;
	int rc = gsasl_step(server, (const char *)response->ptr, response->len, &out, &len);

	buf_clear(challenge);
	assert_true(buf_add(challenge, out, len));
	gsasl_free(out);
	return rc == GSASL_OK || rc == GSASL_NEEDS_MORE;
}

/* The rounds of SCRAM; octet: of the server's last word to be changed, -1: none. */
static bool
log_in(const char *mechanism, const char *secret, int octet)
{
	struct sasl_client *x = make(mechanism, "tim", secret);
	struct buf challenge, response;
	Gsasl *library;
	Gsasl_session *server;
	bool ok;

	assert_int_equal(gsasl_init(&library), GSASL_OK);
	gsasl_callback_set(library, on_property);
	assert_int_equal(gsasl_server_start(library, mechanism, &server), GSASL_OK);
	buf_init(&challenge, RESPONSE_MAX);
	buf_init(&response, RESPONSE_MAX);
	assert_true(sasl_client_respond(x, slice_of(""), &response));
	assert_true(serve(server, &response, &challenge));
	buf_clear(&response);
	assert_true(sasl_client_respond(x, buf_slice(&challenge), &response));
	ok = serve(server, &response, &challenge);
	if (ok && octet >= 0)
		challenge.ptr[octet] ^= 1;
	buf_clear(&response);
	ok = ok && sasl_client_respond(x, buf_slice(&challenge), &response) && response.len == 0;
	assert_int_equal(sasl_client_is_satisfied(x), ok);
	sasl_client_free(&x);
	gsasl_finish(server);
	gsasl_done(library);
	buf_done(&challenge);
	buf_done(&response);
	return ok;
}

/* RFC 5802 §3, RFC 7677 §3 */
static void
test_with_scram_the_server_must_prove_itself_too(void **state)
{
	static const char *const mechanisms[] = { "SCRAM-SHA-1", "SCRAM-SHA-256" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_true(log_in(mechanisms[i], "secret", -1));
		assert_false(log_in(mechanisms[i], "wrong", -1));
		assert_false(log_in(mechanisms[i], "secret", 4));
	}
}

static void
test_a_server_that_says_yes_too_early_is_not_believed(void **state)
{
	struct sasl_client *x = make("SCRAM-SHA-256", "tim", "secret");
	struct buf response;

	(void)state;
	buf_init(&response, RESPONSE_MAX);
	assert_true(sasl_client_respond(x, slice_of(""), &response));
	assert_false(sasl_client_is_satisfied(x));
	buf_done(&response);
	sasl_client_free(&x);
}

static void
test_a_challenge_that_is_none_has_no_answer(void **state)
{
	struct sasl_client *x = make("SCRAM-SHA-256", "tim", "secret");
	struct buf response;

	(void)state;
	buf_init(&response, RESPONSE_MAX);
	assert_true(sasl_client_respond(x, slice_of(""), &response));
	assert_false(sasl_client_respond(x, slice_of("what"), &response));
	assert_false(sasl_client_respond(x, slice_of("what"), &response));
	buf_done(&response);
	sasl_client_free(&x);
}

static void
test_other_mechanisms_are_not_known(void **state)
{
	const struct sasl_client_options options = { .host = "x" };

	(void)state;
	assert_false(sasl_client_knows("NTLM"));
	assert_null(sasl_client_new("NTLM", &options));
	assert_true(sasl_client_knows("OAUTHBEARER"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mechanism_says_what_its_document_says),
		cmocka_unit_test(test_a_complaint_about_a_token_is_kept),
		cmocka_unit_test(test_a_long_complaint_is_cut),
		cmocka_unit_test(test_with_scram_the_server_must_prove_itself_too),
		cmocka_unit_test(test_a_server_that_says_yes_too_early_is_not_believed),
		cmocka_unit_test(test_a_challenge_that_is_none_has_no_answer),
		cmocka_unit_test(test_other_mechanisms_are_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
