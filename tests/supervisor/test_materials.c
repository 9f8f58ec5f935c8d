/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include "proc/memfd.h"
#include "scene.h"
#include "supervisor/materials.h"
#include "util/fd.h"

enum { ERRORS_MAX = 4096 };

/* A scratch directory with certificate and key, and a config that names them. */
struct shelf {
	struct scene scene;
	struct config config;
	struct config_next_hop hop;
	char password_file[48];
	char name[8];
	struct supervisor_materials materials;
	struct buf errors;
};

static int
open_shelf(void **state)
{
	struct shelf *s = (struct shelf *)calloc(1, sizeof *s);

	scene_open(&s->scene);
	(void)snprintf(
	    s->password_file, sizeof s->password_file, "%s/password", s->scene.directory);
	(void)snprintf(s->name, sizeof s->name, "relay");
	s->config.tls.certificate_file = s->scene.certificate;
	s->config.tls.key_file = s->scene.key;
	s->hop.name = s->name;
	s->config.next_hops = &s->hop;
	s->config.next_hop_count = 1;
	buf_init(&s->errors, ERRORS_MAX);
	*state = s;
	return 0;
}

static int
close_shelf(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	supervisor_materials_done(&s->materials);
	buf_done(&s->errors);
	scene_close(&s->scene);
	free(s);
	return 0;
}

static void
write_file(const char *path, const char *octets, size_t len)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_int_equal(fwrite(octets, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void
write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

static int
load(struct shelf *s)
{
	return supervisor_materials_load(&s->config, -1, &s->materials, &s->errors);
}

/* The load fails, and the one line of errors says `words` of `path`. */
static void
assert_refused(struct shelf *s, const char *path, const char *words)
{
	char line[ERRORS_MAX + 1];

	assert_int_equal(load(s), -EINVAL);
	assert_int_equal(s->materials.count, 0);
	memcpy(line, s->errors.ptr, s->errors.len);
	line[s->errors.len] = '\0';
	if (strncmp(line, path, strlen(path)) != 0 || strstr(line, words) == NULL ||
	    strchr(line, '\n') != line + s->errors.len - 1)
		fail_msg("not one line with '%s' about %s: %s", words, path, line);
}

/* The material of this kind has these octets and goes to this role. */
static void
assert_material(
    const struct shelf *s, enum proc_role role, enum proc_material kind, struct slice octets)
{
	for (size_t i = 0; i < s->materials.count; i++) {
		const struct supervisor_material *m = &s->materials.items[i];
		struct buf read_back;

		if (m->kind != kind)
			continue;
		buf_init(&read_back, PROC_MATERIAL_MAX);
		assert_int_equal(m->role, role);
		assert_int_equal(proc_memfd_read(m->fd, &read_back), 0);
		assert_true(octets.ptr == NULL || slice_equal(buf_slice(&read_back), octets));
		assert_true(read_back.len != 0);
		buf_done(&read_back);
		return;
	}
	fail_msg("material %d is missing", (int)kind);
}

static void
test_each_secret_is_for_one_role(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	s->hop.auth_password_file = s->password_file;
	write_text(s->password_file, "open sesame\r\nnot this\n");
	assert_int_equal(load(s), 0);
	assert_int_equal(s->materials.count, 4);
	assert_material(s, PROC_ROLE_SUBMISSION, PROC_MATERIAL_CERTIFICATE, (struct slice){ 0 });
	assert_material(s, PROC_ROLE_SUBMISSION, PROC_MATERIAL_TICKET_KEY, (struct slice){ 0 });
	assert_material(s, PROC_ROLE_AUTH, PROC_MATERIAL_TLS_KEY, (struct slice){ 0 });
	assert_material(
	    s, PROC_ROLE_DELIVERY, PROC_MATERIAL_NEXT_HOP_PASSWORD, slice_of("open sesame"));
}

static void
test_the_ticket_key_outlives_a_reload(void **state)
{
	struct shelf *s = (struct shelf *)*state;
	struct supervisor_materials first;
	struct buf key;

	assert_int_equal(load(s), 0);
	first = s->materials;
	buf_init(&key, PROC_TICKET_KEY_LEN);
	assert_int_equal(proc_memfd_read(supervisor_materials_ticket_key(&first), &key), 0);
	assert_int_equal(supervisor_materials_load(&s->config,
			     supervisor_materials_ticket_key(&first), &s->materials, &s->errors),
	    0);
	supervisor_materials_done(&first);
	assert_material(s, PROC_ROLE_SUBMISSION, PROC_MATERIAL_TICKET_KEY, buf_slice(&key));
	buf_done(&key);
}

static void
test_a_missing_file_is_named(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	assert_int_equal(unlink(s->scene.certificate), 0);
	assert_refused(s, s->scene.certificate, "No such file");
}

static void
test_a_file_without_a_certificate_is_refused(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	write_text(s->scene.certificate, "hello\n");
	assert_refused(s, s->scene.certificate, "no certificate in PEM form");
}

static void
test_a_file_without_a_key_is_refused(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	write_text(s->scene.key, "");
	assert_refused(s, s->scene.key, "no private key in PEM form");
}

static void
write_key(const char *path, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
	static const unsigned char password[] = "secret";
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_int_equal(
	    PEM_write_PrivateKey(out, key, cipher, password, (int)sizeof password - 1, NULL, NULL),
	    1);
	assert_int_equal(fclose(out), 0);
	EVP_PKEY_free(key);
}

static void
test_an_encrypted_key_is_refused_without_a_question(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	write_key(s->scene.key, EVP_EC_gen("P-256"), EVP_aes_128_cbc());
	assert_refused(s, s->scene.key, "the key is encrypted");
}

/* RFC 8314 §4. */
static void
test_a_key_of_another_certificate_is_refused(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	write_key(s->scene.key, EVP_EC_gen("P-256"), NULL);
	assert_refused(s, s->scene.key, "not that of the certificate");
}

static void
test_a_key_that_clients_do_not_expect_is_refused(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	write_key(s->scene.key, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	assert_refused(s, s->scene.key, "neither RSA nor ECDSA");
}

static const struct password_case {
	const char *octets;
	size_t len;
} bad_passwords[] = {
	{ "", 0 },
	{ "\nsecond\n", 8 },
	{ "a\0b\n", 4 },
};

static void
test_a_password_file_must_begin_with_a_password(void **state)
{
	struct shelf *s = (struct shelf *)*state;

	s->hop.auth_password_file = s->password_file;
	for (size_t i = 0; i < sizeof bad_passwords / sizeof bad_passwords[0]; i++) {
		buf_clear(&s->errors);
		write_file(s->password_file, bad_passwords[i].octets, bad_passwords[i].len);
		assert_refused(s, s->password_file, "the first line is not a password");
	}
}

static void
test_a_file_may_be_as_long_as_its_limit(void **state)
{
	struct shelf *s = (struct shelf *)*state;
	char *octets = (char *)malloc(PROC_MATERIAL_MAX + 1);

	memset(octets, 'x', PROC_MATERIAL_MAX + 1);
	s->hop.auth_password_file = s->password_file;
	write_file(s->password_file, octets, PROC_MATERIAL_MAX + 1);
	assert_refused(s, s->password_file, "File too large");
	buf_clear(&s->errors);
	write_file(s->password_file, octets, PROC_MATERIAL_MAX);
	assert_int_equal(load(s), 0);
	free(octets);
}

#define SHELF_TEST(test) cmocka_unit_test_setup_teardown(test, open_shelf, close_shelf)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_TEST(test_each_secret_is_for_one_role),
		SHELF_TEST(test_the_ticket_key_outlives_a_reload),
		SHELF_TEST(test_a_missing_file_is_named),
		SHELF_TEST(test_a_file_without_a_certificate_is_refused),
		SHELF_TEST(test_a_file_without_a_key_is_refused),
		SHELF_TEST(test_an_encrypted_key_is_refused_without_a_question),
		SHELF_TEST(test_a_key_of_another_certificate_is_refused),
		SHELF_TEST(test_a_key_that_clients_do_not_expect_is_refused),
		SHELF_TEST(test_a_password_file_must_begin_with_a_password),
		SHELF_TEST(test_a_file_may_be_as_long_as_its_limit),
	};
	return cmocka_run_group_tests_name("supervisor/materials", tests, NULL, NULL);
}
