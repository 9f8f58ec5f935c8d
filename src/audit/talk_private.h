/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk_private.h - what the files of a talk share; nobody else includes it.
 *
 * talk.c      the connection: made, in TLS, ended
 * talk_say.c  what is said on it, and what is heard
 */
#ifndef AUDIT_TALK_PRIVATE_H
#define AUDIT_TALK_PRIVATE_H

#include "audit/dry.h"
#include "audit/talk.h"
#include "net/conn.h"
#include "smtp/client_reply.h"

#define AUDIT_TALK_TEXT_SIZE 512
#define AUDIT_TALK_ERROR_SIZE 160

struct audit_talk {
	struct audit *a;
	const struct audit_door *door;
	struct net_conn *conn; /* NULL in a dry run, and when it is over */
	struct smtp_reply_parser parser;
	enum audit_talk_end end;
	bool is_woken; /* something happened that somebody waits for */
	bool has_tls;
	bool is_connected;
	bool is_forgiving;
	unsigned command_count; /* that have been answered */
	unsigned code;
	char text[AUDIT_TALK_TEXT_SIZE];
	char error[AUDIT_TALK_ERROR_SIZE];
	uint64_t took_us;
	struct audit_dry dry;
};

/* It is over, or has timed out: the words are those of audit_talk_error(). */
void audit_talk_fail(struct audit_talk *t, enum audit_talk_end how, const char *words);
/* One turn: until something happens. */
void audit_talk_wait(struct audit_talk *t, uint64_t deadline_ms);

#endif
