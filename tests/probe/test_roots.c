/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/roots.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "authority.h"

enum { PATH_SIZE = 256 };

static const struct certificate_spec root_spec = {
	.subject = "Some Root", .organization = "Some Authority", .is_authority = true
};
static const struct certificate_spec other_spec = {
	.subject = "Other Root", .organization = "Other Authority", .is_authority = true
};
static const struct certificate_spec leaf_spec = { .names = "DNS:mail.example" };

/* Where the authorities of a machine are, empty at first, and a chain that one of them signed. */
struct machine {
	char folder[32], file[PATH_SIZE], link[PATH_SIZE];
	struct certificate root, other, leaf;
	X509_STORE *roots;
};

/* NULL: stays as it is. */
static void
name_places(const char *file, const char *directories)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
	if (file != NULL)
		assert_int_equal(setenv("SSL_CERT_FILE", file, 1), 0);
	assert_int_equal(setenv("SSL_CERT_DIR", directories, 1), 0);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

static int
set_up(void **state)
{
	static struct machine m;
	struct buf error;

	m = (struct machine){ .folder = "/tmp/roots-XXXXXX" };
	assert_non_null(mkdtemp(m.folder));
	m.root = certificate_make(&root_spec, NULL);
	m.other = certificate_make(&other_spec, NULL);
	m.leaf = certificate_make(&leaf_spec, &m.root);
	(void)snprintf(m.file, sizeof m.file, "%s/bundle.pem", m.folder);
	(void)snprintf(m.link, sizeof m.link, "%s/%08lx.0", m.folder,
	    X509_NAME_hash_ex(X509_get_subject_name(m.root.x509), NULL, NULL, NULL));
	name_places(m.file, m.folder);
	buf_init(&error, PATH_SIZE);
	assert_int_equal(probe_roots_read(NULL, &m.roots, &error), 0);
	buf_done(&error);
	*state = &m;
	return 0;
}

static int
tear_down(void **state)
{
	struct machine *m = *state;

	X509_STORE_free(m->roots);
	certificate_done(&m->root);
	certificate_done(&m->other);
	certificate_done(&m->leaf);
	(void)unlink(m->file);
	(void)unlink(m->link);
	assert_int_equal(rmdir(m->folder), 0);
	return 0;
}

static void
append_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
append(const char *path, const struct certificate *c)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, c->x509), 1);
	assert_int_equal(fclose(file), 0);
}

static bool
is_trusted(const struct machine *m)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int r;

	assert_int_equal(X509_STORE_CTX_init(context, m->roots, m->leaf.x509, NULL), 1);
	(void)X509_STORE_CTX_set_default(context, "ssl_server");
	r = X509_verify_cert(context);
	X509_STORE_CTX_free(context);
	return r == 1;
}

static int
parsed_count(const struct machine *m)
{
	return sk_X509_OBJECT_num(X509_STORE_get0_objects(m->roots));
}

static void
test_a_bundle_is_read_when_a_chain_asks_for_it(void **state)
{
	struct machine *m = *state;

	/* Written after the store was made. */
	append(m->file, &m->other);
	append(m->file, &m->root);
	assert_int_equal(parsed_count(m), 0);
	assert_true(is_trusted(m));
	assert_true(is_trusted(m));
	assert_int_equal(parsed_count(m), 1);
}

static void
test_a_hashed_directory_does_without_a_bundle(void **state)
{
	struct machine *m = *state;

	append(m->link, &m->root);
	assert_true(is_trusted(m));
}

static void
test_each_of_several_directories_is_looked_into(void **state)
{
	struct machine *m = *state;
	char paths[PATH_SIZE];

	append(m->link, &m->root);
	(void)snprintf(paths, sizeof paths, "/nonexistent::%s", m->folder);
	name_places(NULL, paths);
	X509_STORE_free(m->roots);
	assert_int_equal(probe_roots_read(NULL, &m->roots, NULL), 0);
	assert_true(probe_roots_are_there(m->roots));
	assert_true(probe_roots_know_organization(m->roots, X509_get_subject_name(m->root.x509)));
	assert_true(is_trusted(m));
}

static void
test_who_is_in_neither_is_not_trusted(void **state)
{
	struct machine *m = *state;

	append(m->file, &m->other);
	assert_false(is_trusted(m));
	assert_int_equal(parsed_count(m), 0);
}

static void
test_authorities_of_one_name_are_all_tried(void **state)
{
	struct machine *m = *state;
	struct certificate namesake = certificate_make(&root_spec, NULL);

	append(m->file, &namesake);
	append(m->file, &m->root);
	certificate_done(&namesake);
	assert_true(is_trusted(m));
}

static void
test_what_is_no_certificate_hides_none_behind_it(void **state)
{
	static const char *const others[] = {
		"Some Root\n=========\n",
		"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
		/* An empty sequence, one cut short, and one within one. */
		"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMAIwAA==\n-----END CERTIFICATE-----\n",
		"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
		"-----BEGIN CERTIFICATE-----\nMAA=\n",
		"\n-----BEGIN X509 CRL-----\n\n",
	};
	struct machine *m = *state;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		append_text(m->file, others[i]);
	append_text(m->file, "-----END X509 CRL-----\n");
	append(m->file, &m->root);
	assert_true(is_trusted(m));
}

static void
test_a_certificate_cut_anywhere_does_no_harm(void **state)
{
	struct machine *m = *state;
	unsigned char *der = NULL;
	const int len = i2d_X509(m->root.x509, &der);

	for (int cut = 0; cut < len; cut++) {
		BIO *file = BIO_new_file(m->file, "w");

		assert_int_equal(
		    PEM_write_bio(file, PEM_STRING_X509, "", der, cut) > 0 || cut == 0, true);
		BIO_free(file);
		X509_STORE_free(m->roots);
		assert_int_equal(probe_roots_read(NULL, &m->roots, NULL), 0);
		assert_false(is_trusted(m));
	}
	OPENSSL_free(der);
}

static void
test_a_certificate_that_says_what_it_is_trusted_for_is_taken(void **state)
{
	struct machine *m = *state;
	FILE *file = fopen(m->file, "w");

	(void)X509_add1_trust_object(m->root.x509, OBJ_nid2obj(NID_server_auth));
	assert_int_equal(PEM_write_X509_AUX(file, m->root.x509), 1);
	assert_int_equal(fclose(file), 0);
	assert_true(is_trusted(m));
}

static void
test_it_is_known_whether_any_authority_is_there(void **state)
{
	struct machine *m = *state;

	assert_false(probe_roots_are_there(m->roots));
	X509_STORE_free(m->roots);
	assert_int_equal(probe_roots_read(NULL, &m->roots, NULL), 0);
	append(m->link, &m->root);
	assert_true(probe_roots_are_there(m->roots));
	assert_int_equal(parsed_count(m), 0);
}

/* As OpenSSL finds them: by eight digits, and another one behind the dot. */
static void
test_other_files_of_a_directory_are_not_looked_at(void **state)
{
	static const char *const names[] = { "root.pem", "5ad8a5d.0", "5ad8a5d60.0", "5ad8a5d6.",
		"5ad8a5d6.r0", "5ad8a5d6.0~", "5AD8A5D6.0" };
	struct machine *m = *state;
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", m->folder, names[i]);
		append(path, &m->root);
	}
	assert_false(probe_roots_are_there(m->roots));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", m->folder, names[i]);
		assert_int_equal(unlink(path), 0);
	}
}

static void
test_organizations_are_known_by_file_and_by_directory(void **state)
{
	struct machine *m = *state;
	const struct certificate_spec strange = { .organization = "Somebody Else" };
	struct certificate stranger = certificate_make(&strange, NULL);

	append(m->file, &m->other);
	append(m->link, &m->root);
	assert_true(probe_roots_know_organization(m->roots, X509_get_subject_name(m->other.x509)));
	assert_true(probe_roots_know_organization(m->roots, X509_get_subject_name(m->root.x509)));
	assert_false(probe_roots_know_organization(m->roots, X509_get_subject_name(stranger.x509)));
	assert_false(probe_roots_know_organization(m->roots, X509_get_subject_name(m->leaf.x509)));
	assert_int_equal(parsed_count(m), 0);
	certificate_done(&stranger);
}

static void
test_a_file_of_ones_own_replaces_those_of_the_system(void **state)
{
	struct machine *m = *state;
	char path[PATH_SIZE];
	struct buf error;

	(void)snprintf(path, sizeof path, "%s/own.pem", m->folder);
	append(path, &m->other);
	append(m->file, &m->root);
	X509_STORE_free(m->roots);
	buf_init(&error, PATH_SIZE);
	assert_int_equal(probe_roots_read(path, &m->roots, &error), 0);
	assert_false(is_trusted(m));
	assert_true(probe_roots_are_there(m->roots));
	assert_true(probe_roots_know_organization(m->roots, X509_get_subject_name(m->other.x509)));
	assert_false(probe_roots_know_organization(m->roots, X509_get_subject_name(m->root.x509)));
	assert_int_equal(unlink(path), 0);
	buf_done(&error);
}

static void
test_authorities_that_cannot_be_read_make_an_empty_store(void **state)
{
	struct machine *m = *state;
	struct buf error;

	append(m->file, &m->root);
	X509_STORE_free(m->roots);
	buf_init(&error, PATH_SIZE);
	assert_int_equal(probe_roots_read("/nonexistent", &m->roots, &error), -EINVAL);
	assert_true(slice_starts_nocase(buf_slice(&error), "/nonexistent"));
	assert_int_equal(parsed_count(m), 0);
	assert_false(probe_roots_are_there(m->roots));
	buf_done(&error);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_MACHINE(test_a_bundle_is_read_when_a_chain_asks_for_it),
		WITH_MACHINE(test_a_hashed_directory_does_without_a_bundle),
		WITH_MACHINE(test_each_of_several_directories_is_looked_into),
		WITH_MACHINE(test_who_is_in_neither_is_not_trusted),
		WITH_MACHINE(test_authorities_of_one_name_are_all_tried),
		WITH_MACHINE(test_what_is_no_certificate_hides_none_behind_it),
		WITH_MACHINE(test_a_certificate_cut_anywhere_does_no_harm),
		WITH_MACHINE(test_a_certificate_that_says_what_it_is_trusted_for_is_taken),
		WITH_MACHINE(test_it_is_known_whether_any_authority_is_there),
		WITH_MACHINE(test_other_files_of_a_directory_are_not_looked_at),
		WITH_MACHINE(test_organizations_are_known_by_file_and_by_directory),
		WITH_MACHINE(test_a_file_of_ones_own_replaces_those_of_the_system),
		WITH_MACHINE(test_authorities_that_cannot_be_read_make_an_empty_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
