/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/control.h"
#include "util/fd.h"

static const struct control_message messages[] = {
	{ .type = CONTROL_CONFIG, .uid = 61001, .gid = 61002 },
	{ .type = CONTROL_PEER,
	    .role = PROC_ROLE_DELIVERY,
	    .index = 63,
	    .channel = PROC_CHANNEL_SIGN },
	{ .type = CONTROL_LISTENER, .index = 15 },
	{ .type = CONTROL_MATERIAL,
	    .material = PROC_MATERIAL_NEXT_HOP_PASSWORD,
	    .name = { (const uint8_t *)"relay", 5 } },
	{ .type = CONTROL_GO },
	{ .type = CONTROL_STOP },
	{ .type = CONTROL_READY },
};
#define MESSAGE_COUNT (sizeof messages / sizeof messages[0])

static void
assert_same(const struct control_message *a, const struct control_message *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_int_equal(a->role, b->role);
	assert_int_equal(a->index, b->index);
	assert_int_equal(a->channel, b->channel);
	assert_int_equal(a->material, b->material);
	assert_true(slice_equal(a->name, b->name));
}

static bool
takes_piece(const uint8_t *octets, size_t len, bool has_fd)
{
	uint8_t *piece = (uint8_t *)malloc(len + (len == 0));
	struct control_message m;
	bool taken;

	memcpy(piece, octets, len);
	taken = control_decode(slice_make(piece, len), has_fd, &m);
	free(piece);
	return taken;
}

static void
test_a_packet_is_taken_whole_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		bool has_fd = control_has_fd(messages[i].type);
		struct buf packet;

		buf_init(&packet, CONTROL_PACKET_MAX);
		control_encode(&messages[i], &packet);
		assert_true(takes_piece(packet.ptr, packet.len, has_fd));
		assert_false(takes_piece(packet.ptr, packet.len, !has_fd));
		for (size_t cut = 0; cut < packet.len; cut++)
			assert_false(takes_piece(packet.ptr, cut, has_fd));
		(void)buf_add_octet(&packet, 0);
		assert_false(takes_piece(packet.ptr, packet.len, has_fd));
		buf_done(&packet);
	}
}

static const struct bad_case {
	const char *name;
	uint8_t octets[16];
	size_t len;
	bool has_fd;
} bad_cases[] = {
	{ "type zero", { 0 }, 1, false },
	{ "a type beyond the last", { CONTROL_READY + 1 }, 1, false },
	{ "a role beyond the last", { CONTROL_PEER, PROC_ROLE_COUNT }, 7, true },
	{ "a channel beyond the last", { CONTROL_PEER, 1, PROC_CHANNEL_SIGN + 1 }, 7, true },
	{ "a material beyond the last", { CONTROL_MATERIAL, PROC_MATERIAL_NEXT_HOP_PASSWORD + 1 },
	    4, true },
	{ "a name with a NUL", { CONTROL_MATERIAL, 0, 2, 0, 'a', 0 }, 6, true },
};

static void
test_nonsense_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++)
		if (takes_piece(bad_cases[i].octets, bad_cases[i].len, bad_cases[i].has_fd))
			fail_msg("%s", bad_cases[i].name);
}

static void
test_messages_and_descriptors_pass_a_socket(void **state)
{
	int pair[2], input[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pipe(input), 0);
	for (size_t i = 0; i < MESSAGE_COUNT; i++) {
		uint8_t packet[CONTROL_PACKET_MAX];
		bool has_fd = control_has_fd(messages[i].type);
		struct control_message m;
		int fd = -1;

		assert_int_equal(control_send(pair[0], &messages[i], has_fd ? input[0] : -1), 0);
		assert_int_equal(control_receive(pair[1], packet, &m, &fd), 1);
		assert_same(&m, &messages[i]);
		assert_int_equal(fd >= 0, has_fd);
		fd_close(&fd);
	}
	for (size_t i = 0; i < 2; i++) {
		fd_close(&pair[i]);
		fd_close(&input[i]);
	}
}

static void
test_a_descriptor_that_comes_with_nonsense_is_closed(void **state)
{
	uint8_t packet[CONTROL_PACKET_MAX];
	struct control_message m;
	int pair[2], input[2], fd = -1;
	char octet;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(pipe(input), 0);
	assert_int_equal(fd_send_packet(pair[0], "?", 1, input[1]), 0);
	fd_close(&input[1]);
	assert_int_equal(control_receive(pair[1], packet, &m, &fd), -EBADMSG);
	assert_int_equal(fd, -1);
	/* Nobody has the writing end any more. */
	assert_int_equal(read(input[0], &octet, 1), 0);
	fd_close(&input[0]);
	fd_close(&pair[0]);
	assert_int_equal(control_receive(pair[1], packet, &m, &fd), 0);
	fd_close(&pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_packet_is_taken_whole_or_not_at_all),
		cmocka_unit_test(test_nonsense_is_refused),
		cmocka_unit_test(test_messages_and_descriptors_pass_a_socket),
		cmocka_unit_test(test_a_descriptor_that_comes_with_nonsense_is_closed),
	};
	return cmocka_run_group_tests_name("proc/control", tests, NULL, NULL);
}
