/* SPDX-License-Identifier: Apache-2.0 */
/* client_feed.h - the client engine, brought to where a test begins. */
#ifndef SMTP_TEST_CLIENT_FEED_H
#define SMTP_TEST_CLIENT_FEED_H

#include <stddef.h>
#include <string.h>

#include "smtp/client.h"

static inline struct smtp_client_options
usual_options(void)
{
	return (struct smtp_client_options){
		.hostname = "x", .host = "peer", .timeouts = SMTP_CLIENT_TIMEOUTS
	};
}

static inline void
drop_output(struct smtp_client *c)
{
	smtp_client_output_taken(c, smtp_client_output(c).len);
}

/* A fresh engine that has heard all of wire; what it said is still to be taken. */
static inline struct smtp_client *
start_at(struct smtp_client_options o, const char *wire)
{
	struct smtp_client *c = smtp_client_new(&o, 1);

	assert_int_equal(smtp_client_input(c, slice_of(wire), 1), strlen(wire));
	return c;
}

/* One that may begin with mail; the peer offers that extension. */
static inline struct smtp_client *
start_offering(const char *extension)
{
	struct smtp_client *c = start_at(usual_options(), "220 y\r\n250-y\r\n250 ");

	(void)smtp_client_input(c, slice_of(extension), 1);
	(void)smtp_client_input(c, slice_of("\r\n"), 1);
	drop_output(c);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_MAIL);
	return c;
}

/* To one recipient; nothing is answered yet. */
static inline void
start_mail(struct smtp_client *c)
{
	struct slice recipient = slice_of("r@y");
	const struct smtp_client_mail m = { .recipients = &recipient, .recipient_count = 1 };

	smtp_client_mail(c, &m, 1);
	drop_output(c);
}

/* One whose peer has said 354. */
static inline struct smtp_client *
start_text(void)
{
	struct smtp_client *c = start_offering("PIPELINING");

	start_mail(c);
	(void)smtp_client_input(c, slice_of("250 a\r\n250 b\r\n354 c\r\n"), 1);
	assert_int_equal(smtp_client_want(c), SMTP_CLIENT_WANT_TEXT);
	return c;
}

#endif
