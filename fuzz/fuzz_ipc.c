/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laws: a frame that is found lies within the input, and its header prints to the octets that it
 * was read from; every shorter input has no frame, and says how much is missing as soon as the
 * header is there.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first `len` octets, in a block of exactly that size. */
static enum ipc_parse
parse_cut(const uint8_t *data, size_t len, struct ipc_header *ret_header)
{
	uint8_t *piece = (uint8_t *)malloc(len + (len == 0));
	struct slice payload;
	enum ipc_parse status;

	memcpy(piece, data, len);
	status = ipc_parse(slice_make(piece, len), ret_header, &payload);
	free(piece);
	return status;
}

static void
check_cuts(const uint8_t *data, size_t frame_len)
{
	for (size_t cut = 0; cut < frame_len; cut++) {
		struct ipc_header header = { 0 };

		if (parse_cut(data, cut, &header) != IPC_PARSE_MORE)
			abort();
		assert(IPC_HEADER_LEN + header.len ==
		       (cut < IPC_HEADER_LEN ? IPC_HEADER_LEN : frame_len));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_header header = { 0 };
	struct slice payload = { 0 };
	uint8_t printed[IPC_HEADER_LEN];

	if (size == 0 || ipc_parse(slice_make(data, size), &header, &payload) != IPC_PARSE_OK)
		return 0;
	assert(payload.ptr == data + IPC_HEADER_LEN && payload.len == header.len);
	assert(payload.len <= size - IPC_HEADER_LEN && header.type != 0);
	ipc_header_print(&header, printed);
	assert(memcmp(printed, data, IPC_HEADER_LEN) == 0);
	if (payload.len < 4096)
		check_cuts(data, IPC_HEADER_LEN + payload.len);
	return 0;
}
