/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "net/tls_key.h"
#include "util/alloc.h"

/*
 * RFC 9325 §4.2: forward secrecy and AEAD only, in the order in which they cost least where the CPU
 * has AES and SHA-256 built in, as all servers do: with SHA-384 a handshake costs a twentieth more.
 * A client whose own first choice is ChaCha20 has a CPU without, and is given that.
 */
#define CIPHERS_TLS12                                                                              \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define CIPHERS_TLS13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"

enum {
	TICKET_LIFETIME_S = 2 * 60 * 60,
	REPLY_RECORD_MAX = 4096,   /* octets; what a server sends is short, and so is its buffer */
	TICKETS_PER_HANDSHAKE = 1, /* mail clients open one connection after the other */
};

static const char system_ca_file[] = "/etc/ssl/certs/ca-certificates.crt";

void
net_tls_prepare(void)
{
	SSL_CTX *first = SSL_CTX_new(TLS_method()); /* loads all that is loaded on first use */

	assert(first != NULL);
	SSL_CTX_free(first);
}

/* OpenSSL's words for what went wrong, with ours before them. */
static int
refuse(struct buf *error, const char *words)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	(void)buf_add_text(error, words);
	if (reason != NULL)
		(void)buf_addf(error, " (%s)", reason);
	ERR_clear_error();
	return -EINVAL;
}

/*
 * What both sides share. Buffers are given back between records, so that an idle connection holds
 * none. SMTP ends its messages and replies itself, so a peer that closes without close_notify cuts
 * nothing off that we would take for whole.
 * RFC 8314 §4, §4.1: TLS 1.2 at least. No client certificate is ever asked for (§4.2). What does
 * not do fails here and not later (RFC 3207 §4.1).
 */
static SSL_CTX *
new_context(const SSL_METHOD *method)
{
	SSL_CTX *context = SSL_CTX_new(method);

	assert(context != NULL);
	(void)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	(void)SSL_CTX_set_options(context,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	(void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	return context;
}

/* Takes every certificate of the PEM text: the leaf, then its chain. */
static int
use_chain(SSL_CTX *context, BIO *pem, struct buf *error)
{
	X509 *certificate = PEM_read_bio_X509(pem, NULL, NULL, NULL);
	int ok = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1;

	X509_free(certificate);
	if (!ok)
		return refuse(error, "no usable PEM certificate");
	for (;;) {
		X509 *issuer = PEM_read_bio_X509(pem, NULL, NULL, NULL);

		if (issuer == NULL)
			break;
		if (SSL_CTX_add0_chain_cert(context, issuer) != 1) {
			X509_free(issuer);
			return refuse(error, "a certificate of the chain is not usable");
		}
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return refuse(error, "a certificate of the chain is broken");
	ERR_clear_error();
	return 0;
}

static int
use_certificate(SSL_CTX *context, struct slice certificate, struct buf *error)
{
	BIO *pem;
	int r;

	if (certificate.len == 0 || certificate.len > INT_MAX)
		return refuse(error, "no PEM certificate");
	pem = BIO_new_mem_buf(certificate.ptr, (int)certificate.len);
	assert(pem != NULL);
	r = use_chain(context, pem, error);
	BIO_free(pem);
	return r;
}

static int
use_remote_key(SSL_CTX *context, const struct net_tls_server_options *options, struct buf *error)
{
	EVP_PKEY *key =
	    net_tls_key_new(SSL_CTX_get0_certificate(context), options->sign, options->sign_arg);
	int ok;

	if (key == NULL)
		return refuse(error, "the certificate's key is of a kind that is not supported; "
				     "use ECDSA with P-256 or P-384, or RSA");
	ok = SSL_CTX_use_PrivateKey(context, key);
	EVP_PKEY_free(key);
	return ok == 1 ? 0 : refuse(error, "the certificate's key cannot be used");
}

/* Tickets only: a session cache would grow with the number of clients, in every process. */
static void
use_tickets(SSL_CTX *context, struct slice ticket_key)
{
	static const unsigned char id_context[] = "sallyport";
	uint8_t copy[NET_TLS_TICKET_KEY_LEN];

	assert(ticket_key.len == sizeof copy);
	memcpy(copy, ticket_key.ptr, sizeof copy);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_session_id_context(context, id_context, sizeof id_context - 1);
	(void)SSL_CTX_set_timeout(context, TICKET_LIFETIME_S);
	(void)SSL_CTX_set_num_tickets(context, TICKETS_PER_HANDSHAKE);
	(void)SSL_CTX_set_tlsext_ticket_keys(context, copy, sizeof copy);
	explicit_bzero(copy, sizeof copy);
}

static SSL_CTX *
new_server_context(void)
{
	int groups[] = { NID_X25519, NID_X9_62_prime256v1, NID_secp384r1 };
	SSL_CTX *context = new_context(TLS_server_method());

	(void)SSL_CTX_set_options(
	    context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	(void)SSL_CTX_set_cipher_list(context, CIPHERS_TLS12);
	(void)SSL_CTX_set_ciphersuites(context, CIPHERS_TLS13);
	(void)SSL_CTX_set1_groups(context, groups, sizeof groups / sizeof groups[0]);
	(void)SSL_CTX_set_max_send_fragment(context, REPLY_RECORD_MAX);
	SSL_CTX_set_read_ahead(context, 1); /* a record in one call; net/stream.h can bear it */
	return context;
}

int
net_tls_server_new(
    const struct net_tls_server_options *options, SSL_CTX **ret_context, struct buf *error)
{
	SSL_CTX *context = new_server_context();
	int r = use_certificate(context, options->certificate, error);

	if (r == 0)
		r = use_remote_key(context, options, error);
	if (r < 0) {
		SSL_CTX_free(context);
		return r;
	}
	use_tickets(context, options->ticket_key);
	*ret_context = context;
	return 0;
}

/* An administrator may name a server's own certificate as well as an authority's. */
static int
use_authorities(SSL_CTX *context, const char *ca_file, struct buf *error)
{
	const char *path = ca_file == NULL ? system_ca_file : ca_file;

	if (SSL_CTX_load_verify_file(context, path) != 1) {
		(void)buf_addf(error, "%s: ", path);
		return refuse(error, "no certificates to verify against");
	}
	(void)X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return 0;
}

/* OpenSSL's level 0 has no lower bound for keys, hashes and what ciphers are made of. */
static int
widen(SSL_CTX *context, const struct net_tls_client_options *options, struct buf *error)
{
	bool is_old = options->version_min != 0 && options->version_min < TLS1_2_VERSION;

	if (is_old || options->ciphers != NULL)
		SSL_CTX_set_security_level(context, 0);
	if (options->version_min != 0 &&
	    SSL_CTX_set_min_proto_version(context, options->version_min) != 1)
		return refuse(error, "no such version of TLS");
	if (options->version_max != 0 &&
	    SSL_CTX_set_max_proto_version(context, options->version_max) != 1)
		return refuse(error, "no such version of TLS");
	if (options->ciphers != NULL && SSL_CTX_set_cipher_list(context, options->ciphers) != 1)
		return refuse(error, "no such ciphers");
	return 0;
}

int
net_tls_client_new(
    const struct net_tls_client_options *options, SSL_CTX **ret_context, struct buf *error)
{
	SSL_CTX *context = new_context(TLS_client_method());
	int r = widen(context, options, error);

	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	if (r == 0 && options->verify)
		r = use_authorities(context, options->ca_file, error);
	if (r < 0) {
		SSL_CTX_free(context);
		return r;
	}
	*ret_context = context;
	return 0;
}

SSL_CTX *
net_tls_client_relax(SSL_CTX *strict)
{
	SSL_CTX *context = new_context(TLS_client_method());

	SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(strict));
	(void)X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	return context;
}

/* Where there is no certificate OpenSSL finds nothing wrong with it. */
bool
net_tls_is_verified(const SSL *ssl)
{
	return SSL_get0_peer_certificate(ssl) != NULL && SSL_get_verify_result(ssl) == X509_V_OK;
}

/* OpenSSL's macro takes a name that is not constant, and copies it. */
static bool
announce_name(SSL *ssl, const char *name)
{
	char *copy = xstrdup(name);
	bool ok = SSL_set_tlsext_host_name(ssl, copy) == 1;

	free(copy);
	return ok;
}

/* RFC 4954 §14: the name that was connected to, in subjectAltName first. */
bool
net_tls_set_name(SSL *ssl, const char *name)
{
	bool ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;

	if (!ok) {
		SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		ok = SSL_set1_host(ssl, name) == 1 && announce_name(ssl, name);
	}
	ERR_clear_error();
	return ok;
}

static bool
refuse_to_sign(void *arg, const struct net_tls_request *request, struct buf *out)
{
	(void)arg;
	(void)request;
	(void)out;
	return false;
}

/* A file that wants a pass phrase must not make OpenSSL ask for one on the terminal. */
static int
give_no_passphrase(char *out, /* NOLINT(readability-non-const-parameter): OpenSSL's */
    int size, int is_writing, void *arg)
{
	(void)out;
	(void)size;
	(void)is_writing;
	(void)arg;
	return -1;
}

static int
check_key(SSL_CTX *context, BIO *pem, struct buf *error)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, give_no_passphrase, NULL);
	int ok;

	if (key == NULL)
		return refuse(error, "no PEM private key without a pass phrase");
	ok = X509_check_private_key(SSL_CTX_get0_certificate(context), key);
	EVP_PKEY_free(key);
	return ok == 1 ? 0 : refuse(error, "the key is not that of the certificate");
}

int
net_tls_check_pair(struct slice certificate, struct slice key, struct buf *error)
{
	const struct net_tls_server_options options = { .sign = refuse_to_sign };
	SSL_CTX *context = new_server_context();
	BIO *pem = BIO_new_mem_buf(key.ptr, (int)key.len);
	int r = use_certificate(context, certificate, error);

	assert(pem != NULL);
	if (r == 0)
		r = use_remote_key(context, &options, error);
	if (r == 0)
		r = check_key(context, pem, error);
	BIO_free(pem);
	SSL_CTX_free(context);
	return r;
}

void
net_tls_describe(const SSL *ssl, char text[NET_TLS_DESCRIPTION_SIZE])
{
	(void)snprintf(text, NET_TLS_DESCRIPTION_SIZE, "%s %s%s", SSL_get_version(ssl),
	    SSL_get_cipher_name(ssl), SSL_session_reused(ssl) == 1 ? " resumed" : "");
}
