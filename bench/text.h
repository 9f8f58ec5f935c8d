/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - the messages that the generator sends: one text, each time with another id in it.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* The header field that carries the id, with its colon and space; the sink looks for it. */
#define TEXT_ID_FIELD "X-Bench-Id: "
#define TEXT_ID_LEN 29

struct text {
	struct buf octets; /* headers, body and the final dot */
	size_t header_len; /* up to the body */
	size_t id_at[2];   /* offsets of the id: X-Bench-Id and Message-ID */
	uint64_t run;      /* random; tells this run's ids from others' */
};

/* size: octets of the text without the final dot; 512 at least. Free with text_done(). */
void text_init(struct text *t, size_t size, const char *sender, const char *recipient);
void text_done(struct text *t);
/* Writes TEXT_ID_LEN octets and a NUL. */
void text_id(const struct text *t, uint64_t number, char id[TEXT_ID_LEN + 1]);
/* Put id into the copy of the headers that starts at octets. */
void text_stamp(const struct text *t, uint8_t *octets, const char *id);

#endif
