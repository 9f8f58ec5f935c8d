/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "auth/hash.h"
#include "auth/peer.h"
#include "auth/trace_key.h"
#include "util/log.h"

static void
test_right_password_logs_in_under_the_stored_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_log_in(f, RESPONSE("\0Alice@Example.ORG\0right")), WIRE_SASL_OK);
	assert_string_equal(f->last.text, ALICE);
}

static void
test_who_has_logged_in_gets_a_pseudonym_for_the_address(void **state)
{
	struct fixture *f = *state;
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];
	struct auth_pseudonym *p;
	char text[IP_TEXT_SIZE];
	struct ip ip;

	assert_int_equal(peer_log_in(f, RESPONSE("\0" ALICE "\0wrong")), WIRE_SASL_BAD_CREDENTIALS);
	assert_string_equal(f->last.pseudonym, "");
	assert_int_equal(peer_log_in(f, RESPONSE("\0" ALICE "\0right")), WIRE_SASL_OK);
	assert_int_equal(auth_trace_key_load(f->scratch.trace_key, key), 0);
	p = auth_pseudonym_new(key);
	assert_true(auth_pseudonym_read(p, slice_of(f->last.pseudonym), &ip));
	ip_print(&ip, text);
	assert_string_equal(text, PEER);
	auth_pseudonym_free(&p);
}

static void
test_login_mechanism_asks_twice(void **state)
{
	struct fixture *f = *state;
	const struct wire_sasl_start start = { slice_of("LOGIN"), slice_of(PEER), false,
		{ NULL, 0 } };
	struct buf payload;

	buf_init(&payload, 1024);
	wire_sasl_start_encode(&start, &payload);
	ipc_send(f->peer, WIRE_SASL_START, 5, buf_slice(&payload));
	buf_done(&payload);
	peer_run_until(f, 1);
	assert_string_equal(f->last.text, "Username:");
	ipc_send(f->peer, WIRE_SASL_RESPONSE, 5, slice_of(ALICE));
	peer_run_until(f, 2);
	assert_string_equal(f->last.text, "Password:");
	ipc_send(f->peer, WIRE_SASL_RESPONSE, 5, slice_of("right"));
	peer_run_until(f, 3);
	assert_int_equal(f->last.status, WIRE_SASL_OK);
	assert_int_equal(f->last.id, 5);
}

static const struct failure_case {
	const char *name;
	struct slice response;
	enum wire_sasl_status status;
	unsigned hashes;
} failures[] = {
	{ "wrong password", { (const uint8_t *)WRONG, sizeof WRONG - 1 }, WIRE_SASL_BAD_CREDENTIALS,
	    1 },
	{ "unknown user", { (const uint8_t *)"\0nobody\0right", 13 }, WIRE_SASL_BAD_CREDENTIALS,
	    1 },
	{ "disabled user", { (const uint8_t *)"\0gone\0right", 11 }, WIRE_SASL_BAD_CREDENTIALS, 1 },
	{ "for another", { (const uint8_t *)"root" RIGHT, sizeof RIGHT - 1 + 4 },
	    WIRE_SASL_BAD_CREDENTIALS, 0 },
	{ "malformed", { (const uint8_t *)"alice", 5 }, WIRE_SASL_MALFORMED, 0 },
	{ "empty", { (const uint8_t *)"", 0 }, WIRE_SASL_MALFORMED, 0 },
};

/* Whether there is such an account shows neither in the answer nor in the work that is done. */
static void
test_failures_are_alike_in_answer_and_work(void **state)
{
	struct fixture *f = *state;

	peer_add_account(f, "gone", "right");
	assert_int_equal(auth_accounts_set_disabled(f->store, "gone", true, 1), 0);
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		const struct failure_case *t = &failures[i];

		peer_crypt_calls = 0;
		peer_clock_ms += THROTTLE_MS;
		if (peer_log_in(f, t->response) != t->status || peer_crypt_calls != t->hashes)
			fail_msg("%s: status %d, %u hashes", t->name, (int)f->last.status,
			    (unsigned)peer_crypt_calls);
		assert_string_equal(f->last.text, "");
	}
}

static void
test_verified_password_is_hashed_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(peer_crypt_calls, 1);
	peer_clock_ms += CACHE_MS - 1;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(peer_crypt_calls, 1);
	peer_clock_ms += CACHE_MS;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(peer_crypt_calls, 2);
}

static void
test_failure_is_never_remembered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(peer_log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(peer_crypt_calls, 2);
}

static void
test_changes_take_effect_at_once_for_remembered_passwords_too(void **state)
{
	struct fixture *f = *state;
	char *hash = auth_hash_new(slice_of("other"), 1);

	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, true, 1), 0);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, false, 1), 0);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_set_hash(f->store, ALICE, hash, 1), 0);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(peer_log_in(f, RESPONSE("\0" ALICE "\0other")), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_remove(f->store, ALICE), 0);
	peer_clock_ms += 1;
	assert_int_equal(peer_log_in_from(f, "192.0.2.8", RESPONSE("\0" ALICE "\0other")),
	    WIRE_SASL_BAD_CREDENTIALS);
	free(hash);
}

static void
test_address_that_failed_too_often_is_not_listened_to(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < THROTTLE_FAILURES; i++)
		assert_int_equal(peer_log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_THROTTLED);
	assert_int_equal(peer_crypt_calls, THROTTLE_FAILURES);
	assert_int_equal(peer_log_in_from(f, "192.0.2.8", RESPONSE(RIGHT)), WIRE_SASL_OK);
	peer_clock_ms += THROTTLE_MS;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

static void
test_leaving_before_the_answer_counts_as_a_failure(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 1; id <= THROTTLE_FAILURES; id++) {
		peer_send_start(f, id, PEER, RESPONSE(WRONG));
		ipc_send(f->peer, WIRE_SASL_CANCEL, id, RESPONSE(""));
	}
	/* The pool is in order, and this waits for its turn behind the others. */
	assert_int_equal(
	    peer_log_in_from(f, "192.0.2.8", RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	while (peer_crypt_calls < THROTTLE_FAILURES + 1)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
	assert_int_equal(f->count, 1);
	while (peer_log_in(f, RESPONSE("x")) != WIRE_SASL_THROTTLED)
		;
}

static void
test_more_logins_than_may_wait_are_put_off(void **state)
{
	struct fixture *f = *state;
	unsigned put_off = 0, good = 0;

	for (uint64_t id = 1; id <= 20; id++)
		peer_send_start(f, id, PEER, RESPONSE(RIGHT));
	for (size_t i = 1; i <= 20; i++) {
		peer_run_until(f, i);
		put_off += f->last.status == WIRE_SASL_TEMPORARY;
		good += f->last.status == WIRE_SASL_OK;
	}
	/* All came in one turn of the loop: 2 for the threads and 4 to wait. */
	assert_int_equal(good, 6);
	assert_int_equal(put_off, 14);
	assert_int_equal(peer_crypt_calls, 6);
}

static void
test_store_that_is_away_is_temporary_and_comes_back(void **state)
{
	struct fixture *f = *state;
	char away[4096];

	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	(void)snprintf(away, sizeof away, "%s.away", f->scratch.database);
	assert_int_equal(rename(f->scratch.database, away), 0);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_TEMPORARY);
	assert_int_equal(peer_ask_sender(f, ALICE, ALICE), WIRE_SENDER_TEMPORARY);
	assert_int_equal(rename(away, f->scratch.database), 0);
	peer_clock_ms += AUTH_DIRECTORY_RETRY_MS;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, peer_set_up, peer_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_right_password_logs_in_under_the_stored_name),
		CASE(test_who_has_logged_in_gets_a_pseudonym_for_the_address),
		CASE(test_login_mechanism_asks_twice),
		CASE(test_failures_are_alike_in_answer_and_work),
		CASE(test_verified_password_is_hashed_once),
		CASE(test_failure_is_never_remembered),
		CASE(test_changes_take_effect_at_once_for_remembered_passwords_too),
		CASE(test_address_that_failed_too_often_is_not_listened_to),
		CASE(test_leaving_before_the_answer_counts_as_a_failure),
		CASE(test_more_logins_than_may_wait_are_put_off),
		CASE(test_store_that_is_away_is_temporary_and_comes_back),
	};
	log_setup("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth/login", tests, NULL, NULL);
}
