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
	struct net_address resolver; /* what job.resolver points to, where one is given */
	struct send_job job;
	bool is_json, is_quiet, shows_transcript;
	bool explains;     /* asks the doctor when the server could not be reached */
	bool is_explained; /* it has said its words while the connection was waited for */
};

/*
 * Settings from path, or where that is NULL from ~/.config/sallyport/send.conf or else
 * CLI_SEND_CONFIG_PATH, if they are there. Flags must be set before. CLI_GO, or an exit code.
 */
int cli_send_read_settings(struct cli_send *s, const char *path);
/* Complete settings and read the password: CLI_GO or an exit code. */
int cli_send_prepare(struct cli_send *s);
/* Make s->message of what is in letter (whose hostname, id and time are set here). */
int cli_send_compose(struct cli_send *s, struct send_letter *letter);
/* Submit, and say what became of it; an exit code. */
int cli_send_submit(struct cli_send *s);
/* The same without a word: for who speaks to a program. -errno: nothing was tried, see error. */
int cli_send_submit_quietly(struct cli_send *s, struct send_result *ret_result, struct buf *error);
void cli_send_done(struct cli_send *s);

#endif
