/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored form of parameters. Laws: what is read is printed the same, within the limit that the
 * header names; no time of it is beyond what a date can name.
 */
#include <stdlib.h>

#include "smtp/mail_params.h"
#include "smtp/rcpt_params.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check_printed(struct buf *out, struct slice text)
{
	if (out->overflow || !slice_equal(buf_slice(out), text))
		abort();
	buf_done(out);
}

static void
check_times(const struct smtp_mail_params *p)
{
	if (p->hold_until_unix_s > SMTP_UNIX_S_MAX || p->by_unix_s > SMTP_UNIX_S_MAX ||
	    p->by_unix_s < -SMTP_UNIX_S_MAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct slice text = slice_make(in, len);
	struct smtp_mail_params mail;
	struct smtp_rcpt_params rcpt;
	struct buf out;

	if (smtp_mail_params_parse(text, &mail)) {
		buf_init(&out, SMTP_MAIL_PARAMS_MAX);
		smtp_mail_params_print(&mail, &out);
		check_printed(&out, text);
		check_times(&mail);
	}
	if (smtp_rcpt_params_parse(text, &rcpt)) {
		buf_init(&out, SMTP_RCPT_PARAMS_MAX);
		smtp_rcpt_params_print(&rcpt, &out);
		check_printed(&out, text);
	}
	return 0;
}
