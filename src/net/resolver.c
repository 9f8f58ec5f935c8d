/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolver.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <unbound-event.h>

#include "net/resolv_conf.h"
#include "net/resolver_private.h"
#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define HOSTS "/etc/hosts"

enum { RESOLV_CONF_MAX = 65536 };

/* dns-root-data and unbound-anchor put the key of the root here. */
static const char *const root_keys[] = { "/usr/share/dns/root.key", "/var/lib/unbound/root.key" };

/*
 * Zones that libunbound answers by itself, though the servers of the network may know more: what
 * they say is what other programs see. RFC 6761 §6.2: "test" is no special name for a library.
 */
static const char *const not_ours[] = { "test. transparent", "home.arpa. transparent" };

struct net_pending *
net_pending_new(struct net_resolver *r, void *lookup, unsigned kind)
{
	struct net_pending *pending = xcalloc(1, sizeof *pending);

	pending->lookup = lookup;
	pending->kind = kind;
	LIST_INSERT_HEAD(&r->pending, pending, link);
	return pending;
}

void
net_pending_free(struct net_pending *pending)
{
	LIST_REMOVE(pending, link);
	free(pending);
}

/* A small container may have neither. */
static bool
is_there(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool
set_options(struct ub_ctx *unbound, const char *modules)
{
	/* A resolver on this machine, as systemd-resolved's 127.0.0.53, is what most have. */
	if (ub_ctx_set_option(unbound, "do-not-query-localhost:", "no") != 0 ||
	    ub_ctx_set_option(unbound, "module-config:", modules) != 0 ||
	    ub_ctx_set_option(unbound, "unblock-lan-zones:", "yes") != 0 ||
	    ub_ctx_debugout(unbound, NULL) != 0)
		return false;
	for (size_t i = 0; i < sizeof not_ours / sizeof not_ours[0]; i++)
		if (ub_ctx_set_option(unbound, "local-zone:", not_ours[i]) != 0)
			return false;
	return true;
}

static void
read_hosts(struct ub_ctx *unbound, const char *hosts)
{
	/* libunbound stops at a line that it does not understand; names in DNS work without. */
	if (is_there(hosts) && ub_ctx_hosts(unbound, hosts) != 0)
		log_event(LOG_LEVEL_WARNING, "hosts-not-understood", "file", hosts);
}

static const char *
open_files(struct ub_ctx *unbound, const char *resolv_conf, const char *hosts)
{
	if (!set_options(unbound, "iterator"))
		return "cannot set up libunbound";
	/* Without the file libunbound asks the root servers itself. */
	if (is_there(resolv_conf) && ub_ctx_resolvconf(unbound, resolv_conf) != 0)
		return "cannot read resolv.conf";
	read_hosts(unbound, hosts);
	return NULL;
}

/* libunbound's callbacks have these parameters. */
/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter) */
static void
ignore_answer(void *arg, int rcode, void *packet, int packet_len, int security, char *why_bogus,
    int was_limited)
{
	(void)arg;
	(void)rcode;
	(void)packet;
	(void)packet_len;
	(void)security;
	(void)why_bogus;
	(void)was_limited;
}
/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

/* The first question makes libunbound finish its set-up: that must be before the sandbox. */
static const char *
start(struct ub_ctx *unbound)
{
	return ub_resolve_event(unbound, "localhost", ns_t_a, ns_c_in, NULL, ignore_answer, NULL) !=
		       0
		   ? "libunbound does not start"
		   : NULL;
}

static struct net_resolver *
make(struct event_base *base)
{
	struct net_resolver *r = xcalloc(1, sizeof *r);

	r->base = base;
	r->unbound = ub_ctx_create_event(base);
	assert(r->unbound != NULL);
	return r;
}

/* Takes r over. */
static int
finish(struct net_resolver *r, const char *refusal, struct net_resolver **ret_resolver,
    struct buf *error)
{
	if (refusal != NULL) {
		(void)buf_add_text(error, refusal);
		net_resolver_free(&r);
		return -EINVAL;
	}
	*ret_resolver = r;
	return 0;
}

int
net_resolver_new_from(struct event_base *base, const char *resolv_conf, const char *hosts,
    struct net_resolver **ret_resolver, struct buf *error)
{
	struct net_resolver *r = make(base);
	const char *refusal = open_files(r->unbound, resolv_conf, hosts);

	if (refusal == NULL)
		refusal = start(r->unbound);
	return finish(r, refusal, ret_resolver, error);
}

int
net_resolver_new(struct event_base *base, struct net_resolver **ret_resolver, struct buf *error)
{
	return net_resolver_new_from(base, RESOLV_CONF, HOSTS, ret_resolver, error);
}

/* The C library searches the domain of this machine when the file names none. */
static void
search_own_domain(struct net_resolver *r)
{
	char name[HOST_NAME_MAX + 1] = "";
	const char *dot;

	if (gethostname(name, sizeof name - 1) != 0)
		return;
	dot = strchr(name, '.');
	if (dot != NULL && dot[1] != '\0')
		r->search_count =
		    (size_t)(snprintf(r->search[0], sizeof r->search[0], "%s", dot + 1) > 0);
}

/* What the file does not say, is as the C library has it: the server on this machine. */
static void
read_resolv_conf(struct net_resolver *r, const char *path)
{
	char *text = xmalloc(RESOLV_CONF_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t got = fd < 0 ? 0 : fd_read_all(fd, text, RESOLV_CONF_MAX);
	const struct slice conf = slice_make(text, got > 0 ? (size_t)got : 0);

	r->server_count = net_resolv_conf_servers(conf, r->servers, NET_RESOLVER_SERVERS_MAX);
	if (r->server_count == 0 && net_address_parse("127.0.0.1", NS_DEFAULTPORT, &r->servers[0]))
		r->server_count = 1;
	r->search_count = net_resolv_conf_search(conf, r->search);
	if (r->search_count == 0)
		search_own_domain(r);
	fd_close(&fd);
	free(text);
}

/* "ADDRESS@PORT" is how libunbound wants it. */
static bool
set_server(struct ub_ctx *unbound, const struct net_address *server)
{
	char host[NI_MAXHOST], port[NI_MAXSERV], text[NI_MAXHOST + NI_MAXSERV + 1];

	if (getnameinfo(&server->any, (socklen_t)server->len, host, sizeof host, port, sizeof port,
		NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	(void)snprintf(text, sizeof text, "%s@%s", host, port);
	return ub_ctx_set_fwd(unbound, text) == 0;
}

static const char *
set_up(const struct net_resolver *r, struct ub_ctx *unbound, const char *modules)
{
	if (!set_options(unbound, modules))
		return "cannot set up libunbound";
	for (size_t i = 0; i < r->server_count; i++)
		if (!set_server(unbound, &r->servers[i]))
			return "cannot ask that DNS server";
	if (r->hosts != NULL)
		read_hosts(unbound, r->hosts);
	return NULL;
}

static const char *
find_key(const char *path)
{
	if (path != NULL)
		return path[0] == '\0' ? NULL : path;
	for (size_t i = 0; i < sizeof root_keys / sizeof root_keys[0]; i++)
		if (is_there(root_keys[i]))
			return root_keys[i];
	return NULL;
}

static const char *
add_validator(struct net_resolver *r, const char *key)
{
	const char *refusal;

	r->validator = ub_ctx_create_event(r->base);
	assert(r->validator != NULL);
	refusal = set_up(r, r->validator, "validator iterator");
	if (refusal == NULL && ub_ctx_add_ta_file(r->validator, key) != 0)
		refusal = "cannot read the key of the root";
	return refusal != NULL ? refusal : start(r->validator);
}

int
net_resolver_new_with(struct event_base *base, const struct net_resolver_options *options,
    struct net_resolver **ret_resolver, struct buf *error)
{
	struct net_resolver *r = make(base);
	const char *key = find_key(options->root_key), *refusal;

	if (options->server == NULL || options->resolv_conf != NULL)
		read_resolv_conf(
		    r, options->resolv_conf != NULL ? options->resolv_conf : RESOLV_CONF);
	if (options->server != NULL) {
		r->servers[0] = *options->server;
		r->server_count = 1;
	} else {
		r->hosts = xstrdup(options->hosts != NULL ? options->hosts : HOSTS);
	}
	refusal = set_up(r, r->unbound, "iterator");
	if (refusal == NULL)
		refusal = start(r->unbound);
	if (refusal == NULL && key != NULL)
		refusal = add_validator(r, key);
	return finish(r, refusal, ret_resolver, error);
}

static void
free_pending(struct net_resolver *r)
{
	struct net_pending *pending = LIST_FIRST(&r->pending);

	while (pending != NULL) {
		struct net_pending *next = LIST_NEXT(pending, link);

		free(pending);
		pending = next;
	}
}

void
net_resolver_free(struct net_resolver **r)
{
	if (*r == NULL)
		return;
	ub_ctx_delete((*r)->unbound);
	if ((*r)->validator != NULL)
		ub_ctx_delete((*r)->validator);
	free_pending(*r);
	free((*r)->hosts);
	free(*r);
	*r = NULL;
}

const struct net_address *
net_resolver_servers(const struct net_resolver *r, size_t *ret_count)
{
	*ret_count = r->server_count;
	return r->servers;
}

const char *
net_resolver_search(const struct net_resolver *r, size_t index)
{
	return index < r->search_count ? r->search[index] : NULL;
}

const char *
net_resolver_hosts(const struct net_resolver *r)
{
	return r->hosts;
}

bool
net_resolver_has_key(const struct net_resolver *r)
{
	return r->validator != NULL;
}
