/* SPDX-License-Identifier: Apache-2.0 */
#include "submission/sign.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "proc/ipc.h"
#include "proc/wire.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/log.h"

enum {
	REQUEST_MAX = 2048,
	INPUT_MAX = 16 * 1024, /* answers that came too late may wait before the right one */
	READ_SIZE = 4096,
};

struct sign {
	int fd; /* -1: no channel */
	uint64_t id;
	bool is_late;     /* the last request was given up */
	struct buf input; /* not yet read as frames */
};

struct sign *
sign_new(void)
{
	struct sign *s = xcalloc(1, sizeof *s);

	s->fd = -1;
	buf_init(&s->input, INPUT_MAX);
	return s;
}

void
sign_free(struct sign **s)
{
	if (*s == NULL)
		return;
	fd_close(&(*s)->fd);
	buf_done(&(*s)->input);
	free(*s);
	*s = NULL;
}

void
sign_set_channel(struct sign *s, int fd)
{
	fd_close(&s->fd);
	buf_clear(&s->input);
	s->fd = fd;
	s->is_late = false;
}

/* False while auth reads nothing and the kernel has no more room for it: that may pass. */
static bool
send_frame(struct sign *s, struct slice frame)
{
	ssize_t n = send(s->fd, frame.ptr, frame.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n != (ssize_t)frame.len)
		fd_close(&s->fd);
	return s->fd >= 0;
}

static bool
send_request(struct sign *s, const struct net_tls_request *asked)
{
	static const enum wire_sign_scheme schemes[] = {
		[NET_TLS_ECDSA] = WIRE_SIGN_ECDSA,
		[NET_TLS_RSA_RAW] = WIRE_SIGN_RSA_RAW,
		[NET_TLS_RSA_PKCS1] = WIRE_SIGN_RSA_PKCS1,
	};
	const struct wire_sign request = { asked->key_id, schemes[asked->scheme], asked->in };
	uint8_t header[IPC_HEADER_LEN];
	struct buf frame, payload;
	bool ok;

	buf_init(&payload, REQUEST_MAX);
	buf_init(&frame, REQUEST_MAX);
	wire_sign_encode(&request, &payload);
	ipc_header_print(
	    &(const struct ipc_header){
		.len = (uint32_t)payload.len, .type = WIRE_SIGN, .id = ++s->id },
	    header);
	(void)buf_add(&frame, header, sizeof header);
	(void)buf_add_slice(&frame, buf_slice(&payload));
	ok = send_frame(s, buf_slice(&frame));
	buf_done(&payload);
	buf_done(&frame);
	return ok;
}

/* Waits for more octets. False at the end of the channel or of the time. */
static bool
read_some(struct sign *s, uint64_t until_ms)
{
	uint64_t now_ms = clock_monotonic_ms();
	struct pollfd wait = { .fd = s->fd, .events = POLLIN };
	uint8_t *room = buf_reserve(&s->input, READ_SIZE);
	ssize_t n;

	if (room == NULL || now_ms >= until_ms ||
	    (poll(&wait, 1, (int)(until_ms - now_ms)) < 0 && errno != EINTR))
		return false;
	n = recv(s->fd, room, READ_SIZE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	s->input.len += (size_t)n;
	return n != 0;
}

/* An answer to a request that was given up is skipped. */
static bool
take_answer(struct sign *s, uint64_t until_ms, struct buf *out)
{
	struct ipc_header header;
	struct slice payload;

	for (;;) {
		enum ipc_parse status = ipc_parse(buf_slice(&s->input), &header, &payload);
		bool is_ours = status == IPC_PARSE_OK && header.id == s->id;

		if (status == IPC_PARSE_BAD ||
		    (status == IPC_PARSE_MORE && !read_some(s, until_ms)))
			return false;
		if (is_ours)
			(void)buf_add_slice(out, payload);
		if (status == IPC_PARSE_OK)
			buf_drop(&s->input, IPC_HEADER_LEN + payload.len);
		if (is_ours)
			return out->len != 0 && header.type == WIRE_SIGNATURE;
	}
}

bool
sign_ask(void *arg, const struct net_tls_request *asked, struct buf *out)
{
	struct sign *s = arg;
	uint64_t until_ms = clock_monotonic_ms() + (s->is_late ? SIGN_LATE_MS : SIGN_TIMEOUT_MS);
	bool ok;

	ok = s->fd >= 0 && send_request(s, asked) && take_answer(s, until_ms, out);
	s->is_late = !ok && (s->is_late || clock_monotonic_ms() >= until_ms);
	if (!ok)
		log_event(LOG_LEVEL_WARNING, "tls-signature-failed", "reason",
		    s->fd < 0 ? "auth is away" : "no signature from auth");
	return ok;
}
