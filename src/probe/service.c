/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/service.h"

#include <stddef.h>

#include "util/port.h"

/* Of several names of a port, the first is the one that it is shown by. */
static const struct {
	uint16_t port;
	const char *name;
} services[] = {
	{ PORT_SUBMISSION, "submission" },
	{ PORT_SUBMISSIONS, "submissions" },
	{ PORT_SUBMISSIONS, "smtps" },
	{ PORT_SUBMISSIONS, "ssmtp" },
	{ PORT_SMTP, "smtp" },
	{ PORT_ALTERNATIVE, "smtp-alt" },
	{ PORT_LMTP, "lmtp" },
	{ PORT_IMAPS, "imaps" },
	{ PORT_IMAP, "imap" },
	{ PORT_POP3S, "pop3s" },
	{ PORT_POP3, "pop3" },
	{ PORT_SIEVE, "sieve" },
	{ PORT_HTTPS, "https" },
	{ PORT_HTTP, "http" },
	{ PORT_DNS, "domain" },
	{ PORT_DNS, "dns" },
	{ PORT_SSH, "ssh" },
};

const char *
probe_service_name(uint16_t port)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (services[i].port == port)
			return services[i].name;
	return NULL;
}

bool
probe_service_find(struct slice name, uint16_t *ret_port)
{
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
		if (slice_is_nocase(name, services[i].name)) {
			*ret_port = services[i].port;
			return true;
		}
	}
	return false;
}
