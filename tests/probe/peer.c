/* SPDX-License-Identifier: Apache-2.0 */
#include "peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/fd.h"

enum { INPUT_MAX = 1024 * 1024 };

/* The line of the script that is next; empty at its end. */
static struct slice
next_step(const struct peer *p)
{
	struct slice rest = slice_of(p->at);

	return slice_first(rest, slice_find(rest, '\n'));
}

static void
step_done(struct peer *p)
{
	struct slice step = next_step(p);

	p->at += step.len;
	p->at += *p->at == '\n';
}

static void
leave(struct peer *p, bool by_reset)
{
	const struct linger none = { .l_onoff = 1, .l_linger = 0 };

	if (by_reset) {
		(void)setsockopt(net_conn_fd(p->conn), SOL_SOCKET, SO_LINGER, &none, sizeof none);
		if (net_conn_ssl(p->conn) != NULL)
			SSL_set_quiet_shutdown(net_conn_ssl(p->conn), 1);
	}
	net_conn_free(&p->conn);
}

/* The next line that the client said, without CRLF; false: it is not whole yet. */
static bool
take_line(struct peer *p, char *out, size_t size)
{
	struct slice in = buf_slice(&p->in);
	size_t lf = slice_find(in, '\n');

	if (lf == in.len || lf == 0 || lf >= size)
		return false;
	memcpy(out, in.ptr, lf - 1);
	out[lf - 1] = '\0';
	buf_drop(&p->in, lf + 1);
	return true;
}

static bool
wait_line(struct peer *p, struct slice wanted)
{
	char line[16384];

	if (!take_line(p, line, sizeof line))
		return false;
	if (strncmp(line, (const char *)wanted.ptr, wanted.len) != 0)
		(void)snprintf(p->said_wrong, sizeof p->said_wrong, "%.200s", line);
	return true;
}

/* Of the text nothing but its end matters. */
static bool
wait_text(struct peer *p)
{
	static const char end[] = "\r\n.\r\n";
	const uint8_t *at;

	if (p->in.len < sizeof end - 1)
		return false;
	at = memmem(p->in.ptr, p->in.len, end, sizeof end - 1);
	if (at != NULL)
		buf_drop(&p->in, (size_t)(at - p->in.ptr) + sizeof end - 1);
	else
		buf_drop(&p->in, p->in.len - (sizeof end - 2));
	return at != NULL;
}

/* What is left of a step behind its first word. */
static struct slice
argument_of(struct slice step)
{
	size_t len = slice_find(step, ' ');

	return slice_after(step, len < step.len ? len + 1 : len);
}

static void
say_raw(struct peer *p, struct slice text)
{
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\\' || i + 1 == text.len)
			(void)buf_add_octet(&out, text.ptr[i]);
		else
			(void)buf_add_octet(&out, text.ptr[++i] == 'r' ? '\r' : '\n');
	}
	net_conn_write(p->conn, buf_slice(&out));
	buf_done(&out);
}

/* A fatal one (RFC 8446 §6). */
static void
say_alert(struct peer *p, struct slice number)
{
	uint8_t record[] = { 0x15, 3, 3, 0, 2, 2, 0 };
	uint64_t value;

	assert_true(slice_to_u64(number, UINT8_MAX, &value));
	record[sizeof record - 1] = (uint8_t)value;
	net_conn_write(p->conn, slice_make(record, sizeof record));
}

static bool
wait_handshake(struct peer *p)
{
	bool has_begun = p->in.len > 0;

	buf_clear(&p->in);
	return has_begun;
}

static bool
start_tls(struct peer *p)
{
	p->is_shaking_hands = true;
	buf_clear(&p->in);
	net_conn_start_tls(p->conn, p->tls, true, NULL);
	return true;
}

/* What is waited for; false: it has not come yet. */
static bool
wait_step(struct peer *p, struct slice step)
{
	if (slice_starts_nocase(step, "C: "))
		return wait_line(p, argument_of(step));
	return slice_is(step, "TEXT") ? wait_text(p) : wait_handshake(p);
}

/* False: it is not done yet. */
static bool
do_step(struct peer *p, struct slice step)
{
	if (slice_starts_nocase(step, "C: ") || slice_is(step, "TEXT") ||
	    slice_is(step, "HANDSHAKE"))
		return wait_step(p, step);
	if (slice_is(step, "TLS"))
		return start_tls(p);
	if (slice_starts_nocase(step, "S: ")) {
		net_conn_write(p->conn, argument_of(step));
		net_conn_write(p->conn, slice_of("\r\n"));
	} else if (slice_starts_nocase(step, "RAW: ")) {
		say_raw(p, argument_of(step));
	} else if (slice_starts_nocase(step, "ALERT ")) {
		say_alert(p, argument_of(step));
	} else {
		leave(p, slice_is(step, "RESET"));
	}
	return true;
}

static void
play(struct peer *p)
{
	while (p->conn != NULL && !p->is_shaking_hands && p->said_wrong[0] == '\0') {
		struct slice step = next_step(p);

		if (step.len == 0 || !do_step(p, step))
			return;
		step_done(p);
	}
}

static void
on_input(void *owner)
{
	struct peer *p = owner;
	struct slice in;

	while ((in = net_conn_input(p->conn)).len > 0) {
		(void)buf_add_slice(&p->in, in);
		net_conn_consume(p->conn, in.len);
	}
	play(p);
}

static void
on_tls(void *owner)
{
	struct peer *p = owner;

	p->is_shaking_hands = false;
	play(p);
}

static void
on_end(void *owner, enum net_conn_end end)
{
	struct peer *p = owner;

	(void)end;
	net_conn_free(&p->conn);
}

static const struct net_conn_handler handler = {
	.on_input = on_input,
	.on_tls = on_tls,
	.on_end = on_end,
};

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct peer *p = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	assert_true(fd >= 0);
	net_conn_free(&p->conn);
	buf_clear(&p->in);
	p->is_shaking_hands = false;
	if (p->accept_count++ > 0 && *p->at == '\0') {
		fd_close(&fd);
		return;
	}
	p->conn = net_conn_accept(p->base, fd, &handler, p);
	play(p);
}

void
peer_init_on(struct peer *p, struct event_base *base, SSL_CTX *tls, const char *script, int fd,
    const struct net_address *address)
{
	*p = (struct peer){ .base = base, .tls = tls, .at = script, .fd = fd, .address = *address };
	buf_init(&p->in, INPUT_MAX);
	(void)event_assign(&p->event, base, p->fd, EV_READ | EV_PERSIST, on_accept, p);
	(void)event_add(&p->event, NULL);
}

void
peer_init(struct peer *p, struct event_base *base, SSL_CTX *tls, const char *script)
{
	struct net_address address;
	socklen_t len = sizeof address.v4;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(net_address_parse("127.0.0.1", 0, &address));
	assert_int_equal(bind(fd, &address.any, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, &address.any, &len), 0);
	peer_init_on(p, base, tls, script, fd, &address);
}

void
peer_done(struct peer *p)
{
	(void)event_del(&p->event);
	net_conn_free(&p->conn);
	buf_done(&p->in);
	fd_close(&p->fd);
}

void
peer_check(const struct peer *p)
{
	struct slice step = next_step(p);

	if (p->said_wrong[0] != '\0')
		fail_msg("'%.*s' was waited for, '%s' came", (int)step.len, (const char *)step.ptr,
		    p->said_wrong);
	if (step.len != 0)
		fail_msg("'%.*s' was not reached", (int)step.len, (const char *)step.ptr);
}
