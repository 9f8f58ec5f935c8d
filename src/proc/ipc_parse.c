/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proc/ipc.h"

/* As it lies on the wire. */
struct frame_head {
	uint32_t len;
	uint16_t type;
	uint16_t zero;
	uint64_t id;
};
_Static_assert(sizeof(struct frame_head) == IPC_HEADER_LEN, "no padding in a header");

enum ipc_parse
ipc_parse(struct slice in, struct ipc_header *ret_header, struct slice *ret_payload)
{
	struct frame_head head;

	if (in.len < sizeof head)
		return IPC_PARSE_MORE;
	memcpy(&head, in.ptr, sizeof head);
	if (head.len > IPC_PAYLOAD_MAX || head.type == 0 || head.zero != 0)
		return IPC_PARSE_BAD;
	*ret_header = (struct ipc_header){ .len = head.len, .type = head.type, .id = head.id };
	if (in.len - sizeof head < head.len)
		return IPC_PARSE_MORE;
	*ret_payload = slice_make(in.ptr + sizeof head, head.len);
	return IPC_PARSE_OK;
}

void
ipc_header_print(const struct ipc_header *header, uint8_t out[IPC_HEADER_LEN])
{
	const struct frame_head head = {
		.len = header->len, .type = header->type, .id = header->id
	};

	memcpy(out, &head, sizeof head);
}
