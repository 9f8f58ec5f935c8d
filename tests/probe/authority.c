/* SPDX-License-Identifier: Apache-2.0 */
#include "authority.h"

#include <assert.h>
#include <stddef.h>
#include <time.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { HOUR_S = 3600 };

static void
add_extension(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	assert(extension != NULL);
	(void)X509_add_ext(x509, extension, -1);
	X509_EXTENSION_free(extension);
}

static void
add_name_part(X509_NAME *name, const char *part, const char *value)
{
	if (value != NULL)
		(void)X509_NAME_add_entry_by_txt(
		    name, part, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0);
}

static void
add_extensions(X509 *x509, X509 *issuer, const struct certificate_spec *spec)
{
	if (spec->is_authority)
		add_extension(x509, issuer, NID_basic_constraints, "critical,CA:TRUE");
	else
		add_extension(x509, issuer, NID_ext_key_usage,
		    spec->usage == NULL ? "serverAuth" : spec->usage);
	add_extension(x509, issuer, NID_subject_key_identifier, "hash");
	add_extension(x509, issuer, NID_authority_key_identifier, "keyid");
	add_extension(x509, issuer, NID_subject_alt_name, spec->names);
	add_extension(x509, issuer, NID_info_access, spec->issuer_url);
}

struct certificate
certificate_make(const struct certificate_spec *spec, const struct certificate *issuer)
{
	static long serial = 1;
	struct certificate c = { .x509 = X509_new() };
	const struct certificate *by = issuer == NULL ? &c : issuer;
	const bool is_usual = spec->from_s == 0 && spec->until_s == 0;

	c.key = spec->rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen((unsigned)spec->rsa_bits);
	(void)X509_set_version(c.x509, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(c.x509), serial++);
	(void)X509_gmtime_adj(X509_getm_notBefore(c.x509), is_usual ? -HOUR_S : (long)spec->from_s);
	(void)X509_gmtime_adj(X509_getm_notAfter(c.x509), is_usual ? HOUR_S : (long)spec->until_s);
	add_name_part(X509_get_subject_name(c.x509), "O", spec->organization);
	add_name_part(X509_get_subject_name(c.x509), "CN",
	    spec->subject == NULL ? "mail.example" : spec->subject);
	(void)X509_set_issuer_name(c.x509, X509_get_subject_name(by->x509));
	(void)X509_set_pubkey(c.x509, c.key);
	add_extensions(c.x509, by->x509, spec);
	assert(X509_sign(c.x509, by->key, spec->is_sha1 ? EVP_sha1() : EVP_sha256()) != 0);
	return c;
}

void
certificate_done(struct certificate *c)
{
	EVP_PKEY_free(c->key);
	X509_free(c->x509);
	*c = (struct certificate){ NULL, NULL };
}

SSL_CTX *
certificate_server(const struct certificate *leaf, const struct certificate *second,
    const struct certificate *third)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_security_level(context, 0);
	(void)SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	assert(SSL_CTX_use_certificate(context, leaf->x509) == 1);
	assert(SSL_CTX_use_PrivateKey(context, leaf->key) == 1);
	if (second != NULL)
		(void)SSL_CTX_add1_chain_cert(context, second->x509);
	if (third != NULL)
		(void)SSL_CTX_add1_chain_cert(context, third->x509);
	(void)SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
	return context;
}

X509_STORE *
certificate_store(const struct certificate *root)
{
	X509_STORE *store = X509_STORE_new();

	assert(store != NULL);
	if (root != NULL)
		(void)X509_STORE_add_cert(store, root->x509);
	return store;
}
