/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_sendmail.c - sendmail(1) for cron and web applications: hands mail on to a server at once.
 *
 * No queue: what the server does not take is the caller's to try again, and its exit code says so.
 * -bs is in sendmail_pipe.c.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli_send.h"
#include "send/input.h"
#include "send/sendmail.h"
#include "smtp/xtext.h"
#include "util/alloc.h"

enum { ERROR_MAX = 2048, ADDRESS_SIZE = 512, NAME_SIZE = 256 };

/* Who runs us, as sendmail has it: the login name at our domain, and the name in the user list. */
struct caller {
	char address[ADDRESS_SIZE];
	char full_name[NAME_SIZE];
};

static void
find_caller(const struct cli_send *s, struct caller *ret_caller)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
	const struct passwd *user = getpwuid(getuid());
	const char *name = user == NULL ? "nobody" : user->pw_name;
	const char *gecos = user == NULL || user->pw_gecos == NULL ? "" : user->pw_gecos;

	(void)snprintf(ret_caller->address, sizeof ret_caller->address, "%s@%.*s", name,
	    (int)s->domain.len, (const char *)s->domain.ptr);
	(void)snprintf(ret_caller->full_name, sizeof ret_caller->full_name, "%.*s",
	    (int)strcspn(gecos, ","), gecos);
}

/* An address without a domain gets ours, as "-f root" of cron. */
static const char *
complete(const struct cli_send *s, const char *sender, char address[ADDRESS_SIZE])
{
	if (sender[0] == '\0' || strchr(sender, '@') != NULL)
		return sender;
	(void)snprintf(address, ADDRESS_SIZE, "%s@%.*s", sender, (int)s->domain.len,
	    (const char *)s->domain.ptr);
	return address;
}

static int
add_recipients(struct cli_send *s, const struct send_sendmail *line, struct slice text)
{
	struct buf error;
	bool ok = true;

	buf_init(&error, ERROR_MAX);
	for (int i = 0; ok && i < line->recipient_count; i++)
		ok = send_recipients_add(
		    &s->recipients, slice_of(line->recipients[i]), s->domain, &error);
	if (ok && line->takes_header_recipients)
		ok = send_recipients_add_header(&s->recipients, text, s->domain, &error);
	if (!ok)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	else if (s->recipients.count == 0)
		cli_complain("no recipient is given%s",
		    line->takes_header_recipients ? ", and the message names none" : "");
	buf_done(&error);
	return !ok ? EX_DATAERR : s->recipients.count == 0 ? EX_USAGE : CLI_GO;
}

static int
read_text(const struct send_sendmail *line, struct buf *text)
{
	struct buf octets;
	int r;

	buf_init(&octets, SEND_TEXT_MAX);
	r = cli_file_read("-", &octets);
	if (r == CLI_GO &&
	    send_input_convert(buf_slice(&octets), line->takes_dots, text) != SEND_INPUT_OK) {
		cli_complain(
		    "the message has a NUL octet in it, or more than %zu octets", SEND_TEXT_MAX);
		r = EX_DATAERR;
	}
	buf_done(&octets);
	return r;
}

/* The same for each recipient. */
static int
submit_with_notify(struct cli_send *s, unsigned notify)
{
	struct smtp_rcpt_params *params = xcalloc(s->recipients.count, sizeof *params);
	int r;

	for (size_t i = 0; i < s->recipients.count; i++)
		params[i].notify = notify;
	s->job.recipient_params = params;
	r = cli_send_submit(s);
	s->job.recipient_params = NULL;
	free(params);
	return r;
}

static int
send_message(struct cli_send *s, const struct send_sendmail *line, struct caller *caller)
{
	struct send_letter letter = {
		.from = s->sender[0] == '\0' ? caller->address : s->sender,
		.full_name = line->full_name != NULL ? line->full_name
			     : line->sender == NULL  ? caller->full_name
						     : NULL,
	};
	struct buf text;
	int r;

	buf_init(&text, SEND_TEXT_MAX);
	r = read_text(line, &text);
	if (r == CLI_GO)
		r = add_recipients(s, line, buf_slice(&text));
	letter.text = buf_slice(&text);
	letter.is_body = !send_has_header(letter.text);
	if (r == CLI_GO)
		r = cli_send_compose(s, &letter);
	buf_done(&text);
	return r == CLI_GO ? submit_with_notify(s, line->notify) : r;
}

/* The parameters for reports (RFC 3461); ENVID travels as xtext. */
static int
set_reports(struct cli_send *s, const struct send_sendmail *line, struct buf *envid)
{
	s->job.mail_params.ret = line->ret;
	if (line->envid == NULL)
		return CLI_GO;
	if (!smtp_xtext_encode(slice_of(line->envid), envid) ||
	    !smtp_envid_is_valid(buf_slice(envid))) {
		cli_complain("-V takes up to 100 printable characters");
		return EX_USAGE;
	}
	s->job.mail_params.envid = buf_slice(envid);
	return CLI_GO;
}

static int
run(struct cli_send *s, const struct send_sendmail *line)
{
	char address[ADDRESS_SIZE];
	struct caller caller;
	struct buf envid;
	int r = cli_send_read_settings(s, line->config);

	buf_init(&envid, SMTP_ENVID_MAX);
	if (r == CLI_GO)
		r = cli_send_prepare(s);
	if (r == CLI_GO)
		r = set_reports(s, line, &envid);
	if (r == CLI_GO) {
		find_caller(s, &caller);
		s->sender = line->sender != NULL       ? complete(s, line->sender, address)
			    : s->settings.from != NULL ? s->settings.from
						       : caller.address;
		s->is_sender_caller = s->sender == caller.address;
		r = line->mode == SEND_SENDMAIL_SMTP ? cli_send_serve(s, caller.address)
						     : send_message(s, line, &caller);
	}
	s->sender = NULL; /* it was ours */
	s->job.mail_params.envid = (struct slice){ NULL, 0 };
	buf_done(&envid);
	return r;
}

/* The options are those of sendmail(1), which the table of other subcommands cannot have. */
static int
print_help(void)
{
	(void)fputs(
	    "Usage: sallyport sendmail [OPTION ...] [RECIPIENT ...]\n"
	    "\n"
	    "Does what programs want of sendmail(1): submits the message on standard input\n"
	    "to the server of /etc/sallyport/send.conf, at once. There is no queue; the exit\n"
	    "code, one of sysexits(3), says what became of it.\n"
	    "\n"
	    "Options:\n"
	    "  -t          take the recipients of To, Cc and Bcc\n"
	    "  -i, -oi     a line with only a point does not end the message\n"
	    "  -f ADDRESS  the sender of the envelope; also -r\n"
	    "  -F NAME     the sender's name, for From\n"
	    "  -N WHEN     reports: never, or success,delay,failure\n"
	    "  -R PART     of the message in reports: full or hdrs\n"
	    "  -V ENVID    the name of the message in reports\n"
	    "  -bs         speak SMTP on standard input and output\n"
	    "  -bp         list the queue, which is always empty\n"
	    "  -C FILE     read settings from FILE\n"
	    "  -v          show the dialog\n"
	    "\n"
	    "Others of sendmail(1) are taken and have no effect; see sallyport-send(1).\n",
	    stdout);
	return cli_flush();
}

int
cli_sendmail(int argc, char **argv)
{
	struct cli_send s = { .is_quiet = true, .explains = true };
	struct send_sendmail line;
	struct buf error;
	int r = EX_OK;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return print_help();
	buf_init(&error, ERROR_MAX);
	buf_init(&s.message, SEND_TEXT_MAX);
	s.job.goal = PROBE_GOAL_MAIL;
	if (!send_sendmail_parse(argc, argv, &line, &error)) {
		cli_complain("%.*s; see sallyport-send(1)", (int)error.len, (char *)error.ptr);
		r = EX_USAGE;
	} else if (line.mode == SEND_SENDMAIL_QUEUE) {
		(void)puts("Mail queue is empty");
	} else if (line.mode != SEND_SENDMAIL_NOTHING) {
		s.shows_transcript = line.is_verbose;
		s.speaks_smtp = line.mode == SEND_SENDMAIL_SMTP;
		r = run(&s, &line);
	}
	cli_send_done(&s);
	buf_done(&error);
	return r;
}
