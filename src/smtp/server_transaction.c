/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp/server_transaction.h"

#include <assert.h>
#include <stdlib.h>

#include "smtp/address.h"
#include "util/alloc.h"

/* Of an address, sender first, in texts. */
struct place {
	uint32_t address_end, orcpt_end;
	uint32_t notify;
};

static size_t
address_count(const struct smtp_transaction *t)
{
	return t->places.len / sizeof(struct place);
}

/* memcpy because a buf promises octets, not alignment. */
static struct place
place_of(const struct smtp_transaction *t, size_t i)
{
	struct place place;

	assert(i < address_count(t));
	memcpy(&place, t->places.ptr + i * sizeof place, sizeof place);
	return place;
}

static struct slice
address_at(const struct smtp_transaction *t, size_t i)
{
	uint32_t start = i == 0 ? 0 : place_of(t, i - 1).orcpt_end;

	return slice_make(t->texts.ptr + start, place_of(t, i).address_end - start);
}

static void
add_address(struct smtp_transaction *t, struct slice address, const struct smtp_rcpt_params *params)
{
	struct place place = { .notify = params->notify };

	buf_add_slice(&t->texts, address);
	place.address_end = (uint32_t)t->texts.len;
	buf_add_slice(&t->texts, params->orcpt);
	place.orcpt_end = (uint32_t)t->texts.len;
	buf_add(&t->places, &place, sizeof place);
	assert(!t->texts.overflow && !t->places.overflow);
}

static void
copy_params(struct smtp_transaction *t, const struct smtp_mail_params *params)
{
	buf_init(&t->param_texts, SMTP_ENVID_MAX + SMTP_AUTH_PARAM_MAX);
	buf_add_slice(&t->param_texts, params->envid);
	buf_add_slice(&t->param_texts, params->auth);
	assert(!t->param_texts.overflow);
	t->params = *params;
	t->params.envid = slice_first(buf_slice(&t->param_texts), params->envid.len);
	t->params.auth = slice_after(buf_slice(&t->param_texts), params->envid.len);
}

/* Octets of texts and places. */
static size_t
texts_max(size_t recipients_max)
{
	return SMTP_MAILBOX_MAX + recipients_max * (SMTP_MAILBOX_MAX + SMTP_ORCPT_MAX);
}

static size_t
places_max(size_t recipients_max)
{
	return (recipients_max + 1) * sizeof(struct place);
}

size_t
smtp_transaction_memory_max(uint32_t recipients_max)
{
	return sizeof(struct smtp_transaction) + texts_max(recipients_max) +
	       places_max(recipients_max) + SMTP_ENVID_MAX + SMTP_AUTH_PARAM_MAX;
}

struct smtp_transaction *
smtp_transaction_new(
    struct slice sender, const struct smtp_mail_params *params, uint32_t recipients_max)
{
	struct smtp_transaction *t = xcalloc(1, sizeof *t);

	assert(recipients_max < UINT32_MAX / (SMTP_MAILBOX_MAX + SMTP_ORCPT_MAX));
	buf_init(&t->texts, texts_max(recipients_max));
	buf_init(&t->places, places_max(recipients_max));
	add_address(t, sender, &(struct smtp_rcpt_params){ 0 });
	copy_params(t, params);
	return t;
}

void
smtp_transaction_free(struct smtp_transaction **t)
{
	if (*t == NULL)
		return;
	buf_done(&(*t)->texts);
	buf_done(&(*t)->places);
	buf_done(&(*t)->param_texts);
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

struct smtp_rcpt_params
smtp_transaction_recipient_params(const struct smtp_transaction *t, size_t i)
{
	struct place place = place_of(t, i + 1);

	return (struct smtp_rcpt_params){
		.notify = place.notify,
		.orcpt = slice_make(
		    t->texts.ptr + place.address_end, place.orcpt_end - place.address_end),
	};
}

void
smtp_transaction_add_recipient(
    struct smtp_transaction *t, struct slice recipient, const struct smtp_rcpt_params *params)
{
	add_address(t, recipient, params);
}

void
smtp_transaction_drop_recipient(struct smtp_transaction *t)
{
	size_t count = address_count(t);

	assert(count > 1);
	t->texts.len = place_of(t, count - 2).orcpt_end;
	t->places.len -= sizeof(struct place);
}
