/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli_send.h"
#include "cli/send_reason.h"
#include "cli/send_report.h"
#include "config/text.h"
#include "message/message_id.h"
#include "send/input.h"
#include "util/clock.h"
#include "util/rand.h"

enum {
	PATH_SIZE = 4096,
	ERROR_MAX = 4096,
	TIME_MS = 600000, /* of one submission */
};

static int
read_settings(struct cli_send *s, const char *path)
{
	struct buf text, errors;
	int r;

	buf_init(&text, CONFIG_TEXT_MAX);
	buf_init(&errors, ERROR_MAX);
	r = cli_file_read(path, &text);
	if (r == CLI_GO && !send_settings_read(&s->settings, path, buf_slice(&text), &errors)) {
		(void)fwrite(errors.ptr, 1, errors.len, stderr);
		r = EX_CONFIG;
	}
	buf_done(&errors);
	buf_done(&text);
	return r;
}

static bool
is_readable(const char *path)
{
	return access(path, R_OK) == 0;
}

int
cli_send_read_settings(struct cli_send *s, const char *path)
{
	const char *home = getenv("HOME"); /* NOLINT(concurrency-mt-unsafe): one thread */
	char own[PATH_SIZE];

	if (path != NULL)
		return read_settings(s, path);
	(void)snprintf(own, sizeof own, "%s/.config/sallyport/send.conf", home == NULL ? "" : home);
	if (home != NULL && is_readable(own))
		return read_settings(s, own);
	if (access(CLI_SEND_CONFIG_PATH, F_OK) == 0)
		return read_settings(s, CLI_SEND_CONFIG_PATH);
	return CLI_GO;
}

static int
read_password(struct cli_send *s)
{
	struct cli_secret_source source = s->password;

	if (s->settings.user == NULL)
		return CLI_GO;
	if (source.file == NULL && source.variable == NULL)
		source.file = s->settings.password_file;
	source.prompt = "Password: ";
	return cli_secret_read(&source, &s->secret);
}

static void
fill_job(struct cli_send *s)
{
	struct send_job *job = &s->job;

	job->settings = &s->settings;
	job->secret = secret_slice(&s->secret);
	if (job->hostname == NULL)
		job->hostname = s->hostname;
	if (job->time_ms == 0)
		job->time_ms = TIME_MS;
}

int
cli_send_prepare(struct cli_send *s)
{
	int r;

	if (s->settings.server == NULL) {
		cli_complain("no server is given: use --server HOST[:PORT], or write server = "
			     "\"HOST\" into %s",
		    CLI_SEND_CONFIG_PATH);
		return EX_CONFIG;
	}
	send_settings_complete(&s->settings);
	cli_hostname(s->hostname);
	s->domain = s->settings.domain != NULL ? slice_of(s->settings.domain)
		    : s->hostname[0] == '['    ? slice_of("localhost")
					       : slice_of(s->hostname);
	r = read_password(s);
	fill_job(s);
	return r;
}

enum message_flaw
cli_send_make(struct cli_send *s, struct send_letter *letter, struct buf *detail)
{
	const uint64_t unix_ms = clock_unix_ms();

	letter->hostname = s->domain;
	letter->message_id =
	    message_id_make(unix_ms, MESSAGE_ID_SLOT_QUEUE - 1, (uint16_t)rand_below(UINT16_MAX));
	letter->unix_s = unix_ms / 1000;
	return send_compose(letter, &s->message, detail);
}

int
cli_send_compose(struct cli_send *s, struct send_letter *letter)
{
	enum message_flaw flaw;
	struct buf detail;

	buf_init(&detail, ERROR_MAX);
	flaw = cli_send_make(s, letter, &detail);
	if (flaw != MESSAGE_SOUND)
		cli_complain("the message %s%s%.*s", send_flaw_words(flaw),
		    detail.len > 0 ? ": " : "", (int)detail.len, (const char *)detail.ptr);
	buf_done(&detail);
	return flaw == MESSAGE_SOUND ? CLI_GO : EX_DATAERR;
}

static void
fill_message(struct cli_send *s)
{
	struct send_job *job = &s->job;

	job->sender = s->sender;
	job->recipients = s->recipients.list;
	job->recipient_count = s->recipients.count;
	job->message = buf_slice(&s->message);
}

int
cli_send_code_of(int error)
{
	return error == -ENOENT ? EX_NOINPUT : EX_CONFIG;
}

int
cli_send_submit(struct cli_send *s)
{
	struct send_result result = { 0 };
	struct buf error;
	int code, r;

	buf_init(&error, ERROR_MAX);
	if (s->explains)
		cli_send_explain_silence(s);
	if (s->shows_transcript)
		cli_send_show_transcript(s);
	fill_message(s);
	r = send_submit(&s->job, &result, &error);
	if (r != 0) {
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
		code = cli_send_code_of(r);
	} else {
		cli_send_report(s, &result);
		code = result.exit_code;
	}
	send_result_done(&result);
	buf_done(&error);
	return code;
}

void
cli_send_done(struct cli_send *s)
{
	send_settings_done(&s->settings);
	secret_done(&s->secret);
	send_recipients_done(&s->recipients);
	buf_done(&s->message);
	free(s->reason);
}
