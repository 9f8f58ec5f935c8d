/* SPDX-License-Identifier: Apache-2.0 */
/* field_kind.h - the header fields that a submission server knows, and what it asks of them. */
#ifndef MESSAGE_FIELD_KIND_H
#define MESSAGE_FIELD_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

enum message_field_kind {
	MESSAGE_FIELD_DATE,
	MESSAGE_FIELD_FROM,
	MESSAGE_FIELD_SENDER,
	MESSAGE_FIELD_REPLY_TO,
	MESSAGE_FIELD_TO,
	MESSAGE_FIELD_CC,
	MESSAGE_FIELD_BCC,
	MESSAGE_FIELD_MESSAGE_ID,
	MESSAGE_FIELD_IN_REPLY_TO,
	MESSAGE_FIELD_REFERENCES,
	MESSAGE_FIELD_SUBJECT,
	MESSAGE_FIELD_RESENT_FROM,
	MESSAGE_FIELD_RESENT_SENDER,
	MESSAGE_FIELD_RESENT_TO,
	MESSAGE_FIELD_RESENT_CC,
	MESSAGE_FIELD_RESENT_BCC,
	MESSAGE_FIELD_RETURN_PATH,
	MESSAGE_FIELD_RECEIVED,
	MESSAGE_FIELD_TLS_REQUIRED,
	MESSAGE_FIELD_DKIM_SIGNATURE,
	MESSAGE_FIELD_OTHER,
};

enum message_field_addresses {
	MESSAGE_ADDRESSES_NONE,     /* not looked at */
	MESSAGE_ADDRESSES_ONE,      /* exactly one mailbox */
	MESSAGE_ADDRESSES_SOME,     /* at least one mailbox or group */
	MESSAGE_ADDRESSES_ANY_MANY, /* may be empty too */
};

struct message_field_rule {
	const char *name; /* as it is written */
	uint8_t name_len;
	bool is_once; /* RFC 5322 §3.6, RFC 8689 §3 */
	bool is_dropped;
	enum message_field_addresses addresses;
};

/* Names compare without case (RFC 5322 §1.2.2). */
enum message_field_kind message_field_kind_of(struct slice name);
/* Of any kind but OTHER. */
const struct message_field_rule *message_field_rule(enum message_field_kind kind);

#endif
