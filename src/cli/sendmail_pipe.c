/* SPDX-License-Identifier: Apache-2.0 */
/* sendmail_pipe.c - sendmail -bs: SMTP on standard input and output, for a program */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_send.h"
#include "cli/send_reason.h"
#include "cli/send_report.h"
#include "send/pipe.h"

enum { ERROR_MAX = 2048, MESSAGE_SIZE = 64 * 1024 * 1024 };

static enum message_flaw
compose(void *arg, struct slice sender, struct slice text, struct slice *ret_message,
    struct buf *detail)
{
	struct cli_send *s = (struct cli_send *)arg;
	char *from = slice_dup(sender);
	struct send_letter letter = { .text = text, .from = from };
	enum message_flaw flaw;

	buf_clear(&s->message);
	flaw = cli_send_make(s, &letter, detail);
	if (flaw == MESSAGE_SOUND)
		*ret_message = buf_slice(&s->message);
	free(from);
	return flaw;
}

static void
explain(void *arg, const struct send_result *failure, struct buf *words)
{
	struct cli_send *s = (struct cli_send *)arg;

	if (failure->is_unreachable && s->explains)
		cli_send_add_reason(s, words);
}

static int
serve(struct cli_send *s, struct send_session *session, const char *user)
{
	const struct send_pipe_options options = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.hostname = s->hostname,
		.user = user,
		.message_size = MESSAGE_SIZE,
		.next = session,
		.compose = compose,
		.explain = explain,
		.arg = s,
	};
	const int r = send_pipe_serve(&options);

	if (r == 0)
		return EX_OK;
	cli_complain("standard input or output: %s", strerrordesc_np(-r));
	return EX_IOERR;
}

int
cli_send_serve(struct cli_send *s, const char *user)
{
	struct send_session *session;
	struct buf error;
	int r;

	if (s->shows_transcript)
		cli_send_show_transcript(s);
	cli_send_explain_silence(s);
	buf_init(&error, ERROR_MAX);
	r = send_session_new(&s->job, &session, &error);
	if (r != 0)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	if (r != 0)
		return cli_send_code_of(r);
	r = serve(s, session, user);
	send_session_free(&session);
	return r;
}
