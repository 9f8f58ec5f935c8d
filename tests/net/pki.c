/* SPDX-License-Identifier: Apache-2.0 */
#include "pki.h"

#include <assert.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static EVP_PKEY *
generate(enum pki_kind kind)
{
	switch (kind) {
	case PKI_P256:
		return EVP_EC_gen("P-256");
	case PKI_P384:
		return EVP_EC_gen("P-384");
	case PKI_RSA:
		return EVP_RSA_gen(2048);
	case PKI_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	}
	return NULL;
}

static void
add_names(X509 *certificate, const char *name)
{
	struct buf names;
	X509_EXTENSION *extension;

	buf_init(&names, 256);
	(void)buf_addf(&names, "DNS:%s,IP:127.0.0.1", name);
	(void)buf_add_octet(&names, '\0');
	extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, (const char *)names.ptr);
	assert(extension != NULL);
	(void)X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	buf_done(&names);
}

static X509 *
certify(EVP_PKEY *key, enum pki_kind kind, const char *name)
{
	X509 *c = X509_new();
	X509_NAME *subject = X509_get_subject_name(c);

	(void)X509_set_version(c, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(c), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(c), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(c), 3600);
	(void)X509_NAME_add_entry_by_txt(
	    subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	(void)X509_set_issuer_name(c, subject);
	(void)X509_set_pubkey(c, key);
	add_names(c, name);
	assert(X509_sign(c, key, kind == PKI_ED25519 ? NULL : EVP_sha256()) != 0);
	return c;
}

static void
take_text(BIO *bio, struct buf *out)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	buf_init(out, 65536);
	(void)buf_add(out, text, (size_t)len);
	BIO_free(bio);
}

void
pki_init(struct pki *p, enum pki_kind kind, const char *name)
{
	BIO *certificate_pem = BIO_new(BIO_s_mem()), *key_pem = BIO_new(BIO_s_mem());
	X509 *certificate;

	*p = (struct pki){ .key = generate(kind) };
	certificate = certify(p->key, kind, name);
	(void)PEM_write_bio_X509(certificate_pem, certificate);
	(void)PEM_write_bio_PrivateKey(key_pem, p->key, NULL, NULL, 0, NULL, NULL);
	take_text(certificate_pem, &p->certificate_pem);
	take_text(key_pem, &p->key_pem);
	X509_free(certificate);
}

void
pki_done(struct pki *p)
{
	EVP_PKEY_free(p->key);
	buf_done(&p->certificate_pem);
	buf_done(&p->key_pem);
}

bool
pki_sign(void *arg, const struct net_tls_request *request, struct buf *out)
{
	struct pki *p = arg;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(p->key, NULL);
	size_t len = NET_TLS_SIGNATURE_MAX;
	bool ok = !p->is_broken && EVP_PKEY_sign_init(context) == 1;

	p->asked_id = request->key_id;
	if (ok && request->scheme == NET_TLS_RSA_RAW)
		ok = EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1;
	if (ok && request->scheme == NET_TLS_RSA_PKCS1)
		ok = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	ok = ok && EVP_PKEY_sign(context, buf_reserve(out, NET_TLS_SIGNATURE_MAX), &len,
		       request->in.ptr, request->in.len) == 1;
	if (ok)
		out->len += len;
	EVP_PKEY_CTX_free(context);
	p->signature_count++;
	return ok;
}

SSL_CTX *
pki_server(struct pki *p)
{
	static const uint8_t ticket_key[NET_TLS_TICKET_KEY_LEN] = { 1, 2, 3 };
	const struct net_tls_server_options options = {
		.certificate = buf_slice(&p->certificate_pem),
		.ticket_key = slice_make(ticket_key, sizeof ticket_key),
		.sign = pki_sign,
		.sign_arg = p,
	};
	struct buf error;
	SSL_CTX *context = NULL;
	int r;

	buf_init(&error, 1024);
	r = net_tls_server_new(&options, &context, &error);
	assert(r == 0);
	buf_done(&error);
	return context;
}
