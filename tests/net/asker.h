/* SPDX-License-Identifier: Apache-2.0 */
/* asker.h - a loop with a resolver that asks the nameserver of nameserver.h. */
#ifndef TESTS_NET_ASKER_H
#define TESTS_NET_ASKER_H

#include "nameserver.h"
#include "net/resolve.h"

struct asker {
	struct event_base *base;
	struct net_resolver *resolver;
	struct nameserver server;
};

/* options: server and root_key are filled in where they are NULL. */
void asker_begin(
    struct asker *a, const struct nameserver_row *rows, const struct net_resolver_options *options);
/* Another resolver in place of the one that there is; the options as they are. */
void asker_renew(struct asker *a, const struct net_resolver_options *options);
void asker_end(struct asker *a);
/* Until *is_done. */
void asker_wait(struct asker *a, const bool *is_done);

#endif
