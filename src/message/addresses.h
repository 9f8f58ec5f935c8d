/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses.h - the address list of a header field (RFC 5322 §3.4), mailbox by mailbox.
 *
 * Groups, comments, quoted strings, domain literals, folds, and the obsolete forms of RFC 5322
 * §4.4 are read: routes, white space around dots, dots in names, empty elements. Octets above 127
 * count as letters (RFC 6532 §3.2); who wants ASCII only looks before. Not read, though some
 * programs write it, is what two readers would take for two addresses: an @ in a name that is not
 * quoted, and ; between addresses.
 *
 * Total, one pass, no copy, no recursion.
 */
#ifndef MESSAGE_ADDRESSES_H
#define MESSAGE_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

/* As they are written: quotes, and white space and comments inside, are there too. */
struct message_mailbox {
	struct slice local;
	struct slice domain; /* empty: there is none, and "@" and one go to the end of local */
};

enum message_mailbox_status {
	MESSAGE_MAILBOX_END,
	MESSAGE_MAILBOX_OK,
	MESSAGE_MAILBOX_SYNTAX,
};

/* `struct message_addresses a = { .text = body };` begins. All is borrowed from text. */
struct message_addresses {
	struct slice text;
	size_t offset; /* of what is read next; with SYNTAX, of what is at fault */
	size_t start;  /* of the mailbox, or of the element that is at fault */
	bool in_group;
	bool has_group;    /* there was one, perhaps empty */
	bool is_comma_due; /* before another element */
};

/* The next mailbox; those in groups too. After END or SYNTAX no more may be asked. */
enum message_mailbox_status message_mailbox_next(
    struct message_addresses *a, struct message_mailbox *ret_mailbox);
/* The element at fault, up to the next comma: for a reply. */
struct slice message_address_fault(const struct message_addresses *a);

/*
 * Appends the address of m for an envelope: without comments and white space, quoted where it must
 * be, with default_domain when it has none. False when out is full.
 */
bool message_mailbox_print(
    const struct message_mailbox *m, struct slice default_domain, struct buf *out);
/*
 * Is m, with default_domain when it has none, the address of an envelope? Quotes, comments and
 * white space do not count, and letters compare without case.
 */
bool message_mailbox_is(
    const struct message_mailbox *m, struct slice default_domain, struct slice address);

#endif
