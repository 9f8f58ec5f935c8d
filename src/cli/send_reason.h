/* SPDX-License-Identifier: Apache-2.0 */
/* send_reason.h - why no server was reached: the doctor is asked. */
#ifndef CLI_SEND_REASON_H
#define CLI_SEND_REASON_H

#include "cli/cli_send.h"

/*
 * Have the doctor asked when the server does not answer, while the connection is waited for. What
 * it says goes to standard error, or where s speaks SMTP is kept for cli_send_add_reason().
 */
void cli_send_explain_silence(struct cli_send *s);
/* Its words to standard error. */
void cli_send_tell_reason(const struct cli_send *s);
/* Appends ". " and its sentence, if it has one. It is asked once, whatever happens later. */
void cli_send_add_reason(struct cli_send *s, struct buf *words);

#endif
