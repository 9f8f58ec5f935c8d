/* SPDX-License-Identifier: Apache-2.0 */
/* cli_client_settings.c - sallyport client-settings: what to type into a mail program */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autoconfig/files.h"
#include "cli/cli.h"
#include "cli/client_settings.h"
#include "cli/output_file.h"

/* How it is to be printed; NULL: not given. */
struct shape {
	const char *program, *format, *output;
	bool is_json; /* the same as that format */
};

static int
find_format(const char *name)
{
	for (int i = 0; i < AUTOCONFIG_FORMAT_COUNT; i++)
		if (strcmp(name, autoconfig_format_name((enum autoconfig_format)i)) == 0)
			return i;
	return -1;
}

static bool
is_text_or_json(const char *format)
{
	return format == NULL || strcmp(format, "text") == 0 || strcmp(format, "json") == 0;
}

static int
check_shape(struct shape *shape, struct client_settings_words *words)
{
	bool is_language = false;
	struct buf programs;

	if (shape->is_json && shape->format != NULL && strcmp(shape->format, "json") != 0) {
		cli_complain("--json and --format %s exclude each other", shape->format);
		return EX_USAGE;
	}
	if (shape->is_json)
		shape->format = "json";

	if (!is_text_or_json(shape->format) && find_format(shape->format) < 0) {
		cli_complain("--format \"%s\": text, json, autoconfig, autodiscover or "
			     "mobileconfig is wanted",
		    shape->format);
		return EX_USAGE;
	}
	if (shape->program != NULL && !is_text_or_json(shape->format)) {
		cli_complain("--for goes with text and json: such a file is for one program");
		return EX_USAGE;
	}
	if (shape->program != NULL && !client_settings_is_program(shape->program, &is_language)) {
		buf_init(&programs, 512);
		client_settings_list_programs(&programs);
		cli_complain("--for \"%s\": one of these is wanted: %.*s", shape->program,
		    (int)programs.len, (const char *)programs.ptr);
		buf_done(&programs);
		return EX_USAGE;
	}
	/* A form and a file have places for it; an overview does without. */
	words->needs_incoming =
	    !is_text_or_json(shape->format) || (shape->program != NULL && !is_language);
	words->wants_incoming = !is_language;
	return CLI_GO;
}

/* Text and JSON do without, the files cannot. */
static int
check_incoming(const struct shape *shape, const struct client_settings *s)
{
	if (is_text_or_json(shape->format) || s->settings.incoming.host != NULL)
		return CLI_GO;
	if (s->is_incoming_unanswered) {
		cli_complain("%s files always have an incoming server, too, and DNS does not tell "
			     "that of %s; give --imap HOST or --pop HOST, or try again",
		    shape->format, s->domain);
		return EX_TEMPFAIL;
	}
	cli_complain(
	    "%s files always have an incoming server, too, and DNS names none for %s; give "
	    "--imap HOST or --pop HOST",
	    shape->format, s->domain);
	return EXIT_FAILURE;
}

static void
print(const struct shape *shape, const struct client_settings *s, struct buf *out)
{
	if (!is_text_or_json(shape->format))
		autoconfig_file(
		    (enum autoconfig_format)find_format(shape->format), &s->settings, out);
	else if (shape->format != NULL && strcmp(shape->format, "json") == 0)
		client_settings_print_json(s, shape->program, out);
	else if (shape->program != NULL)
		client_settings_print_for(s, shape->program, out);
	else
		client_settings_print(s, out);
}

static int
write_output(const char *path, struct slice text)
{
	int r;

	if (path == NULL || strcmp(path, "-") == 0) {
		(void)fwrite(text.ptr, 1, text.len, stdout);
		return cli_flush();
	}
	r = cli_output_file_write(path, text);
	if (r != 0)
		cli_complain("%s: %s", path, strerrordesc_np(-r));
	return r == 0 ? EX_OK : EX_CANTCREAT;
}

/* A file says nothing of where it comes from; the overview does. */
static void
warn_of_source(const struct shape *shape, const struct client_settings *s)
{
	const bool is_guess = s->settings.submission.is_guess || s->settings.incoming.is_guess;

	if (is_guess && (!is_text_or_json(shape->format) || shape->program != NULL))
		cli_complain(
		    "the servers are a guess, see the overview without --for and --format");
	if (s->submission.is_default && (!is_text_or_json(shape->format) || shape->program != NULL))
		cli_complain("port 465 with TLS from the first octet is taken, as none is given; "
			     "--port 587 is STARTTLS");
}

static int
show(const struct client_settings_words *words, const struct shape *shape)
{
	struct client_settings s;
	struct buf out;
	int code;

	memset(&s, 0, sizeof s);
	code = client_settings_given(words, &s);
	if (code == CLI_GO && words->config != NULL)
		code = client_settings_from_config(words->config, &s);
	if (code == CLI_GO)
		code = client_settings_find(words, &s);
	if (code == CLI_GO)
		code = check_incoming(shape, &s);
	if (code != CLI_GO)
		return code;
	warn_of_source(shape, &s);
	buf_init(&out, AUTOCONFIG_TEXT_MAX);
	print(shape, &s, &out);
	code = write_output(shape->output, buf_slice(&out));
	buf_done(&out);
	return code;
}

int
cli_client_settings(int argc, char **argv)
{
	struct client_settings_words w = { .account = NULL };
	struct shape shape = { .program = NULL };
	const struct cli_option options[] = {
		{ '\0', "for", "PROGRAM", "in the words of that program, or in that language",
		    &shape.program, NULL },
		{ '\0', "format", "FORMAT", "text, json, autoconfig, autodiscover or mobileconfig",
		    &shape.format, NULL },
		{ '\0', "json", NULL, "print JSON, as --format json", NULL, &shape.is_json },
		{ 'o', "output", "FILE", "write to FILE", &shape.output, NULL },
		{ '\0', "host", "HOST[:PORT]", "the submission server", &w.host, NULL },
		{ '\0', "port", "PORT", "its port", &w.port, NULL },
		{ '\0', "mode", "MODE", "tls (port 465) or starttls (port 587)", &w.mode, NULL },
		{ '\0', "imap", "HOST[:PORT]", "the incoming server, with IMAP", &w.imap, NULL },
		{ '\0', "pop", "HOST[:PORT]", "the incoming server, with POP3", &w.pop, NULL },
		{ '\0', "user", "NAME", "to log in with, if not the address", &w.user, NULL },
		{ '\0', "name", "NAME", "as others see it", &w.name, NULL },
		{ 'c', "config", "FILE", "the server is the one of this configuration", &w.config,
		    NULL },
		{ '\0', "resolver", "ADDRESS", "ask this DNS server", &w.resolver, NULL },
		{ '\0', "guess", NULL, "try names that are often used", NULL, &w.may_guess },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		"sallyport client-settings [--for PROGRAM] [--format FORMAT] [...] ADDRESS",
		"Prints what to type into a mail program, code that sends mail, or a file for\n"
		"mail programs to fetch. The servers are those that are given, those of the\n"
		"configuration, or those that DNS announces for the domain (SRV records). Exit\n"
		"code 1 when nobody announces any.",
		options, 1, 1
	};
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code == CLI_GO)
		code = check_shape(&shape, &w);
	w.account = code == CLI_GO ? argv[1] : NULL;
	return code == CLI_GO ? show(&w, &shape) : code;
}
