/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/settings.h"

#include <stdlib.h>

#include "util/alloc.h"

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
	s->starttls.hostname = s->implicit_tls.hostname = config->hostname;
	s->starttls.limits = s->implicit_tls.limits = &s->limits;
	s->implicit_tls.implicit_tls = true;
	s->tls = context;
	return s;
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
