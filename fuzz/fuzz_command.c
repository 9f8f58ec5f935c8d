/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command line, at each place of a session. Law: it has exactly one reply, every line of which
 * is well formed, whatever is in it; the session goes on or closes.
 */
#include <stdlib.h>
#include <string.h>

#include "server_consent.h"
#include "smtp/server.h"
#include "util/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static const struct smtp_server_limits limits = {
	.message_size = 1000,
	.command_length = 512,
	.auth_line_length = 1024,
	.recipients = 3,
	.transactions = 100,
	.bad_commands = 10,
	.auth_failures = 3,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 3,
	.parameters = 20,
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
take_output(struct smtp_server *s, struct buf *out)
{
	buf_add_slice(out, smtp_server_output(s));
	smtp_server_output_taken(s, smtp_server_output(s).len);
}

static void
feed(struct smtp_server *s, struct slice in, struct buf *out)
{
	size_t n = 1;

	while (n != 0 && in.len != 0) {
		n = smtp_server_input(s, in, 0);
		in = slice_after(in, n);
		smtp_server_consent(s);
		take_output(s, out);
	}
}

/* Replies in out, counted by their last lines. */
static size_t
count_replies(struct slice out)
{
	size_t count = 0;

	while (out.len != 0) {
		size_t end = slice_find(out, '\n');

		check(end != out.len && end >= 5 && out.ptr[end - 1] == '\r');
		check(out.ptr[0] >= '2' && out.ptr[0] <= '5');
		check(out.ptr[3] == ' ' || out.ptr[3] == '-');
		count += out.ptr[3] == ' ';
		out = slice_after(out, end + 1);
	}
	return count;
}

/* The ways to the places where a command may come. */
static const char *const places[] = {
	"",
	"EHLO a\r\n",
	"EHLO a\r\nSTARTTLS\r\n",
	"EHLO a\r\nSTARTTLS\r\nEHLO a\r\n",
	"EHLO a\r\nSTARTTLS\r\nEHLO a\r\nAUTH PLAIN AAAA\r\n",
	"EHLO a\r\nSTARTTLS\r\nEHLO a\r\nAUTH PLAIN AAAA\r\nMAIL FROM:<>\r\n",
	"EHLO a\r\nSTARTTLS\r\nEHLO a\r\nAUTH PLAIN AAAA\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\n",
};

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	const struct smtp_server_options options = {
		.hostname = "mail.example.com",
		.limits = &limits,
	};
	const uint8_t *crlf = len == 0 ? NULL : memmem(in, len, "\r\n", 2);

	len = crlf == NULL ? len : (size_t)(crlf - in);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct smtp_server *s = smtp_server_new(&options, 0);
		struct buf out;

		buf_init(&out, 1 << 20);
		take_output(s, &out);
		feed(s, slice_of(places[i]), &out);
		take_output(s, &out);
		buf_clear(&out);
		feed(s, slice_make(in, len), &out);
		feed(s, slice_of("\r\n"), &out);
		check(count_replies(buf_slice(&out)) == 1);
		check(smtp_server_want(s) == SMTP_SERVER_WANT_CLOSE ||
		      smtp_server_want(s) == SMTP_SERVER_WANT_NONE);
		smtp_server_free(&s);
		buf_done(&out);
	}
	return 0;
}
