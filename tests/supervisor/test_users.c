/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"
#include "supervisor/users.h"

enum { ERRORS_MAX = 1024 };

static char number_text[] = "61001", name_text[] = "nobody", missing_text[] = "no-such-user";
static char root_text[] = "root", zero_text[] = "0";

/* Not skipped without root: only root has users to choose from. */
static int
resolve(char *submission, /* NOLINT(readability-non-const-parameter): as config has it */
    struct supervisor_users *users, const char *words)
{
	const struct config_users config = { submission, number_text, number_text, number_text };
	char line[ERRORS_MAX + 1];
	struct buf error;
	int r;

	if (geteuid() != 0)
		fail_msg("this test must run as root");
	buf_init(&error, ERRORS_MAX);
	r = supervisor_users_resolve(&config, users, &error);
	memcpy(line, error.ptr == NULL ? (const uint8_t *)"" : error.ptr, error.len);
	line[error.len] = '\0';
	if (strstr(line, words) == NULL)
		fail_msg("'%s' does not say '%s'", line, words);
	buf_done(&error);
	return r;
}

static void
test_users_are_found_by_number_and_by_name(void **state)
{
	struct supervisor_users users;

	(void)state;
	assert_int_equal(resolve(number_text, &users, ""), 0);
	assert_int_equal(users.of[PROC_ROLE_SUBMISSION].uid, 61001);
	assert_int_equal(users.of[PROC_ROLE_SUBMISSION].gid, 61001);
	assert_int_equal(users.of[PROC_ROLE_DELIVERY].uid, 61001);
	assert_int_equal(resolve(name_text, &users, ""), 0);
	assert_int_equal(users.of[PROC_ROLE_SUBMISSION].uid, 65534);
}

static void
test_a_missing_user_is_told_what_to_do(void **state)
{
	struct supervisor_users users;

	(void)state;
	assert_int_equal(resolve(missing_text, &users, "run `sallyport setup`"), -ENOENT);
}

static void
test_root_is_no_user_for_a_role(void **state)
{
	struct supervisor_users users;

	(void)state;
	assert_int_equal(resolve(root_text, &users, "is root"), -EPERM);
	assert_int_equal(resolve(zero_text, &users, "is root"), -EPERM);
}

static int
make(const struct scene *s, uid_t uid)
{
	struct supervisor_users users = { 0 };
	char path[64];
	struct buf error;
	int r;

	for (size_t i = 0; i < PROC_ROLE_COUNT; i++)
		users.of[i] = (struct supervisor_user){ uid, uid };
	(void)snprintf(path, sizeof path, "%s/state", s->directory);
	buf_init(&error, ERRORS_MAX);
	r = supervisor_users_make_directories(path, &users, &error);
	assert_int_equal(error.len == 0, r == 0);
	buf_done(&error);
	return r;
}

static void
test_directories_are_made_once_and_kept(void **state)
{
	const struct scene *s = (const struct scene *)*state;
	char path[64];
	struct stat st;

	assert_int_equal(make(s, geteuid()), 0);
	assert_int_equal(make(s, geteuid()), 0);
	(void)snprintf(path, sizeof path, "%s/state/queue", s->directory);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void
test_a_directory_of_somebody_else_is_refused(void **state)
{
	const struct scene *s = (const struct scene *)*state;

	assert_int_equal(make(s, geteuid()), 0);
	assert_int_equal(make(s, geteuid() + 1), -EPERM);
}

static void
test_a_directory_that_others_can_enter_is_refused(void **state)
{
	const struct scene *s = (const struct scene *)*state;
	char path[64];

	assert_int_equal(make(s, geteuid()), 0);
	(void)snprintf(path, sizeof path, "%s/state/auth", s->directory);
	assert_int_equal(chmod(path, 0750), 0);
	assert_int_equal(make(s, geteuid()), -EPERM);
}

static void
test_a_link_in_place_of_a_directory_is_refused(void **state)
{
	const struct scene *s = (const struct scene *)*state;
	char path[64];

	(void)snprintf(path, sizeof path, "%s/state", s->directory);
	assert_int_equal(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof path, "%s/state/queue", s->directory);
	assert_int_equal(symlink(s->directory, path), 0);
	assert_true(make(s, geteuid()) < 0);
}

#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users_are_found_by_number_and_by_name),
		cmocka_unit_test(test_a_missing_user_is_told_what_to_do),
		cmocka_unit_test(test_root_is_no_user_for_a_role),
		SCENE_TEST(test_directories_are_made_once_and_kept),
		SCENE_TEST(test_a_directory_of_somebody_else_is_refused),
		SCENE_TEST(test_a_directory_that_others_can_enter_is_refused),
		SCENE_TEST(test_a_link_in_place_of_a_directory_is_refused),
	};
	return cmocka_run_group_tests_name("supervisor/users", tests, NULL, NULL);
}
