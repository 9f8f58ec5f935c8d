/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_pace.c - no peer keeps the loop to itself.
 *
 * OpenSSL reads on as long as there is something to read and nothing to tell: messages that a
 * client ignores in a handshake (HelloRequest), or tickets behind it. A peer that sends those
 * faster than they are read would stop every timer, and with them every deadline.
 */
#include <openssl/bio.h>

#include "net/conn_private.h"

enum { TURN_LEN_MAX = 32 * 1024 };

/* OpenSSL waits for the socket then, which is readable in the next turn of the loop. */
static long
end_turn(BIO *bio, struct net_conn *c)
{
	c->turn_len = 0;
	BIO_clear_retry_flags(bio);
	BIO_set_retry_read(bio);
	return -1;
}

static long
on_bio(/* NOLINT(readability-function-size): OpenSSL's */
    BIO *bio, int what, const char *octets, size_t len, int argi, long argl, int ret,
    size_t *processed) /* NOLINT(readability-non-const-parameter): OpenSSL's */
{
	struct net_conn *c = (struct net_conn *)(void *)BIO_get_callback_arg(bio);

	(void)octets;
	(void)len;
	(void)argi;
	(void)argl;
	if (what == BIO_CB_READ && c->turn_len >= TURN_LEN_MAX)
		return end_turn(bio, c);
	if (what == (BIO_CB_READ | BIO_CB_RETURN))
		c->turn_len = ret > 0 ? c->turn_len + *processed : 0;
	return ret;
}

void
net_conn_pace(struct net_conn *c)
{
	BIO *bio = SSL_get_rbio(c->ssl);

	BIO_set_callback_arg(bio, (char *)c);
	BIO_set_callback_ex(bio, on_bio);
}

void
net_conn_pace_end(struct net_conn *c)
{
	BIO *bio = c->ssl == NULL ? NULL : SSL_get_rbio(c->ssl);

	if (bio != NULL)
		BIO_set_callback_ex(bio, NULL);
}
