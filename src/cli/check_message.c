/* SPDX-License-Identifier: Apache-2.0 */
/* check_message.c - the message that "sallyport check --to" submits when it is given none */
#include <inttypes.h>
#include <string.h>

#include "cli/check_options.h"
#include "message/date.h"

static void
add_date(uint64_t unix_ms, struct buf *out)
{
	(void)buf_add_text(out, "Date: ");
	(void)message_date_add(unix_ms / 1000, out);
	(void)buf_add_text(out, "\r\n");
}

void
check_message_write(
    const char *from, const char *to, uint64_t unix_ms, uint64_t random, struct buf *out)
{
	const char *at = strrchr(from, '@');

	add_date(unix_ms, out);
	(void)buf_addf(out, "From: <%s>\r\nTo: <%s>\r\n", from, to);
	(void)buf_addf(out, "Message-ID: <%" PRIu64 ".%016" PRIx64 "@%s>\r\n", unix_ms, random,
	    at == NULL || at[1] == '\0' ? "sallyport.invalid" : at + 1);
	(void)buf_add_text(out,
	    "Subject: Test message of sallyport check\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "\r\n"
	    "This is a test message. Someone has run \"sallyport check --to\" to find out\r\n"
	    "whether mail can be submitted to a server. It reached you, so it can.\r\n"
	    "\r\n"
	    "There is nothing to do; you may delete it.\r\n");
}
