/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/dialog_steps.h"

#include "probe/dialog_private.h"
#include "util/clock.h"

static void
drop(struct probe_dialog *d)
{
	if (probe_dialog_is_in_mail(d))
		smtp_client_drop(d->client, clock_monotonic_ms());
}

bool
probe_dialog_is_free(const struct probe_dialog *dialog)
{
	const enum smtp_client_want want = smtp_client_want(dialog->client);

	return want == SMTP_CLIENT_WANT_MAIL || want == SMTP_CLIENT_WANT_STEP;
}

void
probe_dialog_mail(struct probe_dialog *dialog, const struct smtp_client_mail *m)
{
	drop(dialog);
	smtp_client_begin(dialog->client, m, clock_monotonic_ms());
	(void)dialog_pump(dialog);
}

bool
probe_dialog_is_in_mail(const struct probe_dialog *dialog)
{
	return smtp_client_want(dialog->client) == SMTP_CLIENT_WANT_STEP;
}

void
probe_dialog_recipient(struct probe_dialog *dialog, const struct smtp_client_mail *m)
{
	smtp_client_recipient(dialog->client, m, clock_monotonic_ms());
	(void)dialog_pump(dialog);
}

void
probe_dialog_text(struct probe_dialog *dialog, struct slice text)
{
	dialog->options.message = text;
	dialog->text_len = 0;
	smtp_client_data(dialog->client, clock_monotonic_ms());
	(void)dialog_pump(dialog);
}

bool
probe_dialog_is_spent(const struct probe_dialog *dialog)
{
	return smtp_client_is_spent(dialog->client);
}

void
probe_dialog_quit(struct probe_dialog *dialog)
{
	drop(dialog);
	smtp_client_quit(dialog->client, clock_monotonic_ms());
	(void)dialog_pump(dialog);
}

void
dialog_open(struct probe_dialog *d)
{
	if (d->is_open)
		return;
	d->is_open = true;
	d->options.on_answer(d->options.answer_arg, NULL);
}

void
dialog_tell_answer(struct probe_dialog *d)
{
	d->options.on_answer(d->options.answer_arg, smtp_client_answer(d->client));
}
