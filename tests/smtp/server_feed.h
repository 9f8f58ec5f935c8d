/* SPDX-License-Identifier: Apache-2.0 */
/* server_feed.h - what tests of the server engine say to it, and its replies thrown away. */
#ifndef SMTP_TEST_SERVER_FEED_H
#define SMTP_TEST_SERVER_FEED_H

#include "smtp/server.h"

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
