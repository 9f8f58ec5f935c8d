/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox_attempts.h - what a process in a sandbox may try; each says whether it worked. */
#ifndef TESTS_PROC_SANDBOX_ATTEMPTS_H
#define TESTS_PROC_SANDBOX_ATTEMPTS_H

#include <netinet/in.h>
#include <stdbool.h>

/* Made before the sandbox is entered. */
struct stage {
	const char *directory;   /* the role's own, writable */
	const char *outside;     /* a directory that anyone may write to */
	struct sockaddr_in peer; /* somebody listens here */
	const char *unix_peer;   /* and here */
	int pair[2];             /* a stream between friends */
	int listener;            /* with a connection that waits */
};

typedef bool attempt_fn(const struct stage *s);

attempt_fn attempt_read_passwd, attempt_list_root, attempt_create_outside, attempt_create_inside,
    attempt_remove_outside, attempt_database, attempt_connect_tcp, attempt_connect_unix,
    attempt_send_udp, attempt_listen, attempt_raw_socket, attempt_netlink, attempt_exec,
    attempt_fork, attempt_thread, attempt_ptrace, attempt_kill, attempt_exec_memory,
    attempt_become_root, attempt_user_namespace, attempt_channel, attempt_accept, attempt_loop,
    attempt_crypto, attempt_read_memfd;

#endif
