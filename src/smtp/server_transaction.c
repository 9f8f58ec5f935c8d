/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server_transaction.h"

#include <assert.h>
#include <stdlib.h>

#include "smtp/address.h"
#include "util/alloc.h"

static size_t
address_count(const struct smtp_transaction *t)
{
	return t->ends.len / sizeof(uint32_t);
}

/* Where address number i ends; memcpy because a buf promises octets, not alignment. */
static uint32_t
end_of(const struct smtp_transaction *t, size_t i)
{
	uint32_t end;

	memcpy(&end, t->ends.ptr + i * sizeof end, sizeof end);
	return end;
}

static struct slice
address_at(const struct smtp_transaction *t, size_t i)
{
	uint32_t start = i == 0 ? 0 : end_of(t, i - 1);

	assert(i < address_count(t));
	return slice_make(t->addresses.ptr + start, end_of(t, i) - start);
}

static void
add_address(struct smtp_transaction *t, struct slice address)
{
	uint32_t end = (uint32_t)(t->addresses.len + address.len);

	buf_add_slice(&t->addresses, address);
	buf_add(&t->ends, &end, sizeof end);
	assert(!t->addresses.overflow && !t->ends.overflow);
}

struct smtp_transaction *
smtp_transaction_new(struct slice sender, uint32_t recipients_max)
{
	struct smtp_transaction *t = xcalloc(1, sizeof *t);
	size_t addresses_max = (size_t)recipients_max + 1;

	assert(recipients_max < UINT32_MAX / SMTP_MAILBOX_MAX);
	buf_init(&t->addresses, addresses_max * SMTP_MAILBOX_MAX);
	buf_init(&t->ends, addresses_max * sizeof(uint32_t));
	add_address(t, sender);
	return t;
}

void
smtp_transaction_free(struct smtp_transaction **t)
{
	if (*t == NULL)
		return;
	buf_done(&(*t)->addresses);
	buf_done(&(*t)->ends);
	free(*t);
	*t = NULL;
}

struct slice
smtp_transaction_sender(const struct smtp_transaction *t)
{
	return address_at(t, 0);
}

size_t
smtp_transaction_recipient_count(const struct smtp_transaction *t)
{
	return address_count(t) - 1;
}

struct slice
smtp_transaction_recipient(const struct smtp_transaction *t, size_t i)
{
	return address_at(t, i + 1);
}

void
smtp_transaction_add_recipient(struct smtp_transaction *t, struct slice recipient)
{
	add_address(t, recipient);
}

void
smtp_transaction_drop_recipient(struct smtp_transaction *t)
{
	size_t count = address_count(t);

	assert(count > 1);
	t->addresses.len = end_of(t, count - 2);
	t->ends.len -= sizeof(uint32_t);
}
