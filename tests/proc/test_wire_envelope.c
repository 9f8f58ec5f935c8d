/* SPDX-License-Identifier: Apache-2.0 */
/* Envelopes that the decoders of wire.h must refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "envelope.h"
#include "proc/ipc.h"
#include "proc/wire.h"

/* A message that is sound but for one field. */
static bool
takes_changed(void (*change)(struct wire_message *m))
{
	struct buf packed = envelope_pack_recipients(), parameters = envelope_pack_parameters(),
		   out;
	struct wire_message m = { .recipients = { 2, buf_slice(&packed) },
		.recipient_parameters = { 2, buf_slice(&parameters) },
		.size = 10 };
	struct wire_message again;
	bool ok;

	change(&m);
	buf_init(&out, IPC_PAYLOAD_MAX);
	wire_message_encode(&m, &out);
	ok = wire_message_decode(buf_slice(&out), &again);
	buf_done(&packed);
	buf_done(&parameters);
	buf_done(&out);
	return ok;
}

static void
change_nothing(struct wire_message *m)
{
	(void)m;
}

static void
count_one_recipient_more(struct wire_message *m)
{
	m->recipients.count++;
}

static void
count_one_recipient_less(struct wire_message *m)
{
	m->recipients.count--;
}

static void
drop_recipients(struct wire_message *m)
{
	m->recipients = (struct wire_list){ 0 };
}

static void
drop_recipient_parameters(struct wire_message *m)
{
	m->recipient_parameters = (struct wire_list){ 0 };
}

static void
exceed_parameters(struct wire_message *m)
{
	static const uint8_t octets[WIRE_PARAMETERS_MAX + 1];

	m->parameters = slice_make(octets, sizeof octets);
}

static void
exceed_recipient_parameters(struct wire_message *m)
{
	static uint8_t octets[2 * sizeof(uint16_t) + SMTP_RCPT_PARAMS_MAX + 1];
	const uint16_t len = SMTP_RCPT_PARAMS_MAX + 1;

	memcpy(octets + sizeof len, &len, sizeof len);
	m->recipient_parameters.packed = slice_make(octets, sizeof octets);
}

static void
say_unknown_parameter(struct wire_message *m)
{
	m->parameters = slice_of("COLOUR=BLUE");
}

static void
say_unknown_recipient_parameter(struct wire_message *m)
{
	static uint8_t octets[2 * sizeof(uint16_t) + 4] = { [4] = 'X', 'Y', '=', 'Z' };
	const uint16_t len = 4;

	memcpy(octets + sizeof len, &len, sizeof len);
	m->recipient_parameters.packed = slice_make(octets, sizeof octets);
}

static void
promise_less_than_comes(struct wire_message *m)
{
	m->size = 2;
	m->tail = slice_of("abc");
}

static void
exceed_prefix(struct wire_message *m)
{
	static const uint8_t octets[WIRE_PREFIX_MAX + 1];

	m->prefix = slice_make(octets, sizeof octets);
	m->size = sizeof octets;
}

static void
fill_prefix(struct wire_message *m)
{
	static const uint8_t octets[WIRE_PREFIX_MAX];

	m->prefix = slice_make(octets, sizeof octets);
	m->size = sizeof octets;
}

static void
test_a_message_that_contradicts_itself_is_refused(void **state)
{
	(void)state;
	assert_true(takes_changed(change_nothing));
	assert_true(takes_changed(fill_prefix));
	assert_false(takes_changed(count_one_recipient_more));
	assert_false(takes_changed(count_one_recipient_less));
	assert_false(takes_changed(drop_recipients));
	assert_false(takes_changed(drop_recipient_parameters));
	assert_false(takes_changed(exceed_parameters));
	assert_false(takes_changed(exceed_recipient_parameters));
	assert_false(takes_changed(say_unknown_parameter));
	assert_false(takes_changed(say_unknown_recipient_parameter));
	assert_false(takes_changed(promise_less_than_comes));
	assert_false(takes_changed(exceed_prefix));
}

static bool
takes_recipients(struct buf *packed, struct buf *parameters, uint32_t count)
{
	const struct wire_message m = { .account = slice_of("kim"),
		.recipients = { count, buf_slice(packed) },
		.recipient_parameters = { count, buf_slice(parameters) } };
	struct wire_message got;
	struct buf payload;
	bool ok;

	buf_init(&payload, 2 * IPC_PAYLOAD_MAX);
	wire_message_encode(&m, &payload);
	ok = wire_message_decode(buf_slice(&payload), &got);
	buf_done(&payload);
	return ok;
}

/* Or the job that queue makes of it would not fit into a frame. Parameters count as addresses do.
 */
static void
test_a_message_with_too_many_octets_of_recipients_is_refused(void **state)
{
	static const char said[] = "NOTIFY=SUCCESS,FAILURE,DELAY";
	uint8_t address[WIRE_ADDRESS_MAX];
	const size_t item_len = WIRE_RECIPIENT_FIXED_LEN + sizeof address + sizeof said - 1;
	struct buf packed, parameters;
	uint32_t count = 0;

	(void)state;
	memset(address, 'a', sizeof address);
	buf_init(&packed, IPC_PAYLOAD_MAX);
	buf_init(&parameters, IPC_PAYLOAD_MAX);
	while (packed.len + parameters.len + item_len <= WIRE_RECIPIENTS_LEN_MAX) {
		wire_list_add(&packed, slice_make(address, sizeof address));
		wire_list_add(&parameters, slice_of(said));
		count++;
	}
	assert_true(takes_recipients(&packed, &parameters, count));
	wire_list_add(&packed, slice_make(address, sizeof address));
	wire_list_add(&parameters, slice_of(said));
	assert_false(takes_recipients(&packed, &parameters, count + 1));
	buf_done(&packed);
	buf_done(&parameters);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message_that_contradicts_itself_is_refused),
		cmocka_unit_test(test_a_message_with_too_many_octets_of_recipients_is_refused),
	};
	return cmocka_run_group_tests_name("proc/wire_envelope", tests, NULL, NULL);
}
