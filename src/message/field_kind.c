/* SPDX-License-Identifier: Apache-2.0 */
#include "message/field_kind.h"

#include <assert.h>

#define NAME(text) (text), (sizeof(text) - 1)

/*
 * RFC 5322 §3.6 wants at least one address in each of these fields; clients write "Cc:" without
 * any, which misleads nobody, so only From and the fields of one mailbox must have some.
 *
 * Bcc and Resent-Bcc would tell all recipients of the others (RFC 5322 §3.6.3), Return-Path is for
 * who delivers at last to write (RFC 5321 §4.4). Whether Resent fields match is nobody's business
 * here (RFC 5321 §3.3).
 */
static const struct message_field_rule rules[] = {
	[MESSAGE_FIELD_DATE] = { NAME("Date"), true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_FROM] = { NAME("From"), true, false, MESSAGE_ADDRESSES_SOME },
	[MESSAGE_FIELD_SENDER] = { NAME("Sender"), true, false, MESSAGE_ADDRESSES_ONE },
	[MESSAGE_FIELD_REPLY_TO] = { NAME("Reply-To"), true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_TO] = { NAME("To"), true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_CC] = { NAME("Cc"), true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_BCC] = { NAME("Bcc"), false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_MESSAGE_ID] = { NAME("Message-ID"), true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_IN_REPLY_TO] = { NAME("In-Reply-To"), true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_REFERENCES] = { NAME("References"), true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_SUBJECT] = { NAME("Subject"), true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RESENT_FROM] = { NAME("Resent-From"), false, false, MESSAGE_ADDRESSES_SOME },
	[MESSAGE_FIELD_RESENT_SENDER] = { NAME("Resent-Sender"), false, false,
	    MESSAGE_ADDRESSES_ONE },
	[MESSAGE_FIELD_RESENT_TO] = { NAME("Resent-To"), false, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_RESENT_CC] = { NAME("Resent-Cc"), false, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_RESENT_BCC] = { NAME("Resent-Bcc"), false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RETURN_PATH] = { NAME("Return-Path"), false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RECEIVED] = { NAME("Received"), false, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_TLS_REQUIRED] = { NAME("TLS-Required"), true, false,
	    MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_DKIM_SIGNATURE] = { NAME("DKIM-Signature"), false, false,
	    MESSAGE_ADDRESSES_NONE },
};

_Static_assert(sizeof rules / sizeof rules[0] == MESSAGE_FIELD_OTHER, "a rule for each kind");

enum message_field_kind
message_field_kind_of(struct slice name)
{
	size_t i = 0;

	while (i < MESSAGE_FIELD_OTHER &&
	       (name.len != rules[i].name_len || !slice_is_nocase(name, rules[i].name)))
		i++;
	return (enum message_field_kind)i;
}

const struct message_field_rule *
message_field_rule(enum message_field_kind kind)
{
	assert(kind < MESSAGE_FIELD_OTHER);
	return &rules[kind];
}
