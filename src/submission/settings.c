/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/settings.h"

#include <stdlib.h>

#include "util/alloc.h"
#include "util/clock.h"

static struct smtp_server_limits
find_limits(const struct config *config)
{
	return (struct smtp_server_limits){
		.message_size = config->limits.message_size,
		.command_length = config->limits.command_length,
		.auth_line_length = config->limits.auth_line_length,
		.recipients = config->limits.recipients,
		.transactions = config->limits.transactions,
		.bad_commands = config->limits.bad_commands,
		.auth_failures = config->limits.auth_failures,
		.command_timeout_ms = config->timeouts.command_ms,
		.data_timeout_ms = config->timeouts.data_ms,
		.login_timeout_ms = config->timeouts.login_ms,
		.transaction_timeout_ms = config->timeouts.transaction_ms,
		.recipient_domains = config->limits.recipient_domains,
		.parameters = config->limits.parameters,
		.transfer_rate = config->limits.transfer_rate,
		.errors_before_delay = config->limits.errors_before_delay,
		.error_delay_ms = config->timeouts.error_delay_ms,
		.hold_max_s = config->limits.hold_ms / 1000,
		.deliver_by_min_s = config->limits.deliver_by_ms / 1000,
	};
}

struct settings *
settings_new(
    const struct config *config, const struct net_tls_server_options *tls, struct buf *error)
{
	struct settings *s;
	SSL_CTX *context;

	if (net_tls_server_new(tls, &context, error) < 0)
		return NULL;
	s = xcalloc(1, sizeof *s);
	s->ref_count = 1;
	s->config = config;
	s->limits = find_limits(config);
	s->tls = context;
	return s;
}

struct smtp_server_options
settings_options(const struct settings *s, const struct config_listener *listener)
{
	static const enum smtp_server_profile profiles[] = {
		[CONFIG_LISTENER_STRICT] = SMTP_SERVER_STRICT,
		[CONFIG_LISTENER_LEGACY_DEVICE] = SMTP_SERVER_LEGACY_DEVICE,
	};

	return (struct smtp_server_options){
		.hostname = s->config->hostname,
		.limits = &s->limits,
		.implicit_tls = listener->tls == CONFIG_LISTENER_IMPLICIT,
		.profile = profiles[listener->profile],
		.unix_offset_ms = (int64_t)clock_unix_ms() - (int64_t)clock_monotonic_ms(),
		.complete_addresses = s->config->message.complete_addresses,
		.priority_max = (uint8_t)s->config->limits.priority,
	};
}

struct settings *
settings_ref(struct settings *s)
{
	s->ref_count++;
	return s;
}

void
settings_unref(struct settings **s)
{
	struct settings *dead = *s;

	*s = NULL;
	if (dead == NULL || --dead->ref_count != 0)
		return;
	SSL_CTX_free(dead->tls);
	free(dead);
}
