/* SPDX-License-Identifier: Apache-2.0 */
/* input.h - what commands are given besides words: a secret, a file, this machine's name. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "util/buf.h"
#include "util/secret.h"

#define CLI_SECRET_MAX 16384 /* octets: tokens are longer than passwords */

/* Where a secret may come from; the first that is not NULL is used. It is never an argument: those
 * can be seen by every user of the machine. */
struct cli_secret_source {
	const char *file;     /* its first line */
	const char *variable; /* of the environment */
	const char *prompt;   /* asked on the terminal, without echo; needs one */
};
/* CLI_GO, or an exit code with the reason said. */
int cli_secret_read(const struct cli_secret_source *source, struct secret *ret_secret);

/* All of a file, or of standard input for "-", appended to out: CLI_GO, or an exit code (said). */
int cli_file_read(const char *path, struct buf *out);

#define CLI_HOSTNAME_SIZE 256
/*
 * For EHLO (RFC 5321 §4.1.3, §4.1.4): this machine's full name, else "[127.0.0.1]", which says
 * nothing that is not true.
 */
void cli_hostname(char name[CLI_HOSTNAME_SIZE]);

#endif
