/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer.h - a submission process as the auth process sees it: frames over real channels, answered by
 * a service of the test's own, with a clock that the test moves. Links with --wrap=crypt_rn.
 */
#ifndef TESTS_AUTH_PEER_H
#define TESTS_AUTH_PEER_H

#include <stdatomic.h>

#include "auth/scratch.h"
#include "auth/service.h"
#include "proc/child.h"
#include "proc/ipc.h"
#include "proc/wire.h"

#define PEER "192.0.2.7"
#define ALICE "alice@example.org"
#define RIGHT "\0" ALICE "\0right"
#define WRONG "\0" ALICE "\0wrong"
#define RESPONSE(text) slice_make((text), sizeof(text) - 1)

enum { THREADS = 2, THROTTLE_FAILURES = 3, CACHE_MS = 60000, THROTTLE_MS = 600000 };

/* The last frame that came. */
struct reply {
	uint16_t type;
	uint64_t id;
	enum wire_sasl_status status;
	bool owns_name;
	char pseudonym[WIRE_PSEUDONYM_MAX + 1];
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
	size_t count; /* of frames that came */
	struct reply last;
};

extern uint64_t peer_clock_ms;
extern atomic_uint peer_crypt_calls; /* passwords hashed since the set-up */

/* The state is a struct fixture, with an account ALICE whose password is "right". */
int peer_set_up(void **state);
int peer_tear_down(void **state);
void peer_add_account(const struct fixture *f, const char *name, const char *password);
/* The other end, to be ipc_free()d. */
struct ipc *peer_open_channel(struct fixture *f, enum proc_channel purpose);
/* Until so many frames have come since the set-up, or a channel is closed. */
void peer_run_until(struct fixture *f, size_t count);
/* Begins PLAIN with an initial response. */
void peer_send_start(struct fixture *f, uint64_t id, const char *peer, struct slice initial);
enum wire_sasl_status peer_log_in_from(struct fixture *f, const char *peer, struct slice initial);
enum wire_sasl_status peer_log_in(struct fixture *f, struct slice initial);
enum wire_sender_status peer_ask_sender(
    struct fixture *f, const char *account, const char *address);

#endif
