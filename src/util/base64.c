/* SPDX-License-Identifier: Apache-2.0 */
#include "util/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
encode_group(const uint8_t *in, size_t len, uint8_t out[4])
{
	uint32_t bits = (uint32_t)in[0] << 16;

	if (len > 1)
		bits |= (uint32_t)in[1] << 8;
	if (len > 2)
		bits |= in[2];
	out[0] = (uint8_t)alphabet[bits >> 18];
	out[1] = (uint8_t)alphabet[bits >> 12 & 63];
	out[2] = len > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=';
	out[3] = len > 2 ? (uint8_t)alphabet[bits & 63] : '=';
}

bool
base64_encode(struct slice in, struct buf *out)
{
	uint8_t *room;
	size_t groups = in.len / 3 + (in.len % 3 != 0);

	if (groups > out->max / 4) {
		out->overflow = true;
		return false;
	}
	room = buf_reserve(out, groups * 4);
	if (room == NULL)
		return false;
	for (size_t i = 0; i < in.len; i += 3, room += 4)
		encode_group(in.ptr + i, in.len - i, room);
	out->len += groups * 4;
	return true;
}

/* Value of one character, or -1. */
static int
value_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decode four characters of which the last `pad` are padding. */
static bool
decode_group(const uint8_t *in, size_t pad, struct buf *out)
{
	uint32_t bits = 0;
	uint8_t octets[3];

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pad ? value_of(in[i]) : 0;

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	octets[0] = (uint8_t)(bits >> 16);
	octets[1] = (uint8_t)(bits >> 8);
	octets[2] = (uint8_t)bits;
	for (size_t i = 3 - pad; i < 3; i++)
		if (octets[i] != 0)
			return false; /* pad bits must be zero (RFC 4648 §3.5) */
	return buf_add(out, octets, 3 - pad);
}

bool
base64_decode(struct slice in, struct buf *out)
{
	if (in.len % 4 != 0)
		return false;
	for (size_t i = 0; i < in.len; i += 4) {
		size_t pad = 0;

		if (i + 4 == in.len)
			while (pad < 2 && in.ptr[i + 3 - pad] == '=')
				pad++;
		if (!decode_group(in.ptr + i, pad, out))
			return false;
	}
	return true;
}
