/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/control.h"

#include <errno.h>

#include "proc/wire_cursor.h"
#include "util/fd.h"

bool
control_has_fd(enum control_type type)
{
	return type == CONTROL_CONFIG || type == CONTROL_PEER || type == CONTROL_LISTENER ||
	       type == CONTROL_MATERIAL;
}

void
control_encode(const struct control_message *m, struct buf *out)
{
	wire_put_u8(out, (uint8_t)m->type);
	switch (m->type) {
	case CONTROL_CONFIG:
		wire_put_u32(out, m->uid);
		wire_put_u32(out, m->gid);
		break;
	case CONTROL_PEER:
		wire_put_u8(out, (uint8_t)m->role);
		wire_put_u8(out, (uint8_t)m->channel);
		wire_put_u32(out, m->index);
		break;
	case CONTROL_LISTENER:
		wire_put_u32(out, m->index);
		break;
	case CONTROL_MATERIAL:
		wire_put_u8(out, (uint8_t)m->material);
		wire_put_string(out, m->name);
		break;
	case CONTROL_GO:
	case CONTROL_STOP:
	case CONTROL_READY:
		break;
	}
}

static void
get_fields(struct wire_cursor *c, struct control_message *m)
{
	switch (m->type) {
	case CONTROL_CONFIG:
		m->uid = wire_get_u32(c);
		m->gid = wire_get_u32(c);
		break;
	case CONTROL_PEER:
		m->role = (enum proc_role)wire_get_enum(c, PROC_ROLE_COUNT - 1);
		m->channel = (enum proc_channel)wire_get_enum(c, PROC_CHANNEL_SIGN);
		m->index = wire_get_u32(c);
		break;
	case CONTROL_LISTENER:
		m->index = wire_get_u32(c);
		break;
	case CONTROL_MATERIAL:
		m->material = (enum proc_material)wire_get_enum(c, PROC_MATERIAL_NEXT_HOP_PASSWORD);
		m->name = wire_get_string(c, CONTROL_NAME_MAX);
		if (slice_find(m->name, 0) != m->name.len)
			c->ok = false;
		break;
	case CONTROL_GO:
	case CONTROL_STOP:
	case CONTROL_READY:
		break;
	}
}

bool
control_decode(struct slice packet, bool has_fd, struct control_message *ret_message)
{
	struct wire_cursor c = { packet, true };
	struct control_message m = { 0 };
	uint8_t type = wire_get_enum(&c, CONTROL_READY);

	if (type == 0)
		return false;
	m.type = (enum control_type)type;
	get_fields(&c, &m);
	if (!wire_cursor_done(&c) || has_fd != control_has_fd(m.type))
		return false;
	*ret_message = m;
	return true;
}

int
control_send(int sock, const struct control_message *m, int fd)
{
	struct buf packet;
	int r;

	buf_init(&packet, CONTROL_PACKET_MAX);
	control_encode(m, &packet);
	r = fd_send_packet(sock, packet.ptr, packet.len, fd);
	buf_done(&packet);
	return r;
}

int
control_receive(
    int sock, uint8_t packet[CONTROL_PACKET_MAX], struct control_message *ret_message, int *ret_fd)
{
	int fd = -1;
	ssize_t n = fd_receive_packet(sock, packet, CONTROL_PACKET_MAX, &fd);

	if (n == -EMSGSIZE)
		return -EBADMSG;
	if (n <= 0) {
		fd_close(&fd);
		return (int)n;
	}
	if (!control_decode(slice_make(packet, (size_t)n), fd >= 0, ret_message)) {
		fd_close(&fd);
		return -EBADMSG;
	}
	*ret_fd = fd;
	return 1;
}
