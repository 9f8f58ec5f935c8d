/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - what only a whole handshake shows: tickets, resumption, stapling, renegotiation.
 * Private to the room.
 */
#ifndef AUDIT_SESSION_H
#define AUDIT_SESSION_H

#include "audit/context.h"
#include "audit/inventory.h"

/* Makes up to six connections, one after the other. */
void audit_session_look(
    struct audit *a, const struct audit_door *door, struct audit_inventory *inventory);

#endif
