/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What malloc keeps, and when it gives it back. A handshake needs tens of KiB for a moment, which
 * lie between what its session keeps: after a thousand handshakes more than half of the heap would
 * be such holes.
 */
#include <assert.h>
#include <malloc.h>

#include "submission/process.h"

enum {
	/* Free memory at the end of the heap that stays: to give it back after each message and to
	   ask for it again would cost more than all else that malloc does. */
	KEPT_SIZE = 2 * 1024 * 1024,
	TRIM_AFTER_S = 1,
};

static void
on_trim(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	(void)malloc_trim(0);
}

void
submission_memory_init(struct submission *p)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_SIZE);
	p->trim_timer = evtimer_new(p->child->base, on_trim, NULL);
	assert(p->trim_timer != NULL);
}

/* However many logins there are, once per TRIM_AFTER_S. */
void
submission_memory_trim_later(struct submission *p)
{
	const struct timeval wait = { TRIM_AFTER_S, 0 };

	if (!evtimer_pending(p->trim_timer, NULL))
		(void)evtimer_add(p->trim_timer, &wait);
}
