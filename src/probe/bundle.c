/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/bundle.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "util/alloc.h"

enum { HASH_DIGITS = 8, LEAST_SIZE = 256 };

/* What is left of an element of ASN.1, from its begin on. */
struct rest {
	const unsigned char *ptr;
	long len;
};

/* Steps into the element of that tag, which has to be next. */
static bool
enter(struct rest *r, int wanted_tag, int wanted_class)
{
	const unsigned char *at = r->ptr;
	int tag, class;
	long len;

	if ((ASN1_get_object(&at, &len, &tag, &class, r->len) & 0x80) != 0 || tag != wanted_tag ||
	    class != wanted_class)
		return false;
	*r = (struct rest){ at, len };
	return true;
}

/* Over the next element, whatever it is. */
static bool
skip(struct rest *r)
{
	const unsigned char *at = r->ptr;
	int tag, class;
	long len;

	if ((ASN1_get_object(&at, &len, &tag, &class, r->len) & 0x80) != 0)
		return false;
	*r = (struct rest){ at + len, r->len - (at + len - r->ptr) };
	return true;
}

/* RFC 5280 §4.1: of version, serialNumber, signature, issuer, validity, subject the last. */
static X509_NAME *
read_subject(const unsigned char *der, long len)
{
	struct rest certificate = { der, len };
	struct rest version;
	bool is_good = true;

	/* The certificate, and what is signed of it. */
	for (int depth = 0; depth < 2 && is_good; depth++)
		is_good = enter(&certificate, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	version = certificate;
	if (is_good && enter(&version, 0, V_ASN1_CONTEXT_SPECIFIC))
		is_good = skip(&certificate);
	for (int i = 0; i < 4 && is_good; i++)
		is_good = skip(&certificate);
	return is_good ? d2i_X509_NAME(NULL, &certificate.ptr, certificate.len) : NULL;
}

/* Takes der. */
static void
add(struct probe_bundle *b, unsigned char *der, long len)
{
	X509_NAME *subject = read_subject(der, len);

	if (subject == NULL) {
		OPENSSL_free(der);
		return;
	}
	if (b->count == b->size) {
		b->size = b->size == 0 ? LEAST_SIZE : 2 * b->size;
		b->authorities = xrealloc(b->authorities, b->size * sizeof *b->authorities);
	}
	b->authorities[b->count++] =
	    (struct probe_authority){ .subject = subject, .der = der, .len = len };
}

static bool
is_certificate(const char *type)
{
	return strcmp(type, PEM_STRING_X509) == 0 || strcmp(type, PEM_STRING_X509_OLD) == 0 ||
	       strcmp(type, PEM_STRING_X509_TRUSTED) == 0;
}

/* False: there are no more. */
static bool
read_next(struct probe_bundle *b, BIO *file)
{
	char *type = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len = 0;

	if (PEM_read_bio(file, &type, &header, &der, &len) != 1)
		/* A broken one does not hide those behind it. */
		return ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
	if (is_certificate(type))
		add(b, der, len);
	else
		OPENSSL_free(der);
	OPENSSL_free(type);
	OPENSSL_free(header);
	return true;
}

void
probe_bundle_add_file(struct probe_bundle *b, const char *path)
{
	BIO *file = BIO_new_file(path, "r");

	while (file != NULL && read_next(b, file))
		continue;
	BIO_free(file);
	ERR_clear_error();
}

/* Links to lists of revoked certificates have an r behind the dot. */
static bool
is_hash(const char *name)
{
	const size_t digits = strspn(name, "0123456789abcdef");

	return digits == HASH_DIGITS && name[digits] == '.' && name[digits + 1] != '\0' &&
	       name[digits + 1 + strspn(name + digits + 1, "0123456789")] == '\0';
}

static void
add_directory(struct probe_bundle *b, const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	char name[PATH_MAX];

	if (directory == NULL)
		return;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this directory */
	while ((entry = readdir(directory)) != NULL) {
		if (!is_hash(entry->d_name) ||
		    snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= (int)sizeof name)
			continue;
		probe_bundle_add_file(b, name);
	}
	(void)closedir(directory);
}

void
probe_bundle_add_directories(struct probe_bundle *b, const char *paths)
{
	char path[PATH_MAX];

	while (*paths != '\0') {
		const size_t len = strcspn(paths, ":");

		if (len != 0 && len < sizeof path) {
			memcpy(path, paths, len);
			path[len] = '\0';
			add_directory(b, path);
		}
		paths += len + (paths[len] == ':');
	}
}

void
probe_bundle_done(struct probe_bundle *b)
{
	for (size_t i = 0; i < b->count; i++) {
		X509_NAME_free(b->authorities[i].subject);
		OPENSSL_free(b->authorities[i].der);
	}
	free(b->authorities);
	*b = (struct probe_bundle){ 0 };
}

X509 *
probe_authority_parse(const struct probe_authority *a)
{
	const unsigned char *at = a->der;
	X509 *certificate = d2i_X509_AUX(NULL, &at, a->len);

	ERR_clear_error();
	return certificate;
}
