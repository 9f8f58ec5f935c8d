/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipe.h - SMTP on standard input and output (sendmail -bs), with a program of the same user.
 *
 * The server's engine is the one of port 587 without TLS and login
 * (smtp_server_options.local_user). It has no store: MAIL and RCPT go on to the next server as they
 * come, DATA and the message when it is whole, and what that server says is the reply. So 250 means
 * what it always means: somebody else has it.
 */
#ifndef SEND_PIPE_H
#define SEND_PIPE_H

#include <stdint.h>

#include "message/flaw.h"
#include "send/session.h"
#include "smtp/server.h"
#include "util/buf.h"
#include "util/slice.h"

struct send_pipe_options {
	int in, out; /* blocking descriptors */
	const char *hostname, *user;
	uint64_t message_size; /* octets of text, at most */
	struct send_session *next;
	/*
	 * Makes the message, borrowed until the next call, of the text (with CRLF) that came from
	 * sender. SOUND, or a flaw with what it is about appended to detail.
	 */
	enum message_flaw (*compose)(void *arg, struct slice sender, struct slice text,
	    struct slice *ret_message, struct buf *detail);
	/* Appends why the next server could not be reached, as one sentence or nothing. */
	void (*explain)(void *arg, const struct send_result *failure, struct buf *words);
	void *arg;
};

/* Until QUIT, or the end of input. 0, or -errno when input or output fails. */
int send_pipe_serve(const struct send_pipe_options *options);

#endif
