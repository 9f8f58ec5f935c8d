/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h - a real supervisor with roles of no skill, in a scratch directory.
 *
 * The test program itself is what the supervisor executes: scene_role_main() is its `serve`.
 */
#ifndef TESTS_SUPERVISOR_SCENE_H
#define TESTS_SUPERVISOR_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct scene {
	char directory[32], config[48], certificate[48], key[48], notify[48];
	int log; /* what the supervisor and its children say */
	int notify_socket;
	int port_holder; /* bound with SO_REUSEPORT, so that the port is nobody else's */
	unsigned port;
	pid_t pid;
	char text[65536]; /* of the log so far, terminated */
	size_t len, seen; /* seen: before this everything has been waited for */
};

/* Makes directory, certificate and key; starts nothing. */
void scene_open(struct scene *s);
/* Kills the supervisor when it still runs; removes the directory. */
void scene_close(struct scene *s);
/* The same for cmocka: *state is a scene of its own. */
int scene_set_up(void **state);
int scene_tear_down(void **state);
/* Writes the config: hostname, state, TLS, users, one listener on a free port, then `more`. */
void scene_write_config(const struct scene *s, const char *hostname, const char *more);
void scene_start(struct scene *s);
/* Waits until the log has `text` behind what was waited for last; fails the test after a while. */
void scene_expect(struct scene *s, const char *text);
bool scene_has_logged(const struct scene *s, const char *text);
/* The number behind `key` in the line that was waited for last. */
long scene_number(const struct scene *s, const char *key);
/* Waits for the end; returns the wait status. */
int scene_wait(struct scene *s);
/* One datagram to the service manager: must begin with `text`. */
void scene_expect_notify(const struct scene *s, const char *text);

/* `serve --role R --index N` as the supervisor calls it; the exit code. */
int scene_role_main(int argc, char **argv);

#endif
