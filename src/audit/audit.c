/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/context.h"
#include "audit/dns.h"
#include "audit/grade.h"
#include "probe/roots.h"
#include "util/clock.h"
#include "util/port.h"

static const struct {
	const char *name, *words;
	void (*run)(struct audit *a);
	bool needs_host;
} checks[AUDIT_CHECK_COUNT] = {
	[AUDIT_CHECK_PORTS] = { "ports", "which ports answer, and with what (always)",
	    audit_check_ports, false },
	[AUDIT_CHECK_CLEAR] = { "clear", "what is offered and taken before TLS", audit_check_clear,
	    true },
	[AUDIT_CHECK_LOGIN] = { "login", "the logins that are offered within TLS",
	    audit_check_login, true },
	[AUDIT_CHECK_STARTTLS] = { "starttls", "injection of commands and replies at STARTTLS",
	    audit_check_starttls, true },
	[AUDIT_CHECK_TLS] = { "tls", "versions, cipher suites, groups, sessions", audit_check_tls,
	    true },
	[AUDIT_CHECK_CERTIFICATE] = { "certificate", "the certificates of the ports",
	    audit_check_certificate, true },
	[AUDIT_CHECK_RELAY] = { "relay", "is mail for elsewhere taken? RCPT at most, never DATA",
	    audit_check_relay, true },
	[AUDIT_CHECK_USERS] = { "users", "can one find out who has a mailbox?", audit_check_users,
	    true },
	[AUDIT_CHECK_LEAKS] = { "leaks", "versions shown, extensions missing, early talk",
	    audit_check_leaks, true },
	[AUDIT_CHECK_NOBODY] = { "nobody", "one login with a made-up name and password",
	    audit_check_nobody, true },
	[AUDIT_CHECK_DNS] = { "dns", "SRV, TLSA and PTR records of the host", audit_check_dns,
	    false },
	[AUDIT_CHECK_SENDER] = { "sender", "MX, SPF, DMARC, DKIM, MTA-STS, TLSRPT of the domain",
	    audit_check_sender, false },
	[AUDIT_CHECK_SMUGGLING] = { "smuggling", "wrong ends of a message (only with --smuggling)",
	    audit_check_smuggling, true },
	[AUDIT_CHECK_GUESSING] = { "guessing", "wrong passwords (only with --brute-force)",
	    audit_check_guessing, true },
};

const char *
audit_check_name(enum audit_check check)
{
	return checks[check].name;
}

bool
audit_check_read(struct slice name, enum audit_check *ret_check)
{
	for (int i = 0; i < AUDIT_CHECK_COUNT; i++) {
		if (slice_is(name, checks[i].name)) {
			*ret_check = (enum audit_check)i;
			return true;
		}
	}
	return false;
}

/* The domain of an address, or NULL. */
static const char *
domain_of(const char *address)
{
	const char *at = address == NULL ? NULL : strrchr(address, '@');

	return at == NULL || at[1] == '\0' ? NULL : at + 1;
}

/* "example.org" of "smtp.example.org": a guess, for it may as well be "co.uk" of "smtp.co.uk". */
static const char *
guess_domain(const struct audit *a)
{
	const char *dot = strchr(a->options->host, '.');

	if (a->is_literal || dot == NULL)
		return NULL;
	return strchr(dot + 1, '.') == NULL ? a->options->host : dot + 1;
}

static void
choose_domain(struct audit *a)
{
	const struct audit_options *o = a->options;
	const char *domain = o->domain;

	if (domain == NULL)
		domain = domain_of(o->from != NULL ? o->from : o->user);
	if (domain == NULL) {
		domain = guess_domain(a);
		a->result->is_domain_guessed = domain != NULL;
	}
	if (domain != NULL)
		(void)snprintf(a->result->domain, sizeof a->result->domain, "%s", domain);
}

static void
set_up_doors(struct audit *a)
{
	const uint16_t ports[AUDIT_DOOR_COUNT] = { a->options->port, a->options->tls_port };

	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		a->doors[i].port = ports[i];
		a->doors[i].is_implicit = i == AUDIT_IMPLICIT_DOOR;
		(void)snprintf(
		    a->doors[i].name, sizeof a->doors[i].name, "port %u", (unsigned)ports[i]);
	}
}

static int
set_up_tls(struct audit *a, struct buf *error)
{
	int r = probe_roots_read(a->options->ca_file, &a->roots, error);

	if (r != 0)
		return r;
	a->tls = audit_tls_new();
	return a->tls == NULL ? -ENOMEM : 0;
}

/* "192.0.2.53", "192.0.2.53:5353", "[2001:db8::1]:5353" */
static bool
read_server(const char *text, struct net_address *server)
{
	const char *colon = strrchr(text, ':');
	char address[64];
	uint64_t port;

	if (net_address_parse(text, PORT_DNS, server))
		return true;
	if (colon == NULL || (size_t)(colon - text) >= sizeof address ||
	    !slice_to_u64(slice_of(colon + 1), UINT16_MAX, &port))
		return false;
	(void)snprintf(address, sizeof address, "%.*s", (int)(colon - text), text);
	return net_address_parse(address, (uint16_t)port, server);
}

static int
set_up_resolver(struct audit *a, struct buf *error)
{
	struct net_address server;
	struct net_resolver_options options = { .server = NULL };

	if (a->options->resolver != NULL) {
		if (!read_server(a->options->resolver, &server)) {
			(void)buf_addf(error, "\"%s\" is no address", a->options->resolver);
			return -EINVAL;
		}
		options.server = &server;
	}
	return net_resolver_new_with(a->base, &options, &a->resolver, error);
}

/* RFC 5321 §4.1.3 */
static void
write_literal(struct audit *a, const struct net_address *address)
{
	char text[IP_TEXT_SIZE];
	struct ip ip;

	if (!net_address_ip(address, &ip))
		return;
	ip_print(&ip, text);
	(void)snprintf(a->literal, sizeof a->literal, "[%s%s]", ip_is_v4(&ip) ? "" : "IPv6:", text);
}

static int
set_up(struct audit *a, struct buf *error)
{
	struct net_address address;
	int r = set_up_tls(a, error);

	a->is_literal = net_address_parse(a->options->host, 0, &address);
	if (a->is_literal)
		write_literal(a, &address);
	a->base = event_base_new();
	if (r == 0 && a->base == NULL)
		r = -ENOMEM;
	if (r == 0)
		r = set_up_resolver(a, error);
	choose_domain(a);
	set_up_doors(a);
	return r;
}

static bool
is_wanted_family(const struct audit *a, const struct net_address *address)
{
	const bool is_v4 = address->any.sa_family == AF_INET;

	return (!a->options->v4_only || is_v4) && (!a->options->v6_only || !is_v4);
}

static void
take_address(struct audit *a, const struct net_address *address)
{
	struct audit_result *r = a->result;
	struct ip ip;

	if (!is_wanted_family(a, address) || !net_address_ip(address, &ip))
		return;
	ip_print(&ip, r->addresses[r->address_count++]);
	a->addresses[a->address_count++] = *address;
}

/* With an address of the options nothing is asked of the others. */
static void
choose_address(struct audit *a)
{
	if (a->options->address != NULL &&
	    net_address_parse(a->options->address, 0, &a->addresses[0]))
		a->address_count = 1;
}

/* The addresses of the host, of the families that are wanted. */
static void
find_host(struct audit *a)
{
	struct net_address all[NET_RESOLVE_ADDRESSES_MAX];
	enum net_resolve_status status;
	const size_t count = audit_resolve(a, a->options->host, 0, all, &status);

	for (size_t i = 0; i < count; i++)
		take_address(a, &all[i]);
	choose_address(a);
	a->result->is_name_unknown = status == NET_RESOLVE_NOT_FOUND && a->options->address == NULL;
	if (a->address_count == 0)
		audit_gap(a, false, "%s has no address%s", a->options->host,
		    status == NET_RESOLVE_FAILED ? " that DNS would tell" : " that is wanted here");
}

static void
tell_check(struct audit *a, enum audit_check check)
{
	if (a->options->is_dry)
		audit_tell(a, "\n# %s: %s", checks[check].name, checks[check].words);
}

static void
run_check(struct audit *a, enum audit_check check)
{
	a->check = check;
	if ((a->options->checks & 1U << check) == 0) {
		audit_gap(a, true, "left out");
	} else if (!a->result->is_reachable &&
		   (checks[check].needs_host || a->result->is_domain_guessed) &&
		   check != AUDIT_CHECK_PORTS) {
		return;
	} else if (checks[check].needs_host && audit_is_over(a)) {
		audit_gap(a, false, "not made, because the server had sent us away");
	} else {
		tell_check(a, check);
		checks[check].run(a);
	}
}

static void
tear_down(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		sk_X509_pop_free(a->doors[i].chain, X509_free);
	net_resolver_free(&a->resolver);
	SSL_CTX_free(a->tls);
	X509_STORE_free(a->roots);
	if (a->base != NULL)
		event_base_free(a->base);
}

int
audit_run(const struct audit_options *options, struct audit_result *ret_result, struct buf *error)
{
	const uint64_t began_ms = clock_monotonic_ms();
	struct audit *a = calloc(1, sizeof *a);
	int r;

	*ret_result = (struct audit_result){ .is_complete = true };
	ret_result->began_unix_ms = clock_unix_ms();
	if (a == NULL)
		return -ENOMEM;
	a->options = options;
	a->result = ret_result;
	r = set_up(a, error);
	if (r == 0) {
		find_host(a);
		for (int i = 0; i < AUDIT_CHECK_COUNT; i++)
			run_check(a, (enum audit_check)i);
		audit_nobody_end(a);
		audit_findings_sort(&ret_result->findings);
		if (ret_result->is_reachable &&
		    (options->checks & AUDIT_CHECKS_USUAL) == AUDIT_CHECKS_USUAL)
			ret_result->grade =
			    audit_grade(&ret_result->findings, ret_result->is_complete);
	}
	tear_down(a);
	free(a);
	ret_result->took_ms = clock_monotonic_ms() - began_ms;
	return r;
}

void
audit_result_done(struct audit_result *result)
{
	audit_findings_done(&result->findings);
	for (size_t i = 0; i < result->gap_count; i++)
		free(result->gaps[i].why);
	result->gap_count = 0;
}
