/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space.h - networks of this process alone: client - r1 - r2 - server, each a namespace.
 *
 *   client 10.1.0.2, fd01::2 | 10.1.0.1 r1 10.2.0.1 | 10.2.0.2 r2 10.3.0.1 | 10.3.0.2, fd03::2
 * server
 *
 * They live as long as the process: nothing is left behind, and tests may run side by side. Making
 * them wants root. A socket stays in the space in which it was made, so that one process is all.
 */
#ifndef TESTS_PROBE_SPACE_H
#define TESTS_PROBE_SPACE_H

#include <stdint.h>

#include <event2/event.h>

enum space { SPACE_CLIENT, SPACE_R1, SPACE_R2, SPACE_SERVER };
#define SPACE_COUNT 4

#define SPACE_R1_V4 "10.1.0.1"
#define SPACE_R2_V4 "10.2.0.2"
#define SPACE_SERVER_V4 "10.3.0.2"
#define SPACE_CLIENT_V4 "10.1.0.2"
#define SPACE_R1_V6 "fd01::1"
#define SPACE_R2_V6 "fd02::2"
#define SPACE_SERVER_V6 "fd03::2"
#define SPACE_CLIENT_V6 "fd01::2"

/* For cmocka_run_group_tests(): builds all four, and enters the client's. Fails without root. */
int space_set_up(void **state);
void space_enter(enum space space);
/* A command of the shell, in that space; it must succeed. Comes back to the client's. */
void space_run(enum space space, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The rules of a filter there, in the words of nft(8); "" for none. */
void space_filter(enum space space, const char *rules);
/* A listening socket there, for both families: the caller's to close. */
int space_listen(enum space space, uint16_t port);

/* A loop in the client's space, and a port of the server that is open. */
struct space_stage {
	struct event_base *base;
	int listener;
};

void space_stage_begin(struct space_stage *stage, uint16_t port);
/* Takes the filters of all spaces away, too. */
void space_stage_end(struct space_stage *stage);
/* Until *done_count, which is 0 now, for nothing is told from inside a call, is more; it is 0
 * again then. */
void space_stage_wait(struct space_stage *stage, unsigned *done_count);

#endif
