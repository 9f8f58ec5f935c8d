/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/socket.h>

#include "auth/channel.h"
#include "auth/hash.h"
#include "util/alloc.h"

uint64_t peer_clock_ms;
atomic_uint peer_crypt_calls;

static uint64_t
read_clock(void)
{
	return peer_clock_ms;
}

char *__real_crypt_rn(const char *phrase, const char *setting, void *data, int size);
char *__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size);

char *
__wrap_crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	(void)atomic_fetch_add(&peer_crypt_calls, 1);
	return __real_crypt_rn(phrase, setting, data, size);
}

static void
keep_text(char *text, size_t size, struct slice octets)
{
	assert_true(octets.len < size);
	memcpy(text, octets.ptr, octets.len);
	text[octets.len] = '\0';
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
		f->last.owns_name = sasl.owns_name;
		keep_text(f->last.text, sizeof f->last.text, sasl.octets);
		keep_text(f->last.pseudonym, sizeof f->last.pseudonym, sasl.pseudonym);
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

void
peer_add_account(const struct fixture *f, const char *name, const char *password)
{
	static char none[] = "";
	char *copy = xstrdup(name), *hash = auth_hash_new(slice_of(password), 1);
	const struct auth_account account = { .name = copy, .hash = hash, .senders = none };

	assert_int_equal(auth_accounts_add(f->store, &account), 0);
	free(copy);
	free(hash);
}

struct ipc *
peer_open_channel(struct fixture *f, enum proc_channel purpose)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	auth_channel_open(&f->service, 0, purpose, fds[0]);
	return ipc_new(f->base, fds[1], &handler, f);
}

int
peer_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	scratch_init(&f->scratch);
	f->config = make_config(f->scratch.directory);
	f->base = event_base_new();
	peer_clock_ms = 1000000;
	assert_int_equal(
	    auth_service_init(&f->service, f->base, f->config, THREADS, read_clock), 0);
	assert_int_equal(
	    auth_accounts_open(f->scratch.database, AUTH_ACCOUNTS_WRITE, &f->store), 0);
	peer_add_account(f, ALICE, "right");
	buf_init(&f->last.payload, AUTH_SIGNATURE_MAX);
	f->peer = peer_open_channel(f, PROC_CHANNEL_MAIN);
	f->signer = peer_open_channel(f, PROC_CHANNEL_SIGN);
	peer_crypt_calls = 0;
	*state = f;
	return 0;
}

int
peer_tear_down(void **state)
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

void
peer_run_until(struct fixture *f, size_t count)
{
	while (f->count < count && !f->is_closed)
		assert_int_equal(event_base_loop(f->base, EVLOOP_ONCE), 0);
}

void
peer_send_start(struct fixture *f, uint64_t id, const char *peer, struct slice initial)
{
	const struct wire_sasl_start start = { slice_of("PLAIN"), slice_of(peer), true, initial };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sasl_start_encode(&start, &payload);
	ipc_send(f->peer, WIRE_SASL_START, id, buf_slice(&payload));
	buf_done(&payload);
}

enum wire_sasl_status
peer_log_in_from(struct fixture *f, const char *peer, struct slice initial)
{
	peer_send_start(f, 1, peer, initial);
	peer_run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SASL_REPLY);
	return f->last.status;
}

enum wire_sasl_status
peer_log_in(struct fixture *f, struct slice initial)
{
	return peer_log_in_from(f, PEER, initial);
}

enum wire_sender_status
peer_ask_sender(struct fixture *f, const char *account, const char *address)
{
	const struct wire_sender sender = { slice_of(account), slice_of(address) };
	struct buf payload;

	buf_init(&payload, IPC_PAYLOAD_MAX);
	wire_sender_encode(&sender, &payload);
	ipc_send(f->peer, WIRE_SENDER, 9, buf_slice(&payload));
	buf_done(&payload);
	peer_run_until(f, f->count + 1);
	assert_int_equal(f->last.type, WIRE_SENDER_REPLY);
	assert_int_equal(f->last.id, 9);
	return f->last.sender;
}
