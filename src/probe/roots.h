/* SPDX-License-Identifier: Apache-2.0 */
/* roots.h - the authorities that this machine trusts, read when a chain asks for them. */
#ifndef PROBE_ROOTS_H
#define PROBE_ROOTS_H

#include <stdbool.h>

#include <openssl/x509_vfy.h>

#include "util/buf.h"

/*
 * The authorities of ca_file (PEM), or of the system when it is NULL; free with X509_STORE_free().
 * 0, or -errno with words appended to error: then the store is empty, and every certificate will
 * have NO_ROOTS among its faults.
 *
 * Those of the system are where OpenSSL has them: the file of SSL_CERT_FILE or its default, then
 * the directories of SSL_CERT_DIR or their default. Nothing is read before a certificate is looked
 * for, and only those whose names are asked for are parsed.
 */
int probe_roots_read(const char *ca_file, X509_STORE **ret_roots, struct buf *error);

/* Is any authority known at all? Of any store. */
bool probe_roots_are_there(X509_STORE *roots);
/* Is there an authority whose subject has the organization of that name? No, if it has none. */
bool probe_roots_know_organization(X509_STORE *roots, const X509_NAME *name);

#endif
