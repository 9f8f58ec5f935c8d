/* SPDX-License-Identifier: Apache-2.0 */
/* stream_out.c - from the owner, through OpenSSL, to the kernel. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/buffer.h>
#include <openssl/err.h>

#include "net/stream_private.h"

enum {
	RECORD_SIZE = 16 * 1024, /* RFC 8446 §5.1 */
	CIPHERTEXT_KEPT = 1024,  /* of the memory that records are written to */
};

/* Told from the loop: a peer that resets may have said why, and that is read first. */
static void
break_off(struct net_stream *s, int error)
{
	s->write_error = error;
	s->tells_break = true;
	(void)event_del(&s->writable);
	net_stream_tell_later(s);
}

/* The kernel takes what it can at once; the rest waits for its word. */
static void
send_now(struct net_stream *s, struct slice out)
{
	ssize_t n = 0;

	if (evbuffer_get_length(s->out) == 0 && s->write_error == 0)
		n = send(s->fd, out.ptr, out.len, MSG_NOSIGNAL);
	if (n == (ssize_t)out.len)
		return;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		break_off(s, errno);
	out = slice_after(out, n < 0 ? 0 : (size_t)n);
	net_stream_keep(s->out, out.ptr, out.len);
	if (s->write_error == 0 && !event_pending(&s->writable, EV_WRITE, NULL))
		(void)event_add(&s->writable, NULL);
}

/* A handshake's flight or a large record leaves more memory than replies will need. */
static void
renew_ciphertext(struct net_stream *s)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert(bio != NULL);
	SSL_set0_wbio(s->ssl, bio);
}

/* What OpenSSL has written: one call of the kernel for all the records of a turn. */
static void
send_ciphertext(struct net_stream *s)
{
	BIO *bio = SSL_get_wbio(s->ssl);
	BUF_MEM *memory = NULL;

	(void)BIO_get_mem_ptr(bio, &memory);
	if (memory->length == 0)
		return;
	send_now(s, slice_make((const uint8_t *)memory->data, memory->length));
	if (memory->max > CIPHERTEXT_KEPT && !s->is_handshaking)
		renew_ciphertext(s);
	else
		(void)BIO_reset(bio);
}

/* How much of it OpenSSL has taken. Of a second handshake something may go out instead. */
static size_t
write_record(struct net_stream *s, struct slice out)
{
	int n;

	ERR_clear_error();
	n = SSL_write(s->ssl, out.ptr, (int)(out.len < RECORD_SIZE ? out.len : RECORD_SIZE));
	ERR_clear_error();
	send_ciphertext(s);
	return n <= 0 ? 0 : (size_t)n;
}

/*
 * In the midst of a second handshake, or of a ticket that comes in two records, OpenSSL has to read
 * before it writes. When the record layer has failed, reading says why.
 */
static void
write_records(struct net_stream *s, struct slice out)
{
	size_t len = 1;

	while (out.len != 0 && len != 0 && s->unwritten == NULL) {
		len = write_record(s, out);
		out = slice_after(out, len);
	}
	if (out.len == 0)
		return;
	if (s->unwritten == NULL)
		s->unwritten = evbuffer_new();
	assert(s->unwritten != NULL);
	net_stream_keep(s->unwritten, out.ptr, out.len);
}

size_t
net_stream_pending(const struct net_stream *s)
{
	return evbuffer_get_length(s->out) +
	       (s->unwritten == NULL ? 0 : evbuffer_get_length(s->unwritten));
}

static void
tell_when_drained(struct net_stream *s)
{
	if (net_stream_pending(s) != 0 || s->handler->on_drained == NULL)
		return;
	s->tells_drained = true;
	net_stream_tell_later(s);
}

void
net_stream_write(struct net_stream *s, struct slice out)
{
	if (out.len == 0)
		return;
	if (s->ssl == NULL)
		send_now(s, out);
	else
		write_records(s, out);
	tell_when_drained(s);
}

/* OpenSSL has read something: perhaps what it waited for. */
static void
write_unwritten(struct net_stream *s)
{
	struct evbuffer *waiting = s->unwritten;
	struct evbuffer_iovec first;

	if (waiting == NULL)
		return;
	s->unwritten = NULL;
	while (s->unwritten == NULL && evbuffer_peek(waiting, -1, NULL, &first, 1) > 0) {
		write_records(s, slice_make(first.iov_base, first.iov_len));
		(void)evbuffer_drain(waiting, first.iov_len);
	}
	if (s->unwritten != NULL)
		(void)evbuffer_add_buffer(s->unwritten, waiting);
	evbuffer_free(waiting);
	tell_when_drained(s);
}

void
net_stream_notify_close(struct net_stream *s)
{
	ERR_clear_error();
	(void)SSL_shutdown(s->ssl);
	ERR_clear_error();
	send_ciphertext(s);
}

/*
 * Its flight of a handshake, answers to KeyUpdate (RFC 8446 §4.6.3) and to renegotiation, alerts. A
 * peer that asks and asks and reads no answer is not read either, or they would grow without bound.
 */
void
net_stream_answer(struct net_stream *s)
{
	bool has_answered = BIO_pending(SSL_get_wbio(s->ssl)) != 0;

	send_ciphertext(s);
	if (has_answered && evbuffer_get_length(s->out) != 0) {
		s->is_clogged = true;
		net_stream_watch_input(s);
	}
	if (s->is_handshaking)
		return;
	write_unwritten(s);
	/* A client's last flight: what comes next is for the server to say. */
	if (has_answered && SSL_is_server(s->ssl) == 0)
		tell_when_drained(s);
}

void
net_stream_flush(struct net_stream *s)
{
	if (evbuffer_write(s->out, s->fd) < 0 && errno != EAGAIN && errno != EINTR) {
		break_off(s, errno);
		return;
	}
	if (evbuffer_get_length(s->out) != 0)
		return;
	(void)event_del(&s->writable);
	s->is_clogged = false;
	net_stream_watch_input(s);
	if (net_stream_pending(s) == 0 && s->handler->on_drained != NULL)
		s->handler->on_drained(s->owner);
}
