/* SPDX-License-Identifier: Apache-2.0 */
/* fixup.h - the header block as it is stored (RFC 6409 §8). See filter.h for what is changed. */
#ifndef MESSAGE_FIXUP_H
#define MESSAGE_FIXUP_H

#include "message/inspect.h"

/* Octets of the words about changes. */
#define MESSAGE_CHANGES_MAX 256
/* Octets of fields that are added, with hostname and sender of at most 255 octets each. */
#define MESSAGE_ADDED_MAX 1024

/*
 * Appends a block that was found sound, with its facts, to out, and to changes a word for each
 * change. The empty line at its end is kept when there is one.
 */
void message_header_fix(const struct message_filter_options *options, struct slice header,
    const struct message_facts *facts, struct buf *out, struct buf *changes);
/* Appends a word about a change, unless it is there. */
void message_changes_note(struct buf *changes, const char *word);

#endif
