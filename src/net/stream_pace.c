/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_pace.c - no peer keeps the loop to itself.
 *
 * OpenSSL reads on as long as there is something to read and nothing to tell: messages that a
 * client ignores in a handshake (HelloRequest), or tickets behind it. A peer that sends those
 * faster than they are read would stop every timer, and with them every deadline.
 */
#include <openssl/bio.h>

#include "net/stream_private.h"

enum { TURN_LEN_MAX = 32 * 1024 };

/* OpenSSL waits for the socket then, which is readable in the next turn of the loop. */
static long
end_turn(BIO *bio, struct net_stream *s)
{
	s->turn_len = 0;
	BIO_clear_retry_flags(bio);
	BIO_set_retry_read(bio);
	return -1;
}

static long
on_bio(/* NOLINT(readability-function-size): OpenSSL's */
    BIO *bio, int what, const char *octets, size_t len, int argi, long argl, int ret,
    size_t *processed) /* NOLINT(readability-non-const-parameter): OpenSSL's */
{
	struct net_stream *s = (struct net_stream *)(void *)BIO_get_callback_arg(bio);

	(void)octets;
	(void)len;
	(void)argi;
	(void)argl;
	if (what == BIO_CB_READ && s->turn_len >= TURN_LEN_MAX)
		return end_turn(bio, s);
	if (what == (BIO_CB_READ | BIO_CB_RETURN))
		s->turn_len = ret > 0 ? s->turn_len + *processed : 0;
	return ret;
}

void
net_stream_pace(struct net_stream *s)
{
	BIO *bio = SSL_get_rbio(s->ssl);

	BIO_set_callback_arg(bio, (char *)s);
	BIO_set_callback_ex(bio, on_bio);
}
