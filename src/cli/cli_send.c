/* SPDX-License-Identifier: Apache-2.0 */
/* cli_send.c - sallyport send: submit a message, and see what becomes of it */
#include "cli/cli_send.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/send_attach.h"
#include "send/input.h"
#include "util/alloc.h"
#include "util/port.h"

enum { TIMEOUT_MAX_S = 86400, MS_OF_S = 1000 };

struct flags {
	const char *config, *server, *tls, *user, *password_file, *password_variable, *mechanism,
	    *ca_file;
	const char *from, *hostname, *timeout, *full_name, *subject, *body, *file, *until,
	    *resolver;
	bool is_raw, v4, v6, no_check;
	struct cli_list fields, to, attached;
};

/* Flags are set first: the file fills what they leave open. */
static int
set_settings(struct cli_send *s, const struct flags *f)
{
	const struct {
		const char *key, *value;
	} given[] = {
		{ "server", f->server },
		{ "tls", f->tls },
		{ "user", f->user },
		{ "password_file", f->password_file },
		{ "mechanism", f->mechanism },
		{ "ca_file", f->ca_file },
		{ "from", f->from },
	};
	struct buf error;
	int r = CLI_GO;

	buf_init(&error, 1024);
	for (size_t i = 0; r == CLI_GO && i < sizeof given / sizeof given[0]; i++) {
		if (given[i].value == NULL ||
		    send_settings_set(&s->settings, given[i].key, given[i].value, &error))
			continue;
		cli_complain("--%s %.*s", given[i].key, (int)error.len, (const char *)error.ptr);
		r = EX_USAGE;
	}
	buf_done(&error);
	s->password.variable = f->password_variable;
	s->password.file = f->password_file;
	return r;
}

static int
set_goal(struct cli_send *s, const char *until)
{
	static const struct {
		const char *name;
		enum probe_dialog_goal goal;
	} goals[] = {
		{ "connect", PROBE_GOAL_CONNECT },
		{ "greeting", PROBE_GOAL_GREETING },
		{ "ehlo", PROBE_GOAL_EHLO },
		{ "tls", PROBE_GOAL_TLS },
		{ "auth", PROBE_GOAL_AUTH },
		{ "end", PROBE_GOAL_MAIL },
	};

	for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++) {
		if (strcmp(until, goals[i].name) == 0) {
			s->job.goal = goals[i].goal;
			return CLI_GO;
		}
	}
	cli_complain("--until is connect, greeting, ehlo, tls, auth or end, not \"%s\"", until);
	return EX_USAGE;
}

static int
set_resolver(struct cli_send *s, const char *text)
{
	if (text == NULL)
		return CLI_GO;
	if (!net_address_parse_with_port(text, PORT_DNS, &s->resolver)) {
		cli_complain("--resolver takes an IP address, not \"%s\"", text);
		return EX_USAGE;
	}
	s->job.resolver = &s->resolver;
	return CLI_GO;
}

static int
set_timeout(struct cli_send *s, const char *text)
{
	uint64_t seconds = 0;

	if (text == NULL)
		return CLI_GO;
	if (!slice_to_u64(slice_of(text), TIMEOUT_MAX_S, &seconds) || seconds == 0) {
		cli_complain("--timeout takes 1 to %d seconds, not \"%s\"", TIMEOUT_MAX_S, text);
		return EX_USAGE;
	}
	s->job.time_ms = seconds * MS_OF_S;
	return CLI_GO;
}

/* One word, as what EHLO takes is; an address literal is as good as a name. */
static int
set_hostname(struct cli_send *s, const char *name)
{
	for (const char *c = name; c != NULL && *c != '\0'; c++) {
		if (*c > ' ' && *c <= '~')
			continue;
		cli_complain("--hostname takes a host name, not \"%s\"", name);
		return EX_USAGE;
	}
	if (name != NULL && name[0] != '\0')
		s->job.hostname = name;
	return CLI_GO;
}

/* list: addresses with commas between, or with is_header a message with its fields. */
static int
add_recipients(struct cli_send *s, struct slice list, bool is_header)
{
	struct buf error;
	bool ok;

	buf_init(&error, 2048);
	ok = is_header ? send_recipients_add_header(&s->recipients, list, s->domain, &error)
		       : send_recipients_add(&s->recipients, list, s->domain, &error);
	if (!ok)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	return ok ? CLI_GO : is_header ? EX_DATAERR : EX_USAGE;
}

static int
convert(struct slice octets, struct buf *text)
{
	switch (send_input_convert(octets, true, text)) {
	case SEND_INPUT_OK:
		return CLI_GO;
	case SEND_INPUT_NUL:
		cli_complain("the message has a NUL octet in it, which no mail may have");
		return EX_DATAERR;
	case SEND_INPUT_TOO_LARGE:
		cli_complain("the message has more than %zu octets", SEND_TEXT_MAX);
		return EX_DATAERR;
	}
	return EX_SOFTWARE;
}

/* A file or standard input, unless --body has it all. */
static int
read_text(const struct flags *f, struct buf *text)
{
	struct buf octets;
	int r;

	if (f->body != NULL)
		return convert(slice_of(f->body), text);
	buf_init(&octets, SEND_TEXT_MAX);
	r = cli_file_read(f->file == NULL ? "-" : f->file, &octets);
	if (r == CLI_GO)
		r = convert(buf_slice(&octets), text);
	buf_done(&octets);
	return r;
}

/* Exactly what was given, but for its line ends. */
static int
take_raw(struct cli_send *s, struct slice text)
{
	if (buf_add_slice(&s->message, text))
		return CLI_GO;
	return EX_DATAERR;
}

static int
compose(struct cli_send *s, const struct flags *f, struct slice text,
    const struct cli_attachments *attachments)
{
	struct send_letter letter = {
		.text = text,
		.is_body = f->body != NULL || !send_has_header(text),
		.attachments = attachments->list,
		.attachment_count = attachments->count,
		.from = s->sender,
		.full_name = f->full_name,
		.subject = f->subject,
		.to = s->recipients.list,
		.to_count = s->recipients.count,
		.fields = f->fields.values,
		.field_count = f->fields.count,
	};

	if (attachments->count > 0 && (f->is_raw || !letter.is_body)) {
		cli_complain("--attach goes with a text that has no header yet");
		return EX_USAGE;
	}
	return f->is_raw ? take_raw(s, text) : cli_send_compose(s, &letter);
}

static int
check_sender(struct cli_send *s)
{
	s->sender = s->settings.from != NULL   ? s->settings.from
		    : s->settings.user != NULL ? s->settings.user
					       : NULL;
	if (s->sender != NULL && (s->sender[0] == '\0' || strchr(s->sender, '@') != NULL))
		return CLI_GO;
	cli_complain("no sender is given: use --from ADDRESS");
	return EX_USAGE;
}

static int
make_message(struct cli_send *s, const struct flags *f)
{
	struct cli_attachments *attachments = xcalloc(1, sizeof *attachments);
	struct buf text;
	int r = check_sender(s);

	buf_init(&text, SEND_TEXT_MAX);
	if (r == CLI_GO)
		r = cli_attachments_read(attachments, &f->attached);
	if (r == CLI_GO)
		r = read_text(f, &text);
	if (r == CLI_GO && s->recipients.count == 0)
		r = add_recipients(s, buf_slice(&text), true);
	if (r == CLI_GO && s->recipients.count == 0) {
		cli_complain("no recipient is given: name them, or have them in To, Cc or Bcc");
		r = EX_USAGE;
	}
	if (r == CLI_GO)
		r = compose(s, f, buf_slice(&text), attachments);
	buf_done(&text);
	cli_attachments_done(attachments);
	free(attachments);
	return r;
}

/* One field is one: what stands behind a line end would be a field that nobody has named. */
static int
check_fields(const struct cli_list *fields)
{
	for (size_t i = 0; i < fields->count; i++) {
		if (strpbrk(fields->values[i], "\r\n") == NULL)
			continue;
		cli_complain("--header takes one line: \"Name: text\"");
		return EX_USAGE;
	}
	return CLI_GO;
}

static int
add_all_recipients(
    struct cli_send *s, const struct cli_list *to, char *const *recipients, int count)
{
	int r = CLI_GO;

	for (size_t i = 0; r == CLI_GO && i < to->count; i++)
		r = add_recipients(s, slice_of(to->values[i]), false);
	for (int i = 0; r == CLI_GO && i < count; i++)
		r = add_recipients(s, slice_of(recipients[i]), false);
	return r;
}

static int
run(struct cli_send *s, const struct flags *f, char *const *recipients, int count)
{
	int r = set_settings(s, f);

	buf_init(&s->message, SEND_TEXT_MAX);
	s->job.family = f->v4 ? AF_INET : f->v6 ? AF_INET6 : AF_UNSPEC;
	s->explains = !f->no_check;
	if (r == CLI_GO)
		r = set_resolver(s, f->resolver);
	if (r == CLI_GO)
		r = set_timeout(s, f->timeout);
	if (r == CLI_GO)
		r = set_hostname(s, f->hostname);
	if (r == CLI_GO)
		r = check_fields(&f->fields);
	if (r == CLI_GO)
		r = set_goal(s, f->until == NULL ? "end" : f->until);
	if (r == CLI_GO)
		r = cli_send_read_settings(s, f->config);
	if (r == CLI_GO)
		r = cli_send_prepare(s);
	if (r == CLI_GO)
		r = add_all_recipients(s, &f->to, recipients, count);
	if (r == CLI_GO && s->job.goal == PROBE_GOAL_MAIL)
		r = make_message(s, f);
	return r == CLI_GO ? cli_send_submit(s) : r;
}

int
cli_send(int argc, char **argv)
{
	static const char text[] =
	    "Submits one message to a mail server and says what became of it. The message is\n"
	    "FILE, or standard input, or --body; what has no header gets one. Recipients are\n"
	    "arguments, --to, or else those of To, Cc and Bcc. Settings that are not given\n"
	    "are read from ~/.config/sallyport/send.conf or\n" CLI_SEND_CONFIG_PATH ".\n"
	    "Exit codes are those of sysexits(3): 0 sent, 67 a recipient was refused, 68 no\n"
	    "such host, 69 refused for good, 75 try again later, 77 login or sender refused.";
	struct flags f = { 0 };
	struct cli_send s = { 0 };
	const struct cli_option options[] = {
		{ 's', "server", "HOST[:PORT]", "where to", &f.server, NULL },
		{ '\0', "tls", "MODE", "starttls, implicit or none", &f.tls, NULL },
		{ 'u', "user", "NAME", "log in as NAME", &f.user, NULL },
		{ '\0', "password-file", "FILE", "its first line", &f.password_file, NULL },
		{ '\0', "password-env", "NAME", "or from the environment; else it is asked",
		    &f.password_variable, NULL },
		{ '\0', "auth", "MECHANISM", "not the strongest, but this one", &f.mechanism,
		    NULL },
		{ '\0', "ca-file", "FILE", "trust these authorities", &f.ca_file, NULL },
		{ 'f', "from", "ADDRESS", "sender; else the user", &f.from, NULL },
		{ 'F', "name", "NAME", "of the sender, for From", &f.full_name, NULL },
		{ 't', "to", "ADDRESSES", "with commas between; may be given often", NULL, NULL },
		{ '\0', "subject", "TEXT", "of a message that has no header yet", &f.subject,
		    NULL },
		{ '\0', "body", "TEXT", "the text, instead of standard input", &f.body, NULL },
		{ '\0', "header", "FIELD", "\"Name: text\"; may be given often", NULL, NULL },
		{ '\0', "attach", "FILE", "beside the text; may be given often", NULL, NULL },
		{ '\0', "file", "FILE", "the message; \"-\": standard input", &f.file, NULL },
		{ '\0', "raw", NULL, "send it as it is, but for line ends", NULL, &f.is_raw },
		{ '\0', "until", "STAGE", "connect, greeting, ehlo, tls, auth: no message",
		    &f.until, NULL },
		{ '\0', "hostname", "NAME", "for EHLO, instead of this machine's", &f.hostname,
		    NULL },
		{ '\0', "timeout", "SECONDS", "give up after; else 600", &f.timeout, NULL },
		{ '4', "ipv4", NULL, "use IPv4 only", NULL, &f.v4 },
		{ '6', "ipv6", NULL, "use IPv6 only", NULL, &f.v6 },
		{ '\0', "resolver", "ADDRESS", "ask this DNS server", &f.resolver, NULL },
		{ '\0', "transcript", NULL, "show the dialog", NULL, &s.shows_transcript },
		{ '\0', "no-check", NULL, "do not look for the reason when no server is reached",
		    NULL, &f.no_check },
		{ 'q', "quiet", NULL, "say nothing when it was sent", NULL, &s.is_quiet },
		{ '\0', "json", NULL, "print JSON", NULL, &s.is_json },
		{ '\0', "config", "FILE", "read settings from FILE", &f.config, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = { "sallyport send [OPTION ...] [RECIPIENT ...]", text,
		options, 0, INT32_MAX };
	int count, r = cli_take_repeated("--header", &argc, argv, &f.fields);

	if (r == CLI_GO)
		r = cli_take_repeated("--attach", &argc, argv, &f.attached);
	if (r == CLI_GO)
		r = cli_take_repeated("--to", &argc, argv, &f.to);
	if (r == CLI_GO)
		r = cli_take_repeated("-t", &argc, argv, &f.to);
	if (r == CLI_GO)
		r = cli_parse(&usage, argc, argv, &count);
	if (r == CLI_GO)
		r = run(&s, &f, argv + 1, count);
	cli_send_done(&s);
	if (cli_flush() != EX_OK && r == EX_OK)
		r = EX_IOERR;
	return r;
}
