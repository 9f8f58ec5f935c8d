/* SPDX-License-Identifier: Apache-2.0 */
/* dsn_example.h - a report on a message of Alice's, and its text. */
#ifndef MESSAGE_TEST_DSN_EXAMPLE_H
#define MESSAGE_TEST_DSN_EXAMPLE_H

#include <stddef.h>

#include "message/dsn.h"
#include "util/buf.h"

/* Borrows the recipients. */
static inline struct message_dsn
example(const struct message_dsn_recipient *recipients, size_t count)
{
	return (struct message_dsn){
		.hostname = slice_of("mail.example.com"),
		.report_id = slice_of("0REPORT"),
		.queue_id = slice_of("0QUEUED"),
		.sender = slice_of("alice@example.org"),
		.arrived_unix_s = 1795341600,
		.now_unix_s = 1795341660,
		.recipients = recipients,
		.recipient_count = count,
		.original = slice_of("Message-ID: <1@example.org>\r\nSubject: hi\r\n\r\nbody\r\n"),
	};
}

/* The report with a NUL after it; free() it. */
static inline char *
print(const struct message_dsn *d)
{
	struct buf out;
	char *text;

	buf_init(&out, MESSAGE_DSN_MAX(d->recipient_count));
	assert_true(message_dsn_add(d, &out));
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	return text;
}

#endif
