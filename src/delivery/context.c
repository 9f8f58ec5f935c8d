/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/context.h"

#include <stdlib.h>
#include <string.h>

#include "net/tls.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/log.h"

enum { ERROR_MAX = 1024 };

static void
log_failure(enum log_level level, const char *event, const char *file, struct slice error)
{
	struct log_line l;

	log_begin(&l, level, event);
	log_text(&l, "file", file);
	log_slice(&l, "reason", error);
	log_end(&l);
}

static SSL_CTX *
make_tls(bool verify, const char *ca_file, enum log_level level)
{
	const struct net_tls_client_options options = { .verify = verify, .ca_file = ca_file };
	SSL_CTX *context = NULL;
	struct buf error;

	buf_init(&error, ERROR_MAX);
	if (net_tls_client_new(&options, &context, &error) != 0)
		log_failure(level, "authorities-unreadable", ca_file, buf_slice(&error));
	buf_done(&error);
	return context;
}

static bool
is_verified(const struct config_next_hop *h)
{
	return h->tls == CONFIG_NEXT_HOP_TLS_REQUIRED || h->tls == CONFIG_NEXT_HOP_TLS_IMPLICIT;
}

static bool
is_same_file(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static const struct delivery_authority *
find_authority(const struct delivery_context *x, const char *ca_file)
{
	for (size_t i = 0; i < x->authority_count; i++)
		if (is_same_file(x->authorities[i].ca_file, ca_file))
			return &x->authorities[i];
	return NULL;
}

static void
add_authority(struct delivery_context *x, const char *ca_file, enum log_level level)
{
	struct delivery_authority *a = &x->authorities[x->authority_count];

	if (find_authority(x, ca_file) != NULL)
		return;
	*a = (struct delivery_authority){ ca_file, make_tls(true, ca_file, level), NULL };
	if (a->context != NULL)
		a->relaxed = net_tls_client_relax(a->context);
	x->authority_count++;
}

/* The system's authorities are read even when nobody needs them yet: a reload may. */
static void
read_authorities(struct delivery_context *x, const struct config *config)
{
	for (size_t i = 0; i < config->next_hop_count; i++)
		if (is_verified(&config->next_hops[i]))
			add_authority(x, config->next_hops[i].tls_ca_file, LOG_LEVEL_ERROR);
	/* Without TLS being required, a certificate matters to messages with REQUIRETLS alone. */
	for (size_t i = 0; i < config->next_hop_count; i++)
		if (!is_verified(&config->next_hops[i]))
			add_authority(x, config->next_hops[i].tls_ca_file, LOG_LEVEL_WARNING);
	add_authority(x, NULL, LOG_LEVEL_DEBUG);
}

static int
open_resolver(struct delivery_context *x)
{
	struct buf error;
	int r;

	buf_init(&error, ERROR_MAX);
	r = net_resolver_new(x->base, &x->resolver, &error);
	if (r != 0)
		log_failure(LOG_LEVEL_ERROR, "resolver-failed", NULL, buf_slice(&error));
	buf_done(&error);
	return r;
}

int
delivery_context_init(
    struct delivery_context *x, struct event_base *base, const struct config *config)
{
	*x = (struct delivery_context){ .base = base };
	x->unverified = make_tls(false, NULL, LOG_LEVEL_ERROR);
	read_authorities(x, config);
	delivery_context_set_config(x, config);
	return open_resolver(x);
}

static void
check_authority(const struct delivery_context *x, const struct config_next_hop *h)
{
	struct log_line l;

	if (!is_verified(h) || find_authority(x, h->tls_ca_file) != NULL)
		return;
	log_begin(&l, LOG_LEVEL_ERROR, "restart-needed");
	log_text(&l, "next_hop", h->name);
	log_text(&l, "file", h->tls_ca_file);
	log_text(&l, "reason", "authorities are read at the start only; until then mail waits");
	log_end(&l);
}

void
delivery_context_set_config(struct delivery_context *x, const struct config *config)
{
	x->hostname = config->hostname;
	x->is_shared = config->next_hop_count > 1;
	for (size_t i = 0; i < config->next_hop_count; i++)
		check_authority(x, &config->next_hops[i]);
}

void
delivery_context_done(struct delivery_context *x)
{
	for (size_t i = 0; i < x->authority_count; i++) {
		SSL_CTX_free(x->authorities[i].context);
		SSL_CTX_free(x->authorities[i].relaxed);
	}
	for (size_t i = 0; i < x->password_count; i++) {
		secret_done(&x->passwords[i].secret);
		free(x->passwords[i].next_hop);
	}
	SSL_CTX_free(x->unverified);
	if (x->resolver != NULL)
		net_resolver_free(&x->resolver);
	*x = (struct delivery_context){ 0 };
}

SSL_CTX *
delivery_context_tls(const struct delivery_context *x, const struct config_next_hop *next_hop)
{
	const struct delivery_authority *a = find_authority(x, next_hop->tls_ca_file);

	if (is_verified(next_hop))
		return a == NULL ? NULL : a->context;
	return a == NULL || a->relaxed == NULL ? x->unverified : a->relaxed;
}

static struct delivery_password *
find_password(struct delivery_context *x, const char *next_hop)
{
	for (size_t i = 0; i < x->password_count; i++)
		if (strcmp(x->passwords[i].next_hop, next_hop) == 0)
			return &x->passwords[i];
	return NULL;
}

/* A next hop that a reload took away leaves its place to the newest. */
static struct delivery_password *
add_password(struct delivery_context *x, const char *next_hop)
{
	struct delivery_password *p;

	if (x->password_count == CONFIG_NEXT_HOPS_MAX) {
		p = &x->passwords[0];
		free(p->next_hop);
		secret_done(&p->secret);
	} else {
		p = &x->passwords[x->password_count++];
	}
	p->next_hop = xstrdup(next_hop);
	return p;
}

void
delivery_context_set_password(struct delivery_context *x, const char *next_hop, struct slice secret)
{
	struct delivery_password *p = find_password(x, next_hop);

	if (p == NULL)
		p = add_password(x, next_hop);
	else
		secret_done(&p->secret);
	p->secret = secret_copy(secret);
}

struct slice
delivery_context_password(const struct delivery_context *x, const char *next_hop)
{
	for (size_t i = 0; i < x->password_count; i++)
		if (strcmp(x->passwords[i].next_hop, next_hop) == 0)
			return secret_slice(&x->passwords[i].secret);
	return (struct slice){ NULL, 0 };
}
