/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - messages to their server one command at a time, for a program that waits for each
 * answer (pipe.h).
 *
 * The server is called at the first MAIL, and logged in to; the connection is kept for the next
 * message, and made again when the server has meanwhile closed it. Each function runs a loop until
 * there is an answer, which is the server's, or ours with code 0 when it cannot be had: then it is
 * always deferred, because what happens before a message was offered does not condemn the message.
 */
#ifndef SEND_SESSION_H
#define SEND_SESSION_H

#include "send/submit.h"
#include "smtp/client.h"
#include "smtp/verdict.h"

struct send_session;

/*
 * Of job all but what belongs to a message; borrowed until it is freed. 0, or -errno with words
 * appended to error.
 */
int send_session_new(
    const struct send_job *job, struct send_session **ret_session, struct buf *error);
/* Without a word to the server. */
void send_session_free(struct send_session **session);

/* Answers are borrowed until the next call. MAIL ends the transaction that there is. */
const struct smtp_verdict *send_session_mail(
    struct send_session *session, const struct smtp_client_mail *m);
/* The first recipient of m, which else is that of MAIL; after MAIL was accepted. */
const struct smtp_verdict *send_session_recipient(
    struct send_session *session, const struct smtp_client_mail *m);
/* DATA and the text, which is borrowed for the call; after a recipient was accepted. */
const struct smtp_verdict *send_session_text(struct send_session *session, struct slice text);
/*
 * Why the last MAIL found no server, or did not get as far as that; NULL when it found one.
 * Borrowed until the next call.
 */
const struct send_result *send_session_failure(const struct send_session *session);
/* Take leave of the server, if there is a connection. */
void send_session_quit(struct send_session *session);

#endif
