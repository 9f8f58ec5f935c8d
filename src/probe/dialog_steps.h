/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dialog_steps.h - messages over a dialog that stays open (PROBE_GOAL_OPEN), one command at a time.
 *
 * Each step is answered with on_answer() of the options, perhaps before it returns. The answer to a
 * step behind which there is no dialog any more is followed by done; in any case no step may be
 * taken before the last one has its answer.
 */
#ifndef PROBE_DIALOG_STEPS_H
#define PROBE_DIALOG_STEPS_H

#include "probe/dialog.h"
#include "smtp/client.h"

/* A step may be taken: neither is an answer waited for, nor is it taking leave. */
bool probe_dialog_is_free(const struct probe_dialog *dialog);
/* MAIL; a transaction that is open is dropped. See smtp_client_begin(). Borrows m for the call. */
void probe_dialog_mail(struct probe_dialog *dialog, const struct smtp_client_mail *m);
/* MAIL was accepted, and neither refused nor answered since: the next two may be taken. */
bool probe_dialog_is_in_mail(const struct probe_dialog *dialog);
/* RCPT. See smtp_client_recipient(). */
void probe_dialog_recipient(struct probe_dialog *dialog, const struct smtp_client_mail *m);
/*
 * DATA and the text, when a recipient was accepted: what is said to its end is the answer, or the
 * refusal that came before. text (with CRLF) is borrowed until then.
 */
void probe_dialog_text(struct probe_dialog *dialog, struct slice text);
/* No further MAIL will be taken, by the limits that the server has told (RFC 9422 §4.1). */
bool probe_dialog_is_spent(const struct probe_dialog *dialog);
/* QUIT instead of a step: done comes next, perhaps before it returns. */
void probe_dialog_quit(struct probe_dialog *dialog);

#endif
