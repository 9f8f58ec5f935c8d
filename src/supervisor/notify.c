/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fd.h"
#include "util/slice.h"

enum {
	MESSAGE_SIZE = 512,
	WATCHDOG_MAX_US = INT32_MAX,
};

/* "/path", or "@name" for the abstract namespace; another kind of address is left alone. */
static void
set_address(struct supervisor_notify *n, const char *path)
{
	size_t len = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof n->address.sun_path)
		return;
	n->address.sun_family = AF_UNIX;
	memcpy(n->address.sun_path, path, len);
	if (path[0] == '@')
		n->address.sun_path[0] = '\0';
	else
		len++; /* a path has its NUL, an abstract name must not */
	n->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static bool
environment_number(const char *name, uint64_t max, uint64_t *ret_value)
{
	const char *text = getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread */

	return text != NULL && slice_to_u64(slice_of(text), max, ret_value);
}

struct supervisor_notify
supervisor_notify_init(void)
{
	struct supervisor_notify n = { 0 };
	const char *path = getenv("NOTIFY_SOCKET"); /* NOLINT(concurrency-mt-unsafe): as above */
	uint64_t watchdog_us = 0;
	uint64_t pid = (uint64_t)getpid();

	if (path != NULL)
		set_address(&n, path);
	(void)environment_number("WATCHDOG_PID", INT32_MAX, &pid);
	if (pid == (uint64_t)getpid() &&
	    environment_number("WATCHDOG_USEC", WATCHDOG_MAX_US, &watchdog_us) && watchdog_us != 0)
		n.watchdog_ms = watchdog_us < 2000 ? 1 : watchdog_us / 2000;
	return n;
}

int
supervisor_notify_send(const struct supervisor_notify *n, const char *message)
{
	int sock, r = 0;

	if (n->address_len == 0)
		return 0;
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0)
		return -errno;
	if (sendto(sock, message, strlen(message), MSG_NOSIGNAL,
		(const struct sockaddr *)&n->address, n->address_len) < 0)
		r = -errno;
	fd_close(&sock);
	return r;
}

void
supervisor_notify_ready(const struct supervisor_notify *n, const char *status)
{
	char message[MESSAGE_SIZE];

	(void)snprintf(message, sizeof message, "READY=1\nSTATUS=%s", status);
	(void)supervisor_notify_send(n, message);
}

void
supervisor_notify_reloading(const struct supervisor_notify *n)
{
	char message[MESSAGE_SIZE];

	(void)snprintf(message, sizeof message,
	    "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=reading the config again",
	    (unsigned long long)clock_monotonic_ms() * 1000);
	(void)supervisor_notify_send(n, message);
}

void
supervisor_notify_stopping(const struct supervisor_notify *n)
{
	(void)supervisor_notify_send(n, "STOPPING=1\nSTATUS=finishing what is in flight");
}

void
supervisor_notify_alive(const struct supervisor_notify *n)
{
	(void)supervisor_notify_send(n, "WATCHDOG=1");
}
