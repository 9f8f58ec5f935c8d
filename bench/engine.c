/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-engine - how fast the SMTP engine is by itself: no socket, no TLS, no disk.
 *
 * Prints gigabytes of message text and thousands of commands a second on one core, and what an idle
 * session holds of memory.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server_consent.h"
#include "smtp/server.h"
#include "util/alloc.h"

enum {
	PIECE_LEN = 16 * 1024, /* one TLS record */
	LINE_LEN = 78,
	RUN_MS = 2000,
	IDLE_SESSIONS = 10000,
};

static const struct smtp_server_limits limits = {
	.message_size = UINT64_MAX,
	.command_length = 2048,
	.auth_line_length = 12288,
	.recipients = 1000,
	.transactions = UINT32_MAX,
	.bad_commands = 10,
	.auth_failures = 3,
	.command_timeout_ms = 300000,
	.data_timeout_ms = 180000,
	.login_timeout_ms = 60000,
	.transaction_timeout_ms = 600000,
	.recipient_domains = 1000,
	.parameters = 20,
};
static const struct smtp_server_options options = {
	.hostname = "mail.example.com",
	.limits = &limits,
	.implicit_tls = true,
};

/* Of this process: what else the machine does must not count. */
static uint64_t
cpu_ms(void)
{
	return (uint64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

static void
take_replies(struct smtp_server *s)
{
	smtp_server_output_taken(s, smtp_server_output(s).len);
}

/* As a caller does it; returns the octets of text that came out. */
static uint64_t
feed(struct smtp_server *s, struct slice in)
{
	uint64_t text_len = 0;

	while (in.len != 0) {
		in = slice_after(in, smtp_server_input(s, in, 0));
		text_len += smtp_server_text(s).len;
		smtp_server_consent(s);
		if (smtp_server_output(s).len > PIECE_LEN / 2)
			take_replies(s);
	}
	take_replies(s);
	return text_len;
}

static struct smtp_server *
log_in(void)
{
	struct smtp_server *s = smtp_server_new(&options, 0);

	smtp_server_consent(s);
	take_replies(s);
	(void)feed(s, slice_of("EHLO client.example.org\r\n"));
	(void)feed(s, slice_of("AUTH PLAIN dXNlcg==\r\n"));
	return s;
}

/* Text in lines of usual length. */
static void
fill(uint8_t *piece)
{
	for (size_t i = 0; i < PIECE_LEN; i++)
		piece[i] =
		    (uint8_t) "x\r\n"[i % LINE_LEN < LINE_LEN - 2 ? 0
								  : i % LINE_LEN - LINE_LEN + 3];
}

/* command opens the text and may come before each piece. */
static void
measure_text(const char *name, const char *command, const char *each, struct slice piece)
{
	struct smtp_server *s = log_in();
	uint64_t start, end, text_len = 0;

	(void)feed(s, slice_of("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n"));
	(void)feed(s, slice_of(command));
	start = end = cpu_ms();
	while (end - start < RUN_MS) {
		for (int i = 0; i < 1000; i++) {
			(void)feed(s, slice_of(each));
			text_len += feed(s, piece);
		}
		end = cpu_ms();
	}
	(void)printf("%-9s %.2f GB/s\n", name, (double)text_len / 1e6 / (double)(end - start));
	smtp_server_free(&s);
}

/* A chunk for each piece, so that both the command and the text are in the figure. */
static void
measure_texts(void)
{
	uint8_t *octets = xmalloc(PIECE_LEN);
	struct slice piece = slice_make(octets, PIECE_LEN - PIECE_LEN % LINE_LEN);
	char command[32];
	int len = snprintf(command, sizeof command, "BDAT %zu\r\n", piece.len);

	if (len < 0 || (size_t)len >= sizeof command)
		abort();
	fill(octets);
	measure_text("data", "DATA\r\n", "", piece);
	measure_text("bdat", "", command, piece);
	free(octets);
}

static void
measure_commands(const char *name, const char *commands, unsigned command_count)
{
	struct smtp_server *s = log_in();
	uint64_t start = cpu_ms(), end = start, count = 0;

	while (end - start < RUN_MS) {
		for (int i = 0; i < 1000; i++)
			(void)feed(s, slice_of(commands));
		count += (uint64_t)command_count * 1000;
		end = cpu_ms();
	}
	(void)printf("%-9s %" PRIu64 " thousand commands/s\n", name, count / (end - start));
	smtp_server_free(&s);
}

static void
measure_idle(void)
{
	struct smtp_server **sessions = xcalloc(IDLE_SESSIONS, sizeof(struct smtp_server *));
	size_t before = mallinfo2().uordblks, after;

	for (size_t i = 0; i < IDLE_SESSIONS; i++)
		sessions[i] = log_in();
	after = mallinfo2().uordblks;
	(void)printf("idle      %zu octets a session\n", (after - before) / IDLE_SESSIONS);
	for (size_t i = 0; i < IDLE_SESSIONS; i++)
		smtp_server_free(&sessions[i]);
	free(sessions);
}

int
main(void)
{
	measure_texts();
	measure_commands("noop", "NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n", 4);
	measure_commands("message",
	    "MAIL FROM:<alice@example.org> BODY=8BITMIME SIZE=4\r\n"
	    "RCPT TO:<bob@example.net>\r\n"
	    "DATA\r\n"
	    "hi\r\n.\r\n",
	    4);
	measure_idle();
	return 0;
}
