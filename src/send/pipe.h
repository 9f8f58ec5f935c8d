/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipe.h - SMTP on standard input and output (sendmail -bs), with a program of the same user.
 *
 * The server's engine is the one of port 587 without TLS and login
 * (smtp_server_options.local_user). It has no store: each message is handed on at once, and what
 * came of that is the reply to its end, so that 250 means what it always means: somebody else has
 * it.
 */
#ifndef SEND_PIPE_H
#define SEND_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/server.h"
#include "util/buf.h"
#include "util/slice.h"

enum send_pipe_answer {
	SEND_PIPE_SENT, /* words: the next server's name for it */
	SEND_PIPE_DEFERRED,
	SEND_PIPE_REFUSED, /* words: who said what */
};

struct send_pipe_options {
	int in, out; /* blocking descriptors */
	const char *hostname, *user;
	uint64_t message_size; /* octets of text, at most */
	/*
	 * Hand on the message of session, whose text (with CRLF) is given. Appends words.
	 * Borrows all for the call.
	 */
	enum send_pipe_answer (*submit)(
	    void *arg, const struct smtp_server *session, struct slice text, struct buf *words);
	void *arg;
};

/* Until QUIT, or the end of input. 0, or -errno when input or output fails. */
int send_pipe_serve(const struct send_pipe_options *options);

#endif
