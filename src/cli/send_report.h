/* SPDX-License-Identifier: Apache-2.0 */
/* send_report.h - what became of a submission, for people and as JSON. */
#ifndef CLI_SEND_REPORT_H
#define CLI_SEND_REPORT_H

#include "cli/cli_send.h"

/*
 * Have the dialog written to standard output, or to standard error where that has JSON or SMTP, as
 * it goes on.
 */
void cli_send_show_transcript(struct cli_send *s);
/*
 * The sentence: to standard output when all is well, else to standard error, with each recipient
 * that was not taken; and the doctor's words when the server could not be reached. Or JSON.
 */
void cli_send_report(const struct cli_send *s, const struct send_result *result);

#endif
