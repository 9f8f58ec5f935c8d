/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue_id.h - under which name a server has taken a message, out of its reply to the end of the
 * text. No RFC says how it is said; each server has a way of its own.
 */
#ifndef PROBE_QUEUE_ID_H
#define PROBE_QUEUE_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

/* text: of the reply, without its code. False, and id is empty, when it cannot be told. */
bool probe_queue_id_find(struct slice text, char *id, size_t size);

#endif
