/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - what belongs together fits together. */
#include "config/build.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/syntax.h"

/* As config_build_complain, with words to fill in. */
__attribute__((format(printf, 5, 6))) static void
complain(const struct config_build *b, const struct config_section *schema, size_t i,
    const char *key, const char *format, ...)
{
	char *words = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&words, format, ap) < 0)
		abort();
	va_end(ap);
	config_build_complain(b, schema, i, key, words);
	free(words);
}

/* The address in IPv6 form; "0.0.0.0" gives ::ffff:0.0.0.0. */
static struct in6_addr
parse_address(const char *text)
{
	struct in6_addr a = { 0 };
	struct in_addr ipv4;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		a.s6_addr[10] = a.s6_addr[11] = 0xff;
		memcpy(&a.s6_addr[12], &ipv4, sizeof ipv4);
	} else {
		(void)inet_pton(AF_INET6, text, &a);
	}
	return a;
}

/* Does a listen on every address that b can be? "::" takes IPv4 too. */
static bool
covers(const struct in6_addr *a, const struct in6_addr *b)
{
	static const uint8_t any_ipv4[16] = { [10] = 0xff, [11] = 0xff };

	if (IN6_IS_ADDR_UNSPECIFIED(a) || memcmp(a, b, sizeof *a) == 0)
		return true;
	return memcmp(a, any_ipv4, sizeof *a) == 0 && IN6_IS_ADDR_V4MAPPED(b);
}

static bool
collide(const struct config_listener *a, const struct config_listener *b)
{
	const struct in6_addr a_address = parse_address(a->address);
	const struct in6_addr b_address = parse_address(b->address);

	return a->port == b->port &&
	       (covers(&a_address, &b_address) || covers(&b_address, &a_address));
}

static void
check_listener(const struct config_build *b, size_t i)
{
	const struct config_listener *l = b->config->listeners;

	for (size_t k = 0; k < i; k++)
		if (collide(&l[i], &l[k])) {
			complain(b, &config_section_listen, i, "port",
			    "%s port %u is taken by listen \"%s\" already; use another port or "
			    "address",
			    l[i].address, l[i].port, l[k].name);
			return;
		}
}

static void
check_login(const struct config_build *b, size_t i)
{
	const struct config_next_hop *h = &b->config->next_hops[i];
	/* RFC 4954 §14: no password for a server whose certificate is not verified. */
	const bool is_checked =
	    h->tls == CONFIG_NEXT_HOP_TLS_REQUIRED || h->tls == CONFIG_NEXT_HOP_TLS_IMPLICIT;

	if (h->auth_user != NULL && h->auth_password_file == NULL)
		complain(b, &config_section_next_hop, i, "auth_user",
		    "has no password; add auth_password_file");
	else if (h->auth_user == NULL && h->auth_password_file != NULL)
		complain(b, &config_section_next_hop, i, "auth_password_file",
		    "has no user name; add auth_user");
	else if (h->auth_user != NULL && !is_checked && !config_syntax_is_local(h->host))
		complain(b, &config_section_next_hop, i, "auth_user",
		    "the password could be read on the way; set tls to \"required\" or "
		    "\"implicit\"");
}

static void
check_next_hop(const struct config_build *b, size_t i)
{
	const struct config_next_hop *h = &b->config->next_hops[i];
	const bool is_unix = config_syntax_is_unix(h->host);

	if (is_unix && h->protocol != CONFIG_PROTOCOL_LMTP)
		complain(b, &config_section_next_hop, i, "host",
		    "a local socket is for lmtp only; set protocol to \"lmtp\"");
	if (is_unix && h->port != 0)
		complain(b, &config_section_next_hop, i, "port",
		    "has no meaning for a local socket; remove it");
	if (is_unix && h->tls != CONFIG_NEXT_HOP_TLS_NONE)
		complain(b, &config_section_next_hop, i, "tls",
		    "has no meaning for a local socket; remove it");
	if (h->tls_name != NULL && config_syntax_is_unix(h->tls_name))
		complain(b, &config_section_next_hop, i, "tls_name",
		    "is a local socket; write the name in the certificate");
	check_login(b, i);
}

static int
compare_routes(const void *a, const void *b)
{
	return strcmp(
	    ((const struct config_route *)a)->domain, ((const struct config_route *)b)->domain);
}

/* libconfuse compares titles with case, domains are without. */
static void
check_route(const struct config_build *b, size_t i)
{
	const struct config_route *routes = b->config->routes;

	for (size_t k = 0; k < i; k++)
		if (strcmp(routes[i].domain, routes[k].domain) == 0)
			complain(b, &config_section_route, i, NULL,
			    "there is another for this domain; keep one of them");
}

static void
check_routes(const struct config_build *b)
{
	struct config *c = b->config;

	for (size_t i = 0; i < c->route_count; i++)
		check_route(b, i);
	/* The order that config_route_find() searches. */
	if (c->route_count > 0)
		qsort(c->routes, c->route_count, sizeof *c->routes, compare_routes);
	if (c->route_count == 0 || strcmp(c->routes[0].domain, "*") != 0)
		complain(b, &config_section_route, CONFIG_BUILD_NONE, NULL,
		    "there is none for \"*\"; add one, such as route \"*\" { next_hop = \"%s\" }",
		    c->next_hops[0].name);
}

static void
check_next_hops(const struct config_build *b)
{
	if (b->config->next_hop_count == 0) {
		complain(b, &config_section_next_hop, CONFIG_BUILD_NONE, NULL,
		    "there is none; add one, such as next_hop \"relay\" { host = "
		    "\"smtp.example.net\" }");
		return;
	}
	for (size_t i = 0; i < b->config->next_hop_count; i++)
		check_next_hop(b, i);
	check_routes(b);
}

/* Clients are told of these times in seconds (RFC 4865 §4, RFC 2852 §4). */
static void
check_seconds(const struct config_build *b, const char *key, uint64_t ms)
{
	if (ms % 1000 != 0)
		complain(b, &config_section_limits, 0, key,
		    "is not in whole seconds; write such a time");
}

static void
check_times(const struct config_build *b)
{
	const struct config *c = b->config;

	if (c->timeouts.transaction_ms < c->timeouts.data_ms)
		complain(b, &config_section_timeouts, 0, "transaction",
		    "is shorter than data; make it at least as long");
	if (c->queue.retry_max_ms < c->queue.retry_min_ms)
		complain(b, &config_section_queue, 0, "retry_max",
		    "is shorter than retry_min; make it at least as long");
	if (c->queue.lifetime_ms < c->queue.retry_min_ms)
		complain(b, &config_section_queue, 0, "lifetime",
		    "is shorter than retry_min, so that nothing is tried twice; make it longer");
	check_seconds(b, "hold", c->limits.hold_ms);
	check_seconds(b, "deliver_by", c->limits.deliver_by_ms);
}

/* Processes of one user could read each other's memory and files. */
static void
check_users(const struct config_build *b)
{
	const struct config_users *u = &b->config->users;
	const struct {
		const char *key, *user;
	} all[] = {
		{ "submission", u->submission },
		{ "auth", u->auth },
		{ "queue", u->queue },
		{ "delivery", u->delivery },
	};

	for (size_t i = 1; i < sizeof all / sizeof all[0]; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(all[i].user, all[k].user) == 0)
				complain(b, &config_section_users, 0, all[i].key,
				    "is the user of %s too; give each its own", all[k].key);
}

void
config_build_check(const struct config_build *b)
{
	for (size_t i = 0; i < b->config->listener_count; i++)
		check_listener(b, i);
	check_next_hops(b);
	check_times(b);
	check_users(b);
}
