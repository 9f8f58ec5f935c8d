/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake: made without verification, so that each fault can be named; and its failures. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "net/tls.h"
#include "probe/dialog_private.h"
#include "probe/text.h"
#include "util/clock.h"

enum {
	TLS_ERROR_MAX = 512,
	PLAIN_MAX = 256, /* octets of what is no TLS that are looked at */
};

/*
 * OpenSSL shows each record's head before it judges it, and each alert, also encrypted ones. The
 * first head tells TLS from what only calls itself so.
 */
static void
on_record(/* NOLINT(readability-function-size): OpenSSL's */
    int is_ours, int version, int type, const void *octets, size_t len, SSL *ssl, void *arg)
{
	struct probe_dialog *d = arg;
	const uint8_t *at = octets;

	(void)version;
	(void)ssl;
	if (is_ours)
		return;
	if (type == SSL3_RT_HEADER && len == sizeof d->tls_header && !d->has_tls_header) {
		memcpy(d->tls_header, at, len);
		d->has_tls_header = true;
	} else if (type == SSL3_RT_ALERT && len == 2) {
		d->tls_alert = at[1];
	}
}

/* Called by OpenSSL when the server asks for a certificate of ours. */
static int
on_certificate_request(SSL *ssl, void *arg)
{
	struct probe_dialog *d = arg;

	(void)ssl;
	d->facts.tls.asks_for_certificate = true;
	return 1;
}

/* RFC 3207 §4.2: what came in the clear behind the 220 is noted, and never used. */
static void
note_injected(struct probe_dialog *d)
{
	struct slice in = net_conn_input(d->conn);

	d->facts.injected_len = (uint32_t)in.len;
	probe_text_copy(in, ' ', d->facts.injected, sizeof d->facts.injected);
}

static SSL_CTX *
make_context(struct probe_dialog *d)
{
	const struct net_tls_client_options options = {
		.version_min = d->options.tls_min,
		.version_max = d->options.tls_max,
		.ciphers = d->options.tls_ciphers,
	};
	SSL_CTX *context = NULL;
	struct buf error;

	buf_init(&error, TLS_ERROR_MAX);
	if (net_tls_client_new(&options, &context, &error) == 0) {
		SSL_CTX_set_msg_callback(context, on_record);
		SSL_CTX_set_msg_callback_arg(context, d);
		SSL_CTX_set_cert_cb(context, on_certificate_request, d);
	} else {
		d->facts.tls.trouble = PROBE_TLS_OTHER;
		probe_text_copy(
		    buf_slice(&error), ' ', d->facts.tls.error, sizeof d->facts.tls.error);
	}
	buf_done(&error);
	return context;
}

void
dialog_start_tls(struct probe_dialog *d)
{
	d->has_tls_header = false;
	d->tls_alert = -1;
	note_injected(d);
	d->may_quit = false; /* the server waits for a handshake */
	d->tls = make_context(d);
	if (d->tls != NULL) {
		net_conn_start_tls(d->conn, d->tls, false, d->options.name);
		return;
	}
	dialog_end(d, PROBE_STAGE_BROKEN, slice_of(d->facts.tls.error));
	smtp_client_tls_failed(d->client, d->facts.tls.error);
}

void
dialog_take_tls(struct probe_dialog *d)
{
	struct probe_tls *t = &d->facts.tls;
	SSL *ssl = net_conn_ssl(d->conn);

	t->trouble = PROBE_TLS_FINE;
	t->is_legacy = SSL_version(ssl) < TLS1_2_VERSION;
	(void)snprintf(t->version, sizeof t->version, "%s", SSL_get_version(ssl));
	(void)snprintf(t->cipher, sizeof t->cipher, "%s", SSL_get_cipher_name(ssl));
	probe_certificate_read(ssl, d->options.roots, d->options.name,
	    (int64_t)(clock_unix_ms() / 1000), &t->certificate);
	dialog_end(d, PROBE_STAGE_PASSED, slice_of(""));
}

/* Types 20 to 23 (RFC 8446 §5.1), version 3.x: TLS, or an alert from one that is too old. */
static bool
is_tls_header(const uint8_t header[DIALOG_HEADER_LEN])
{
	return header[0] >= SSL3_RT_CHANGE_CIPHER_SPEC && header[0] <= SSL3_RT_APPLICATION_DATA &&
	       header[1] == SSL3_VERSION_MAJOR;
}

static enum probe_tls_trouble
judge_alert(const struct probe_dialog *d)
{
	switch (d->tls_alert) {
	case TLS1_AD_PROTOCOL_VERSION:
		return PROBE_TLS_VERSION;
	case SSL3_AD_HANDSHAKE_FAILURE:
		/* Up to TLS 1.2 this is also said to a client without a certificate. */
		return d->facts.tls.asks_for_certificate ? PROBE_TLS_ALERT : PROBE_TLS_NO_CIPHER;
	case TLS1_AD_INSUFFICIENT_SECURITY:
		return PROBE_TLS_NO_CIPHER;
	default:
		return PROBE_TLS_ALERT;
	}
}

/* What OpenSSL has against the peer's own words. */
static enum probe_tls_trouble
judge_reason(int reason)
{
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_WRONG_SSL_VERSION:
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_BAD_PROTOCOL_VERSION_NUMBER:
	case SSL_R_INAPPROPRIATE_FALLBACK:
	case SSL_R_NO_PROTOCOLS_AVAILABLE:
		return PROBE_TLS_VERSION;
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_WRONG_CIPHER_RETURNED:
	case SSL_R_UNKNOWN_CIPHER_RETURNED:
	case SSL_R_NO_CIPHERS_AVAILABLE:
	case SSL_R_DH_KEY_TOO_SMALL:
		return PROBE_TLS_NO_CIPHER;
	case SSL_R_UNEXPECTED_EOF_WHILE_READING:
		return PROBE_TLS_CLOSED;
	default:
		return PROBE_TLS_OTHER;
	}
}

/*
 * Nothing came that OpenSSL could read, yet there were packets behind one that is missing: the
 * small end of the server's flight arrives, its large ones do not.
 */
static enum probe_tls_trouble
judge_timeout(const struct probe_dialog *d)
{
	return d->has_tls_header || d->facts.bulk.out_of_order > 0 ? PROBE_TLS_TIMEOUT_LATER
								   : PROBE_TLS_TIMEOUT;
}

static enum probe_tls_trouble
judge(const struct probe_dialog *d, bool is_timeout)
{
	const struct net_conn_fault fault = net_conn_fault(d->conn);

	if (d->has_tls_header && !is_tls_header(d->tls_header))
		return PROBE_TLS_NOT_TLS;
	if (is_timeout)
		return judge_timeout(d);
	if (d->tls_alert >= 0)
		return judge_alert(d);
	if (fault.tls != 0)
		return judge_reason(ERR_GET_REASON(fault.tls));
	return fault.error == ETIMEDOUT ? judge_timeout(d) : PROBE_TLS_CLOSED;
}

/* The first line: OpenSSL has read the head of a record, the rest still lies in the socket. */
static void
show_plain(struct probe_dialog *d)
{
	uint8_t octets[PLAIN_MAX];
	struct slice text;
	ssize_t n;

	memcpy(octets, d->tls_header, sizeof d->tls_header);
	n = recv(net_conn_fd(d->conn), octets + sizeof d->tls_header,
	    sizeof octets - sizeof d->tls_header, MSG_DONTWAIT | MSG_PEEK);
	text = slice_make(octets, sizeof d->tls_header + (n < 0 ? 0 : (size_t)n));
	text = slice_first(text, slice_find(text, '\n'));
	text = slice_first(text, slice_find(text, '\r'));
	dialog_end(d, PROBE_STAGE_BROKEN, text);
}

static enum probe_stage_end
end_of(const struct probe_dialog *d, enum probe_tls_trouble trouble)
{
	if (trouble == PROBE_TLS_TIMEOUT || trouble == PROBE_TLS_TIMEOUT_LATER)
		return PROBE_STAGE_TIMEOUT;
	if (trouble != PROBE_TLS_CLOSED)
		return PROBE_STAGE_BROKEN;
	return net_conn_fault(d->conn).error == 0 ? PROBE_STAGE_CLOSED : PROBE_STAGE_RESET;
}

void
dialog_fail_tls(struct probe_dialog *d, bool is_timeout)
{
	struct probe_tls *t = &d->facts.tls;

	if (t->trouble == PROBE_TLS_NOT_TRIED)
		t->trouble = judge(d, is_timeout);
	if (t->error[0] == '\0')
		probe_text_copy(slice_of(is_timeout ? "timed out" : net_conn_error(d->conn)), ' ',
		    t->error, sizeof t->error);
	d->facts.speaks_plain_on_tls_port =
	    d->facts.is_implicit_tls && t->trouble == PROBE_TLS_NOT_TLS;
	if (t->trouble == PROBE_TLS_NOT_TLS)
		show_plain(d);
	else
		dialog_end(d, end_of(d, t->trouble), slice_of(t->error));
}

const char *
probe_tls_trouble_name(enum probe_tls_trouble trouble)
{
	switch (trouble) {
	case PROBE_TLS_FINE:
		return "fine";
	case PROBE_TLS_NOT_TRIED:
		return "not_tried";
	case PROBE_TLS_NOT_TLS:
		return "not_tls";
	case PROBE_TLS_VERSION:
		return "version";
	case PROBE_TLS_NO_CIPHER:
		return "no_cipher";
	case PROBE_TLS_ALERT:
		return "alert";
	case PROBE_TLS_CLOSED:
		return "closed";
	case PROBE_TLS_TIMEOUT:
		return "timeout";
	case PROBE_TLS_TIMEOUT_LATER:
		return "timeout_later";
	case PROBE_TLS_OTHER:
		return "other";
	}
	return "unknown";
}
