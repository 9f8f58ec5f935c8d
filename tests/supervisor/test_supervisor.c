/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "scene.h"
#include "util/fd.h"

static int
open_scene(void **state)
{
	(void)scene_set_up(state);
	scene_write_config(*state, "mail.example", "");
	return 0;
}

static void
expect_orderly_end(struct scene *s)
{
	int status = scene_wait(s);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("ended with wait status %#x; the log:\n%s", (unsigned)status, s->text);
}

static void
expect_failed_start(struct scene *s, int exit_code)
{
	int status = scene_wait(s);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), exit_code);
}

static void
test_everyone_is_given_what_belongs_to_them(void **state)
{
	static const char *const lines[] = {
		"role=submission/0 event=fake-material kind=certificate number=1",
		"role=submission/1 event=fake-material kind=ticket number=1",
		"role=submission/1 event=fake-listener name=submission number=1",
		"role=submission/0 event=fake-peer main=queue number=0",
		"role=submission/0 event=fake-peer main=auth number=0",
		"role=submission/1 event=fake-peer sign=auth number=0",
		"role=auth/0 event=fake-material kind=key number=1",
		"role=auth/0 event=fake-peer main=submission number=1",
		"role=auth/0 event=fake-peer sign=submission number=0",
		"role=queue/0 event=fake-peer main=submission number=0",
		"role=queue/0 event=fake-peer main=delivery number=0",
		"role=delivery/0 event=fake-peer main=queue number=0",
	};
	static const char *const never[] = {
		"role=submission/0 event=fake-material kind=key",
		"role=queue/0 event=fake-material",
		"role=delivery/0 event=fake-listener",
		"role=delivery/0 event=fake-peer main=submission",
		"level=error",
	};
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!scene_has_logged(s, lines[i]))
			fail_msg("'%s' is missing; the log:\n%s", lines[i], s->text);
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		if (scene_has_logged(s, never[i]))
			fail_msg("'%s' must not be; the log:\n%s", never[i], s->text);
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

static void
test_readiness_and_the_stop_are_told_to_the_service_manager(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect_notify(s, "READY=1\nSTATUS=");
	(void)kill(s->pid, SIGHUP);
	scene_expect_notify(s, "RELOADING=1\nMONOTONIC_USEC=");
	scene_expect_notify(s, "READY=1\n");
	(void)kill(s->pid, SIGTERM);
	scene_expect_notify(s, "STOPPING=1\n");
	expect_orderly_end(s);
}

static void
test_the_stop_goes_from_those_who_ask_to_those_who_answer(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	(void)kill(s->pid, SIGTERM);
	scene_expect(s, "event=stopping signal=TERM");
	scene_expect(s, "event=child-exited child=submission");
	scene_expect(s, "event=child-exited child=submission");
	scene_expect(s, "role=delivery/0 event=fake-stop");
	scene_expect(s, "event=child-exited child=delivery");
	scene_expect(s, "role=queue/0 event=fake-stop");
	scene_expect(s, "event=child-exited child=queue");
	scene_expect(s, "role=auth/0 event=fake-stop");
	scene_expect(s, "role=supervisor event=stopped");
	expect_orderly_end(s);
}

static void
test_a_child_that_does_not_stop_is_killed_in_time(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_write_config(s, "stubborn.example", "timeouts { shutdown = 1s }");
	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	(void)kill(s->pid, SIGTERM);
	scene_expect(s, "event=stop-timeout child=submission");
	scene_expect(s, "event=child-exited child=submission");
	scene_expect(s, "signal=KILL");
	scene_expect(s, "event=child-exited child=queue");
	expect_orderly_end(s);
}

static int
connect_to(const struct scene *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r = connect(fd, (const struct sockaddr *)&a, sizeof a) == 0 ? 0 : -errno;
	fd_close(&fd);
	return r;
}

static void
test_clients_are_refused_while_it_stops(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_write_config(s, "stubborn.example", "");
	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	assert_int_equal(connect_to(s), 0);
	(void)kill(s->pid, SIGTERM);
	scene_expect(s, "event=fake-stop");
	assert_int_equal(connect_to(s), -ECONNREFUSED);
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

static void
test_a_second_signal_ends_at_once(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_write_config(s, "stubborn.example", "");
	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	(void)kill(s->pid, SIGTERM);
	scene_expect(s, "event=stopping signal=TERM");
	(void)kill(s->pid, SIGINT);
	scene_expect(s, "event=stopping-at-once signal=INT");
	expect_orderly_end(s);
}

static void
test_a_killed_child_is_started_and_introduced_again(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "event=child-started child=queue");
	pid_t queue = (pid_t)scene_number(s, "pid=");

	scene_expect(s, "role=supervisor event=ready");
	assert_int_equal(kill(queue, SIGKILL), 0);
	scene_expect(s, "event=child-exited child=queue");
	scene_expect(s, "event=child-started child=queue");
	assert_true((pid_t)scene_number(s, "pid=") != queue);
	scene_expect(s, "event=fake-peer main=queue number=0");
	scene_expect(s, "event=fake-peer main=queue number=0");
	scene_expect(s, "event=fake-peer main=queue number=0");
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
	assert_true(scene_has_logged(s, "role=submission/0 event=fake-peer main=queue"));
}

static void
test_children_end_with_a_killed_supervisor(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	(void)kill(s->pid, SIGKILL);
	/* The log's end comes when the last that could write to it is gone. */
	assert_true(WIFSIGNALED(scene_wait(s)));
}

static void
test_a_child_that_cannot_start_ends_the_start(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_write_config(s, "broken.example", "");
	scene_start(s);
	expect_failed_start(s, EXIT_FAILURE);
	assert_true(scene_has_logged(s, "event=start-failed step=prepare code=EIO"));
	assert_false(scene_has_logged(s, "event=ready"));
}

static void
test_a_reload_reaches_every_child(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	scene_write_config(s, "new.example", "");
	(void)kill(s->pid, SIGHUP);
	for (unsigned i = 0; i < 5; i++)
		scene_expect(s, "event=fake-config hostname=new.example");
	/* It waits for auth and submission alone: another child may say so behind it. */
	if (!scene_has_logged(s, "event=reloaded"))
		scene_expect(s, "event=reloaded");
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

/* With auth stopped, so that it cannot answer. */
static pid_t
begin_reload_without_auth(struct scene *s)
{
	pid_t auth;

	scene_start(s);
	scene_expect(s, "event=child-started child=auth");
	auth = (pid_t)scene_number(s, "pid=");
	scene_expect(s, "role=supervisor event=ready");
	assert_int_equal(kill(auth, SIGSTOP), 0);
	(void)kill(s->pid, SIGHUP);
	scene_expect(s, "role=delivery/0 event=fake-config");
	return auth;
}

/* Before the end of the line that was waited for last. */
static bool
had_logged(const struct scene *s, const char *text)
{
	const char *found = strstr(s->text, text);

	return found != NULL && found < s->text + s->seen;
}

/* So that no client is shown a certificate whose key is not there. */
static void
test_submission_has_to_wait_until_auth_has_taken_a_reload(void **state)
{
	struct scene *s = (struct scene *)*state;
	pid_t auth = begin_reload_without_auth(s);

	(void)kill(s->pid, SIGHUP); /* is not lost */
	assert_int_equal(kill(auth, SIGCONT), 0);
	scene_expect(s, "role=auth/0 event=fake-material kind=key");
	scene_expect(s, "role=auth/0 event=fake-go");
	assert_false(had_logged(s, "role=submission/0 event=fake-config"));
	assert_false(had_logged(s, "role=submission/1 event=fake-config"));
	scene_expect(s, "event=reloaded");
	assert_true(scene_has_logged(s, "role=submission/0 event=fake-config"));
	assert_true(scene_has_logged(s, "role=submission/1 event=fake-config"));
	scene_expect(s, "event=reloaded");
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

static void
test_a_reload_goes_on_when_auth_ends_in_the_midst_of_it(void **state)
{
	struct scene *s = (struct scene *)*state;
	pid_t auth = begin_reload_without_auth(s);

	assert_int_equal(kill(auth, SIGKILL), 0);
	scene_expect(s, "event=child-exited child=auth");
	scene_expect(s, "event=reloaded");
	assert_true(scene_has_logged(s, "role=submission/0 event=fake-config"));
	assert_true(scene_has_logged(s, "role=submission/1 event=fake-config"));
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

static void
test_a_bad_reload_is_said_and_changes_nothing(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	scene_write_config(s, "mail.example", "no_such_key = 1");
	(void)kill(s->pid, SIGHUP);
	scene_expect(s, "level=error role=supervisor event=reload-failed reason=");
	scene_write_config(s, "mail.example", "");
	assert_int_equal(unlink(s->key), 0);
	(void)kill(s->pid, SIGHUP);
	scene_expect(s, "event=reload-failed");
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
	assert_false(scene_has_logged(s, "event=fake-config"));
	assert_false(scene_has_logged(s, "event=reloaded"));
}

static void
test_a_reload_warns_of_what_needs_a_restart(void **state)
{
	struct scene *s = (struct scene *)*state;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	scene_write_config(
	    s, "mail.example", "listen \"second\" { address = \"127.0.0.1\" port = 1 }");
	(void)kill(s->pid, SIGHUP);
	scene_expect(s, "level=warning role=supervisor event=restart-needed");
	scene_expect(s, "event=reloaded");
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

static void
test_a_missing_config_ends_the_start_with_a_reason(void **state)
{
	struct scene *s = (struct scene *)*state;

	assert_int_equal(unlink(s->config), 0);
	scene_start(s);
	expect_failed_start(s, EX_NOINPUT);
	assert_true(scene_has_logged(s, "event=start-failed reason="));
}

static void
test_directories_belong_to_their_roles_alone(void **state)
{
	struct scene *s = (struct scene *)*state;
	char path[64];
	struct stat st;

	scene_start(s);
	scene_expect(s, "role=supervisor event=ready");
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(
		    path, sizeof path, "%s/state/%s", s->directory, i == 0 ? "queue" : "auth");
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
		assert_int_equal(st.st_uid, geteuid() == 0 ? (i == 0 ? 61003 : 61002) : geteuid());
	}
	(void)kill(s->pid, SIGTERM);
	expect_orderly_end(s);
}

#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, open_scene, scene_tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(test_everyone_is_given_what_belongs_to_them),
		SCENE_TEST(test_readiness_and_the_stop_are_told_to_the_service_manager),
		SCENE_TEST(test_the_stop_goes_from_those_who_ask_to_those_who_answer),
		SCENE_TEST(test_a_child_that_does_not_stop_is_killed_in_time),
		SCENE_TEST(test_clients_are_refused_while_it_stops),
		SCENE_TEST(test_a_second_signal_ends_at_once),
		SCENE_TEST(test_a_killed_child_is_started_and_introduced_again),
		SCENE_TEST(test_children_end_with_a_killed_supervisor),
		SCENE_TEST(test_a_child_that_cannot_start_ends_the_start),
		SCENE_TEST(test_a_reload_reaches_every_child),
		SCENE_TEST(test_submission_has_to_wait_until_auth_has_taken_a_reload),
		SCENE_TEST(test_a_reload_goes_on_when_auth_ends_in_the_midst_of_it),
		SCENE_TEST(test_a_bad_reload_is_said_and_changes_nothing),
		SCENE_TEST(test_a_reload_warns_of_what_needs_a_restart),
		SCENE_TEST(test_a_missing_config_ends_the_start_with_a_reason),
		SCENE_TEST(test_directories_belong_to_their_roles_alone),
	};

	if (argc > 1)
		return scene_role_main(argc, argv);
	return cmocka_run_group_tests_name("supervisor/supervisor", tests, NULL, NULL);
}
