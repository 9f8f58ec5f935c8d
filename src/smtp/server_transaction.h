/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_transaction.h - all that one message needs until it is stored, and nothing after.
 *
 * With r recipients it holds at most (r + 1) * SMTP_MAILBOX_MAX octets of addresses, r *
 * SMTP_ORCPT_MAX of original recipients, (r + 1) * 12 of places and SMTP_ENVID_MAX +
 * SMTP_AUTH_PARAM_MAX of parameters, beside the struct; the buffers may be twice as large while
 * they grow. r is below limits.recipients: 768 KB for each 1000.
 */
#ifndef SMTP_SERVER_TRANSACTION_H
#define SMTP_SERVER_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smtp/chunk.h"
#include "smtp/dot.h"
#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"
#include "util/buf.h"
#include "util/slice.h"

struct smtp_transaction {
	struct buf texts;               /* sender, then of each recipient: address, ORCPT */
	struct buf places;              /* of struct place: where each of them ends in texts */
	struct smtp_mail_params params; /* borrows from param_texts */
	struct buf param_texts;
	bool is_priority_lowered; /* below what MT-PRIORITY said */
	bool is_chunked;          /* a BDAT was taken */
	uint64_t declared_size;   /* with SIZE; 0: not */
	struct smtp_dot dot;
	struct smtp_chunk chunk;
	uint64_t text_len; /* octets decoded so far */
};

/*
 * recipients_max bounds the memory. Copies what params borrows. Free with smtp_transaction_free(),
 * which nulls the pointer.
 */
struct smtp_transaction *smtp_transaction_new(
    struct slice sender, const struct smtp_mail_params *params, uint32_t recipients_max);
void smtp_transaction_free(struct smtp_transaction **t);
/* Octets of memory that one never passes. */
size_t smtp_transaction_memory_max(uint32_t recipients_max);

struct slice smtp_transaction_sender(const struct smtp_transaction *t);
size_t smtp_transaction_recipient_count(const struct smtp_transaction *t);
/* i must be below the count. Borrowed until the next addition. */
struct slice smtp_transaction_recipient(const struct smtp_transaction *t, size_t i);
struct smtp_rcpt_params smtp_transaction_recipient_params(
    const struct smtp_transaction *t, size_t i);
/* There must be room: fewer than recipients_max. Copies all. */
void smtp_transaction_add_recipient(
    struct smtp_transaction *t, struct slice recipient, const struct smtp_rcpt_params *params);
/* Takes the newest recipient back. */
void smtp_transaction_drop_recipient(struct smtp_transaction *t);

#endif
