/* SPDX-License-Identifier: Apache-2.0 */
#include "asker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ERROR_MAX = 1024 };

void
asker_renew(struct asker *a, const struct net_resolver_options *options)
{
	struct buf error;

	buf_init(&error, ERROR_MAX);
	net_resolver_free(&a->resolver);
	assert_int_equal(net_resolver_new_with(a->base, options, &a->resolver, &error), 0);
	buf_done(&error);
}

void
asker_begin(
    struct asker *a, const struct nameserver_row *rows, const struct net_resolver_options *options)
{
	struct net_resolver_options o = *options;

	a->base = event_base_new();
	nameserver_start(&a->server, a->base, rows);
	if (o.server == NULL)
		o.server = &a->server.address;
	if (o.root_key == NULL)
		o.root_key = "";
	asker_renew(a, &o);
}

void
asker_end(struct asker *a)
{
	net_resolver_free(&a->resolver);
	nameserver_stop(&a->server);
	event_base_free(a->base);
}

void
asker_wait(struct asker *a, const bool *is_done)
{
	while (!*is_done)
		(void)event_base_loop(a->base, EVLOOP_ONCE);
}
