/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - an error message, log or transcript to ranked causes. Pure: text in, causes out.
 *
 * The messages are compiled in from messages/. What ranks: the server's own reply code (three
 * digits and x.y.z) always before the words of a library around it; then TLS, then errno, then
 * wrappers that say only that something failed. More of a message matched ranks before less.
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "explain/cause.h"
#include "util/slice.h"

#define EXPLAIN_TEXT_MAX ((size_t)1024 * 1024) /* octets; of more the last are looked at */
#define EXPLAIN_RESULTS_MAX 8

/* How sure a match is by its kind. In this order they rank, best first; messages and errors of the
 * system rank alike, by how much of the text they speak for. */
enum explain_evidence {
	EXPLAIN_BY_REPLY_TEXT, /* a server's reply whose words are known */
	EXPLAIN_BY_REPLY_CODE, /* a server's reply, by its codes alone */
	EXPLAIN_BY_MESSAGE,    /* words of a library or program that have one meaning */
	EXPLAIN_BY_ERRNO,      /* an error of the system, by name, number or words */
	EXPLAIN_BY_WRAPPER,    /* words that say only that it failed */
};

struct explain_result {
	const struct explain_cause *cause;
	enum explain_evidence evidence;
	const char *message_id; /* the entry of messages/; NULL: by code alone */
	const char *source;     /* "PHPMailer", "Postfix", "Gmail": who says so; NULL: anyone */
	struct slice matched;   /* part of the text given: borrowed */
	size_t line;            /* of the text, from 1 */
	const char *note;       /* what this message says beyond its cause; NULL: nothing */
};

struct explain_answer {
	size_t count; /* best first, each cause once */
	struct explain_result results[EXPLAIN_RESULTS_MAX];
	/* What the text says of where it happened, for the words in braces; empty: nothing. */
	char host[256], port[8], user[256];
	/* The server's decisive reply, when there is one; 0: none. */
	uint16_t code;
	uint16_t enhanced[3];
};

const char *explain_evidence_name(enum explain_evidence evidence); /* "reply_text" */

/* text is borrowed for the life of the answer. */
void explain_text(struct slice text, struct explain_answer *ret_answer);

#endif
