/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "util/rand.h"

enum { LINE_LEN = 76 };

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
add_headers(struct text *t, const char *sender, const char *recipient)
{
	const char *blank = "00000000000000000000000000000"; /* TEXT_ID_LEN */
	struct buf *b = &t->octets;

	(void)buf_addf(b, "From: <%s>\r\nTo: <%s>\r\nSubject: bench\r\n", sender, recipient);
	(void)buf_add_text(b, "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n" TEXT_ID_FIELD);
	t->id_at[0] = b->len;
	(void)buf_addf(b, "%s\r\nMessage-ID: <", blank);
	t->id_at[1] = b->len;
	(void)buf_addf(b, "%s@bench.example>\r\nMIME-Version: 1.0\r\n", blank);
	(void)buf_add_text(b, "Content-Type: text/plain; charset=us-ascii\r\n\r\n");
	t->header_len = b->len;
}

/* One line of at most LINE_LEN letters and CRLF, of len octets in all. */
static void
add_line(struct buf *b, size_t len, uint64_t *state)
{
	for (size_t i = 0; i + 2 < len; i++) {
		*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
		(void)buf_add_octet(b, (uint8_t)alphabet[*state >> 58]);
	}
	(void)buf_add_text(b, "\r\n");
}

void
text_init(struct text *t, size_t size, const char *sender, const char *recipient)
{
	uint64_t state = 1;

	*t = (struct text){ .run = rand_u64() };
	buf_init(&t->octets, size + 4096);
	add_headers(t, sender, recipient);
	while (t->octets.len + 2 <= size) {
		size_t left = size - t->octets.len;
		/* No line may leave a rest of one octet: CRLF needs two. */
		size_t len = left <= LINE_LEN + 2 ? left : LINE_LEN + 1;

		add_line(&t->octets, len, &state);
	}
	(void)buf_add_text(&t->octets, ".\r\n");
	assert(!t->octets.overflow);
}

void
text_done(struct text *t)
{
	buf_done(&t->octets);
}

void
text_id(const struct text *t, uint64_t number, char id[TEXT_ID_LEN + 1])
{
	(void)snprintf(id, TEXT_ID_LEN + 1, "%016llx-%012llu", (unsigned long long)t->run,
	    (unsigned long long)(number % 1000000000000ULL));
}

void
text_stamp(const struct text *t, uint8_t *octets, const char *id)
{
	memcpy(octets + t->id_at[0], id, TEXT_ID_LEN);
	memcpy(octets + t->id_at[1], id, TEXT_ID_LEN);
}
