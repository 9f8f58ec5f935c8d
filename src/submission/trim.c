/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/trim.h"

#include <assert.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/alloc.h"

enum {
	/*
	 * Free memory at the end of the heap that stays all the same: to give it back after each
	 * message and to ask for it again would cost more than all else that malloc does.
	 */
	KEPT_SIZE = 2 * 1024 * 1024,
	QUIET_S = 1,
	PUT_OFF_MAX = 30, /* times QUIET_S */
};

struct trim {
	struct event *timer;
	unsigned put_off_count;
	bool was_busy; /* since the timer was set */
};

static void
set_timer(struct trim *t)
{
	const struct timeval quiet = { QUIET_S, 0 };

	t->was_busy = false;
	(void)evtimer_add(t->timer, &quiet);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct trim *t = arg;

	(void)fd;
	(void)what;
	if (t->was_busy && ++t->put_off_count < PUT_OFF_MAX) {
		set_timer(t);
		return;
	}
	t->put_off_count = 0;
	(void)malloc_trim(0);
}

struct trim *
trim_new(struct event_base *base)
{
	struct trim *t = xcalloc(1, sizeof *t);

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_SIZE);
	t->timer = evtimer_new(base, on_timer, t);
	assert(t->timer != NULL);
	return t;
}

void
trim_free(struct trim **t)
{
	event_free((*t)->timer);
	free(*t);
	*t = NULL;
}

void
trim_later(struct trim *t)
{
	if (evtimer_pending(t->timer, NULL))
		t->was_busy = true;
	else
		set_timer(t);
}
