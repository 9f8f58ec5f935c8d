/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a certificate. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "probe/certificate_private.h"
#include "probe/text.h"

/* "CN=mail.example,O=Example": the most telling first (RFC 4514), all but ASCII escaped. */
static void
print_name(const X509_NAME *name, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	out[0] = '\0';
	if (bio == NULL)
		return;
	(void)X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		probe_text_copy(slice_make(text, (size_t)len), ' ', out, size);
	BIO_free(bio);
}

static int64_t
to_unix_s(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static void
print_address(const ASN1_OCTET_STRING *address, char *out, size_t size)
{
	const int len = ASN1_STRING_length(address);
	const int family = len == 4 ? AF_INET : AF_INET6;

	if ((len != 4 && len != 16) ||
	    inet_ntop(family, ASN1_STRING_get0_data(address), out, (socklen_t)size) == NULL)
		(void)snprintf(out, size, "?");
}

static void
add_name(struct probe_certificate *c, const GENERAL_NAME *name)
{
	char *out;
	int type;
	void *value = GENERAL_NAME_get0_value(name, &type);
	const ASN1_STRING *text = value;

	if (type != GEN_DNS && type != GEN_IPADD)
		return;
	if (c->name_count++ >= PROBE_CERTIFICATE_NAMES_MAX)
		return;
	out = c->names[c->name_count - 1];
	if (type == GEN_IPADD)
		print_address(value, out, PROBE_CERTIFICATE_TEXT_SIZE);
	else
		probe_text_copy(
		    slice_make(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)), ' ',
		    out, PROBE_CERTIFICATE_TEXT_SIZE);
}

static void
read_names(X509 *leaf, struct probe_certificate *c)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
		add_name(c, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

static void
print_digest(const uint8_t digest[32], char out[2 * 32 + 1])
{
	for (size_t i = 0; i < 32; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", (unsigned)digest[i]);
}

static void
read_digests(X509 *leaf, struct probe_certificate *c)
{
	uint8_t digest[EVP_MAX_MD_SIZE], *key = NULL;
	unsigned len;
	int key_len;

	if (X509_digest(leaf, EVP_sha256(), digest, &len) == 1)
		print_digest(digest, c->sha256);
	key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &key);
	if (key_len > 0 && EVP_Digest(key, (size_t)key_len, digest, &len, EVP_sha256(), NULL) == 1)
		print_digest(digest, c->key_sha256);
	OPENSSL_free(key);
}

static void
read_key(X509 *leaf, struct probe_certificate *c)
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	const char *type = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);

	(void)snprintf(c->key_type, sizeof c->key_type, "%s", type == NULL ? "unknown" : type);
	c->key_bits = key == NULL ? 0 : (unsigned)EVP_PKEY_get_bits(key);
	(void)snprintf(
	    c->signature, sizeof c->signature, "%s", OBJ_nid2ln(X509_get_signature_nid(leaf)));
}

void
certificate_describe(X509 *leaf, struct probe_certificate *c)
{
	print_name(X509_get_subject_name(leaf), c->subject, sizeof c->subject);
	print_name(X509_get_issuer_name(leaf), c->issuer, sizeof c->issuer);
	c->not_before_unix_s = to_unix_s(X509_get0_notBefore(leaf));
	c->not_after_unix_s = to_unix_s(X509_get0_notAfter(leaf));
	read_names(leaf, c);
	read_digests(leaf, c);
	read_key(leaf, c);
}

void
certificate_describe_issuer(const X509 *issuer, unsigned faults, struct probe_certificate *c)
{
	c->issuer_faults = faults;
	print_name(X509_get_subject_name(issuer), c->issuer_at_fault, sizeof c->issuer_at_fault);
	c->issuer_not_before_unix_s = to_unix_s(X509_get0_notBefore(issuer));
	c->issuer_not_after_unix_s = to_unix_s(X509_get0_notAfter(issuer));
}
