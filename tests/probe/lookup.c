/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/clock.h"
#include "util/fd.h"

static const char hosts_text[] = "127.0.0.1 localhost\n"
				 "192.0.2.9 static.example.org # 192.0.2.10 comment.example.org\n"
				 "0.0.0.0 blocked.example.org\n";

const struct nameserver_row lookup_rows[] = {
	{ "both.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "both.example.org", "192.0.2.2", NET_RECORD_A, 0 },
	{ "both.example.org", "2001:db8::1", NET_RECORD_AAAA, 0 },
	{ "v4.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "v6.example.org", "2001:db8::1", NET_RECORD_AAAA, 0 },
	{ "xn--mnchen-3ya.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "alias.example.org", "v4.example.org", NET_RECORD_CNAME, 0 },
	{ "mail.example.org", "10 mx.example.org", NET_RECORD_MX, 0 },
	{ "zero.example.org", "0.0.0.0", NET_RECORD_A, 0 },
	{ "loop.example.org", "127.0.0.1", NET_RECORD_A, 0 },
	{ "inside.example.org", "10.0.0.5", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.1", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.2", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.3", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.4", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.5", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.6", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.7", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.8", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.9", NET_RECORD_A, 0 },
	{ "many.example.org", "192.0.2.10", NET_RECORD_A, 0 },
	{ "fails.example.org", NULL, 0, NAMESERVER_SERVFAIL },
	{ "refused.example.org", NULL, 0, NAMESERVER_REFUSED },
	{ "tampered.example.org", "192.0.2.1", NET_RECORD_A, NAMESERVER_BROKEN_CHAIN },
	{ "silent.example.org", NULL, 0, NAMESERVER_SILENT },
	{ "old.example.org", "192.0.2.1", NET_RECORD_A, NAMESERVER_NO_AAAA },
	{ NULL, NULL, 0, 0 },
};

/* The hosts file that the options name, for as long as the resolver reads it. */
static void
write_hosts(char *path)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, hosts_text, strlen(hosts_text)), 0);
	fd_close(&fd);
}

void
lookup_renew(struct lookup *f, const struct net_address *server)
{
	char hosts[] = "/tmp/test_hosts.XXXXXX";
	const struct net_resolver_options options = { .resolv_conf =
							  server == NULL ? "/nonexistent" : NULL,
		.hosts = hosts,
		.server = server,
		.root_key = "" };

	write_hosts(hosts);
	asker_renew(&f->asker, &options);
	if (server != NULL)
		(void)unlink(hosts);
}

int
lookup_set_up(void **state)
{
	struct lookup *f = calloc(1, sizeof *f);
	char hosts[] = "/tmp/test_hosts.XXXXXX";
	const struct net_resolver_options options = { .hosts = hosts };

	write_hosts(hosts);
	asker_begin(&f->asker, lookup_rows, &options);
	(void)unlink(hosts);
	*state = f;
	return 0;
}

int
lookup_tear_down(void **state)
{
	struct lookup *f = *state;

	asker_end(&f->asker);
	free(f);
	return 0;
}

static void
on_done(void *arg, const struct probe_name *name)
{
	struct lookup *f = arg;

	f->name = *name;
	f->is_done = true;
}

const struct probe_name *
lookup_ask(struct lookup *f, const char *name, uint64_t timeout_ms)
{
	const uint64_t began_ms = clock_monotonic_ms();

	f->is_done = false;
	assert_non_null(probe_name_start(
	    f->asker.base, f->asker.resolver, &f->host, name, 587, timeout_ms, on_done, f));
	assert_false(f->is_done); /* never from inside the call */
	asker_wait(&f->asker, &f->is_done);
	f->took_ms = clock_monotonic_ms() - began_ms;
	return &f->name;
}
