/* SPDX-License-Identifier: Apache-2.0 */
#include "send/submit.h"

#include <stdlib.h>
#include <sysexits.h>

#include "send/link.h"
#include "send/outcome.h"
#include "smtp/utf8.h"
#include "util/alloc.h"

struct submission {
	const struct send_job *job;
	struct send_result *result;
	struct send_link link;
	struct smtp_mail_params mail_params;
};

static void
on_recipient(void *arg, size_t index, const struct smtp_verdict *verdict)
{
	struct submission *s = (struct submission *)arg;
	struct send_result *result = s->result;

	if (result->verdicts == NULL) {
		result->verdicts = xcalloc(s->job->recipient_count, sizeof *result->verdicts);
		result->verdict_count = s->job->recipient_count;
	}
	smtp_verdict_done(&result->verdicts[index]);
	result->verdicts[index] = smtp_verdict_copy(verdict);
	if (verdict->class == SMTP_VERDICT_DELIVERED)
		result->taken_count++;
}

/* What the message needs, whatever was said of it (RFC 6152 §3, RFC 6531 §3.4). */
static void
set_mail_params(struct submission *s)
{
	const struct send_job *job = s->job;
	bool is_ascii = job->sender == NULL || smtp_is_ascii(slice_of(job->sender));

	for (size_t i = 0; is_ascii && i < job->recipient_count; i++)
		is_ascii = smtp_is_ascii(job->recipients[i]);
	s->mail_params = job->mail_params;
	if (s->mail_params.body == SMTP_BODY_7BIT && !smtp_is_ascii(job->message))
		s->mail_params.body = SMTP_BODY_8BITMIME;
	if (!is_ascii)
		s->mail_params.is_utf8 = true;
}

static void
set_message(struct submission *s)
{
	const struct send_job *job = s->job;
	struct probe_dialog_options *options = &s->link.options;

	set_mail_params(s);
	options->sender = slice_of(job->sender == NULL ? "" : job->sender);
	options->recipients = job->recipients;
	options->recipient_count = job->recipient_count;
	options->message = job->message;
	options->mail_params = &s->mail_params;
	options->recipient_params = job->recipient_params;
	options->on_recipient = on_recipient;
	options->recipient_arg = s;
}

int
send_submit(const struct send_job *job, struct send_result *ret_result, struct buf *error)
{
	struct send_result result = { .exit_code = EX_SOFTWARE };
	struct submission s = { .job = job, .result = &result };
	int r = send_link_open(&s.link, job, error);

	if (r == 0) {
		set_message(&s);
		if (send_link_dial(&s.link, &result))
			send_judge(job, s.link.host, &result);
		*ret_result = result;
	}
	send_link_close(&s.link);
	return r;
}

void
send_result_done(struct send_result *result)
{
	for (size_t i = 0; i < result->verdict_count; i++)
		smtp_verdict_done(&result->verdicts[i]);
	free(result->verdicts);
	free(result->words);
	free(result->facts);
	*result = (struct send_result){ 0 };
}
