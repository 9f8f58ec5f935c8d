/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.h - what tools/make-causes and tools/make-messages make of the data files.
 *
 * Patterns are sequences of items; each item is a word of the vocabulary. A pattern is looked for
 * where its rarest word stands (its anchor), so that most words of a text cost one search in the
 * vocabulary and nothing more.
 */
#ifndef EXPLAIN_TABLES_H
#define EXPLAIN_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "explain/cause.h"
#include "explain/explain.h"

#define EXPLAIN_CAUSES_MAX 5   /* of one message or code */
#define EXPLAIN_VOCABLE_MAX 47 /* octets of a word */

extern const struct explain_cause explain_causes[]; /* in the order of causes.txt */
extern const size_t explain_cause_count;

/* Sorted by its octets. */
struct explain_vocable {
	const char *text;
	uint8_t len;
	int16_t parent; /* the longest other word that this one begins with; -1: none */
	uint16_t anchor_begin, anchor_count;
};

extern const struct explain_vocable explain_vocables[];
extern const size_t explain_vocable_count;

/* What else must be there is told beside it, so that most patterns need not be looked at. */
struct explain_anchor {
	uint16_t pattern;
	uint8_t offset;        /* of the item in the pattern */
	int8_t near_side;      /* 1, -1: where `near` stands, next to it */
	int16_t near;          /* a whole word; -1: none */
	int16_t follow;        /* the first word behind a gap; -1: none */
	uint8_t follow_within; /* words behind the anchor at most */
};

extern const struct explain_anchor explain_anchors[];

#define EXPLAIN_ITEM_PREFIX 1 /* any word that begins so */
#define EXPLAIN_ITEM_PAREN 2  /* in parentheses */

struct explain_item {
	uint16_t vocable;
	uint8_t gap; /* how many words may stand before it */
	uint8_t flags;
};

extern const struct explain_item explain_items[];

struct explain_pattern {
	uint32_t item_begin;
	uint16_t message;
	uint8_t item_count;
	uint8_t score; /* how much of a text it speaks for */
};

extern const struct explain_pattern explain_patterns[];

/* Where a message must stand for its entry to hold. */
enum explain_place {
	EXPLAIN_PLACE_ANY,
	EXPLAIN_PLACE_IPV6,      /* an IPv6 address in the line */
	EXPLAIN_PLACE_LOCALHOST, /* this machine's own address in the line */
	EXPLAIN_PLACE_PORT_25,   /* the port in the line */
	EXPLAIN_PLACE_PORT_465,
	EXPLAIN_PLACE_PORT_587,
	EXPLAIN_PLACE_GOOGLE, /* a name of theirs nearby */
	EXPLAIN_PLACE_MICROSOFT,
};

struct explain_message {
	const char *id, *source, *note;
	enum explain_evidence evidence;
	bool is_hint;   /* means something only in a reply of a server */
	bool is_dialog; /* what a server says when nothing has failed yet */
	enum explain_place place;
	int weight; /* added to the score of its patterns */
	uint8_t cause_count;
	uint16_t causes[EXPLAIN_CAUSES_MAX]; /* the likeliest first */
};

extern const struct explain_message explain_messages[];
extern const size_t explain_message_count;

/* A reply by its codes alone; the first row that fits is the one. */
struct explain_code {
	uint16_t basic;       /* 0: any */
	uint16_t enhanced[3]; /* [0] is 0: any class */
	bool has_enhanced;
	bool is_vague; /* says so little that known words in the reply's text say more */
	uint8_t cause_count;
	uint16_t causes[EXPLAIN_CAUSES_MAX];
	const char *note;
};

extern const struct explain_code explain_codes[];
extern const size_t explain_code_count;

#endif
