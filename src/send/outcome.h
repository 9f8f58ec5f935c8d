/* SPDX-License-Identifier: Apache-2.0 */
/* outcome.h - how far a dialog came, as an exit code of sysexits(3) and a sentence. */
#ifndef SEND_OUTCOME_H
#define SEND_OUTCOME_H

#include "probe/dialog.h"
#include "send/submit.h"

/*
 * The stage that kept a dialog from its goal; PROBE_STAGE_QUIT: none did. What was skipped, as TLS
 * where none is wanted, keeps nobody.
 */
enum probe_stage send_find_failure(const struct probe_dialog_facts *facts);
/* Fills exit_code, words and is_unreachable from facts and verdicts. host: for the words. */
void send_judge(const struct send_job *job, const char *host, struct send_result *result);

#endif
