/* SPDX-License-Identifier: Apache-2.0 */
/* Law: encode(decode(p)) = p for every payload; the first octet chooses the kind. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proc/ipc.h"
#include "proc/wire.h"

enum { VERDICTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each: decode, and encode again into out. False when it was refused. */
static bool
round_message(struct slice payload, struct buf *out)
{
	struct wire_message m;
	bool ok = wire_message_decode(payload, &m);

	if (ok)
		wire_message_encode(&m, out);
	return ok;
}

static bool
round_stored(struct slice payload, struct buf *out)
{
	enum wire_stored status;
	bool ok = wire_stored_decode(payload, &status);

	if (ok)
		wire_stored_encode(status, out);
	return ok;
}

static bool
round_number(struct slice payload, struct buf *out)
{
	uint32_t number;
	bool ok = wire_number_decode(payload, &number);

	if (ok)
		wire_number_encode(number, out);
	return ok;
}

static bool
round_sasl_start(struct slice payload, struct buf *out)
{
	struct wire_sasl_start s;
	bool ok = wire_sasl_start_decode(payload, &s);

	if (ok)
		wire_sasl_start_encode(&s, out);
	return ok;
}

static bool
round_sasl_reply(struct slice payload, struct buf *out)
{
	struct wire_sasl_reply r;
	bool ok = wire_sasl_reply_decode(payload, &r);

	if (ok)
		wire_sasl_reply_encode(&r, out);
	return ok;
}

static bool
round_sender(struct slice payload, struct buf *out)
{
	struct wire_sender s;
	bool ok = wire_sender_decode(payload, &s);

	if (ok)
		wire_sender_encode(&s, out);
	return ok;
}

static bool
round_sender_reply(struct slice payload, struct buf *out)
{
	enum wire_sender_status status;
	bool ok = wire_sender_reply_decode(payload, &status);

	if (ok)
		wire_sender_reply_encode(status, out);
	return ok;
}

static bool
round_sign(struct slice payload, struct buf *out)
{
	struct wire_sign s;
	bool ok = wire_sign_decode(payload, &s);

	if (ok)
		wire_sign_encode(&s, out);
	return ok;
}

static bool
round_job(struct slice payload, struct buf *out)
{
	struct wire_job j;
	bool ok = wire_job_decode(payload, &j);

	if (ok)
		wire_job_encode(&j, out);
	return ok;
}

static bool
round_outcome(struct slice payload, struct buf *out)
{
	struct smtp_verdict verdicts[VERDICTS_MAX];
	uint32_t count = 0;
	bool ok;

	if (payload.len < sizeof count)
		return false;
	memcpy(&count, payload.ptr, sizeof count);
	ok = count <= VERDICTS_MAX && wire_outcome_decode(payload, verdicts, count);
	if (!ok)
		return false;
	wire_outcome_encode(verdicts, count, out);
	for (uint32_t i = 0; i < count; i++)
		smtp_verdict_done(&verdicts[i]);
	return true;
}

static bool (*const rounds[])(struct slice payload, struct buf *out) = {
	round_message,
	round_stored,
	round_number,
	round_sasl_start,
	round_sasl_reply,
	round_sender,
	round_sender_reply,
	round_sign,
	round_job,
	round_outcome,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf again;
	struct slice payload;

	if (size == 0 || data[0] >= sizeof rounds / sizeof rounds[0])
		return 0;
	payload = slice_make(data + 1, size - 1);
	buf_init(&again, IPC_PAYLOAD_MAX);
	if (rounds[data[0]](payload, &again))
		assert(!again.overflow && slice_equal(payload, buf_slice(&again)));
	buf_done(&again);
	return 0;
}
