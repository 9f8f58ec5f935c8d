/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.h - what is wrong with a header block, and what the fix-ups must know of it. */
#ifndef MESSAGE_INSPECT_H
#define MESSAGE_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "message/field_kind.h"
#include "message/filter.h"

/* Addresses completed in one message, at most: each may add a hostname. */
#define MESSAGE_COMPLETED_MAX 256
/* Octets of a detail. */
#define MESSAGE_DETAIL_MAX 128

struct message_facts {
	uint32_t seen;         /* bits, 1 << enum message_field_kind */
	uint32_t signed_kinds; /* those that a DKIM-Signature names in h= (RFC 6376 §3.5) */
	size_t mailbox_count;  /* in From */
	size_t unqualified_count;
	unsigned received_count;
	bool is_from_sender;  /* From's one mailbox is the envelope's sender */
	bool is_tls_optional; /* RFC 8689 §3, §4.1 */
	bool needs_utf8;      /* there are octets above 127 */
};

static inline bool
message_facts_have(const struct message_facts *f, enum message_field_kind kind)
{
	return (f->seen & UINT32_C(1) << kind) != 0;
}

/*
 * Reads the whole block. With a flaw, which is the first one, appends to detail what is to be said
 * of it; detail has room for MESSAGE_DETAIL_MAX octets.
 */
enum message_flaw message_header_inspect(const struct message_filter_options *options,
    struct slice header, struct message_facts *facts, struct buf *detail);

#endif
