/* SPDX-License-Identifier: Apache-2.0 */
/* cli_send.h - what `sallyport send` and `sallyport sendmail` share. */
#ifndef CLI_CLI_SEND_H
#define CLI_CLI_SEND_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/input.h"
#include "probe/dialog.h"
#include "send/compose.h"
#include "send/recipients.h"
#include "send/settings.h"
#include "send/submit.h"
#include "util/secret.h"

#define CLI_SEND_CONFIG_PATH "/etc/sallyport/send.conf"

/* One submission from the command line. All zero at first; cli_send_done() in any case. */
struct cli_send {
	struct send_settings settings;
	struct cli_secret_source password; /* where settings.password_file does not say */
	struct secret secret;
	char hostname[CLI_HOSTNAME_SIZE]; /* for EHLO */
	struct slice domain;              /* of addresses without one */
	struct send_recipients recipients;
	struct buf message;          /* as it is sent */
	const char *sender;          /* envelope's; owned by the caller */
	bool is_sender_caller;       /* nobody named one: it is who runs us, at our domain */
	struct net_address resolver; /* what job.resolver points to, where one is given */
	struct send_job job;
	bool is_json, is_quiet, shows_transcript;
	bool speaks_smtp;  /* on standard output: no words of ours there */
	bool explains;     /* asks the doctor when the server could not be reached */
	bool is_explained; /* it has said its words, or was asked in vain */
	char *reason;      /* its sentence, where it is for another program; owned */
};

/*
 * Settings from path, or where that is NULL from ~/.config/sallyport/send.conf or else
 * CLI_SEND_CONFIG_PATH, if they are there. Flags must be set before. CLI_GO, or an exit code.
 */
int cli_send_read_settings(struct cli_send *s, const char *path);
/* Complete settings and read the password: CLI_GO or an exit code. */
int cli_send_prepare(struct cli_send *s);
/*
 * Make s->message of what is in letter (whose hostname, id and time are set here): SOUND, or a flaw
 * with what it is about appended to detail.
 */
enum message_flaw cli_send_make(struct cli_send *s, struct send_letter *letter, struct buf *detail);
/* The same, with words to standard error: CLI_GO or an exit code. */
int cli_send_compose(struct cli_send *s, struct send_letter *letter);
/* Submit, and say what became of it; an exit code. */
int cli_send_submit(struct cli_send *s);
/* The exit code for a submission that could not even begin, for this -errno. */
int cli_send_code_of(int error);
/* SMTP on standard input and output, until its end; an exit code. user: who runs us. */
int cli_send_serve(struct cli_send *s, const char *user);
void cli_send_done(struct cli_send *s);

#endif
