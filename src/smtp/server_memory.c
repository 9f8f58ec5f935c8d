/* SPDX-License-Identifier: Apache-2.0 */
/* The bound of a session's memory: the sum of the maxima of its buffers. */
#include "smtp/address.h"
#include "smtp/server_session.h"

enum {
	BLOCKS = 12,      /* that a session may have on the heap at a time */
	BLOCK_EXTRA = 32, /* octets that the heap adds to each, by rounding and for itself */
	HASH_LEN = sizeof(uint64_t), /* of a domain */
};

size_t
smtp_server_memory_max(const struct smtp_server_limits *limits)
{
	size_t line = limits->auth_line_length > limits->command_length ? limits->auth_line_length
									: limits->command_length;
	size_t login = sizeof(struct smtp_login) + limits->auth_line_length;

	return sizeof(struct smtp_server) + SMTP_SERVER_OUTPUT_MAX + SMTP_DOMAIN_MAX +
	       SMTP_SERVER_ACCOUNT_MAX + line + login +
	       (size_t)limits->recipient_domains * HASH_LEN +
	       smtp_transaction_memory_max(limits->recipients) + (size_t)BLOCKS * BLOCK_EXTRA;
}
