/* SPDX-License-Identifier: Apache-2.0 */
/* derive.c - defaults that depend on other keys or on the machine. */
#include "config/build.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/syntax.h"
#include "util/alloc.h"
#include "util/port.h"

enum { HOSTNAME_SIZE = 256 };

static uint32_t
count_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) < 0 || CPU_COUNT(&set) < 1)
		return 1;
	return (uint32_t)CPU_COUNT(&set);
}

/* 0 in the file stands for the number of CPUs; how many that are is found out once, here. */
static void
derive_count(uint32_t *count, uint32_t max)
{
	if (*count == 0)
		*count = count_cpus();
	if (*count > max)
		*count = max;
}

static void
derive_hostname(const struct config_build *b)
{
	char name[HOSTNAME_SIZE] = "";

	if (b->config->hostname != NULL)
		return;
	if (gethostname(name, sizeof name - 1) == 0 && config_syntax_is_full_name(name))
		b->config->hostname = xstrdup(name);
	else
		config_build_complain(b, &config_section_top, 0, "hostname",
		    "is missing, and the system's name has no domain; add the name that clients "
		    "connect to, such as hostname = \"mail.example.org\"");
}

/* RFC 6409 §3.1, RFC 8314 §3.3, §4: submission is 587 with STARTTLS, and 465 with TLS at once. */
static void
derive_listeners(const struct config_build *b)
{
	static const struct {
		const char *name;
		enum config_listener_tls tls;
	} usual[] = {
		{ "submission", CONFIG_LISTENER_STARTTLS },
		{ "submissions", CONFIG_LISTENER_IMPLICIT },
	};
	struct config *c = b->config;

	if (c->listener_count == 0) {
		config_section_allocate(c, &config_section_listen, sizeof usual / sizeof usual[0]);
		for (size_t i = 0; i < c->listener_count; i++) {
			c->listeners[i].name = xstrdup(usual[i].name);
			c->listeners[i].address = xstrdup("::");
			c->listeners[i].tls = usual[i].tls;
		}
	}
	for (size_t i = 0; i < c->listener_count; i++)
		if (c->listeners[i].port == 0)
			c->listeners[i].port = c->listeners[i].tls == CONFIG_LISTENER_IMPLICIT
						   ? PORT_SUBMISSIONS
						   : PORT_SUBMISSION;
}

static uint16_t
usual_port(const struct config_next_hop *h)
{
	if (h->protocol == CONFIG_PROTOCOL_LMTP)
		return PORT_LMTP;
	return h->tls == CONFIG_NEXT_HOP_TLS_IMPLICIT ? PORT_SUBMISSIONS : PORT_SMTP;
}

static void
derive_next_hop(const struct config_build *b, size_t i)
{
	struct config_next_hop *h = &b->config->next_hops[i];
	const bool is_unix = config_syntax_is_unix(h->host);

	if (!config_build_is_given(b, &config_section_next_hop, i, "tls"))
		h->tls = is_unix ? CONFIG_NEXT_HOP_TLS_NONE : CONFIG_NEXT_HOP_TLS_REQUIRED;
	if (h->port == 0 && !is_unix)
		h->port = usual_port(h);
	if (h->tls_name == NULL && !is_unix) /* never a name from the DNS (RFC 4954 §14) */
		h->tls_name = xstrdup(h->host);
}

static void
derive_routes(const struct config_build *b)
{
	struct config *c = b->config;

	if (c->route_count > 0 || c->next_hop_count != 1)
		return;
	config_section_allocate(c, &config_section_route, 1);
	c->routes[0].domain = xstrdup("*");
}

void
config_build_derive(const struct config_build *b)
{
	struct config *c = b->config;

	derive_hostname(b);
	derive_count(&c->submission_processes, CONFIG_PROCESSES_MAX);
	derive_count(&c->delivery_processes, CONFIG_PROCESSES_MAX);
	derive_count(&c->auth.hash_threads, CONFIG_HASH_THREADS_MAX);
	derive_listeners(b);
	for (size_t i = 0; i < c->next_hop_count; i++)
		derive_next_hop(b, i);
	derive_routes(b);
}
