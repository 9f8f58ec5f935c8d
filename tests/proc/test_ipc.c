/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/ipc.h"
#include "util/buf.h"
#include "util/fd.h"

/* One end is an ipc with an owner that counts; the other is a bare socket. */
struct world {
	struct event_base *base;
	struct ipc *ipc;
	int peer;
	size_t frame_count, close_count, writable_count;
	size_t free_at_frame; /* frees the channel in that on_frame; 0: never */
	bool refuse;          /* on_frame returns false */
	bool free_at_writable;
	struct buf last; /* payload */
	uint64_t last_id;
	uint16_t last_type;
};

static bool
on_frame(void *owner, uint16_t type, uint64_t id, struct slice payload)
{
	struct world *w = (struct world *)owner;

	w->frame_count++;
	w->last_type = type;
	w->last_id = id;
	buf_clear(&w->last);
	(void)buf_add_slice(&w->last, payload);
	if (w->frame_count == w->free_at_frame)
		ipc_free(&w->ipc);
	return !w->refuse;
}

static void
on_close(void *owner)
{
	struct world *w = (struct world *)owner;

	w->close_count++;
	ipc_free(&w->ipc);
}

static void
on_writable(void *owner)
{
	struct world *w = (struct world *)owner;

	w->writable_count++;
	if (w->free_at_writable)
		ipc_free(&w->ipc);
}

static const struct ipc_handler handler = {
	.on_frame = on_frame,
	.on_close = on_close,
	.on_writable = on_writable,
};

static void
open_world(struct world *w, int type)
{
	int pair[2];

	*w = (struct world){ 0 };
	assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair), 0);
	w->base = event_base_new();
	w->peer = pair[1];
	buf_init(&w->last, IPC_PAYLOAD_MAX);
	w->ipc = ipc_new(w->base, pair[0], &handler, w);
}

static void
close_world(struct world *w)
{
	ipc_free(&w->ipc);
	fd_close(&w->peer);
	buf_done(&w->last);
	event_base_free(w->base);
}

/* Every event that is ready now. */
static void
turn(struct world *w)
{
	(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

/* Appends the octets of one frame. */
static void
add_frame(struct buf *out, uint16_t type, uint64_t id, struct slice payload)
{
	const struct ipc_header header = { .len = (uint32_t)payload.len, .type = type, .id = id };
	uint8_t octets[IPC_HEADER_LEN];

	ipc_header_print(&header, octets);
	assert_true(buf_add(out, octets, sizeof octets));
	assert_true(buf_add_slice(out, payload));
}

/* Runs the loop until the peer has read all that it wants; returns what it read. */
static size_t
drain(struct world *w, uint8_t *out, size_t size)
{
	size_t len = 0;

	for (unsigned idle = 0; len < size && idle < 2; idle++) {
		ssize_t n = recv(w->peer, out + len, size - len, MSG_DONTWAIT);

		if (n > 0) {
			len += (size_t)n;
			idle = 0;
		}
		turn(w);
	}
	return len;
}

static void
test_a_frame_is_found_at_no_cut_but_its_end(void **state)
{
	struct buf frame;
	struct ipc_header h;
	struct slice payload;

	(void)state;
	buf_init(&frame, 64);
	add_frame(&frame, 7, 0x0123456789abcdefULL, slice_of("hello"));
	for (size_t cut = 0; cut <= frame.len; cut++) {
		uint8_t *piece = (uint8_t *)malloc(cut + (cut == 0));
		enum ipc_parse status;

		memcpy(piece, frame.ptr, cut);
		status = ipc_parse(slice_make(piece, cut), &h, &payload);
		assert_int_equal(status, cut < frame.len ? IPC_PARSE_MORE : IPC_PARSE_OK);
		if (status == IPC_PARSE_OK)
			assert_true(slice_is(payload, "hello"));
		free(piece);
	}
	assert_int_equal(h.type, 7);
	assert_int_equal(h.len, 5);
	assert_true(h.id == 0x0123456789abcdefULL);
	buf_done(&frame);
}

static const struct bad_case {
	const char *name;
	uint32_t len;
	uint16_t type, zero;
	enum ipc_parse status;
} bad_cases[] = {
	{ "type zero", 0, 0, 0, IPC_PARSE_BAD },
	{ "a reserved field in use", 0, 1, 1, IPC_PARSE_BAD },
	{ "payload one above the maximum", IPC_PAYLOAD_MAX + 1, 1, 0, IPC_PARSE_BAD },
	{ "payload of the highest length", UINT32_MAX, 1, 0, IPC_PARSE_BAD },
	{ "payload at the maximum", IPC_PAYLOAD_MAX, 1, 0, IPC_PARSE_MORE },
	{ "no payload", 0, 1, 0, IPC_PARSE_OK },
};

static void
test_an_impossible_header_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++) {
		const struct bad_case *t = &bad_cases[i];
		uint8_t octets[IPC_HEADER_LEN] = { 0 };
		struct ipc_header h;
		struct slice payload;

		memcpy(octets, &t->len, sizeof t->len);
		memcpy(octets + 4, &t->type, sizeof t->type);
		memcpy(octets + 6, &t->zero, sizeof t->zero);
		if (ipc_parse(slice_make(octets, sizeof octets), &h, &payload) != t->status)
			fail_msg("%s", t->name);
	}
}

static void
test_frames_of_one_turn_leave_in_one_write(void **state)
{
	struct world w;
	struct buf expected;
	uint8_t packet[4096];
	uint8_t *owned = (uint8_t *)malloc(1);

	(void)state;
	/* On a packet socket one write is one packet. */
	open_world(&w, SOCK_SEQPACKET);
	buf_init(&expected, sizeof packet);
	owned[0] = '2';
	ipc_send(w.ipc, 1, 10, slice_of("one"));
	ipc_send_owned(w.ipc, 2, 20, owned, 1);
	ipc_send_owned(w.ipc, 3, 30, NULL, 0);
	add_frame(&expected, 1, 10, slice_of("one"));
	add_frame(&expected, 2, 20, slice_of("2"));
	add_frame(&expected, 3, 30, slice_of(""));
	assert_int_equal(recv(w.peer, packet, sizeof packet, MSG_DONTWAIT), -1);
	turn(&w);
	assert_int_equal(recv(w.peer, packet, sizeof packet, MSG_DONTWAIT), expected.len);
	assert_memory_equal(packet, expected.ptr, expected.len);
	buf_done(&expected);
	close_world(&w);
}

static void
test_frames_arrive_whole_at_every_cut(void **state)
{
	struct buf stream;

	(void)state;
	buf_init(&stream, 256);
	add_frame(&stream, 1, 1, slice_of("first"));
	add_frame(&stream, 2, 2, slice_of(""));
	add_frame(&stream, 3, 3, slice_of("third"));
	for (size_t cut = 0; cut <= stream.len; cut++) {
		struct world w;

		open_world(&w, SOCK_STREAM);
		assert_int_equal(fd_write_all(w.peer, stream.ptr, cut), 0);
		turn(&w);
		assert_int_equal(fd_write_all(w.peer, stream.ptr + cut, stream.len - cut), 0);
		turn(&w);
		assert_int_equal(w.frame_count, 3);
		assert_int_equal(w.last_type, 3);
		assert_true(slice_is(buf_slice(&w.last), "third"));
		close_world(&w);
	}
	buf_done(&stream);
}

static void
test_the_longest_frame_passes_both_ways(void **state)
{
	struct world w;
	size_t size = IPC_HEADER_LEN + IPC_PAYLOAD_MAX;
	uint8_t *octets = (uint8_t *)malloc(IPC_PAYLOAD_MAX);
	uint8_t *wire = (uint8_t *)malloc(size);

	(void)state;
	for (size_t i = 0; i < IPC_PAYLOAD_MAX; i++)
		octets[i] = (uint8_t)(i * 31 >> 3);
	open_world(&w, SOCK_STREAM);
	ipc_send(w.ipc, 9, 99, slice_make(octets, IPC_PAYLOAD_MAX));
	assert_int_equal(drain(&w, wire, size), size);
	assert_memory_equal(wire + IPC_HEADER_LEN, octets, IPC_PAYLOAD_MAX);
	for (size_t done = 0; done < size;) {
		ssize_t n = send(w.peer, wire + done, size - done, MSG_DONTWAIT);

		if (n > 0)
			done += (size_t)n;
		turn(&w);
	}
	while (w.frame_count == 0)
		turn(&w);
	assert_int_equal(w.last.len, IPC_PAYLOAD_MAX);
	assert_memory_equal(w.last.ptr, octets, IPC_PAYLOAD_MAX);
	free(octets);
	free(wire);
	close_world(&w);
}

static void
test_the_owner_may_free_in_a_frame(void **state)
{
	struct world w;
	struct buf stream;

	(void)state;
	buf_init(&stream, 256);
	for (uint64_t id = 1; id <= 3; id++)
		add_frame(&stream, 1, id, slice_of("x"));
	open_world(&w, SOCK_STREAM);
	w.free_at_frame = 2;
	w.refuse = false;
	assert_int_equal(fd_write_all(w.peer, stream.ptr, stream.len), 0);
	turn(&w);
	assert_int_equal(w.frame_count, 2);
	assert_int_equal(w.close_count, 0);
	assert_null(w.ipc);
	buf_done(&stream);
	close_world(&w);
}

static void
test_the_owner_may_free_in_a_frame_that_it_refuses(void **state)
{
	struct world w;
	struct buf stream;

	(void)state;
	buf_init(&stream, 256);
	add_frame(&stream, 1, 1, slice_of("x"));
	open_world(&w, SOCK_STREAM);
	w.free_at_frame = 1;
	w.refuse = true;
	assert_int_equal(fd_write_all(w.peer, stream.ptr, stream.len), 0);
	turn(&w);
	assert_int_equal(w.frame_count, 1);
	assert_int_equal(w.close_count, 0);
	buf_done(&stream);
	close_world(&w);
}

static void
test_a_refused_frame_ends_the_channel(void **state)
{
	struct world w;
	struct buf stream;

	(void)state;
	buf_init(&stream, 256);
	add_frame(&stream, 1, 1, slice_of("x"));
	add_frame(&stream, 1, 2, slice_of("y"));
	open_world(&w, SOCK_STREAM);
	w.refuse = true;
	assert_int_equal(fd_write_all(w.peer, stream.ptr, stream.len), 0);
	turn(&w);
	assert_int_equal(w.frame_count, 1);
	assert_int_equal(w.close_count, 1);
	buf_done(&stream);
	close_world(&w);
}

static void
test_an_impossible_header_ends_the_channel(void **state)
{
	static const uint8_t zeros[IPC_HEADER_LEN];
	struct world w;

	(void)state;
	open_world(&w, SOCK_STREAM);
	assert_int_equal(fd_write_all(w.peer, zeros, sizeof zeros), 0);
	turn(&w);
	assert_int_equal(w.frame_count, 0);
	assert_int_equal(w.close_count, 1);
	close_world(&w);
}

static void
test_what_a_peer_said_before_it_died_is_heard(void **state)
{
	struct world w;
	struct buf stream;

	(void)state;
	buf_init(&stream, 256);
	add_frame(&stream, 1, 1, slice_of("last words"));
	open_world(&w, SOCK_STREAM);
	assert_int_equal(fd_write_all(w.peer, stream.ptr, stream.len), 0);
	fd_close(&w.peer);
	ipc_send(w.ipc, 1, 1, slice_of("to nobody"));
	turn(&w);
	turn(&w);
	assert_int_equal(w.frame_count, 1);
	assert_int_equal(w.close_count, 1);
	buf_done(&stream);
	close_world(&w);
}

/* Sends chunks until the channel says stop. */
static void
fill(struct world *w, size_t *sent)
{
	static const uint8_t chunk[64 * 1024];

	while (!ipc_is_full(w->ipc)) {
		ipc_send(w->ipc, 1, 1, slice_make(chunk, sizeof chunk));
		*sent += IPC_HEADER_LEN + sizeof chunk;
	}
}

static void
test_a_slow_peer_fills_the_channel_until_it_reads(void **state)
{
	struct world w;
	size_t sent = 0;
	uint8_t *sink;

	(void)state;
	open_world(&w, SOCK_STREAM);
	do { /* until the kernel's buffer is full as well */
		w.writable_count = 0;
		fill(&w, &sent);
		turn(&w);
	} while (w.writable_count != 0);
	fill(&w, &sent);
	sink = (uint8_t *)malloc(sent);
	assert_int_equal(drain(&w, sink, sent), sent);
	assert_int_equal(w.writable_count, 1);
	assert_false(ipc_is_full(w.ipc));
	free(sink);
	close_world(&w);
}

static void
test_the_owner_may_free_when_there_is_room_again(void **state)
{
	struct world w;
	size_t sent = 0;
	uint8_t *sink = (uint8_t *)malloc(IPC_OUTPUT_HIGH * 2);

	(void)state;
	open_world(&w, SOCK_STREAM);
	w.free_at_writable = true;
	fill(&w, &sent);
	(void)drain(&w, sink, IPC_OUTPUT_HIGH * 2);
	assert_null(w.ipc);
	free(sink);
	close_world(&w);
}

static void
test_a_busy_peer_leaves_turns_to_the_others(void **state)
{
	static const uint8_t chunk[16 * 1024];
	struct world w;
	struct buf frame;
	size_t written = 0;

	(void)state;
	buf_init(&frame, IPC_HEADER_LEN + sizeof chunk);
	add_frame(&frame, 1, 1, slice_make(chunk, sizeof chunk));
	open_world(&w, SOCK_STREAM);
	while (send(w.peer, frame.ptr, frame.len, MSG_DONTWAIT) == (ssize_t)frame.len)
		written += frame.len;
	assert_true(written > IPC_TURN_MAX);
	(void)event_base_loop(w.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
	assert_true(w.frame_count * frame.len <= IPC_TURN_MAX);
	assert_true(w.frame_count > 0);
	buf_done(&frame);
	close_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_frame_is_found_at_no_cut_but_its_end),
		cmocka_unit_test(test_an_impossible_header_is_refused),
		cmocka_unit_test(test_frames_of_one_turn_leave_in_one_write),
		cmocka_unit_test(test_frames_arrive_whole_at_every_cut),
		cmocka_unit_test(test_the_longest_frame_passes_both_ways),
		cmocka_unit_test(test_the_owner_may_free_in_a_frame),
		cmocka_unit_test(test_the_owner_may_free_in_a_frame_that_it_refuses),
		cmocka_unit_test(test_a_refused_frame_ends_the_channel),
		cmocka_unit_test(test_an_impossible_header_ends_the_channel),
		cmocka_unit_test(test_what_a_peer_said_before_it_died_is_heard),
		cmocka_unit_test(test_a_slow_peer_fills_the_channel_until_it_reads),
		cmocka_unit_test(test_the_owner_may_free_when_there_is_room_again),
		cmocka_unit_test(test_a_busy_peer_leaves_turns_to_the_others),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("proc/ipc", tests, NULL, NULL);
}
