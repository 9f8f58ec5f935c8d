/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/ipc.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "util/alloc.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	/* Asked of the kernel, which may give less: a burst of small frames or some chunks. */
	SOCKET_BUFFER_SIZE = 512 * 1024,
};

/* Octets [start, start + len) of ptr are unread. */
struct input {
	uint8_t *ptr;
	size_t start, len, size;
};

struct ipc {
	int fd;
	const struct ipc_handler *handler;
	void *owner;
	struct event *readable, *writable;
	struct event *flush; /* made active by the first frame of a turn */
	struct evbuffer *output;
	struct input input;
	bool was_full;
	bool lost;     /* the kernel takes nothing more; what was sent to us is still read */
	bool in_event; /* on the stack: a freed channel waits for the way back */
	bool is_freed;
};

/* Room for a frame of `need` octets that has begun, and for one more octet in any case. */
static void
make_room(struct input *in, size_t need)
{
	if (need < IPC_TURN_MAX)
		need = IPC_TURN_MAX;
	if (in->start != 0 && in->len != 0)
		memmove(in->ptr, in->ptr + in->start, in->len);
	in->start = 0;
	if (in->size >= need)
		return;
	in->ptr = xrealloc(in->ptr, need);
	in->size = need;
}

static void
release_input(struct input *in)
{
	free(in->ptr);
	*in = (struct input){ 0 };
}

static struct slice
unread(const struct input *in)
{
	return slice_make(in->ptr + in->start, in->len);
}

static size_t
frame_size(const struct input *in)
{
	struct ipc_header header = { 0 };
	struct slice payload;

	(void)ipc_parse(unread(in), &header, &payload);
	return IPC_HEADER_LEN + header.len;
}

/* Octets, 0 at the end of the stream, or -errno. */
static ssize_t
read_some(struct ipc *i)
{
	struct input *in = &i->input;
	ssize_t n;

	make_room(in, in->len == 0 ? 0 : frame_size(in));
	do
		n = recv(i->fd, in->ptr + in->len,
		    in->size - in->len < IPC_TURN_MAX ? in->size - in->len : IPC_TURN_MAX, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	in->len += (size_t)n;
	return n;
}

static void
log_nonsense(uint16_t type, uint64_t id, size_t len)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_ERROR, "channel-nonsense");
	log_number(&l, "type", type);
	log_number(&l, "id", id);
	log_number(&l, "size", len);
	log_end(&l);
}

/* Hands over every whole frame. False when the peer made no sense. */
static bool
take_frames(struct ipc *i)
{
	struct ipc_header h = { 0 };
	struct slice payload;
	enum ipc_parse status = IPC_PARSE_MORE;

	while (
	    !i->is_freed && (status = ipc_parse(unread(&i->input), &h, &payload)) == IPC_PARSE_OK) {
		i->input.start += IPC_HEADER_LEN + payload.len;
		i->input.len -= IPC_HEADER_LEN + payload.len;
		if (!i->handler->on_frame(i->owner, h.type, h.id, payload)) {
			log_nonsense(h.type, h.id, payload.len);
			return false;
		}
	}
	if (status != IPC_PARSE_BAD)
		return true;
	log_nonsense(h.type, h.id, i->input.len);
	return false;
}

/* Closes and releases everything but the struct, which callers up the stack still look at. */
static void
shut(struct ipc *i)
{
	event_free(i->readable);
	event_free(i->writable);
	event_free(i->flush);
	evbuffer_free(i->output);
	release_input(&i->input);
	fd_close(&i->fd);
}

static void
report_close(struct ipc *i)
{
	(void)event_del(i->readable);
	(void)event_del(i->writable);
	(void)event_del(i->flush);
	i->lost = true;
	i->handler->on_close(i->owner);
}

/* The way back from every event: the owner may have freed the channel in a callback. */
static void
leave_event(struct ipc *i)
{
	i->in_event = false;
	if (!i->is_freed)
		return;
	shut(i);
	free(i);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ipc *i = (struct ipc *)arg;
	ssize_t n;
	bool sense;

	(void)fd;
	(void)what;
	i->in_event = true;
	n = read_some(i);
	sense = n <= 0 || take_frames(i);
	if (!i->is_freed && (n == 0 || (n < 0 && n != -EAGAIN) || !sense))
		report_close(i);
	if (!i->is_freed && i->input.len == 0 && i->input.size > IPC_TURN_MAX)
		release_input(&i->input);
	leave_event(i);
}

/* Output that nobody will read. The end is reported by reading, after what the peer still said. */
static void
lose_output(struct ipc *i)
{
	i->lost = true;
	(void)event_del(i->writable);
	(void)evbuffer_drain(i->output, evbuffer_get_length(i->output));
	(void)shutdown(i->fd, SHUT_RDWR);
}

/* Both the flush of a turn and, after a short write, the kernel's word that there is room again. */
static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct ipc *i = (struct ipc *)arg;

	(void)fd;
	(void)what;
	if (i->lost)
		return;
	i->in_event = true;
	if (evbuffer_get_length(i->output) != 0 && evbuffer_write(i->output, i->fd) < 0 &&
	    errno != EAGAIN && errno != EINTR)
		lose_output(i);
	else if (evbuffer_get_length(i->output) != 0)
		(void)event_add(i->writable, NULL);
	else
		(void)event_del(i->writable);
	if (i->was_full && evbuffer_get_length(i->output) < IPC_OUTPUT_LOW) {
		i->was_full = false;
		if (i->handler->on_writable != NULL)
			i->handler->on_writable(i->owner);
	}
	leave_event(i);
}

/* A Unix stream's buffer is the sender's; a kernel that gives less only costs more turns. */
static void
set_buffers(int fd)
{
	const int size = SOCKET_BUFFER_SIZE;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

struct ipc *
ipc_new(struct event_base *base, int fd, const struct ipc_handler *handler, void *owner)
{
	struct ipc *i = (struct ipc *)xcalloc(1, sizeof *i);

	i->fd = fd;
	i->handler = handler;
	i->owner = owner;
	(void)fd_set_nonblocking(fd);
	set_buffers(fd);
	i->output = evbuffer_new();
	i->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, i);
	i->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, i);
	i->flush = event_new(base, -1, 0, on_writable, i);
	assert(i->output != NULL && i->readable != NULL && i->writable != NULL && i->flush != NULL);
	(void)event_add(i->readable, NULL);
	return i;
}

void
ipc_free(struct ipc **ipc)
{
	struct ipc *i = *ipc;

	*ipc = NULL;
	if (i == NULL)
		return;
	i->is_freed = true;
	if (i->in_event)
		return;
	shut(i);
	free(i);
}

static void
put_header(struct ipc *i, uint16_t type, uint64_t id, size_t len)
{
	const struct ipc_header header = { .len = (uint32_t)len, .type = type, .id = id };
	uint8_t octets[IPC_HEADER_LEN];

	assert(len <= IPC_PAYLOAD_MAX && type != 0);
	ipc_header_print(&header, octets);
	(void)evbuffer_add(i->output, octets, sizeof octets);
}

/* While the kernel's buffer is full there is nothing to flush: its word comes to on_writable. */
static void
schedule_flush(struct ipc *i)
{
	if (!event_pending(i->writable, EV_WRITE, NULL))
		event_active(i->flush, EV_WRITE, 0);
	if (ipc_is_full(i))
		i->was_full = true;
}

void
ipc_send(struct ipc *i, uint16_t type, uint64_t id, struct slice payload)
{
	if (i->lost)
		return;
	put_header(i, type, id, payload.len);
	if (payload.len != 0)
		(void)evbuffer_add(i->output, payload.ptr, payload.len);
	schedule_flush(i);
}

static void
free_payload(const void *data, size_t len, void *owned)
{
	(void)data;
	(void)len;
	free(owned);
}

void
ipc_send_owned(struct ipc *i, uint16_t type, uint64_t id, uint8_t *data, size_t len)
{
	if (i->lost || len == 0) {
		free(data);
		if (len == 0)
			ipc_send(i, type, id, slice_make(NULL, 0));
		return;
	}
	put_header(i, type, id, len);
	(void)evbuffer_add_reference(i->output, data, len, free_payload, data);
	schedule_flush(i);
}

bool
ipc_is_full(const struct ipc *i)
{
	return evbuffer_get_length(i->output) > IPC_OUTPUT_HIGH;
}
