/* SPDX-License-Identifier: Apache-2.0 */
/* port_set.h - "25,465,587,1-1024,submission": ports as people list them. Pure. */
#ifndef PROBE_PORT_SET_H
#define PROBE_PORT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define PROBE_PORT_MAX 65535

/* `struct probe_port_set set = { 0 };` is an empty one. A value of 8 KiB. */
struct probe_port_set {
	uint64_t words[(PROBE_PORT_MAX + 1) / 64];
};

/*
 * Add what text lists: numbers from 1 to PROBE_PORT_MAX, ranges of them ("-1024" and "60000-" are
 * open at one end, "-" is all), names (service.h), separated by commas. False when a part cannot be
 * understood: *ret_bad is that part then, and set is the same as before.
 */
bool probe_port_set_parse(struct slice text, struct probe_port_set *set, struct slice *ret_bad);
size_t probe_port_set_count(const struct probe_port_set *set);
/* All of them, ascending; ports has room for their count. */
void probe_port_set_list(const struct probe_port_set *set, uint16_t *ports);

#endif
