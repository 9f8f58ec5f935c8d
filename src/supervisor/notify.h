/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h - tell the service manager how we are: the datagrams of sd_notify(3).
 *
 * Without $NOTIFY_SOCKET every call does nothing.
 */
#ifndef SUPERVISOR_NOTIFY_H
#define SUPERVISOR_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct supervisor_notify {
	struct sockaddr_un address;
	socklen_t address_len; /* 0: nobody wants to know */
	uint64_t watchdog_ms;  /* how often to say that we are alive; 0: never */
};

/* From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. */
struct supervisor_notify supervisor_notify_init(void);
/* 0, also when nobody listens to us, or -errno. */
int supervisor_notify_send(const struct supervisor_notify *n, const char *message);

/* READY=1 with a status line for `systemctl status`. */
void supervisor_notify_ready(const struct supervisor_notify *n, const char *status);
/* RELOADING=1 with the time that the protocol wants. */
void supervisor_notify_reloading(const struct supervisor_notify *n);
void supervisor_notify_stopping(const struct supervisor_notify *n);
void supervisor_notify_alive(const struct supervisor_notify *n);

#endif
