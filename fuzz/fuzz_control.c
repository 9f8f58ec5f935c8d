/* SPDX-License-Identifier: Apache-2.0 */
/* Law: encode(decode(p)) = p, and a packet makes sense with a descriptor or without, not both. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "proc/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice packet = slice_make(data, size);
	struct control_message m = { 0 };
	struct buf again;
	bool with = control_decode(packet, true, &m), without = control_decode(packet, false, &m);

	assert(!(with && without));
	if (!with && !without)
		return 0;
	assert(control_has_fd(m.type) == with);
	buf_init(&again, CONTROL_PACKET_MAX);
	control_encode(&m, &again);
	if (again.overflow || !slice_equal(packet, buf_slice(&again)))
		abort();
	buf_done(&again);
	return 0;
}
