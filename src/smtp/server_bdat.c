/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BDAT (RFC 3030 §2, §4.1, §4.2): the text in chunks of a length that is said before them.
 *
 * Whatever the answer to a BDAT is, its octets are read first, exactly as many as it said: the
 * client sends them without waiting, and who took them for commands would run what a stranger has
 * written into a message. Only a length that cannot be read, be it that its line is too long, ends
 * the session, because nobody knows where its chunk ends.
 *
 * A BDAT that fails ends the transaction: chunks that are in the pipeline behind it must not become
 * a message without it.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "smtp/server_verb.h"

#define SIZE_DIGITS_MAX 20 /* of 2^64 */

struct arguments {
	uint64_t size;
	bool is_last, is_odd; /* odd: more than the RFC has */
};

/* chunk-size [ SP "LAST" ]; false when there is no size. */
static bool
parse_arguments(struct slice argument, struct arguments *ret_arguments)
{
	size_t end = slice_find(argument, ' ');
	struct slice size = slice_first(argument, end), rest = slice_after(argument, end);
	struct arguments a = { 0 };

	if (size.len > SIZE_DIGITS_MAX || !slice_to_u64(size, UINT64_MAX, &a.size))
		return false;
	while (rest.len != 0 && rest.ptr[0] == ' ')
		rest = slice_after(rest, 1);
	a.is_last = slice_is_nocase(rest, "LAST");
	a.is_odd = rest.len != 0 && !a.is_last;
	*ret_arguments = a;
	return true;
}

/* What follows a BDAT that failed, or RCPTs that did, is no mistake of the client's program. */
static bool
is_mistake(enum smtp_server_reply refusal)
{
	return refusal != SMTP_REPLY_MAIL_FIRST && refusal != SMTP_REPLY_RCPT_FIRST &&
	       refusal != SMTP_REPLY_SIZE;
}

/* The octets of a chunk that is not taken are read. */
static void
end_skip(struct smtp_server *s)
{
	if (s->transaction == NULL)
		smtp_server_enter(s, s->chunk.back);
	else
		smtp_server_transaction_drop(s);
	if (is_mistake(s->chunk.refusal))
		smtp_server_refuse(s, s->chunk.refusal);
	else
		smtp_server_reply(s, s->chunk.refusal);
}

static void
end_chunk(struct smtp_server *s)
{
	struct smtp_transaction *t = s->transaction;
	char size[SIZE_DIGITS_MAX + 1];
	int len = snprintf(size, sizeof size, "%" PRIu64, s->chunk.size);

	assert(len > 0 && (size_t)len < sizeof size);
	if (s->chunk.is_last)
		smtp_chunk_end(&t->chunk);
	if (s->chunk.is_last || smtp_server_text_fault(s, &t->chunk.crlf) != SMTP_REPLY_NONE) {
		smtp_server_text_end(s, &t->chunk.crlf);
	} else {
		smtp_server_reply_with(s, SMTP_REPLY_CHUNK_OK, slice_of(size));
		smtp_server_enter(s, SMTP_STATE_CHUNKS);
	}
}

/* Reads on in the chunk, or is through with it. */
static void
go_on(struct smtp_server *s)
{
	if (s->chunk.left != 0)
		return;
	s->waiting_from_ms = s->now_ms; /* a chunk may have taken longer than a command may */
	if (s->state == SMTP_STATE_SKIP)
		end_skip(s);
	else
		end_chunk(s);
}

static void
skip(struct smtp_server *s, const struct arguments *a, enum smtp_server_reply refusal)
{
	if (s->state != SMTP_STATE_CHUNKS)
		smtp_server_text_begin(s);
	s->text_last_ms = s->now_ms;
	s->chunk.left = s->chunk.size = a->size;
	s->chunk.refusal = refusal;
	s->chunk.back = s->state;
	smtp_server_enter(s, SMTP_STATE_SKIP);
	go_on(s);
}

static void
take(struct smtp_server *s, const struct arguments *a)
{
	struct smtp_transaction *t = s->transaction;

	if (s->state == SMTP_STATE_RCPT) {
		smtp_server_text_begin(s);
		t->is_chunked = true;
		t->chunk.is_binary = t->params.body == SMTP_BODY_BINARYMIME;
		t->chunk.crlf.takes_lf = s->options->profile == SMTP_SERVER_LEGACY_DEVICE;
	}
	s->text_last_ms = s->now_ms;
	s->chunk.left = s->chunk.size = a->size;
	s->chunk.is_last = a->is_last;
	smtp_server_enter(s, SMTP_STATE_CHUNK);
	go_on(s);
}

/* Does the chunk alone pass the limit? Then none of it is worth to be kept. */
static bool
is_too_large(const struct smtp_server *s, uint64_t size)
{
	uint64_t max = s->options->limits->message_size;

	return s->transaction->text_len > max || size > max - s->transaction->text_len;
}

void
smtp_verb_bdat(struct smtp_server *s, struct slice argument)
{
	struct arguments a;

	if (!parse_arguments(argument, &a))
		smtp_server_hang_up(s, SMTP_REPLY_BDAT_SIZE);
	else if (a.is_odd)
		skip(s, &a, SMTP_REPLY_BDAT_ARGUMENT);
	else if (s->state == SMTP_STATE_MAIL)
		skip(s, &a, SMTP_REPLY_RCPT_FIRST);
	else if (is_too_large(s, a.size))
		skip(s, &a, SMTP_REPLY_SIZE);
	else
		take(s, &a);
}

void
smtp_server_refuse_bdat(
    struct smtp_server *s, struct slice argument, enum smtp_server_reply refusal)
{
	struct arguments a;

	if (!parse_arguments(argument, &a))
		smtp_server_hang_up(s, SMTP_REPLY_BDAT_SIZE);
	else
		skip(s, &a, refusal);
}

size_t
smtp_server_read_chunk(struct smtp_server *s, struct slice in)
{
	size_t len = in.len < s->chunk.left ? in.len : (size_t)s->chunk.left;
	struct slice rest = slice_first(in, len);
	struct smtp_transaction *t = s->transaction;

	if (len != 0)
		s->text_last_ms = s->now_ms;
	if (s->state == SMTP_STATE_CHUNK) {
		uint64_t repaired = t->chunk.repaired_count;

		smtp_chunk_decode(&t->chunk, &rest, &s->text);
		s->repaired_count += t->chunk.repaired_count - repaired;
		smtp_server_text_took(s);
	} else {
		rest.len = 0;
	}
	s->chunk.left -= len - rest.len;
	s->text_wire_len += len - rest.len;
	go_on(s);
	smtp_server_settle(s);
	return len - rest.len;
}
