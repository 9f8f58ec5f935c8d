/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/invention.h"

#include <stdlib.h>
#include <string.h>

#include "probe/ask.h"
#include "util/alloc.h"
#include "util/rand.h"

enum {
	TIME_MS = 1500,
	LABEL_LEN = 20, /* letters: nobody has such a name */
};

static const char domain[] = ".com";

struct probe_invention {
	probe_invention_fn *done;
	void *arg;
	struct probe_ask *ask;
};

static void
on_answer(void *arg, const struct probe_ask_result *result)
{
	struct probe_invention *i = arg;
	probe_invention_fn *done = i->done;
	void *done_arg = i->arg;

	free(i);
	done(done_arg, result->is_answered && result->answer->count != 0
			   ? &result->answer->records[0].ip
			   : NULL);
}

struct probe_invention *
probe_invention_start(
    struct event_base *base, const struct net_address *server, probe_invention_fn *done, void *arg)
{
	char name[LABEL_LEN + sizeof domain];
	const struct probe_ask_options options = {
		.server = server,
		.name = name,
		.type = NET_RECORD_A,
		.timeout_ms = TIME_MS,
	};
	struct probe_invention *invention = xcalloc(1, sizeof *invention);

	for (size_t i = 0; i < LABEL_LEN; i++)
		name[i] = (char)('a' + rand_below('z' - 'a' + 1));
	memcpy(name + LABEL_LEN, domain, sizeof domain);
	invention->done = done;
	invention->arg = arg;
	invention->ask = probe_ask_start(base, &options, on_answer, invention);
	return invention;
}

void
probe_invention_cancel(struct probe_invention **invention)
{
	if (*invention == NULL)
		return;
	probe_ask_cancel(&(*invention)->ask);
	free(*invention);
	*invention = NULL;
}
