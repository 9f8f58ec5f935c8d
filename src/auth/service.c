/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth/channel.h"
#include "auth/login.h"
#include "auth/sender.h"
#include "auth/trace_key.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/rand.h"

enum { EXPIRE_SECONDS = 60 };

static char *
join_path(const char *directory, const char *file)
{
	size_t size = strlen(directory) + 1 + strlen(file) + 1;
	char *path = xmalloc(size);

	(void)snprintf(path, size, "%s/%s", directory, file);
	return path;
}

static struct auth_directory *
open_directory(const struct config *config)
{
	char *path = join_path(config->state_directory, AUTH_ACCOUNTS_FILE);
	struct auth_directory *d = auth_directory_new(path);

	free(path);
	return d;
}

static int
open_pseudonym(const struct config *config, struct auth_pseudonym **ret_pseudonym)
{
	char *path = join_path(config->state_directory, AUTH_TRACE_KEY_FILE);
	uint8_t key[AUTH_PSEUDONYM_KEY_LEN];
	int r = auth_trace_key_need(path, key);
	struct log_line l;

	if (r == 0) {
		*ret_pseudonym = auth_pseudonym_new(key);
		explicit_bzero(key, sizeof key);
	} else {
		log_begin(&l, LOG_LEVEL_ERROR, "trace-key-unusable");
		log_text(&l, "file", path);
		log_text(
		    &l, "reason", r == -EBADMSG ? "is not 16 octets long" : strerrordesc_np(-r));
		log_text(&l, "do", "restore it from a backup, or remove it to have a new one made");
		log_end(&l);
	}
	free(path);
	return r;
}

static struct auth_cache *
new_cache(void)
{
	uint8_t key[AUTH_CACHE_KEY_LEN];
	struct auth_cache *cache;

	rand_fill(key, sizeof key);
	cache = auth_cache_new(key);
	explicit_bzero(key, sizeof key);
	return cache;
}

unsigned
auth_service_count_threads(const struct config *config)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->auth.hash_threads != 0)
		return config->auth.hash_threads;
	return cpus < 1 ? 1 : (unsigned)cpus;
}

static void
on_expire(evutil_socket_t fd, short what, void *arg)
{
	struct auth_service *s = arg;

	(void)fd;
	(void)what;
	auth_cache_expire(s->cache, s->config->auth.cache_ms, s->now_ms());
}

int
auth_service_init(struct auth_service *s, struct event_base *base, const struct config *config,
    unsigned thread_count, uint64_t (*now_ms)(void))
{
	const struct auth_pool_handler on_hashed = { auth_login_hashed, s };
	const struct timeval interval = { EXPIRE_SECONDS, 0 };
	int r;

	*s = (struct auth_service){ .config = config, .now_ms = now_ms, .base = base };
	r = open_pseudonym(config, &s->pseudonym);
	if (r < 0)
		return r;
	r = auth_pool_new(base, thread_count, &on_hashed, &s->pool);
	if (r < 0)
		return r;
	s->sasl = sasl_context_new();
	s->directory = open_directory(config);
	s->cache = new_cache();
	s->throttle = auth_throttle_new(rand_u64());
	s->expire = event_new(base, -1, EV_PERSIST, on_expire, s);
	if (s->expire == NULL || event_add(s->expire, &interval) != 0)
		abort();
	return 0;
}

/* The pool ends first: it gives back the jobs, whose logins were abandoned with their channels. */
void
auth_service_done(struct auth_service *s)
{
	s->on_alone = NULL;
	auth_channel_close_all(s);
	auth_pool_free(&s->pool);
	event_free(s->expire);
	auth_sign_keys_done(&s->keys);
	auth_throttle_free(&s->throttle);
	auth_pseudonym_free(&s->pseudonym);
	auth_cache_free(&s->cache);
	auth_directory_free(&s->directory);
	sasl_context_free(&s->sasl);
}

bool
auth_service_may_send(
    const struct auth_service *s, const struct auth_account *account, struct slice address)
{
	return address.len == 0 || !s->config->auth.check_sender ||
	       auth_sender_is_allowed(slice_of(account->name), slice_of(account->senders),
		   slice_of(s->config->hostname), address);
}
