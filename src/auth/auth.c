/* SPDX-License-Identifier: Apache-2.0 */
#include "auth/auth.h"

#include <assert.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>

#include "auth/channel.h"
#include "auth/service.h"
#include "proc/child.h"
#include "util/clock.h"
#include "util/log.h"

struct auth_process {
	struct proc_child *child; /* NULL before prepare */
	struct auth_service service;
	unsigned thread_count;
	struct event *give_up; /* NULL before on_stop */
};

/* What reads files that the sandbox hides: OpenSSL its configuration, when it is first used. */
static int
prepare(void *ctx, struct proc_child *child)
{
	struct auth_process *p = ctx;

	p->child = child;
	p->thread_count = auth_service_count_threads(child->config);
	return OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1 ? 0 : -EIO;
}

static int
start(void *ctx, struct proc_child *child)
{
	struct auth_process *p = ctx;

	return auth_service_init(
	    &p->service, child->base, child->config, p->thread_count, clock_monotonic_ms);
}

static void
on_config(void *ctx)
{
	struct auth_process *p = ctx;

	p->service.config = p->child->config;
}

static void
on_peer(void *ctx, enum proc_role role, unsigned index, enum proc_channel channel, int fd)
{
	struct auth_process *p = ctx;

	assert(role == PROC_ROLE_SUBMISSION);
	auth_channel_open(&p->service, index, channel, fd);
}

static void
on_material(void *ctx, enum proc_material material, const char *name, struct slice octets)
{
	struct auth_process *p = ctx;

	(void)name;
	if (material == PROC_MATERIAL_TLS_KEY && !auth_sign_keys_add(&p->service.keys, octets))
		log_event(LOG_LEVEL_ERROR, "tls-key-refused", "do",
		    "make key-file an RSA or EC private key in PEM, without a password");
}

static void
finish(void *ctx)
{
	struct auth_process *p = ctx;

	auth_service_done(&p->service);
	if (p->give_up != NULL)
		event_free(p->give_up);
	proc_child_finished(p->child);
}

static void
on_give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg);
}

/* Sessions that submission still finishes need us: we go when it has gone, or with the time. */
static void
on_stop(void *ctx)
{
	struct auth_process *p = ctx;
	uint64_t ms = p->child->config->timeouts.shutdown_ms;
	const struct timeval bound = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) };

	if (p->service.channels == NULL) {
		finish(p);
		return;
	}
	p->service.on_alone = finish;
	p->service.ctx = p;
	p->give_up = evtimer_new(p->child->base, on_give_up, p);
	if (p->give_up == NULL || evtimer_add(p->give_up, &bound) != 0)
		abort();
}

int
auth_main(unsigned index)
{
	static const struct proc_child_ops ops = {
		.prepare = prepare,
		.start = start,
		.on_config = on_config,
		.on_peer = on_peer,
		.on_material = on_material,
		.on_stop = on_stop,
	};
	struct auth_process p = { 0 };

	return proc_child_run(PROC_ROLE_AUTH, index, &ops, &p);
}
