/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_hop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "net/conn.h"
#include "util/alloc.h"
#include "util/fd.h"

enum { KEPT_MAX = 16 * 1024 * 1024, LINGER_MS = 1000 };

struct fake_hop_conn {
	struct fake_hop *hop;
	TAILQ_ENTRY(fake_hop_conn) entry;
	struct net_conn *conn;
	struct buf in;
	bool has_mail, is_in_text, is_in_chunk, is_last_chunk, owes_reply;
	size_t chunk_left;
	unsigned accepted_count;
};

static void
free_conn(struct fake_hop_conn *c)
{
	TAILQ_REMOVE(&c->hop->conns, c, entry);
	c->hop->open_count--;
	net_conn_free(&c->conn);
	buf_done(&c->in);
	free(c);
}

/* What was said before still arrives. */
static void
finish(struct fake_hop_conn *c)
{
	net_conn_finish(&c->conn, LINGER_MS);
	free_conn(c);
}

static void
say(struct fake_hop_conn *c, const char *text)
{
	net_conn_write(c->conn, slice_of(text));
}

static bool
is_cut(const struct fake_hop *h, enum fake_hop_cut where)
{
	return h->cut == where && h->message_count >= h->cut_skip;
}

static void
say_extensions(struct fake_hop_conn *c)
{
	const char *extensions = c->hop->extensions;

	say(c, "250-hop\r\n");
	if (c->hop->tls != NULL && !net_conn_is_tls(c->conn))
		say(c, "250-STARTTLS\r\n");
	say(c, extensions == NULL ? "250 PIPELINING\r\n" : extensions);
}

static void
answer_rcpt(struct fake_hop_conn *c, struct slice line)
{
	if (!c->has_mail) {
		say(c, "503 5.5.1 no MAIL\r\n");
	} else if (slice_starts_nocase(line, "RCPT TO:<bad")) {
		say(c, "550 5.1.1 no such user\r\n");
	} else if (slice_starts_nocase(line, "RCPT TO:<later")) {
		say(c, "450 4.2.0 later\r\n");
	} else {
		c->accepted_count++;
		say(c, "250 ok\r\n");
	}
}

static void
answer_data(struct fake_hop_conn *c)
{
	c->is_in_text = c->accepted_count > 0;
	say(c, c->is_in_text ? "354 go on\r\n" : "503 nobody\r\n");
}

/* "BDAT 10 LAST" */
static void
begin_chunk(struct fake_hop_conn *c, struct slice line)
{
	struct slice count = slice_after(line, 5);
	uint64_t len;

	c->is_last_chunk = slice_find(count, ' ') < count.len;
	assert_true(slice_to_u64(slice_first(count, slice_find(count, ' ')), KEPT_MAX, &len));
	c->chunk_left = len;
	c->is_in_chunk = true;
}

static void
note(struct fake_hop_conn *c, struct slice line)
{
	(void)buf_add_slice(&c->hop->commands, line);
	(void)buf_add_text(&c->hop->commands, "\n");
}

static bool
is_refused(const struct fake_hop *h, struct slice line)
{
	return h->refused != NULL &&
	       memmem(line.ptr, line.len, h->refused, strlen(h->refused)) != NULL;
}

/* False when the connection is gone. */
static bool
answer_starttls(struct fake_hop_conn *c)
{
	say(c, "220 go\r\n");
	if (is_cut(c->hop, FAKE_HOP_CUT_TLS)) {
		finish(c);
		return false;
	}
	c->hop->tls_count++;
	net_conn_start_tls(c->conn, c->hop->tls, true, NULL);
	return true;
}

static bool
answer_mail(struct fake_hop_conn *c, struct slice line)
{
	if (is_cut(c->hop, FAKE_HOP_CUT_MAIL)) {
		free_conn(c);
		return false;
	}
	c->hop->mail_count++;
	c->accepted_count = 0;
	note(c, line);
	c->has_mail = !is_refused(c->hop, line);
	say(c, c->has_mail ? "250 ok\r\n" : "555 5.5.4 what\r\n");
	return true;
}

static bool
answer_line(struct fake_hop_conn *c, struct slice line)
{
	const char *hello = c->hop->is_lmtp ? "LHLO" : "EHLO";

	if (slice_starts_nocase(line, "QUIT")) {
		c->hop->quit_count++;
		say(c, "221 bye\r\n");
		finish(c);
		return false;
	}
	if (slice_starts_nocase(line, "MAIL"))
		return answer_mail(c, line);
	if (slice_starts_nocase(line, "STARTTLS"))
		return answer_starttls(c);
	if (slice_starts_nocase(line, hello)) {
		say_extensions(c);
	} else if (slice_starts_nocase(line, "RCPT")) {
		note(c, line);
		answer_rcpt(c, line);
	} else if (slice_starts_nocase(line, "DATA")) {
		answer_data(c);
	} else if (slice_starts_nocase(line, "BDAT ")) {
		begin_chunk(c, line);
	} else {
		say(c, slice_starts_nocase(line, "RSET") ? "250 ok\r\n" : "500 what\r\n");
	}
	return true;
}

static void
answer_text(struct fake_hop_conn *c)
{
	unsigned count = c->hop->is_lmtp ? c->accepted_count : 1;

	c->owes_reply = false;
	for (unsigned i = 0; i < count; i++)
		say(c, "250 2.0.0 taken\r\n");
}

/* Length of the text with its final dot, or 0. */
static size_t
text_len(const struct buf *in)
{
	static const char end[] = "\r\n.\r\n";
	const uint8_t *hit;

	if (in->len >= 3 && memcmp(in->ptr, ".\r\n", 3) == 0)
		return 3;
	hit = in->len == 0 ? NULL : memmem(in->ptr, in->len, end, sizeof end - 1);
	return hit == NULL ? 0 : (size_t)(hit - in->ptr) + sizeof end - 1;
}

/* False when the connection is gone, or more octets are needed. */
static bool
take_text(struct fake_hop_conn *c)
{
	struct fake_hop *h = c->hop;
	size_t len = text_len(&c->in);

	if (is_cut(h, FAKE_HOP_CUT_TEXT) && c->in.len > 0) {
		free_conn(c);
		return false;
	}
	if (len == 0)
		return false;
	h->message_count++;
	(void)buf_add(&h->text, c->in.ptr, len);
	buf_drop(&c->in, len);
	c->is_in_text = false;
	if (h->cut == FAKE_HOP_CUT_DOT) {
		free_conn(c);
		return false;
	}
	if (h->holds_reply)
		c->owes_reply = true;
	else
		answer_text(c);
	return true;
}

/* False when more octets are needed. */
static bool
take_chunk(struct fake_hop_conn *c)
{
	size_t len = c->in.len < c->chunk_left ? c->in.len : c->chunk_left;

	(void)buf_add(&c->hop->text, c->in.ptr, len);
	buf_drop(&c->in, len);
	c->chunk_left -= len;
	if (c->chunk_left > 0)
		return false;
	c->is_in_chunk = false;
	c->hop->chunk_count++;
	if (c->is_last_chunk) {
		c->hop->message_count++;
		answer_text(c);
	} else {
		say(c, "250 2.0.0 go on\r\n");
	}
	return true;
}

static bool
take_line(struct fake_hop_conn *c)
{
	size_t lf = slice_find(buf_slice(&c->in), '\n');
	char line[1200];

	if (lf == c->in.len)
		return false;
	assert_true(lf >= 1 && lf < sizeof line && c->in.ptr[lf - 1] == '\r');
	memcpy(line, c->in.ptr, lf - 1);
	buf_drop(&c->in, lf + 1);
	return answer_line(c, slice_make(line, lf - 1));
}

static bool
take(struct fake_hop_conn *c)
{
	if (c->is_in_chunk)
		return take_chunk(c);
	return c->is_in_text ? take_text(c) : take_line(c);
}

static void
on_input(void *owner)
{
	struct fake_hop_conn *c = owner;
	struct slice in;

	while ((in = net_conn_input(c->conn)).len != 0) {
		assert_true(buf_add_slice(&c->in, in));
		net_conn_consume(c->conn, in.len);
	}
	while (take(c))
		;
}

static void
on_tls(void *owner)
{
	(void)owner;
}

static void
on_end(void *owner, enum net_conn_end end)
{
	(void)end;
	free_conn(owner);
}

static const struct net_conn_handler conn_handler = {
	.on_input = on_input,
	.on_tls = on_tls,
	.on_end = on_end,
};

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct fake_hop *h = arg;
	struct fake_hop_conn *c = xcalloc(1, sizeof *c);
	int sock = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	assert_true(sock >= 0);
	c->hop = h;
	c->conn = net_conn_accept(h->base, sock, &conn_handler, c);
	buf_init(&c->in, KEPT_MAX);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	h->connection_count++;
	h->open_count++;
	if (h->open_count > h->open_max)
		h->open_max = h->open_count;
	if (is_cut(h, FAKE_HOP_CUT_GREETING))
		finish(c);
	else
		say(c, "220 hop\r\n");
}

static int
listen_tcp(struct fake_hop *h)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	h->port = ntohs(address.sin_port);
	return fd;
}

static int
listen_unix(struct fake_hop *h, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path));
	memcpy(h->path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

void
fake_hop_init(struct fake_hop *h, struct event_base *base, const char *path)
{
	*h = (struct fake_hop){ .base = base };
	TAILQ_INIT(&h->conns);
	buf_init(&h->commands, KEPT_MAX);
	buf_init(&h->text, KEPT_MAX);
	h->fd = path == NULL ? listen_tcp(h) : listen_unix(h, path);
	assert_int_equal(listen(h->fd, 64), 0);
	h->listener = event_new(base, h->fd, EV_READ | EV_PERSIST, on_accept, h);
	assert_non_null(h->listener);
	(void)event_add(h->listener, NULL);
}

void
fake_hop_stop_listening(struct fake_hop *h)
{
	if (h->listener != NULL)
		event_free(h->listener);
	h->listener = NULL;
	fd_close(&h->fd);
}

void
fake_hop_release(struct fake_hop *h)
{
	struct fake_hop_conn *c;

	h->holds_reply = false;
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = TAILQ_NEXT(c, entry))
		if (c->owes_reply)
			answer_text(c);
}

void
fake_hop_close_all(struct fake_hop *h)
{
	struct fake_hop_conn *c, *next;

	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		free_conn(c);
	}
}

void
fake_hop_done(struct fake_hop *h)
{
	fake_hop_close_all(h);
	fake_hop_stop_listening(h);
	if (h->path[0] != '\0')
		(void)unlink(h->path);
	buf_done(&h->commands);
	buf_done(&h->text);
}
