/* SPDX-License-Identifier: Apache-2.0 */
#include "message/message_id.h"

#include <string.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#define EPOCH_UNIX_MS UINT64_C(1577836800000) /* 2020-01-01 */

uint64_t
message_id_make(uint64_t unix_ms, unsigned slot, uint16_t counter)
{
	uint64_t since_ms = unix_ms > EPOCH_UNIX_MS ? unix_ms - EPOCH_UNIX_MS : 0;

	return (since_ms & ((UINT64_C(1) << 41) - 1)) << 22 | (uint64_t)(slot & 63) << 16 | counter;
}

unsigned
message_id_slot(uint64_t id)
{
	return (unsigned)(id >> 16 & 63);
}

void
message_id_print(uint64_t id, char text[MESSAGE_ID_TEXT_LEN + 1])
{
	for (size_t i = MESSAGE_ID_TEXT_LEN; i-- > 0; id >>= 5)
		text[i] = alphabet[id & 31];
	text[MESSAGE_ID_TEXT_LEN] = '\0';
}

bool
message_id_parse(struct slice text, uint64_t *ret_id)
{
	uint64_t id = 0;

	if (text.len != MESSAGE_ID_TEXT_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c =
		    text.ptr[i] >= 'a' && text.ptr[i] <= 'z' ? text.ptr[i] & 0xdf : text.ptr[i];
		const char *hit = c == 0 ? NULL : strchr(alphabet, c);

		if (hit == NULL || (i == 0 && hit - alphabet > 7))
			return false; /* 13 times 5 bits is 65: the first character holds 3 */
		id = id << 5 | (uint64_t)(hit - alphabet);
	}
	*ret_id = id;
	return id >> 63 == 0;
}
