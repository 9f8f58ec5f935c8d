/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/roots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "probe/bundle.h"
#include "util/alloc.h"

enum { OF_STORE = 0 }; /* index of the data that is the application's */

/* The authorities of the system. It belongs to its lookup, and that to the store. */
struct system_roots {
	X509_LOOKUP_METHOD *method;
	struct probe_bundle bundle;
	bool is_file_read, are_directories_read;
};

/* NULL: a store of other authorities. */
static struct system_roots *
system_of(X509_STORE *roots)
{
	return X509_STORE_get_ex_data(roots, OF_STORE);
}

static const char *
place(const char *variable, const char *usual)
{
	const char *named = secure_getenv(variable);

	return named == NULL ? usual : named;
}

static void
read_file(struct system_roots *s)
{
	if (s->is_file_read)
		return;
	s->is_file_read = true;
	probe_bundle_add_file(
	    &s->bundle, place(X509_get_default_cert_file_env(), X509_get_default_cert_file()));
}

/* Only to know who is there: for chains OpenSSL looks into them by itself. */
static void
read_directories(struct system_roots *s)
{
	if (s->are_directories_read)
		return;
	s->are_directories_read = true;
	probe_bundle_add_directories(
	    &s->bundle, place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir()));
}

static void
take(X509_STORE *store, struct probe_authority *authority)
{
	X509 *certificate = probe_authority_parse(authority);

	authority->is_taken = true;
	if (certificate != NULL)
		(void)X509_STORE_add_cert(store, certificate);
	X509_free(certificate);
}

/* The caller takes no reference: it is the store's, which has it for as long. */
static int
answer(X509_STORE *store, const X509_NAME *name, X509_OBJECT *ret)
{
	X509_OBJECT *found;
	X509 *certificate;
	int r = 0;

	(void)X509_STORE_lock(store);
	found = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), X509_LU_X509, name);
	certificate = found == NULL ? NULL : X509_OBJECT_get0_X509(found);
	if (certificate != NULL && X509_OBJECT_set1_X509(ret, certificate) == 1) {
		X509_free(certificate);
		r = 1;
	}
	(void)X509_STORE_unlock(store);
	return r;
}

/* All authorities of that name: there may be one whose key was renewed. */
static int
look_up(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *ret)
{
	struct system_roots *s = X509_LOOKUP_get_method_data(lookup);
	X509_STORE *store = X509_LOOKUP_get_store(lookup);
	bool is_new = false;

	if (type != X509_LU_X509)
		return 0;
	read_file(s);
	for (size_t i = 0; i < s->bundle.count; i++) {
		struct probe_authority *authority = &s->bundle.authorities[i];

		if (authority->is_taken || X509_NAME_cmp(authority->subject, name) != 0)
			continue;
		take(store, authority);
		is_new = true;
	}
	return is_new ? answer(store, name, ret) : 0;
}

static void
free_system(X509_LOOKUP *lookup)
{
	struct system_roots *s = X509_LOOKUP_get_method_data(lookup);

	X509_LOOKUP_meth_free(s->method);
	probe_bundle_done(&s->bundle);
	free(s);
}

static void
use_system(X509_STORE *store)
{
	struct system_roots *s = xcalloc(1, sizeof *s);
	X509_LOOKUP *file, *directory;

	s->method = X509_LOOKUP_meth_new("authorities by name");
	if (s->method == NULL)
		abort();
	(void)X509_LOOKUP_meth_set_get_by_subject(s->method, look_up);
	(void)X509_LOOKUP_meth_set_free(s->method, free_system);
	file = X509_STORE_add_lookup(store, s->method);
	directory = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
	if (file == NULL || directory == NULL)
		abort();
	(void)X509_LOOKUP_set_method_data(file, s);
	(void)X509_STORE_set_ex_data(store, OF_STORE, s);
	(void)X509_LOOKUP_add_dir(directory, NULL, X509_FILETYPE_DEFAULT);
}

int
probe_roots_read(const char *ca_file, X509_STORE **ret_roots, struct buf *error)
{
	*ret_roots = X509_STORE_new();
	assert(*ret_roots != NULL);
	if (ca_file == NULL) {
		use_system(*ret_roots);
		return 0;
	}
	/* It may be the server's own certificate as well as an authority's. */
	(void)X509_STORE_set_flags(*ret_roots, X509_V_FLAG_PARTIAL_CHAIN);
	if (X509_STORE_load_file(*ret_roots, ca_file) == 1)
		return 0;
	ERR_clear_error();
	(void)buf_addf(error, "%s: no certificates can be read from it", ca_file);
	return -EINVAL;
}

bool
probe_roots_are_there(X509_STORE *roots)
{
	struct system_roots *s = system_of(roots);

	if (sk_X509_OBJECT_num(X509_STORE_get0_objects(roots)) > 0)
		return true;
	if (s == NULL)
		return false;
	read_file(s);
	if (s->bundle.count == 0)
		read_directories(s);
	return s->bundle.count > 0;
}

static const ASN1_STRING *
organization_of(const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);

	return at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
}

static bool
has_organization(const X509_NAME *name, const ASN1_STRING *wanted)
{
	const ASN1_STRING *organization = organization_of(name);

	return organization != NULL && ASN1_STRING_cmp(organization, wanted) == 0;
}

static bool
knows_parsed(X509_STORE *roots, const ASN1_STRING *wanted)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(roots);

	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		const X509 *root = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));

		if (root != NULL && has_organization(X509_get_subject_name(root), wanted))
			return true;
	}
	return false;
}

static bool
knows_by_name(struct system_roots *s, const ASN1_STRING *wanted)
{
	read_file(s);
	read_directories(s);
	for (size_t i = 0; i < s->bundle.count; i++)
		if (has_organization(s->bundle.authorities[i].subject, wanted))
			return true;
	return false;
}

bool
probe_roots_know_organization(X509_STORE *roots, const X509_NAME *name)
{
	const ASN1_STRING *wanted = organization_of(name);
	struct system_roots *s = system_of(roots);

	return wanted != NULL &&
	       (knows_parsed(roots, wanted) || (s != NULL && knows_by_name(s, wanted)));
}
