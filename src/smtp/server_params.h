/* SPDX-License-Identifier: Apache-2.0 */
/* server_params.h - the parameters of one MAIL or RCPT, by a table of those that the verb knows. */
#ifndef SMTP_SERVER_PARAMS_H
#define SMTP_SERVER_PARAMS_H

#include "smtp/server_session.h"

/* What the parameters of one command have said so far. */
struct smtp_server_said {
	struct slice mailbox; /* of the path before them */
	struct smtp_mail_params mail;
	struct smtp_rcpt_params rcpt;
	uint64_t size;
	bool is_priority_lowered;
};

struct smtp_server_param {
	const char *keyword;
	const char *form; /* how it is written: shown to who writes it otherwise */
	bool has_value;
	/* Takes the value, empty where there is none, or gives the reason to refuse the command. */
	enum smtp_server_reply (*take)(
	    const struct smtp_server *s, struct slice value, struct smtp_server_said *said);
};

/* False, and the client has its answer, when there is something wrong with a parameter. */
bool smtp_server_take_params(struct smtp_server *s, struct slice rest,
    const struct smtp_server_param *table, size_t count, struct smtp_server_said *said);

/* Those of MAIL and RCPT; said->mailbox is set, all else of it zero. */
bool smtp_server_take_mail_params(
    struct smtp_server *s, struct slice rest, struct smtp_server_said *said);
bool smtp_server_take_rcpt_params(
    struct smtp_server *s, struct slice rest, struct smtp_server_said *said);

/* Unix time, in seconds, of the call that is running. */
int64_t smtp_server_unix_s(const struct smtp_server *s);

#endif
