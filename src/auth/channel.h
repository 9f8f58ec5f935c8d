/* SPDX-License-Identifier: Apache-2.0 */
/* channel.h - the frames of one submission process: logins and senders, or signatures (wire.h). */
#ifndef AUTH_CHANNEL_H
#define AUTH_CHANNEL_H

#include "auth/service.h"
#include "proc/child.h"

#define AUTH_LOGINS_MAX 65536 /* open at once, of one submission process; above: temporary */

/*
 * Serves submission process `index` on fd, which is taken over, until it is gone. A channel of the
 * same purpose that it had before is closed.
 */
void auth_channel_open(struct auth_service *s, unsigned index, enum proc_channel purpose, int fd);
void auth_channel_close_all(struct auth_service *s);

#endif
