/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule.h - when to try which of many ports, fast but politely. Pure: it is given the time.
 *
 * It begins with PROBE_SCHEDULE_FIRST attempts at a time. Each answer, and each while without one,
 * lets one more wait at a time, up to a limit; and never does it start more than a rate. How long
 * an attempt may wait follows from how long the answers took (RFC 6298). What has not been answered
 * is tried once more at the end; of a host that has answered nothing at all only the first
 * PROBE_SCHEDULE_SAMPLE ports are. When answers come at the second attempt only, something drops
 * some, and the rate is halved.
 */
#ifndef PROBE_SCHEDULE_H
#define PROBE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_SCHEDULE_FIRST 3
#define PROBE_SCHEDULE_PARALLEL 256 /* attempts that wait at a time, unless asked otherwise */
#define PROBE_SCHEDULE_RATE 1500    /* attempts begun per second, unless asked otherwise */
#define PROBE_SCHEDULE_SAMPLE 100
/*
 * The first attempt, and all that wait in the last second before, wait that long after the start
 * when nothing has been answered: after 3.06 s the kernel, or the last router, says that there is
 * no such machine on its link.
 */
#define PROBE_SCHEDULE_ABSENT_US 3200000

struct probe_schedule;

/* Of count ports, known by their index. parallel and rate_per_s must not be 0. */
struct probe_schedule *probe_schedule_new(
    size_t count, unsigned parallel, unsigned rate_per_s, uint64_t now_us);
void probe_schedule_free(struct probe_schedule **schedule);

/* May one begin? The caller begins it. */
bool probe_schedule_next(struct probe_schedule *s, uint64_t now_us, size_t *ret_index);
/*
 * Someone answered it; is_prompt: to the first SYN, so that took_us tells how far away the host is.
 */
void probe_schedule_answered(
    struct probe_schedule *s, size_t index, uint64_t took_us, bool is_prompt, uint64_t now_us);
/* This machine refused it: it is over, but the host has not answered. */
void probe_schedule_refused(struct probe_schedule *s, size_t index);
/* It could not begin for want of something on this machine: later, with fewer at a time. */
void probe_schedule_postponed(struct probe_schedule *s, size_t index);
/* Has one waited long enough? The caller ends it; perhaps it comes again. */
bool probe_schedule_expired(struct probe_schedule *s, uint64_t now_us, size_t *ret_index);
size_t probe_schedule_waiting_count(const struct probe_schedule *s);
bool probe_schedule_is_over(const struct probe_schedule *s);
/* How often it has begun. */
unsigned probe_schedule_tries(const struct probe_schedule *s, size_t index);

#endif
