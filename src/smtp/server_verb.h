/* SPDX-License-Identifier: Apache-2.0 */
/* server_verb.h - the commands that the server knows. The table is in server_verb.c. */
#ifndef SMTP_SERVER_VERB_H
#define SMTP_SERVER_VERB_H

#include "smtp/address.h"
#include "smtp/server_session.h"

/* Finds the verb of a command line, checks its place in the session and carries it out. */
void smtp_server_command(struct smtp_server *s, struct slice line);

/* One handler, one file. argument: what follows the verb, without the spaces around it. */
void smtp_verb_auth(struct smtp_server *s, struct slice argument);
void smtp_verb_bdat(struct smtp_server *s, struct slice argument);
void smtp_verb_data(struct smtp_server *s, struct slice argument);
void smtp_verb_ehlo(struct smtp_server *s, struct slice argument);
void smtp_verb_expn(struct smtp_server *s, struct slice argument);
void smtp_verb_helo(struct smtp_server *s, struct slice argument);
void smtp_verb_help(struct smtp_server *s, struct slice argument);
void smtp_verb_mail(struct smtp_server *s, struct slice argument);
void smtp_verb_noop(struct smtp_server *s, struct slice argument);
void smtp_verb_quit(struct smtp_server *s, struct slice argument);
void smtp_verb_rcpt(struct smtp_server *s, struct slice argument);
void smtp_verb_rset(struct smtp_server *s, struct slice argument);
void smtp_verb_starttls(struct smtp_server *s, struct slice argument);
void smtp_verb_vrfy(struct smtp_server *s, struct slice argument);

/* What MAIL and RCPT make of a path. */
struct smtp_verb_path {
	const char *keyword; /* "FROM:" or "TO:" */
	bool takes_null;
	bool takes_postmaster;         /* without a domain (RFC 5321 §4.1.1.3) */
	enum smtp_server_reply syntax; /* when no path begins */
	enum smtp_server_reply fault;  /* + place of the fault, and what it is */
	enum smtp_server_reply utf8;   /* when it is not ASCII, and SMTPUTF8 was not said */
};

/*
 * Reads the path of an argument. *ret_rest is what follows: parameters. Both are set only when it
 * returns true; else the client has its answer. In server_path.c.
 */
bool smtp_verb_path(struct smtp_server *s, struct slice argument, const struct smtp_verb_path *verb,
    struct smtp_path *ret_path, struct slice *ret_rest);
/*
 * Once the parameters are known: adds the mailbox to out as it goes on, in normal form, and with
 * our hostname where options say so. False, and the client has its answer, when it cannot.
 */
bool smtp_verb_mailbox(struct smtp_server *s, const struct smtp_path *path, bool is_utf8,
    const struct smtp_verb_path *verb, struct buf *out);

/* A line that answers a 334 (RFC 4954 §4), and one that was too long for it. In server_auth.c. */
void smtp_server_auth_line(struct smtp_server *s, struct slice line);
void smtp_server_auth_line_too_long(struct smtp_server *s);
/* Octets of text. In server_data.c. Returns how many were read. */
size_t smtp_server_read_text(struct smtp_server *s, struct slice in);
/* Octets of a chunk. In server_bdat.c. Returns how many were read. */
size_t smtp_server_read_chunk(struct smtp_server *s, struct slice in);
/* A BDAT that may not come here: its chunk is read, then refused. In server_bdat.c. */
void smtp_server_refuse_bdat(
    struct smtp_server *s, struct slice argument, enum smtp_server_reply refusal);

/* For both kinds of text, in server_text.c. It begins: its time runs. */
void smtp_server_text_begin(struct smtp_server *s);
/* s->text is new: counts it. */
void smtp_server_text_took(struct smtp_server *s);
/* Why the text cannot be taken, as far as it has come; SMTP_REPLY_NONE: it can. */
enum smtp_server_reply smtp_server_text_fault(
    const struct smtp_server *s, const struct smtp_crlf *crlf);
/* It has come whole, or has a fault: it is stored, or refused. */
void smtp_server_text_end(struct smtp_server *s, const struct smtp_crlf *crlf);

#endif
