/* SPDX-License-Identifier: Apache-2.0 */
/*
 * service.h - what the auth process owns, whoever asks: the account store, the hashing pool, the
 * cache, the throttle, the TLS keys.
 */
#ifndef AUTH_SERVICE_H
#define AUTH_SERVICE_H

#include <stdint.h>

#include <event2/event.h>

#include "auth/cache.h"
#include "auth/directory.h"
#include "auth/pool.h"
#include "auth/pseudonym.h"
#include "auth/sign.h"
#include "auth/throttle.h"
#include "config/config.h"
#include "sasl/exchange.h"

struct auth_channel;

struct auth_service {
	const struct config *config; /* the newest; borrowed */
	uint64_t (*now_ms)(void);    /* monotonic */
	struct event_base *base;
	struct sasl_context *sasl;
	struct auth_directory *directory;
	struct auth_cache *cache;
	struct auth_throttle *throttle;
	struct auth_pseudonym *pseudonym;
	struct auth_pool *pool;
	struct auth_sign_keys keys;
	struct event *expire;
	struct auth_channel *channels; /* list */
	/* Called when the last of channels is gone; may be NULL. */
	void (*on_alone)(void *ctx);
	void *ctx;
};

/* How many threads the config asks for. Reads a file: to be called before the sandbox. */
unsigned auth_service_count_threads(const struct config *config);
/* 0 or -errno. s need not be initialized. Threads start here. */
int auth_service_init(struct auth_service *s, struct event_base *base, const struct config *config,
    unsigned thread_count, uint64_t (*now_ms)(void));
/* Closes the channels, wipes what is secret. */
void auth_service_done(struct auth_service *s);
/*
 * May this account, which is not disabled, send as address, as the config has it? The null
 * reverse-path (RFC 5321 §4.5.5) is anybody's.
 */
bool auth_service_may_send(
    const struct auth_service *s, const struct auth_account *account, struct slice address);

#endif
