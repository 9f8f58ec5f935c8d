/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/wire_cursor.h"

#include <assert.h>
#include <string.h>

bool
wire_cursor_done(const struct wire_cursor *c)
{
	return c->ok && c->rest.len == 0;
}

static struct slice
take(struct wire_cursor *c, size_t len)
{
	struct slice s;

	if (!c->ok || len > c->rest.len) {
		c->ok = false;
		return (struct slice){ NULL, 0 };
	}
	s = slice_first(c->rest, len);
	c->rest = slice_after(c->rest, len);
	return s;
}

/* Copies len octets out, or leaves *value as it is (zero) when they are not there. */
static void
take_into(struct wire_cursor *c, void *value, size_t len)
{
	struct slice s = take(c, len);

	if (s.len == len)
		memcpy(value, s.ptr, len);
}

uint8_t
wire_get_u8(struct wire_cursor *c)
{
	uint8_t value = 0;

	take_into(c, &value, sizeof value);
	return value;
}

uint16_t
wire_get_u16(struct wire_cursor *c)
{
	uint16_t value = 0;

	take_into(c, &value, sizeof value);
	return value;
}

uint32_t
wire_get_u32(struct wire_cursor *c)
{
	uint32_t value = 0;

	take_into(c, &value, sizeof value);
	return value;
}

uint64_t
wire_get_u64(struct wire_cursor *c)
{
	uint64_t value = 0;

	take_into(c, &value, sizeof value);
	return value;
}

uint8_t
wire_get_enum(struct wire_cursor *c, uint8_t max)
{
	uint8_t value = wire_get_u8(c);

	if (value <= max)
		return value;
	c->ok = false;
	return 0;
}

static struct slice
take_counted(struct wire_cursor *c, size_t len, size_t max)
{
	if (len > max)
		c->ok = false;
	return take(c, len);
}

struct slice
wire_get_string(struct wire_cursor *c, size_t max)
{
	size_t len = wire_get_u16(c);

	return take_counted(c, len, max);
}

struct slice
wire_get_blob(struct wire_cursor *c, size_t max)
{
	size_t len = wire_get_u32(c);

	return take_counted(c, len, max);
}

void
wire_put_u8(struct buf *out, uint8_t value)
{
	(void)buf_add(out, &value, sizeof value);
}

void
wire_put_u16(struct buf *out, uint16_t value)
{
	(void)buf_add(out, &value, sizeof value);
}

void
wire_put_u32(struct buf *out, uint32_t value)
{
	(void)buf_add(out, &value, sizeof value);
}

void
wire_put_u64(struct buf *out, uint64_t value)
{
	(void)buf_add(out, &value, sizeof value);
}

void
wire_put_string(struct buf *out, struct slice s)
{
	assert(s.len <= UINT16_MAX);
	wire_put_u16(out, (uint16_t)s.len);
	(void)buf_add_slice(out, s);
}

void
wire_put_blob(struct buf *out, struct slice s)
{
	assert(s.len <= UINT32_MAX);
	wire_put_u32(out, (uint32_t)s.len);
	(void)buf_add_slice(out, s);
}
