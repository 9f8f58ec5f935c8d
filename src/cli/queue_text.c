/* SPDX-License-Identifier: Apache-2.0 */
/* queue_text.c - messages of the queue as tables for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/queue_view.h"
#include "cli/words.h"
#include "message/message_id.h"

enum { LINE_RECIPIENTS_MAX = 10 }; /* that a list shows of one message */

/* "<>" is the sender of bounces. */
static void
print_sender(const char *sender)
{
	(void)fputs("<", stdout);
	cli_words_print(stdout, sender);
	(void)fputs(">", stdout);
}

/* "451 4.3.0 try later (mx.example.org[192.0.2.1]:25; while sending RCPT TO)" */
static void
print_answer(const struct queue_recipient *r)
{
	if (r->code != 0)
		(void)printf(" %u", (unsigned)r->code);
	if (r->enhanced[0] != 0)
		(void)printf(" %u.%u.%u", (unsigned)r->enhanced[0], (unsigned)r->enhanced[1],
		    (unsigned)r->enhanced[2]);
	if (r->peer_text[0] != '\0')
		(void)fputs(" ", stdout);
	cli_words_print(stdout, r->peer_text);
	if (r->reason[0] == '\0')
		return;
	(void)fputs(" (", stdout);
	cli_words_print(stdout, r->reason);
	(void)fputs(")", stdout);
}

static void
print_next_try(const struct queue_message *m, const struct queue_recipient *r, uint64_t now_unix_ms)
{
	char words[CLI_WORDS_SIZE];

	if (queue_view_is_held(m, now_unix_ms)) {
		cli_words_time(r->due_unix_ms, words);
		(void)printf("held until %s", words);
	} else if (r->due_unix_ms <= now_unix_ms) {
		(void)fputs("next try now", stdout);
	} else {
		cli_words_duration(r->due_unix_ms - now_unix_ms, words);
		(void)printf("next try in %s", words);
	}
	if (r->attempts > 0)
		(void)printf("; attempt %" PRIu32, r->attempts);
}

/* What became of it, where, and what was said: one line without its line feed. */
static void
print_fate(const struct queue_message *m, const struct queue_recipient *r, uint64_t now_unix_ms)
{
	char words[CLI_WORDS_SIZE];

	(void)fputs(queue_view_state(r), stdout);
	if (m->settled_unix_ms != 0 && m->settled_unix_ms <= now_unix_ms) {
		cli_words_duration(now_unix_ms - m->settled_unix_ms, words);
		(void)printf(" %s ago", words);
	}
	if (r->state == STORE_RECIPIENT_DUE) {
		(void)fputs(", ", stdout);
		print_next_try(m, r, now_unix_ms);
	}
	if (r->host[0] != '\0') {
		(void)fputs(r->state == STORE_RECIPIENT_DELIVERED ? " to " : " at ", stdout);
		cli_words_print(stdout, r->host);
		(void)fputs(":", stdout);
	}
	print_answer(r);
}

static void
print_recipients(const struct queue_message *m, size_t max, uint64_t now_unix_ms)
{
	for (size_t i = 0; i < m->recipient_count && i < max; i++) {
		(void)fputs("    ", stdout);
		cli_words_print(stdout, m->recipients[i].address);
		(void)fputs("  ", stdout);
		print_fate(m, &m->recipients[i], now_unix_ms);
		queue_view_print_asked_for(&m->recipients[i], "\n      asked for: ");
		(void)fputs("\n", stdout);
	}
	if (m->recipient_count > max)
		(void)printf("    and %zu more\n", m->recipient_count - max);
}

void
queue_view_print_heading(void)
{
	(void)printf("%-*s  %7s  %9s  %s\n", MESSAGE_ID_TEXT_LEN, "ID", "AGE", "SIZE", "SENDER");
}

void
queue_view_print_line(const struct queue_message *m, uint64_t now_unix_ms)
{
	char id[MESSAGE_ID_TEXT_LEN + 1], age[CLI_WORDS_SIZE], size[CLI_WORDS_SIZE];

	message_id_print(m->id, id);
	cli_words_duration(
	    now_unix_ms > m->created_unix_ms ? now_unix_ms - m->created_unix_ms : 0, age);
	cli_words_size(m->size, size);
	(void)printf("%s  %7s  %9s  ", id, age, size);
	print_sender(m->sender);
	queue_view_print_asked(m, "\n    asked for: ");
	(void)fputs("\n", stdout);
	print_recipients(m, LINE_RECIPIENTS_MAX, now_unix_ms);
}

static const char *
body_words(enum smtp_body body)
{
	switch (body) {
	case SMTP_BODY_7BIT:
		break;
	case SMTP_BODY_8BITMIME:
		return "8-bit";
	case SMTP_BODY_BINARYMIME:
		return "binary";
	}
	return "7-bit";
}

void
queue_view_print_details(const struct queue_message *m, uint64_t now_unix_ms)
{
	char id[MESSAGE_ID_TEXT_LEN + 1], time[CLI_WORDS_SIZE], size[CLI_WORDS_SIZE];

	message_id_print(m->id, id);
	cli_words_time(m->created_unix_ms, time);
	cli_words_size(m->size, size);
	(void)printf("Message:  %s\nArrived:  %s\nSize:     %s\nAccount:  ", id, time, size);
	cli_words_print(stdout, m->account);
	(void)fputs("\nSender:   ", stdout);
	print_sender(m->sender);
	if (m->settled_unix_ms != 0) {
		cli_words_time(m->settled_unix_ms, time);
		(void)printf("\nSettled:  %s", time);
	} else {
		(void)printf("\nText:     %s", body_words(m->asked.body));
		queue_view_print_asked(m, "\nAsked:    ");
	}
	(void)fputs("\nRecipients:\n", stdout);
	print_recipients(m, SIZE_MAX, now_unix_ms);
}
