/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/service.h"

#include <stddef.h>

/* Of several names of a port, the first is the one that it is shown by. */
static const struct {
	uint16_t port;
	const char *name;
} services[] = {
	{ 587, "submission" },
	{ 465, "submissions" },
	{ 465, "smtps" },
	{ 465, "ssmtp" },
	{ 25, "smtp" },
	{ 2525, "smtp-alt" },
	{ 24, "lmtp" },
	{ 993, "imaps" },
	{ 143, "imap" },
	{ 995, "pop3s" },
	{ 110, "pop3" },
	{ 4190, "sieve" },
	{ 443, "https" },
	{ 80, "http" },
	{ 53, "domain" },
	{ 53, "dns" },
	{ 22, "ssh" },
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
