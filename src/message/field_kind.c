/* SPDX-License-Identifier: Apache-2.0 */
#include "message/field_kind.h"

#include <assert.h>

/*
 * RFC 5322 §3.6 wants at least one address in each of these fields; clients write "Cc:" without
 * any, which misleads nobody, so only From and the fields of one mailbox must have some.
 *
 * Bcc and Resent-Bcc would tell all recipients of the others (RFC 5322 §3.6.3), Return-Path is for
 * who delivers at last to write (RFC 5321 §4.4). Whether Resent fields match is nobody's business
 * here (RFC 5321 §3.3).
 */
static const struct message_field_rule rules[] = {
	[MESSAGE_FIELD_DATE] = { "Date", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_FROM] = { "From", true, false, MESSAGE_ADDRESSES_SOME },
	[MESSAGE_FIELD_SENDER] = { "Sender", true, false, MESSAGE_ADDRESSES_ONE },
	[MESSAGE_FIELD_REPLY_TO] = { "Reply-To", true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_TO] = { "To", true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_CC] = { "Cc", true, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_BCC] = { "Bcc", false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_MESSAGE_ID] = { "Message-ID", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_IN_REPLY_TO] = { "In-Reply-To", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_REFERENCES] = { "References", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_SUBJECT] = { "Subject", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RESENT_FROM] = { "Resent-From", false, false, MESSAGE_ADDRESSES_SOME },
	[MESSAGE_FIELD_RESENT_SENDER] = { "Resent-Sender", false, false, MESSAGE_ADDRESSES_ONE },
	[MESSAGE_FIELD_RESENT_TO] = { "Resent-To", false, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_RESENT_CC] = { "Resent-Cc", false, false, MESSAGE_ADDRESSES_ANY_MANY },
	[MESSAGE_FIELD_RESENT_BCC] = { "Resent-Bcc", false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RETURN_PATH] = { "Return-Path", false, true, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_RECEIVED] = { "Received", false, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_TLS_REQUIRED] = { "TLS-Required", true, false, MESSAGE_ADDRESSES_NONE },
	[MESSAGE_FIELD_DKIM_SIGNATURE] = { "DKIM-Signature", false, false, MESSAGE_ADDRESSES_NONE },
};

_Static_assert(sizeof rules / sizeof rules[0] == MESSAGE_FIELD_OTHER, "a rule for each kind");

enum message_field_kind
message_field_kind_of(struct slice name)
{
	size_t i = 0;

	while (i < MESSAGE_FIELD_OTHER && !slice_is_nocase(name, rules[i].name))
		i++;
	return (enum message_field_kind)i;
}

const struct message_field_rule *
message_field_rule(enum message_field_kind kind)
{
	assert(kind < MESSAGE_FIELD_OTHER);
	return &rules[kind];
}
