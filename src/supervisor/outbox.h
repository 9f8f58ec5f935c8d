/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.h - control messages that wait for a child to read: the supervisor itself never waits. */
#ifndef SUPERVISOR_OUTBOX_H
#define SUPERVISOR_OUTBOX_H

#include <event2/event.h>

#include "proc/control.h"

struct supervisor_outbox;

/* Borrows sock (non-blocking) until the outbox is freed. */
struct supervisor_outbox *supervisor_outbox_new(struct event_base *base, int sock);
/* What was not sent is dropped. Nulls the pointer. */
void supervisor_outbox_free(struct supervisor_outbox **o);
/* Takes over fd (-1 for none). Never fails: a child that is gone reads nothing any more. */
void supervisor_outbox_send(struct supervisor_outbox *o, const struct control_message *m, int fd);

#endif
