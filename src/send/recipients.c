/* SPDX-License-Identifier: Apache-2.0 */
#include "send/recipients.h"

#include <stdlib.h>

#include "message/addresses.h"
#include "message/field_kind.h"
#include "message/header.h"
#include "smtp/client.h"
#include "util/alloc.h"

void
send_recipients_done(struct send_recipients *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->texts[i]);
	free(r->texts);
	free(r->list);
	*r = (struct send_recipients){ 0 };
}

/* The domain's letters have no case; those of a local part may (RFC 5321 §2.4). */
static bool
is_there(const struct send_recipients *r, struct slice address)
{
	for (size_t i = 0; i < r->count; i++)
		if (slice_equal_nocase(r->list[i], address))
			return true;
	return false;
}

bool
send_recipients_add_address(struct send_recipients *r, struct slice address)
{
	if (r->count == SEND_RECIPIENTS_MAX)
		return false;
	if (r->count == r->size) {
		r->size = r->size == 0 ? 16 : r->size * 2;
		r->list = xrealloc(r->list, r->size * sizeof *r->list);
		r->texts = xrealloc(r->texts, r->size * sizeof *r->texts);
	}
	r->texts[r->count] = slice_dup(address);
	r->list[r->count] = slice_make(r->texts[r->count], address.len);
	r->count++;
	return true;
}

static bool
add_one(struct send_recipients *r, struct slice address, struct buf *error)
{
	if (is_there(r, address) || send_recipients_add_address(r, address))
		return true;
	(void)buf_addf(error, "there are more than %d recipients", SEND_RECIPIENTS_MAX);
	return false;
}

bool
send_recipients_add(
    struct send_recipients *r, struct slice list, struct slice hostname, struct buf *error)
{
	struct message_addresses a = { .text = list };
	enum message_mailbox_status status;
	struct message_mailbox m;
	struct buf address;
	bool ok = true;

	buf_init(&address, SMTP_CLIENT_ADDRESS_MAX);
	while (ok && (status = message_mailbox_next(&a, &m)) != MESSAGE_MAILBOX_END) {
		buf_clear(&address);
		ok = status == MESSAGE_MAILBOX_OK && message_mailbox_print(&m, hostname, &address);
		if (ok)
			ok = add_one(r, buf_slice(&address), error);
		else
			(void)buf_addf(error, "\"%.*s\" is not an address",
			    (int)message_address_fault(&a).len, message_address_fault(&a).ptr);
	}
	buf_done(&address);
	return ok;
}

static bool
is_of(enum message_field_kind kind, bool is_resent)
{
	if (is_resent)
		return kind == MESSAGE_FIELD_RESENT_TO || kind == MESSAGE_FIELD_RESENT_CC ||
		       kind == MESSAGE_FIELD_RESENT_BCC;
	return kind == MESSAGE_FIELD_TO || kind == MESSAGE_FIELD_CC || kind == MESSAGE_FIELD_BCC;
}

static bool
is_resent(struct slice text)
{
	struct message_field field;

	while (message_field_next(&text, &field) == MESSAGE_FIELD_OK)
		if (is_of(message_field_kind_of(field.name), true))
			return true;
	return false;
}

bool
send_recipients_add_header(
    struct send_recipients *r, struct slice text, struct slice hostname, struct buf *error)
{
	const bool resent = is_resent(text);
	struct message_field field;

	while (message_field_next(&text, &field) == MESSAGE_FIELD_OK)
		if (is_of(message_field_kind_of(field.name), resent) &&
		    !send_recipients_add(r, field.body, hostname, error))
			return false;
	return true;
}
