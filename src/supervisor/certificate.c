/* SPDX-License-Identifier: Apache-2.0 */
#include "supervisor/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "util/log.h"

/* Instead of asking at the terminal. The type is OpenSSL's. */
static int
refuse_password(char *out, /* NOLINT(readability-non-const-parameter) */
    int size, int is_for_writing, void *arg)
{
	(void)out;
	(void)size;
	(void)is_for_writing;
	*(bool *)arg = true;
	return -1;
}

static X509 *
parse_certificate(const char *path, struct slice pem, struct buf *errors)
{
	BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	X509 *certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);

	(void)BIO_free(in);
	if (certificate == NULL)
		(void)buf_addf(errors,
		    "%s: holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)\n", path);
	return certificate;
}

static EVP_PKEY *
parse_key(const char *path, struct slice pem, struct buf *errors)
{
	bool is_encrypted = false;
	BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, refuse_password, &is_encrypted);

	(void)BIO_free(in);
	if (key == NULL)
		(void)buf_addf(errors,
		    is_encrypted ? "%s: the key is encrypted; it must be in the clear, readable by "
				   "root alone\n"
				 : "%s: holds no private key in PEM form\n",
		    path);
	return key;
}

static bool
key_is_known(const char *path, const EVP_PKEY *key, struct buf *errors)
{
	int kind = EVP_PKEY_get_base_id(key);

	if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_EC)
		return true;
	(void)buf_addf(
	    errors, "%s: the key is neither RSA nor ECDSA, which clients expect\n", path);
	return false;
}

static void
warn_about_time(const char *path, const X509 *certificate)
{
	const char *problem = NULL;

	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		problem = "it has expired";
	else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		problem = "it is not valid yet";
	if (problem != NULL) {
		struct log_line l;

		log_begin(&l, LOG_LEVEL_WARNING, "certificate-not-valid");
		log_text(&l, "file", path);
		log_text(&l, "reason", problem);
		log_end(&l);
	}
}

bool
supervisor_certificate_check(
    const struct config_tls *tls, struct slice chain, struct slice key_pem, struct buf *errors)
{
	X509 *certificate = parse_certificate(tls->certificate_file, chain, errors);
	EVP_PKEY *key = parse_key(tls->key_file, key_pem, errors);
	bool ok = certificate != NULL && key != NULL && key_is_known(tls->key_file, key, errors);

	if (ok && X509_check_private_key(certificate, key) != 1) {
		(void)buf_addf(errors, "%s: the key is not that of the certificate in %s\n",
		    tls->key_file, tls->certificate_file);
		ok = false;
	}
	if (ok)
		warn_about_time(tls->certificate_file, certificate);
	EVP_PKEY_free(key);
	X509_free(certificate);
	ERR_clear_error();
	return ok;
}
