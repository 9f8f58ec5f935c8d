/* SPDX-License-Identifier: Apache-2.0 */
/* lookup.h - names that are looked up beside a name server that has some of every kind. */
#ifndef PROBE_TEST_LOOKUP_H
#define PROBE_TEST_LOOKUP_H

#include "asker.h"
#include "probe/name.h"

struct lookup {
	struct asker asker;
	struct probe_host host;
	struct probe_name name;
	bool is_done;
	uint64_t took_ms;
};

extern const struct nameserver_row lookup_rows[];

int lookup_set_up(void **state);
int lookup_tear_down(void **state);

/* Asks another server from here on, with the hosts file; NULL: the hosts file alone, whose path is
 * then the resolver's and is the caller's to remove. */
void lookup_renew(struct lookup *f, const struct net_address *server);

/* Waits for the answer. The name stays valid until the next one is asked for. */
const struct probe_name *lookup_ask(struct lookup *f, const char *name, uint64_t timeout_ms);

#endif
