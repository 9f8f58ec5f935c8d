/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire_cursor.h - the primitive fields of our frames, in host order.
 *
 * A cursor that ran past the end, or met a value out of range, has ok == false and gives zeros from
 * then on, so that a decoder reads all fields and asks once, at the end.
 */
#ifndef PROC_WIRE_CURSOR_H
#define PROC_WIRE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

struct wire_cursor {
	struct slice rest;
	bool ok;
};

/* True when nothing went wrong and nothing is left over. */
bool wire_cursor_done(const struct wire_cursor *c);

uint8_t wire_get_u8(struct wire_cursor *c);
uint16_t wire_get_u16(struct wire_cursor *c);
uint32_t wire_get_u32(struct wire_cursor *c);
uint64_t wire_get_u64(struct wire_cursor *c);
/* One octet that must be at most max. */
uint8_t wire_get_enum(struct wire_cursor *c, uint8_t max);
/* u16 length and octets; at most max of them. */
struct slice wire_get_string(struct wire_cursor *c, size_t max);
/* u32 length and octets; at most max of them. */
struct slice wire_get_blob(struct wire_cursor *c, size_t max);

void wire_put_u8(struct buf *out, uint8_t value);
void wire_put_u16(struct buf *out, uint16_t value);
void wire_put_u32(struct buf *out, uint32_t value);
void wire_put_u64(struct buf *out, uint64_t value);
void wire_put_string(struct buf *out, struct slice s); /* s.len must be below 65536 (asserted) */
void wire_put_blob(struct buf *out, struct slice s);

#endif
