/* SPDX-License-Identifier: Apache-2.0 */
/* conn_fault.c - why a connection ended, in words and in numbers. */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "net/conn_private.h"
#include "util/alloc.h"

void
net_conn_set_error(struct net_conn *c, const char *words)
{
	free(c->error);
	c->error = xstrdup(words == NULL ? "unknown error" : words);
}

/* What a failed handshake or record layer says; the verdict on a certificate is the clearest. */
static const char *
find_tls_error(const struct net_conn *c, unsigned long code)
{
	long verdict = SSL_get_verify_result(c->ssl);

	if (!c->is_server && verdict != X509_V_OK && SSL_get_verify_mode(c->ssl) != SSL_VERIFY_NONE)
		return X509_verify_cert_error_string(verdict);
	return ERR_reason_error_string(code);
}

enum net_conn_end
net_conn_explain_failure(struct net_conn *c)
{
	unsigned long code = c->stream.tls_error;
	int socket_error = c->stream.error;

	if (ERR_SYSTEM_ERROR(code)) {
		socket_error = ERR_GET_REASON(code);
	} else if (code != 0) {
		c->fault.tls = code;
		net_conn_set_error(c, find_tls_error(c, code));
		return NET_CONN_TLS_FAILED;
	}
	c->fault.error = socket_error;
	if (socket_error != 0)
		net_conn_set_error(c, strerrordesc_np(socket_error));
	else
		net_conn_set_error(c, "connection lost");
	return c->state == CONN_HANDSHAKING ? NET_CONN_TLS_FAILED : NET_CONN_FAILED;
}

enum net_conn_end
net_conn_explain_close(struct net_conn *c)
{
	if (c->state == CONN_HANDSHAKING) {
		net_conn_set_error(c, "closed by the peer during the TLS handshake");
		return NET_CONN_TLS_FAILED;
	}
	net_conn_set_error(c, "closed by the peer");
	return NET_CONN_CLOSED;
}

const char *
net_conn_error(const struct net_conn *c)
{
	return c->error == NULL ? "" : c->error;
}

struct net_conn_fault
net_conn_fault(const struct net_conn *c)
{
	return c->fault;
}
