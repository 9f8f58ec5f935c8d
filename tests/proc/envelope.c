/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"

#include "proc/wire.h"

struct buf
envelope_pack_recipients(void)
{
	struct buf packed;

	buf_init(&packed, 256);
	wire_list_add(&packed, slice_of("bob@example.net"));
	wire_list_add(&packed, slice_of("carol@example.net"));
	return packed;
}

struct buf
envelope_pack_parameters(void)
{
	struct buf packed;

	buf_init(&packed, 256);
	wire_list_add(&packed, slice_of(""));
	wire_list_add(&packed, slice_of("NOTIFY=SUCCESS,DELAY"));
	return packed;
}
