/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "proc/ipc.h"
#include "proc/wire.h"
#include "util/fd.h"
#include "util/log.h"

enum { KEY_ID = 4711 };

/* auth's end of a channel, and what it will have answered before it is asked. */
struct fixture {
	struct sign *sign;
	int auth;
	struct buf out;
};

static void
set_up(struct fixture *f)
{
	int ends[2];

	log_setup("submission/0", LOG_LEVEL_ERROR);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	f->auth = ends[0];
	f->sign = sign_new();
	sign_set_channel(f->sign, ends[1]);
	buf_init(&f->out, NET_TLS_SIGNATURE_MAX);
}

static void
tear_down(struct fixture *f)
{
	sign_free(&f->sign);
	fd_close(&f->auth);
	buf_done(&f->out);
}

static void
answer(const struct fixture *f, uint64_t id, uint16_t type, const char *signature)
{
	const struct ipc_header header = {
		.len = (uint32_t)strlen(signature), .type = type, .id = id
	};
	uint8_t octets[IPC_HEADER_LEN];

	ipc_header_print(&header, octets);
	assert_int_equal(fd_write_all(f->auth, octets, sizeof octets), 0);
	assert_int_equal(fd_write_all(f->auth, signature, strlen(signature)), 0);
}

static bool
ask(struct fixture *f)
{
	const struct net_tls_request asked = { KEY_ID, NET_TLS_RSA_RAW, slice_of("digest") };

	buf_clear(&f->out);
	return sign_ask(f->sign, &asked, &f->out);
}

static void
test_a_request_is_sent_and_its_answer_is_taken(void **state)
{
	struct ipc_header header;
	struct slice payload;
	struct wire_sign request;
	uint8_t octets[256];
	struct fixture f;
	ssize_t n;

	(void)state;
	set_up(&f);
	answer(&f, 1, WIRE_SIGNATURE, "signature");
	assert_true(ask(&f));
	assert_true(slice_is(buf_slice(&f.out), "signature"));
	n = recv(f.auth, octets, sizeof octets, MSG_DONTWAIT);
	assert_true(n > 0);
	assert_int_equal(ipc_parse(slice_make(octets, (size_t)n), &header, &payload), IPC_PARSE_OK);
	assert_int_equal(header.type, WIRE_SIGN);
	assert_int_equal(header.id, 1);
	assert_true(wire_sign_decode(payload, &request));
	assert_int_equal(request.key_id, KEY_ID);
	assert_int_equal(request.scheme, WIRE_SIGN_RSA_RAW);
	assert_true(slice_is(request.octets, "digest"));
	tear_down(&f);
}

/* What was given up after SIGN_TIMEOUT_MS may still be answered. */
static void
test_a_late_answer_is_not_taken_for_the_next(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	answer(&f, 1, WIRE_SIGNATURE, "first");
	assert_true(ask(&f));
	answer(&f, 1, WIRE_SIGNATURE, "late");
	answer(&f, 2, WIRE_SIGNATURE, "second");
	assert_true(ask(&f));
	assert_true(slice_is(buf_slice(&f.out), "second"));
	tear_down(&f);
}

static void
test_an_empty_or_wrong_answer_is_no_signature(void **state)
{
	struct fixture f;

	(void)state;
	set_up(&f);
	answer(&f, 1, WIRE_SIGNATURE, "");
	assert_false(ask(&f));
	answer(&f, 2, WIRE_STORED, "x");
	assert_false(ask(&f));
	answer(&f, 3, WIRE_SIGNATURE, "signature");
	assert_true(ask(&f));
	tear_down(&f);
}

static void
test_without_auth_there_is_no_signature_until_it_is_back(void **state)
{
	struct fixture f;
	int ends[2];

	(void)state;
	set_up(&f);
	fd_close(&f.auth);
	assert_false(ask(&f));
	assert_false(ask(&f));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	f.auth = ends[0];
	sign_set_channel(f.sign, ends[1]);
	answer(&f, 3, WIRE_SIGNATURE, "signature");
	answer(&f, 2, WIRE_SIGNATURE, "signature");
	answer(&f, 1, WIRE_SIGNATURE, "signature");
	assert_true(ask(&f));
	tear_down(&f);
}

/* auth may be stopped for a while, and must be of use again after it. */
static void
test_a_channel_that_is_full_is_kept(void **state)
{
	static const uint8_t filler[4096];
	uint8_t octets[sizeof filler];
	struct fixture f;
	int ends[2];

	(void)state;
	set_up(&f);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	fd_close(&f.auth);
	f.auth = ends[0];
	sign_set_channel(f.sign, ends[1]);
	while (send(ends[1], filler, sizeof filler, MSG_DONTWAIT) > 0)
		;
	assert_false(ask(&f));
	while (recv(f.auth, octets, sizeof octets, MSG_DONTWAIT) > 0)
		;
	answer(&f, 2, WIRE_SIGNATURE, "signature");
	assert_true(ask(&f));
	tear_down(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_is_sent_and_its_answer_is_taken),
		cmocka_unit_test(test_a_late_answer_is_not_taken_for_the_next),
		cmocka_unit_test(test_an_empty_or_wrong_answer_is_no_signature),
		cmocka_unit_test(test_without_auth_there_is_no_signature_until_it_is_back),
		cmocka_unit_test(test_a_channel_that_is_full_is_kept),
	};

	return cmocka_run_group_tests_name("submission/sign", tests, NULL, NULL);
}
