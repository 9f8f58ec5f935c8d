/* SPDX-License-Identifier: Apache-2.0 */
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
#include "proc/wire_cursor.h"

enum { VERDICT_COUNT = 2 };

static char held_text[] = "held", host_text[] = "mx.example.org[192.0.2.1]:25";
static char peer_text[] = "no such user", reason_text[] = "while sending RCPT TO";

static const struct smtp_verdict verdicts[VERDICT_COUNT] = {
	{ .class = SMTP_VERDICT_FAILED,
	    .dsn_passed = true,
	    .code = 550,
	    .enhanced = { 5, 1, 1 },
	    .host = host_text,
	    .peer_text = peer_text,
	    .reason = reason_text },
	{ .class = SMTP_VERDICT_DEFERRED, .by_passed = true, .reason = held_text },
};

static void
add_message(struct buf *out)
{
	struct buf packed = envelope_pack_recipients(), parameters = envelope_pack_parameters();
	const struct wire_message m = { .account = slice_of("alice"),
		.sender = slice_of("alice@example.org"),
		.recipients = { 2, buf_slice(&packed) },
		.recipient_parameters = { 2, buf_slice(&parameters) },
		.parameters = slice_of("BODY=8BITMIME"),
		.chunk_count = 3,
		.size = 200000,
		.prefix = slice_of("Received: x\r\n"),
		.tail = slice_of("the end\r\n") };

	wire_message_encode(&m, out);
	buf_done(&packed);
	buf_done(&parameters);
}

static bool
takes_message(struct slice payload)
{
	struct wire_message m;

	return wire_message_decode(payload, &m);
}

static void
add_stored(struct buf *out)
{
	wire_stored_encode(WIRE_STORED_FAILED, out);
}

static bool
takes_stored(struct slice payload)
{
	enum wire_stored status;

	return wire_stored_decode(payload, &status) && status == WIRE_STORED_FAILED;
}

static void
add_number(struct buf *out)
{
	wire_number_encode(UINT32_MAX, out);
}

static bool
takes_number(struct slice payload)
{
	uint32_t number;

	return wire_number_decode(payload, &number) && number == UINT32_MAX;
}

static void
add_sasl_start(struct buf *out)
{
	const struct wire_sasl_start s = { .mechanism = slice_of("PLAIN"),
		.peer = slice_of("192.0.2.1"),
		.has_initial = true,
		.initial = slice_make("\0alice\0secret", 13) };

	wire_sasl_start_encode(&s, out);
}

static bool
takes_sasl_start(struct slice payload)
{
	struct wire_sasl_start s;

	return wire_sasl_start_decode(payload, &s) && slice_is(s.mechanism, "PLAIN") &&
	       slice_is(s.peer, "192.0.2.1") && s.has_initial && s.initial.len == 13;
}

static void
add_sasl_reply(struct buf *out)
{
	const struct wire_sasl_reply r = { .status = WIRE_SASL_OK,
		.octets = slice_of("alice"),
		.owns_name = true,
		.pseudonym = slice_of("zorro") };

	wire_sasl_reply_encode(&r, out);
}

static bool
takes_sasl_reply(struct slice payload)
{
	struct wire_sasl_reply r;

	return wire_sasl_reply_decode(payload, &r) && r.status == WIRE_SASL_OK &&
	       slice_is(r.octets, "alice") && r.owns_name && slice_is(r.pseudonym, "zorro");
}

static void
add_sender(struct buf *out)
{
	const struct wire_sender s = { slice_of("alice"), slice_of("a@example.org") };

	wire_sender_encode(&s, out);
}

static bool
takes_sender(struct slice payload)
{
	struct wire_sender s;

	return wire_sender_decode(payload, &s) && slice_is(s.account, "alice") &&
	       slice_is(s.address, "a@example.org");
}

static void
add_sender_reply(struct buf *out)
{
	wire_sender_reply_encode(WIRE_SENDER_TEMPORARY, out);
}

static bool
takes_sender_reply(struct slice payload)
{
	enum wire_sender_status status;

	return wire_sender_reply_decode(payload, &status) && status == WIRE_SENDER_TEMPORARY;
}

static void
add_sign(struct buf *out)
{
	const struct wire_sign s = { UINT64_MAX - 1, WIRE_SIGN_RSA_PKCS1, slice_of("a digest") };

	wire_sign_encode(&s, out);
}

static bool
takes_sign(struct slice payload)
{
	struct wire_sign s;

	return wire_sign_decode(payload, &s) && s.key_id == UINT64_MAX - 1 &&
	       s.scheme == WIRE_SIGN_RSA_PKCS1 && slice_is(s.octets, "a digest");
}

static void
add_job(struct buf *out)
{
	struct buf packed = envelope_pack_recipients(), parameters = envelope_pack_parameters();
	const struct wire_job j = { .message_id = UINT64_MAX,
		.next_hop = slice_of("relay"),
		.sender = slice_of(""),
		.recipients = { 2, buf_slice(&packed) },
		.recipient_parameters = { 2, buf_slice(&parameters) },
		.parameters = slice_of("SMTPUTF8"),
		.size = 1 };

	wire_job_encode(&j, out);
	buf_done(&packed);
	buf_done(&parameters);
}

static bool
takes_job(struct slice payload)
{
	struct wire_job j;

	return wire_job_decode(payload, &j) && j.message_id == UINT64_MAX &&
	       slice_is(j.next_hop, "relay") && j.sender.len == 0 && j.recipients.count == 2 &&
	       j.recipient_parameters.count == 2 && slice_is(j.parameters, "SMTPUTF8") &&
	       j.size == 1;
}

static void
add_outcome(struct buf *out)
{
	wire_outcome_encode(verdicts, VERDICT_COUNT, out);
}

static bool
takes_outcome(struct slice payload)
{
	struct smtp_verdict v[VERDICT_COUNT];
	bool ok = wire_outcome_decode(payload, v, VERDICT_COUNT);

	for (size_t i = 0; ok && i < VERDICT_COUNT; i++)
		smtp_verdict_done(&v[i]);
	return ok;
}

static const struct kind {
	const char *name;
	void (*add)(struct buf *out);
	bool (*takes)(struct slice payload);
} kinds[] = {
	{ "message", add_message, takes_message },
	{ "stored", add_stored, takes_stored },
	{ "number", add_number, takes_number },
	{ "sasl start", add_sasl_start, takes_sasl_start },
	{ "sasl reply", add_sasl_reply, takes_sasl_reply },
	{ "sender", add_sender, takes_sender },
	{ "sender reply", add_sender_reply, takes_sender_reply },
	{ "sign", add_sign, takes_sign },
	{ "job", add_job, takes_job },
	{ "outcome", add_outcome, takes_outcome },
};

/* In a block of its exact size: a sanitizer sees any octet read beyond it. */
static bool
takes_piece(const struct kind *k, const uint8_t *octets, size_t len)
{
	uint8_t *piece = (uint8_t *)malloc(len + (len == 0));
	bool taken;

	memcpy(piece, octets, len);
	taken = k->takes(slice_make(piece, len));
	free(piece);
	return taken;
}

static void
test_a_payload_is_taken_whole_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct buf payload;

		buf_init(&payload, IPC_PAYLOAD_MAX);
		kinds[i].add(&payload);
		if (!takes_piece(&kinds[i], payload.ptr, payload.len))
			fail_msg("%s: refused whole", kinds[i].name);
		for (size_t cut = 0; cut < payload.len; cut++)
			if (takes_piece(&kinds[i], payload.ptr, cut))
				fail_msg("%s: taken when cut at %zu", kinds[i].name, cut);
		(void)buf_add_octet(&payload, 0);
		if (takes_piece(&kinds[i], payload.ptr, payload.len))
			fail_msg("%s: taken with an octet left over", kinds[i].name);
		buf_done(&payload);
	}
}

static void
test_a_message_comes_back_as_it_was(void **state)
{
	struct wire_message m;
	struct slice item;
	struct buf out;

	(void)state;
	buf_init(&out, IPC_PAYLOAD_MAX);
	add_message(&out);
	assert_true(wire_message_decode(buf_slice(&out), &m));
	assert_true(slice_is(m.account, "alice"));
	assert_true(slice_is(m.sender, "alice@example.org"));
	assert_true(wire_list_next(&m.recipients, &item));
	assert_true(slice_is(item, "bob@example.net"));
	assert_true(wire_list_next(&m.recipients, &item));
	assert_true(slice_is(item, "carol@example.net"));
	assert_false(wire_list_next(&m.recipients, &item));
	assert_true(wire_list_next(&m.recipient_parameters, &item));
	assert_int_equal(item.len, 0);
	assert_true(wire_list_next(&m.recipient_parameters, &item));
	assert_true(slice_is(item, "NOTIFY=SUCCESS,DELAY"));
	assert_false(wire_list_next(&m.recipient_parameters, &item));
	assert_true(slice_is(m.parameters, "BODY=8BITMIME"));
	assert_int_equal(m.chunk_count, 3);
	assert_int_equal(m.size, 200000);
	assert_true(slice_is(m.prefix, "Received: x\r\n"));
	assert_true(slice_is(m.tail, "the end\r\n"));
	buf_done(&out);
}

static void
test_verdicts_come_back_as_they_were(void **state)
{
	struct smtp_verdict v[VERDICT_COUNT];
	struct buf out;

	(void)state;
	buf_init(&out, IPC_PAYLOAD_MAX);
	add_outcome(&out);
	assert_true(wire_outcome_decode(buf_slice(&out), v, VERDICT_COUNT));
	assert_int_equal(v[0].class, SMTP_VERDICT_FAILED);
	assert_true(v[0].dsn_passed && !v[0].by_passed);
	assert_int_equal(v[0].code, 550);
	assert_memory_equal(v[0].enhanced, verdicts[0].enhanced, sizeof v[0].enhanced);
	assert_string_equal(v[0].host, host_text);
	assert_string_equal(v[0].peer_text, peer_text);
	assert_string_equal(v[0].reason, reason_text);
	assert_int_equal(v[1].class, SMTP_VERDICT_DEFERRED);
	assert_true(!v[1].dsn_passed && v[1].by_passed);
	assert_null(v[1].host);
	assert_null(v[1].peer_text);
	assert_string_equal(v[1].reason, held_text);
	for (size_t i = 0; i < VERDICT_COUNT; i++)
		smtp_verdict_done(&v[i]);
	buf_done(&out);
}

static void
test_verdicts_of_another_number_are_refused(void **state)
{
	struct smtp_verdict v[VERDICT_COUNT + 1];
	struct buf out;

	(void)state;
	buf_init(&out, IPC_PAYLOAD_MAX);
	add_outcome(&out);
	assert_false(wire_outcome_decode(buf_slice(&out), v, VERDICT_COUNT + 1));
	assert_false(wire_outcome_decode(buf_slice(&out), v, VERDICT_COUNT - 1));
	buf_done(&out);
}

static void
test_values_beyond_an_enum_are_refused(void **state)
{
	static const uint8_t stored[] = { WIRE_STORED_FAILED + 1 };
	static const uint8_t sender[] = { WIRE_SENDER_TEMPORARY + 1 };
	static const uint8_t sasl[] = { WIRE_SASL_THROTTLED + 1, 0, 0, 0, 0, 0, 0, 0 };
	enum wire_stored s;
	enum wire_sender_status t;
	struct wire_sasl_reply r;

	(void)state;
	assert_false(wire_stored_decode(slice_make(stored, sizeof stored), &s));
	assert_false(wire_sender_reply_decode(slice_make(sender, sizeof sender), &t));
	assert_false(wire_sasl_reply_decode(slice_make(sasl, sizeof sasl), &r));
}

static void
test_a_cursor_that_failed_gives_zeros(void **state)
{
	static const uint8_t octets[] = { 1, 2, 3 };
	struct wire_cursor c = { slice_make(octets, sizeof octets), true };

	(void)state;
	assert_int_equal(wire_get_u32(&c), 0);
	assert_int_equal(wire_get_u8(&c), 0);
	assert_int_equal(wire_get_string(&c, 8).len, 0);
	assert_false(wire_cursor_done(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_payload_is_taken_whole_or_not_at_all),
		cmocka_unit_test(test_a_message_comes_back_as_it_was),
		cmocka_unit_test(test_verdicts_come_back_as_they_were),
		cmocka_unit_test(test_verdicts_of_another_number_are_refused),
		cmocka_unit_test(test_values_beyond_an_enum_are_refused),
		cmocka_unit_test(test_a_cursor_that_failed_gives_zeros),
	};
	return cmocka_run_group_tests_name("proc/wire", tests, NULL, NULL);
}
