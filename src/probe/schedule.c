/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/schedule.h"

#include <assert.h>
#include <stdlib.h>

#include "util/alloc.h"

enum {
	SECOND_US = 1000000,
	TRIES_MAX = 2,
	WAIT_FIRST_US = 1000000, /* for the first answer of all */
	WAIT_MIN_US = 100000,
	WAIT_MAX_US = 2000000,
	/*
	 * What the last router has kept meanwhile are the newest SYNs, some 200, and it tells the
	 * oldest six of them that there is no such machine: they must still be there to hear it.
	 */
	HOLD_US = SECOND_US,
	BURST_US = 20000,        /* of the rate, when the caller comes late */
	GROW_US = 2 * SECOND_US, /* over which as many more come as there are ports */
	GROW_STEP_MIN_US = 5000,
	GROW_STEP_MAX_US = 200000,
	RATE_MIN = 50, /* below which it is not halved */
	SLOW_DOWN_US = 500000,
};

struct port {
	uint64_t began_us;
	uint8_t tries;
};

struct probe_schedule {
	size_t count, fresh; /* those from fresh on have not been tried */
	struct port *ports;
	size_t *waiting; /* room for parallel */
	size_t waiting_count;
	size_t *again; /* a ring, room for count: to be tried once more */
	size_t again_at, again_count;
	size_t sample_count; /* second attempts while nothing has been answered */
	unsigned parallel, rate_per_s;
	uint64_t began_us;
	uint64_t grown_us, grow_step_us; /* when the window grew by itself the last time */
	size_t window;
	uint64_t slot_us, slowed_us; /* when the next may begin; when the rate was halved */
	bool is_answered;            /* anything */
	uint64_t srtt_us, rttvar_us; /* 0: no answer yet */
};

struct probe_schedule *
probe_schedule_new(size_t count, unsigned parallel, unsigned rate_per_s, uint64_t now_us)
{
	struct probe_schedule *s = xcalloc(1, sizeof *s);
	const uint64_t step_us = GROW_US / (count == 0 ? 1 : count);

	assert(parallel > 0 && rate_per_s > 0);
	s->count = count;
	s->ports = xcalloc(count == 0 ? 1 : count, sizeof *s->ports);
	s->waiting = xcalloc(parallel, sizeof *s->waiting);
	s->again = xcalloc(count == 0 ? 1 : count, sizeof *s->again);
	s->parallel = parallel;
	s->rate_per_s = rate_per_s;
	s->window = PROBE_SCHEDULE_FIRST < parallel ? PROBE_SCHEDULE_FIRST : parallel;
	s->began_us = now_us;
	s->grown_us = now_us;
	s->grow_step_us = step_us < GROW_STEP_MIN_US   ? GROW_STEP_MIN_US
			  : step_us > GROW_STEP_MAX_US ? GROW_STEP_MAX_US
						       : step_us;
	return s;
}

void
probe_schedule_free(struct probe_schedule **schedule)
{
	struct probe_schedule *s = *schedule;

	*schedule = NULL;
	if (s == NULL)
		return;
	free(s->ports);
	free(s->waiting);
	free(s->again);
	free(s);
}

static void
grow(struct probe_schedule *s)
{
	if (s->window < s->parallel)
		s->window++;
}

static void
grow_with_time(struct probe_schedule *s, uint64_t now_us)
{
	while (now_us >= s->grown_us + s->grow_step_us) {
		s->grown_us += s->grow_step_us;
		grow(s);
	}
}

/* Second attempts of a silent host are a sample. */
static bool
has_again(const struct probe_schedule *s)
{
	return s->again_count > 0 && (s->is_answered || s->sample_count < PROBE_SCHEDULE_SAMPLE);
}

static void
put_again(struct probe_schedule *s, size_t index)
{
	s->again[(s->again_at + s->again_count++) % s->count] = index;
}

static size_t
take_again(struct probe_schedule *s)
{
	const size_t index = s->again[s->again_at];

	s->again_at = (s->again_at + 1) % s->count;
	s->again_count--;
	if (!s->is_answered)
		s->sample_count++;
	return index;
}

bool
probe_schedule_next(struct probe_schedule *s, uint64_t now_us, size_t *ret_index)
{
	const uint64_t oldest_us = now_us < BURST_US ? 0 : now_us - BURST_US;
	struct port *p;
	size_t index;

	grow_with_time(s, now_us);
	if (s->waiting_count >= s->window || s->slot_us > now_us)
		return false;
	if (s->fresh == s->count && !has_again(s))
		return false;
	index = s->fresh < s->count ? s->fresh++ : take_again(s);
	p = &s->ports[index];
	p->began_us = now_us;
	p->tries++;
	s->waiting[s->waiting_count++] = index;
	s->slot_us = (s->slot_us > oldest_us ? s->slot_us : oldest_us) + SECOND_US / s->rate_per_s;
	*ret_index = index;
	return true;
}

static void
stop_waiting(struct probe_schedule *s, size_t at)
{
	s->waiting[at] = s->waiting[--s->waiting_count];
}

static size_t
find_waiting(const struct probe_schedule *s, size_t index)
{
	size_t i = 0;

	while (i < s->waiting_count && s->waiting[i] != index)
		i++;
	assert(i < s->waiting_count);
	return i;
}

/* RFC 6298 §2, with microseconds. */
static void
note_time(struct probe_schedule *s, uint64_t took_us)
{
	const uint64_t off_us = took_us > s->srtt_us ? took_us - s->srtt_us : s->srtt_us - took_us;

	if (s->srtt_us == 0) {
		s->srtt_us = took_us + 1;
		s->rttvar_us = took_us / 2;
		return;
	}
	s->rttvar_us = (3 * s->rttvar_us + off_us) / 4;
	s->srtt_us = (7 * s->srtt_us + took_us) / 8 + 1;
}

static void
slow_down(struct probe_schedule *s, uint64_t now_us)
{
	if (s->rate_per_s / 2 < RATE_MIN || now_us < s->slowed_us + SLOW_DOWN_US)
		return;
	s->rate_per_s /= 2;
	s->slowed_us = now_us;
}

void
probe_schedule_answered(
    struct probe_schedule *s, size_t index, uint64_t took_us, bool is_prompt, uint64_t now_us)
{
	stop_waiting(s, find_waiting(s, index));
	s->is_answered = true;
	if (is_prompt)
		note_time(s, took_us);
	if (s->ports[index].tries > 1)
		slow_down(s, now_us);
	else
		grow(s);
}

void
probe_schedule_refused(struct probe_schedule *s, size_t index)
{
	stop_waiting(s, find_waiting(s, index));
}

void
probe_schedule_postponed(struct probe_schedule *s, size_t index)
{
	stop_waiting(s, find_waiting(s, index));
	s->ports[index].tries--;
	put_again(s, index);
	s->parallel = s->waiting_count > 1 ? (unsigned)s->waiting_count : 1;
	s->window = s->parallel;
}

static uint64_t
patience_us(const struct probe_schedule *s, size_t index)
{
	uint64_t wait_us = s->srtt_us + 4 * s->rttvar_us;

	if (s->srtt_us == 0)
		wait_us = WAIT_FIRST_US;
	if (wait_us < WAIT_MIN_US)
		wait_us = WAIT_MIN_US;
	wait_us *= s->ports[index].tries;
	return wait_us < WAIT_MAX_US ? wait_us : WAIT_MAX_US;
}

static uint64_t
end_us(const struct probe_schedule *s, size_t index)
{
	const uint64_t absent_us = s->began_us + PROBE_SCHEDULE_ABSENT_US;
	const uint64_t end = s->ports[index].began_us + patience_us(s, index);

	if (!s->is_answered && end < absent_us && (index == 0 || end + HOLD_US >= absent_us))
		return absent_us;
	return end;
}

bool
probe_schedule_expired(struct probe_schedule *s, uint64_t now_us, size_t *ret_index)
{
	for (size_t i = 0; i < s->waiting_count; i++) {
		const size_t index = s->waiting[i];

		if (now_us < end_us(s, index))
			continue;
		stop_waiting(s, i);
		/* The first of a silent host has been sent more than once by the kernel. */
		if (s->ports[index].tries < TRIES_MAX && (s->is_answered || index != 0))
			put_again(s, index);
		*ret_index = index;
		return true;
	}
	return false;
}

size_t
probe_schedule_waiting_count(const struct probe_schedule *s)
{
	return s->waiting_count;
}

bool
probe_schedule_is_over(const struct probe_schedule *s)
{
	return s->fresh == s->count && s->waiting_count == 0 && !has_again(s);
}

unsigned
probe_schedule_tries(const struct probe_schedule *s, size_t index)
{
	return s->ports[index].tries;
}
