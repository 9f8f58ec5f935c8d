/* SPDX-License-Identifier: Apache-2.0 */
/* server_transaction.h - all that one message needs until it is stored, and nothing after. */
#ifndef SMTP_SERVER_TRANSACTION_H
#define SMTP_SERVER_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/dot.h"
#include "util/buf.h"
#include "util/slice.h"

struct smtp_transaction {
	struct buf addresses; /* sender, recipients: one after the other */
	struct buf ends;      /* uint32_t: where each of them ends in addresses */
	uint64_t declared_size;
	bool is_8bitmime;
	struct smtp_dot dot;
	uint64_t text_len; /* octets decoded so far */
	uint64_t text_began_ms, text_last_ms;
};

/* recipients_max bounds the memory. Free with smtp_transaction_free(), which nulls the pointer. */
struct smtp_transaction *smtp_transaction_new(struct slice sender, uint32_t recipients_max);
void smtp_transaction_free(struct smtp_transaction **t);

struct slice smtp_transaction_sender(const struct smtp_transaction *t);
size_t smtp_transaction_recipient_count(const struct smtp_transaction *t);
/* i must be below the count. Borrowed until the next addition. */
struct slice smtp_transaction_recipient(const struct smtp_transaction *t, size_t i);
/* There must be room: fewer than recipients_max. */
void smtp_transaction_add_recipient(struct smtp_transaction *t, struct slice recipient);
/* Takes the newest recipient back. */
void smtp_transaction_drop_recipient(struct smtp_transaction *t);

#endif
