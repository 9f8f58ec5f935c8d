/* SPDX-License-Identifier: Apache-2.0 */
/* server_feed.h - what tests of the server engine give it, say to it, and throw away. */
#ifndef SMTP_TEST_SERVER_FEED_H
#define SMTP_TEST_SERVER_FEED_H

#include "smtp/server.h"

/* Of a usual listener, but that a message of 1000 octets is a long one. */
static const struct smtp_server_limits usual_limits = {
	.message_size = 1000,
	.command_length = 512,
	.auth_line_length = 12288,
	.recipients = 100,
	.transactions = 100,
	.bad_commands = 10,
	.auth_failures = 3,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 100,
	.parameters = 20,
	.errors_before_delay = 100,
};

static inline void
drop_output(struct smtp_server *s)
{
	smtp_server_output_taken(s, smtp_server_output(s).len);
}

/* Feeds all of text, in as many calls as it takes, until a want opens. */
static inline void
feed(struct smtp_server *s, const char *text)
{
	struct slice rest = slice_of(text);
	size_t n = 1;

	while (n != 0 && rest.len != 0) {
		n = smtp_server_input(s, rest, 0);
		rest = slice_after(rest, n);
	}
}

#endif
