/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - many certificates of authorities, of which hardly one is needed.
 *
 * To parse the 140 or so of a system takes 20 ms, nearly all of it for their keys. Here each is
 * known by its name alone until somebody asks for it by that name, which takes a tenth of that.
 */
#ifndef PROBE_BUNDLE_H
#define PROBE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

struct probe_authority {
	X509_NAME *subject;
	unsigned char *der; /* as PEM had it, perhaps with what it is trusted for behind it */
	long len;
	bool is_taken; /* the caller's to use */
};

/* {0} is an empty one. */
struct probe_bundle {
	struct probe_authority *authorities;
	size_t count, size;
};

/* All certificates of a PEM file; what is no certificate is left out, as is a missing file. */
void probe_bundle_add_file(struct probe_bundle *b, const char *path);
/*
 * Those of directories (with colons between) that OpenSSL would find by the hashes of their names:
 * "5ad8a5d6.0".
 */
void probe_bundle_add_directories(struct probe_bundle *b, const char *paths);
void probe_bundle_done(struct probe_bundle *b);

/* NULL: it is broken. X509_free() it. */
X509 *probe_authority_parse(const struct probe_authority *a);

#endif
