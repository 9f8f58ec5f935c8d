/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/slice.h"

struct check {
	const struct config *config;
	size_t error_count;
};

__attribute__((format(printf, 3, 4))) static void
fail(struct check *k, const char *key, const char *format, ...)
{
	va_list ap;

	k->error_count++;
	va_start(ap, format);
	(void)fprintf(stderr, "%s: ", key);
	(void)vfprintf(stderr, format, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void
warn(const char *key, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)fprintf(stderr, "warning: %s: ", key);
	(void)vfprintf(stderr, format, ap);
	(void)fputc('\n', stderr);
	va_end(ap);
}

static BIO *
open_file(struct check *k, const char *key, const char *path)
{
	BIO *bio = BIO_new_file(path, "r");

	if (bio == NULL)
		fail(k, key, "cannot read %s: %s; name a file that is there and readable", path,
		    strerrordesc_np(errno));
	ERR_clear_error();
	return bio;
}

static X509 *
read_certificate(struct check *k, const char *key, const char *path)
{
	BIO *bio = open_file(k, key, path);
	X509 *certificate;

	if (bio == NULL)
		return NULL;
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (certificate == NULL)
		fail(k, key,
		    "%s holds no certificate; it should begin with \"-----BEGIN "
		    "CERTIFICATE-----\"",
		    path);
	ERR_clear_error();
	BIO_free(bio);
	return certificate;
}

static EVP_PKEY *
read_key(struct check *k)
{
	const char *path = k->config->tls.key_file;
	char no_passphrase[] = ""; /* else OpenSSL asks for one at the terminal */
	BIO *bio = open_file(k, "tls.key", path);
	EVP_PKEY *key;

	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, no_passphrase);
	if (key == NULL)
		fail(k, "tls.key",
		    "%s holds no private key that can be used; it should be PEM and not encrypted",
		    path);
	ERR_clear_error();
	BIO_free(bio);
	return key;
}

static void
check_secrecy(const char *key, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		warn(key, "%s can be read by others; use \"chmod 600\", root alone needs it", path);
}

/* Auth signs for the processes at the network, by the methods that OpenSSL lets others provide. */
static void
check_kind(struct check *k, const EVP_PKEY *key)
{
	const int kind = EVP_PKEY_get_base_id(key);

	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC)
		fail(k, "tls.key",
		    "%s is a key of the kind %s, which cannot be served; name one of ECDSA or RSA, "
		    "with its certificate",
		    k->config->tls.key_file, EVP_PKEY_get0_type_name(key));
}

static void
check_tls(struct check *k)
{
	X509 *certificate = read_certificate(k, "tls.certificate", k->config->tls.certificate_file);
	EVP_PKEY *key = read_key(k);

	if (certificate != NULL && key != NULL && X509_check_private_key(certificate, key) != 1)
		fail(k, "tls.key", "%s does not belong to the certificate %s; name the pair",
		    k->config->tls.key_file, k->config->tls.certificate_file);
	if (certificate != NULL &&
	    X509_check_host(certificate, k->config->hostname, 0, 0, NULL) != 1)
		warn("tls.certificate", "is not for \"%s\" (hostname); clients may refuse it",
		    k->config->hostname);
	if (certificate != NULL && X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		warn("tls.certificate", "has expired; clients will refuse it");
	if (key != NULL) {
		check_kind(k, key);
		check_secrecy("tls.key", k->config->tls.key_file);
	}
	ERR_clear_error();
	EVP_PKEY_free(key);
	X509_free(certificate);
}

static void
check_password(struct check *k, const char *key, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	uint8_t first;
	ssize_t n;

	if (fd < 0) {
		fail(k, key, "cannot read %s: %s; name a file that is there and readable", path,
		    strerrordesc_np(errno));
		return;
	}
	n = fd_read_all(fd, &first, 1);
	fd_close(&fd);
	if (n < 1 || first == '\n' || first == '\r')
		fail(k, key, "the first line of %s is empty; write the password there", path);
	check_secrecy(key, path);
}

static void
check_next_hop(struct check *k, const struct config_next_hop *h)
{
	char key[128];

	if (h->auth_password_file != NULL) {
		(void)snprintf(key, sizeof key, "next_hop \"%s\".auth_password_file", h->name);
		check_password(k, key, h->auth_password_file);
	}
	if (h->tls_ca_file != NULL) {
		(void)snprintf(key, sizeof key, "next_hop \"%s\".tls_ca_file", h->name);
		X509_free(read_certificate(k, key, h->tls_ca_file));
	}
}

/* Only a supervisor that root starts changes to these users. */
static void
check_user(struct check *k, const char *key, const char *user)
{
	struct passwd entry, *found = NULL;
	char text[4096];
	uint64_t uid;

	if (geteuid() != 0 || slice_to_u64(slice_of(user), UINT32_MAX, &uid))
		return;
	(void)getpwnam_r(user, &entry, text, sizeof text, &found);
	if (found == NULL)
		fail(k, key, "there is no user \"%s\"; \"sallyport setup\" creates those missing",
		    user);
}

bool
cli_check_files(const struct config *c)
{
	struct check k = { .config = c };

	check_tls(&k);
	for (size_t i = 0; i < c->next_hop_count; i++)
		check_next_hop(&k, &c->next_hops[i]);
	check_user(&k, "users.submission", c->users.submission);
	check_user(&k, "users.auth", c->users.auth);
	check_user(&k, "users.queue", c->users.queue);
	check_user(&k, "users.delivery", c->users.delivery);
	return k.error_count == 0;
}
