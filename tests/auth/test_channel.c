/* SPDX-License-Identifier: Apache-2.0 */
/* The auth process from its frames inwards, over a real channel, with a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <crypt.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "auth/channel.h"
#include "auth/hash.h"
#include "auth/scratch.h"
#include "proc/ipc.h"
#include "proc/wire.h"
#include "util/alloc.h"
#include "util/log.h"

#define PEER "192.0.2.7"
#define ALICE "alice@example.org"
#define RIGHT "\0" ALICE "\0right"
#define WRONG "\0" ALICE "\0wrong"
#define RESPONSE(text) slice_make((text), sizeof(text) - 1)

enum { THREADS = 2, THROTTLE_FAILURES = 3, CACHE_MS = 60000, THROTTLE_MS = 600000 };

struct reply {
	uint16_t type;
	uint64_t id;
	enum wire_sasl_status status;
	enum wire_sender_status sender;
	char text[64];
	struct buf payload;
};

struct fixture {
	struct scratch scratch;
	struct config *config;
	struct event_base *base;
	struct auth_service service;
	struct auth_accounts *store;
	struct ipc *peer, *signer;
	bool is_closed;
	size_t count;
	struct reply last;
};

static uint64_t clock_ms;
static atomic_uint crypt_calls;

static uint64_t
read_clock(void)
{
	return clock_ms;
}

char *__real_crypt_rn(const char *phrase, const char *setting, void *data, int size);
char *__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	(void)atomic_fetch_add(&crypt_calls, 1);
	return __real_crypt_rn(phrase, setting, data, size);
}

static void
keep_text(struct reply *r, struct slice octets)
{
	assert_true(octets.len < sizeof r->text);
	memcpy(r->text, octets.ptr, octets.len);
	r->text[octets.len] = '\0';
}

static bool
on_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct fixture *f = owner;
	struct wire_sasl_reply sasl;

	f->last.type = type;
	f->last.id = id;
	f->count++;
	if (type == WIRE_SASL_REPLY) {
		assert_true(wire_sasl_reply_decode(payload, &sasl));
		f->last.status = sasl.status;
		keep_text(&f->last, sasl.octets);
	} else if (type == WIRE_SENDER_REPLY) {
		assert_true(wire_sender_reply_decode(payload, &f->last.sender));
	} else {
		buf_clear(&f->last.payload);
		assert_true(buf_add_slice(&f->last.payload, payload));
	}
	return true;
}

static void
on_close(void *owner)
{
	struct fixture *f = owner;

	f->is_closed = true;
}

static const struct ipc_handler handler = { on_frame, on_close, NULL };

static struct config *
make_config(const char *directory)
{
	struct config *config = NULL;
	struct buf text, errors;

	buf_init(&text, 4096);
	buf_init(&errors, 4096);
	(void)buf_addf(&text,
	    "hostname = \"mail.example.org\"\nstate_directory = \"%s\"\n"
	    "tls { certificate = \"/c\" key = \"/k\" }\n"
	    "auth { hash_cost = 1 hash_queue = 4 cache = %ds\n"
	    " throttle_failures = %d throttle = %ds }\n"
	    "next_hop out { host = \"127.0.0.1\" }\nroute \"*\" { next_hop = out }\n",
	    directory, CACHE_MS / 1000, THROTTLE_FAILURES, THROTTLE_MS / 1000);
	if (config_parse("test", buf_slice(&text), &config, &errors) != 0)
		fail_msg("%.*s", (int)errors.len, (const char *)errors.ptr);
	buf_done(&text);
	buf_done(&errors);
	return config;
}

static void
add_account(const struct fixture *f, const char *name, const char *password)
{
	static char none[] = "";
	char *copy = xstrdup(name), *hash = auth_hash_new(slice_of(password), 1);
	const struct auth_account account = { .name = copy, .hash = hash, .senders = none };

	assert_int_equal(auth_accounts_add(f->store, &account), 0);
	free(copy);
	free(hash);
}

static struct ipc *
open_channel(struct fixture *f, enum proc_channel purpose)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	auth_channel_open(&f->service, 0, purpose, fds[0]);
	return ipc_new(f->base, fds[1], &handler, f);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	scratch_init(&f->scratch);
	f->config = make_config(f->scratch.directory);
	f->base = event_base_new();
	clock_ms = 1000000;
	assert_int_equal(
	    auth_service_init(&f->service, f->base, f->config, THREADS, read_clock), 0);
	assert_int_equal(
	    auth_accounts_open(f->scratch.database, AUTH_ACCOUNTS_WRITE, &f->store), 0);
	add_account(f, ALICE, "right");
	buf_init(&f->last.payload, AUTH_SIGNATURE_MAX);
	f->peer = open_channel(f, PROC_CHANNEL_MAIN);
	f->signer = open_channel(f, PROC_CHANNEL_SIGN);
	crypt_calls = 0;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	ipc_free(&f->peer);
	ipc_free(&f->signer);
	auth_service_done(&f->service);
	auth_accounts_close(&f->store);
	event_base_free(f->base);
	config_free(&f->config);
	buf_done(&f->last.payload);
	scratch_done(&f->scratch);
	free(f);
	return 0;
}

/* Until so many replies have come since the start, or the channel is closed. */
static void
run_until(struct fixture *f, size_t count)
{
	while (f->count < count && !f->is_closed)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
}

static void
send_start(struct fixture *f, uint64_t id, const char *peer, struct slice initial)
{
	const struct wire_sasl_start start = { slice_of("PLAIN"), slice_of(peer), true, initial };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sasl_start_encode(&start, &payload);
	ipc_send(f->peer, WIRE_SASL_START, id, buf_slice(&payload));
	buf_done(&payload);
}

static enum wire_sasl_status
log_in_from(struct fixture *f, const char *peer, struct slice initial)
{
	send_start(f, 1, peer, initial);
	run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SASL_REPLY);
	return f->last.status;
}

static enum wire_sasl_status
log_in(struct fixture *f, struct slice initial)
{
	return log_in_from(f, PEER, initial);
}

static enum wire_sender_status
ask_sender(struct fixture *f, const char *account, const char *address)
{
	const struct wire_sender sender = { slice_of(account), slice_of(address) };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sender_encode(&sender, &payload);
	ipc_send(f->peer, WIRE_SENDER, 9, buf_slice(&payload));
	buf_done(&payload);
	run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SENDER_REPLY);
	assert_int_equal(f->last.id, 9);
	return f->last.sender;
}

static void
test_right_password_logs_in_under_the_stored_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(log_in(f, RESPONSE("\0Alice@Example.ORG\0right")), WIRE_SASL_OK);
	assert_string_equal(f->last.text, ALICE);
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
	run_until(f, 1);
	assert_string_equal(f->last.text, "Username:");
	ipc_send(f->peer, WIRE_SASL_RESPONSE, 5, slice_of(ALICE));
	run_until(f, 2);
	assert_string_equal(f->last.text, "Password:");
	ipc_send(f->peer, WIRE_SASL_RESPONSE, 5, slice_of("right"));
	run_until(f, 3);
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

	add_account(f, "gone", "right");
	assert_int_equal(auth_accounts_set_disabled(f->store, "gone", true, 1), 0);
	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
		const struct failure_case *t = &failures[i];

		crypt_calls = 0;
		clock_ms += THROTTLE_MS;
		if (log_in(f, t->response) != t->status || crypt_calls != t->hashes)
			fail_msg("%s: status %d, %u hashes", t->name, (int)f->last.status,
			    (unsigned)crypt_calls);
		assert_string_equal(f->last.text, "");
	}
}

static void
test_verified_password_is_hashed_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(crypt_calls, 1);
	clock_ms += CACHE_MS - 1;
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(crypt_calls, 1);
	clock_ms += CACHE_MS;
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(crypt_calls, 2);
}

static void
test_failure_is_never_remembered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(crypt_calls, 2);
}

static void
test_changes_take_effect_at_once_for_remembered_passwords_too(void **state)
{
	struct fixture *f = *state;
	char *hash = auth_hash_new(slice_of("other"), 1);

	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, true, 1), 0);
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, false, 1), 0);
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_set_hash(f->store, ALICE, hash, 1), 0);
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(log_in(f, RESPONSE("\0" ALICE "\0other")), WIRE_SASL_OK);
	assert_int_equal(auth_accounts_remove(f->store, ALICE), 0);
	clock_ms += 1;
	assert_int_equal(
	    log_in_from(f, "192.0.2.8", RESPONSE("\0" ALICE "\0other")), WIRE_SASL_BAD_CREDENTIALS);
	free(hash);
}

static void
test_address_that_failed_too_often_is_not_listened_to(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < THROTTLE_FAILURES; i++)
		assert_int_equal(log_in(f, RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_THROTTLED);
	assert_int_equal(crypt_calls, THROTTLE_FAILURES);
	assert_int_equal(log_in_from(f, "192.0.2.8", RESPONSE(RIGHT)), WIRE_SASL_OK);
	clock_ms += THROTTLE_MS;
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

static void
test_leaving_before_the_answer_counts_as_a_failure(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 1; id <= THROTTLE_FAILURES; id++) {
		send_start(f, id, PEER, RESPONSE(WRONG));
		ipc_send(f->peer, WIRE_SASL_CANCEL, id, RESPONSE(""));
	}
	/* The pool is in order, and this waits for its turn behind the others. */
	assert_int_equal(log_in_from(f, "192.0.2.8", RESPONSE(WRONG)), WIRE_SASL_BAD_CREDENTIALS);
	while (crypt_calls < THROTTLE_FAILURES + 1)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
	assert_int_equal(f->count, 1);
	while (log_in(f, RESPONSE("x")) != WIRE_SASL_THROTTLED)
		;
}

static void
test_more_logins_than_may_wait_are_put_off(void **state)
{
	struct fixture *f = *state;
	unsigned put_off = 0, good = 0;

	for (uint64_t id = 1; id <= 20; id++)
		send_start(f, id, PEER, RESPONSE(RIGHT));
	for (size_t i = 1; i <= 20; i++) {
		run_until(f, i);
		put_off += f->last.status == WIRE_SASL_TEMPORARY;
		good += f->last.status == WIRE_SASL_OK;
	}
	/* All came in one turn of the loop: 2 for the threads and 4 to wait. */
	assert_int_equal(good, 6);
	assert_int_equal(put_off, 14);
	assert_int_equal(crypt_calls, 6);
}

static void
test_store_that_is_away_is_temporary_and_comes_back(void **state)
{
	struct fixture *f = *state;
	char away[4096];

	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	(void)snprintf(away, sizeof away, "%s.away", f->scratch.database);
	assert_int_equal(rename(f->scratch.database, away), 0);
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_TEMPORARY);
	assert_int_equal(ask_sender(f, ALICE, ALICE), WIRE_SENDER_TEMPORARY);
	assert_int_equal(rename(away, f->scratch.database), 0);
	clock_ms += AUTH_DIRECTORY_RETRY_MS;
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

static void
test_sender_rights_follow_the_account(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_sender(f, ALICE, ALICE), WIRE_SENDER_OK);
	assert_int_equal(ask_sender(f, ALICE, ""), WIRE_SENDER_OK);
	assert_int_equal(ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(auth_accounts_set_senders(f->store, ALICE, "@example.org", 1), 0);
	assert_int_equal(ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_OK);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, true, 1), 0);
	assert_int_equal(ask_sender(f, ALICE, ALICE), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(ask_sender(f, ALICE, ""), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(ask_sender(f, "nobody", ""), WIRE_SENDER_NOT_ALLOWED);
}

static void
test_senders_may_be_left_unchecked(void **state)
{
	struct fixture *f = *state;

	f->config->auth.check_sender = false;
	assert_int_equal(ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_OK);
	assert_int_equal(ask_sender(f, "nobody", "bob@example.org"), WIRE_SENDER_NOT_ALLOWED);
}

static void
test_unknown_mechanism_is_said(void **state)
{
	struct fixture *f = *state;
	const struct wire_sasl_start start = { slice_of("CRAM-MD5"), slice_of(PEER), false,
		{ NULL, 0 } };
	struct buf payload;

	buf_init(&payload, 1024);
	wire_sasl_start_encode(&start, &payload);
	ipc_send(f->peer, WIRE_SASL_START, 1, buf_slice(&payload));
	buf_done(&payload);
	run_until(f, 1);
	assert_int_equal(f->last.status, WIRE_SASL_BAD_MECHANISM);
}

static void
test_response_to_nothing_is_put_off_not_left_open(void **state)
{
	struct fixture *f = *state;

	ipc_send(f->peer, WIRE_SASL_RESPONSE, 77, slice_of("x"));
	run_until(f, 1);
	assert_int_equal(f->last.id, 77);
	assert_int_equal(f->last.status, WIRE_SASL_TEMPORARY);
}

static const struct nonsense_case {
	const char *name;
	uint16_t type;
	struct slice payload;
} nonsense[] = {
	{ "a type of another channel", WIRE_SIGN, { NULL, 0 } },
	{ "no such type", 9999, { NULL, 0 } },
	{ "a start cut short", WIRE_SASL_START, { (const uint8_t *)"x", 1 } },
	{ "a sender cut short", WIRE_SENDER, { (const uint8_t *)"x", 1 } },
	{ "a cancel with octets", WIRE_SASL_CANCEL, { (const uint8_t *)"x", 1 } },
};

static void
test_nonsense_ends_the_channel(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
		f->is_closed = false;
		ipc_send(f->peer, nonsense[i].type, 1, nonsense[i].payload);
		run_until(f, 1);
		if (!f->is_closed)
			fail_msg("%s was answered", nonsense[i].name);
		ipc_free(&f->peer);
		f->peer = open_channel(f, PROC_CHANNEL_MAIN);
	}
	f->is_closed = false;
}

static void
test_channel_that_ends_in_mid_hash_harms_nothing(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 1; id <= 4; id++)
		send_start(f, id, PEER, RESPONSE(RIGHT));
	while (crypt_calls == 0)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	ipc_free(&f->peer);
	f->peer = open_channel(f, PROC_CHANNEL_MAIN);
	f->count = 0;
	assert_int_equal(log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

static void
ask_signature(struct fixture *f, struct slice digest)
{
	const struct wire_sign request = { WIRE_SIGN_ECDSA, digest };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sign_encode(&request, &payload);
	ipc_send(f->signer, WIRE_SIGN, 3, buf_slice(&payload));
	buf_done(&payload);
	run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SIGNATURE);
	assert_int_equal(f->last.id, 3);
}

static void
test_signatures_are_given_once_there_is_a_key(void **state)
{
	static const uint8_t digest[32] = { 1, 2, 3 };
	struct fixture *f = *state;
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	BIO *out = BIO_new(BIO_s_mem());
	char *pem = NULL;

	ask_signature(f, slice_make(digest, sizeof digest));
	assert_int_equal(f->last.payload.len, 0);
	assert_int_equal(PEM_write_bio_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL), 1);
	assert_true(auth_service_set_key(
	    &f->service, slice_make(pem, (size_t)BIO_get_mem_data(out, &pem))));
	assert_false(auth_service_set_key(&f->service, slice_of("no key"))); /* the old one stays */
	ask_signature(f, slice_make(digest, sizeof digest));
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_verify(ctx, f->last.payload.ptr, f->last.payload.len, digest, sizeof digest),
	    1);
	(void)BIO_free(out);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_right_password_logs_in_under_the_stored_name),
		CASE(test_login_mechanism_asks_twice),
		CASE(test_failures_are_alike_in_answer_and_work),
		CASE(test_verified_password_is_hashed_once),
		CASE(test_failure_is_never_remembered),
		CASE(test_changes_take_effect_at_once_for_remembered_passwords_too),
		CASE(test_address_that_failed_too_often_is_not_listened_to),
		CASE(test_leaving_before_the_answer_counts_as_a_failure),
		CASE(test_more_logins_than_may_wait_are_put_off),
		CASE(test_store_that_is_away_is_temporary_and_comes_back),
		CASE(test_sender_rights_follow_the_account),
		CASE(test_senders_may_be_left_unchecked),
		CASE(test_unknown_mechanism_is_said),
		CASE(test_response_to_nothing_is_put_off_not_left_open),
		CASE(test_nonsense_ends_the_channel),
		CASE(test_channel_that_ends_in_mid_hash_harms_nothing),
		CASE(test_signatures_are_given_once_there_is_a_key),
	};
	log_setup("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth/channel", tests, NULL, NULL);
}
