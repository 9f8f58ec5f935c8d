/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - what a submitted message passes through on its way to the queue (RFC 6409 §5 to §8).
 *
 * The header block is kept until its end, checked, put right and written out; what follows it is
 * copied as it comes, with the length of its lines watched. Memory is bounded by header_size
 * whatever the message's size. Sans-I/O: time and message id are given.
 *
 * Added, after the other fields, when missing: Date, Message-ID; Sender, with the envelope's
 * sender, when From has several mailboxes (RFC 5322 §3.6.2) and, as an option, when its one mailbox
 * is another. Dropped: Bcc, Resent-Bcc, Return-Path, and a first line "From alice@... " of a
 * mailbox file. Completed: addresses without a domain, by inserting it. Everything else keeps its
 * octets and order. A domain of one label is left alone: it may be whole, as localhost is.
 *
 * With a DKIM-Signature (RFC 6376) no more is changed than RFC 6409 §8 demands in order to keep to
 * RFC 5322, and never what the signature covers: Date, and Sender beside several authors, are
 * added unless its h= names them; Message-ID and another's Sender are not; nothing is completed or
 * folded, but refused. Bcc and Return-Path are dropped all the same.
 *
 * Text must come with CRLF line ends; in the header any other is a flaw. With a flaw the rest of
 * the text is read and thrown away: its end must be found all the same.
 */
#ifndef MESSAGE_FILTER_H
#define MESSAGE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message/flaw.h"
#include "util/buf.h"
#include "util/slice.h"

/* Slices are borrowed for the life of the filter. */
struct message_filter_options {
	struct slice hostname; /* of a Message-ID that is added, and of completed addresses */
	struct slice sender;   /* the envelope's, at most 255 octets; empty: no Sender is added */
	uint64_t message_id;   /* message_id.h: unique part of an added Message-ID */
	uint64_t unix_s;       /* for an added Date */
	size_t header_size;    /* octets of the header block, at most */
	size_t line_length;    /* octets of a line without CRLF, at most: 998 (RFC 5322 §2.1.1) */
	unsigned received_count; /* Received fields, at most */
	bool fold_lines;         /* long lines are folded, not refused */
	bool complete_addresses; /* a local part alone gets "@hostname"; else refused */
	bool add_sender;         /* Sender where From is not the envelope's sender */
	bool is_utf8;            /* SMTPUTF8 was given */
	bool takes_utf8_header;  /* UTF-8 in the header without SMTPUTF8 is not refused */
	bool is_binary;          /* BODY=BINARYMIME: the body has no lines */
};

struct message_filter;

struct message_filter *message_filter_new(const struct message_filter_options *options);
void message_filter_free(struct message_filter **f);

/*
 * Takes text, which came in order, and appends to out what is to be stored of it: nothing while the
 * header block goes on, then the whole of it, then the body as it comes. May append at most
 * message_filter_room(f, text.len) octets; out must have that much room.
 */
void message_filter_text(struct message_filter *f, struct slice text, struct buf *out);
/* The most that text of this length may append. */
size_t message_filter_room(const struct message_filter *f, size_t len);
/*
 * The text is complete: appends what is left, which is the header when no body came (RFC 5322 §3.5
 * allows that). At most message_filter_room(f, 0).
 */
enum message_flaw message_filter_end(struct message_filter *f, struct buf *out);

/* The first flaw so far, and what is to be said of it: a field's name, an address; may be empty. */
enum message_flaw message_filter_flaw(const struct message_filter *f);
struct slice message_filter_detail(const struct message_filter *f);
/* What was done, for the log: "date message-id bcc"; empty: nothing. */
struct slice message_filter_changes(const struct message_filter *f);
/* "TLS-Required: No" was in the header (RFC 8689 §3). */
bool message_filter_is_tls_optional(const struct message_filter *f);
/* There are octets above 127 in the header, so SMTPUTF8 was not given in vain (RFC 6531 §3.6). */
bool message_filter_needs_utf8(const struct message_filter *f);
/* There are octets above 127 anywhere: 8BITMIME is needed, whatever was said (RFC 6152 §3). */
bool message_filter_is_8bit(const struct message_filter *f);

#endif
