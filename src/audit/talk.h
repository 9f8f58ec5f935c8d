/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk.h - a connection to the server on which anything can be said, one thing after the other.
 *
 * The client engine of smtp/ cannot misbehave; an audit must. Each call here runs the loop until
 * the answer has come. In a dry run nothing is connected: what would be said is told to the reader,
 * and the answer is that of a server which lets everything happen.
 */
#ifndef AUDIT_TALK_H
#define AUDIT_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/context.h"
#include "util/slice.h"

#define AUDIT_CONNECT_MS 3000  /* where a connection was made before */
#define AUDIT_GREETING_MS 7000 /* some servers let clients wait on purpose */
#define AUDIT_REPLY_MS 15000
#define AUDIT_HANDSHAKE_MS 5000
#define AUDIT_COMMAND_MAX 1024 /* octets */

enum audit_talk_end {
	AUDIT_TALK_OPEN,
	AUDIT_TALK_TIMEOUT, /* no answer; the connection stands */
	AUDIT_TALK_CLOSED,
	AUDIT_TALK_FAILED,  /* see error */
	AUDIT_TALK_NO_SMTP, /* what came is no reply */
};

struct audit_talk;

/*
 * Connect, make the handshake of a door with implicit TLS, and read the greeting. NULL when the
 * audit is over. Else the caller's to audit_talk_close(), even if it came to nothing.
 */
struct audit_talk *audit_talk_open(struct audit *a, const struct audit_door *door);
/* As above, and on to where commands may be said: STARTTLS where it is due, and EHLO. */
struct audit_talk *audit_talk_open_tls(struct audit *a, const struct audit_door *door);
/* Connect, and make the handshake of a door with implicit TLS; nothing more is waited for. */
struct audit_talk *audit_talk_open_raw(struct audit *a, const struct audit_door *door);
/*
 * As above with a connection that has been made and counted; fd is the callee's. Never NULL.
 */
struct audit_talk *audit_talk_adopt(struct audit *a, const struct audit_door *door, int fd);
/* Says QUIT if it can be said, and closes. Nulls the pointer; NULL is fine. */
void audit_talk_close(struct audit_talk **t);
/* Closes at once, in the midst of whatever goes on. */
void audit_talk_drop(struct audit_talk **t);

/* Is there a connection that will hear that many commands more, as far as is known? */
bool audit_talk_can_say(const struct audit_talk *t, unsigned command_count);
/* What is said here is an affront: a 421 is the right answer, and no reason to stop the audit. */
void audit_talk_forgive(struct audit_talk *t);
/* Send octets as they are. */
void audit_talk_send(struct audit_talk *t, struct slice octets);
/* As above, without a line for the reader. */
void audit_talk_send_quietly(struct audit_talk *t, struct slice octets);
/* Wait for one reply. False when none came. */
bool audit_talk_reply(struct audit_talk *t, uint64_t timeout_ms);
/* A line, with CRLF put behind it, and the reply: its code, 0 when none came. */
unsigned audit_talk_say(struct audit_talk *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line that is shown as "...": a password. Its reply is not waited for. */
void audit_talk_send_secret(struct audit_talk *t, struct slice line);
/* The handshake. False when it failed, see audit_talk_error(). */
bool audit_talk_handshake(struct audit_talk *t);
/*
 * MAIL from a made-up address of the local domain, or where that is refused from <>: some servers
 * look the sender's domain up. The code of the last reply.
 */
unsigned audit_talk_mail(struct audit_talk *t);
/* EHLO: false unless it was answered with 250. */
bool audit_talk_ehlo(struct audit_talk *t);

/* Of the last reply. Text is printable and in one line; borrowed until the next call. */
unsigned audit_talk_code(const struct audit_talk *t);
const char *audit_talk_text(const struct audit_talk *t);
/* As it came, lines separated by LF. */
struct slice audit_talk_octets(const struct audit_talk *t);
uint64_t audit_talk_took_us(const struct audit_talk *t);
/* Has anything come that no reply has used yet? */
bool audit_talk_has_more(const struct audit_talk *t);
bool audit_talk_is_open(const struct audit_talk *t);
/* Was there a connection at all? */
bool audit_talk_is_connected(const struct audit_talk *t);
/* Has a handshake failed because what came was no TLS? */
bool audit_talk_is_clear(const struct audit_talk *t);
enum audit_talk_end audit_talk_end(const struct audit_talk *t);
const char *audit_talk_error(const struct audit_talk *t); /* in words */
SSL *audit_talk_ssl(const struct audit_talk *t);          /* NULL: no TLS */

#endif
