/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "auth/peer.h"
#include "net/tls.h"
#include "util/log.h"

static void
test_sender_rights_follow_the_account(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(peer_ask_sender(f, ALICE, ALICE), WIRE_SENDER_OK);
	assert_int_equal(peer_ask_sender(f, ALICE, ""), WIRE_SENDER_OK);
	assert_int_equal(peer_ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(auth_accounts_set_senders(f->store, ALICE, "@example.org", 1), 0);
	assert_int_equal(peer_ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_OK);
	assert_int_equal(auth_accounts_set_disabled(f->store, ALICE, true, 1), 0);
	assert_int_equal(peer_ask_sender(f, ALICE, ALICE), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(peer_ask_sender(f, ALICE, ""), WIRE_SENDER_NOT_ALLOWED);
	assert_int_equal(peer_ask_sender(f, "nobody", ""), WIRE_SENDER_NOT_ALLOWED);
}

static void
test_login_says_whether_the_name_may_be_sent_as(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) { /* the password is hashed, then remembered */
		assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
		assert_true(f->last.owns_name);
	}
	peer_add_account(f, "dave", "right"); /* no address */
	assert_int_equal(peer_log_in(f, RESPONSE("\0dave\0right")), WIRE_SASL_OK);
	assert_false(f->last.owns_name);
	assert_int_equal(auth_accounts_set_senders(f->store, ALICE, "@example.net", 1), 0);
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_false(f->last.owns_name);
	f->config->auth.check_sender = false;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
	assert_true(f->last.owns_name);
}

static void
test_senders_may_be_left_unchecked(void **state)
{
	struct fixture *f = *state;

	f->config->auth.check_sender = false;
	assert_int_equal(peer_ask_sender(f, ALICE, "bob@example.org"), WIRE_SENDER_OK);
	assert_int_equal(peer_ask_sender(f, "nobody", "bob@example.org"), WIRE_SENDER_NOT_ALLOWED);
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
	peer_run_until(f, 1);
	assert_int_equal(f->last.status, WIRE_SASL_BAD_MECHANISM);
}

static void
test_response_to_nothing_is_put_off_not_left_open(void **state)
{
	struct fixture *f = *state;

	ipc_send(f->peer, WIRE_SASL_RESPONSE, 77, slice_of("x"));
	peer_run_until(f, 1);
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
		peer_run_until(f, 1);
		if (!f->is_closed)
			fail_msg("%s was answered", nonsense[i].name);
		ipc_free(&f->peer);
		f->peer = peer_open_channel(f, PROC_CHANNEL_MAIN);
	}
	f->is_closed = false;
}

static void
test_channel_that_ends_in_mid_hash_harms_nothing(void **state)
{
	struct fixture *f = *state;

	for (uint64_t id = 1; id <= 4; id++)
		peer_send_start(f, id, PEER, RESPONSE(RIGHT));
	while (peer_crypt_calls == 0)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
	ipc_free(&f->peer);
	f->peer = peer_open_channel(f, PROC_CHANNEL_MAIN);
	f->count = 0;
	assert_int_equal(peer_log_in(f, RESPONSE(RIGHT)), WIRE_SASL_OK);
}

static void
ask_signature(struct fixture *f, uint64_t key_id, struct slice digest)
{
	const struct wire_sign request = { key_id, WIRE_SIGN_ECDSA, digest };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sign_encode(&request, &payload);
	ipc_send(f->signer, WIRE_SIGN, 3, buf_slice(&payload));
	buf_done(&payload);
	peer_run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SIGNATURE);
	assert_int_equal(f->last.id, 3);
}

/* Its id. */
static uint64_t
bring_key(struct fixture *f, EVP_PKEY *pkey)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *pem = NULL;
	uint64_t id;
	long len;

	assert_int_equal(PEM_write_bio_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(out, &pem);
	assert_true(auth_sign_keys_add(&f->service.keys, slice_make(pem, (size_t)len)));
	assert_true(net_tls_key_id(pkey, &id));
	(void)BIO_free(out);
	return id;
}

static void
check_signed_by(struct fixture *f, EVP_PKEY *pkey)
{
	static const uint8_t digest[32] = { 1, 2, 3 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	uint64_t id;

	assert_true(net_tls_key_id(pkey, &id));
	ask_signature(f, id, slice_make(digest, sizeof digest));
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_verify(ctx, f->last.payload.ptr, f->last.payload.len, digest, sizeof digest),
	    1);
	EVP_PKEY_CTX_free(ctx);
}

static void
test_the_key_that_is_asked_for_signs_before_and_after_a_reload(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *old = EVP_EC_gen("P-256"), *renewed = EVP_EC_gen("P-256");

	(void)bring_key(f, old);
	check_signed_by(f, old);
	(void)bring_key(f, renewed);
	check_signed_by(f, old);
	check_signed_by(f, renewed);
	EVP_PKEY_free(old);
	EVP_PKEY_free(renewed);
}

/* Empty: that handshake fails, and the channel goes on. */
static void
test_a_key_that_is_not_there_has_no_signature(void **state)
{
	static const uint8_t digest[32] = { 1, 2, 3 };
	struct fixture *f = *state;
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	uint64_t id;

	ask_signature(f, 1, slice_make(digest, sizeof digest));
	assert_int_equal(f->last.payload.len, 0);
	id = bring_key(f, pkey);
	ask_signature(f, id + 1, slice_make(digest, sizeof digest));
	assert_int_equal(f->last.payload.len, 0);
	check_signed_by(f, pkey);
	EVP_PKEY_free(pkey);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, peer_set_up, peer_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_sender_rights_follow_the_account),
		CASE(test_login_says_whether_the_name_may_be_sent_as),
		CASE(test_senders_may_be_left_unchecked),
		CASE(test_unknown_mechanism_is_said),
		CASE(test_response_to_nothing_is_put_off_not_left_open),
		CASE(test_nonsense_ends_the_channel),
		CASE(test_channel_that_ends_in_mid_hash_harms_nothing),
		CASE(test_the_key_that_is_asked_for_signs_before_and_after_a_reload),
		CASE(test_a_key_that_is_not_there_has_no_signature),
	};
	log_setup("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("auth/channel", tests, NULL, NULL);
}
