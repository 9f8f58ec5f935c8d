/* SPDX-License-Identifier: Apache-2.0 */
/* cli_explain.c - sallyport explain: the cause behind a message, a log or a transcript */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/explain_view.h"
#include "cli/terminal.h"
#include "doctor/report.h"
#include "explain/plain.h"

enum { READ_SIZE = 65536 };

struct explain_options {
	const char *file, *color;
	bool is_json, is_brief, is_list;
	unsigned style;
};

static int
parse_style(struct explain_options *o)
{
	bool has_colours;

	if (!cli_terminal_colours(o->color, &has_colours)) {
		cli_complain("--color wants auto, always or never, not \"%s\"", o->color);
		return EX_USAGE;
	}
	o->style = has_colours ? DOCTOR_STYLE_COLOURS : DOCTOR_STYLE_PLAIN;
	if (cli_terminal_is_utf8())
		o->style |= DOCTOR_STYLE_UTF8;
	return CLI_GO;
}

/* Of a long log the end counts, so that is what is kept. */
static bool
read_tail(FILE *file, struct buf *out)
{
	for (;;) {
		uint8_t *room = buf_reserve(out, READ_SIZE);
		const size_t len = fread(room, 1, READ_SIZE, file);

		out->len += len;
		if (out->len > EXPLAIN_TEXT_MAX)
			buf_drop(out, out->len - EXPLAIN_TEXT_MAX);
		if (len < READ_SIZE)
			return ferror(file) == 0;
	}
}

static int
read_file(const char *path, struct buf *out)
{
	const bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "re");
	bool ok;

	if (file == NULL) {
		cli_complain("%s: %s", path, strerrordesc_np(errno));
		return errno == EACCES ? EX_NOPERM : EX_NOINPUT;
	}
	if (is_input && isatty(STDIN_FILENO) == 1)
		(void)fputs("Paste the message, then press Enter and Ctrl-D.\n", stderr);
	ok = read_tail(file, out);
	if (!is_input)
		(void)fclose(file);
	if (ok)
		return CLI_GO;
	cli_complain("%s could not be read", is_input ? "standard input" : path);
	return EX_IOERR;
}

/* Words of the command line are a message, as they stand. */
static int
read_words(char *const *words, int count, struct buf *out)
{
	for (int i = 0; i < count; i++) {
		if (i > 0)
			(void)buf_add_octet(out, ' ');
		(void)buf_add_text(out, words[i]);
	}
	return CLI_GO;
}

static void
print_json(const struct explain_answer *answer)
{
	json_t *json = explain_view_json(answer);

	if (json_dumpf(json, stdout, JSON_INDENT(2)) == 0)
		(void)putchar('\n');
	json_decref(json);
}

static void
print_answer(const struct explain_options *o, const struct explain_answer *answer)
{
	struct buf text;

	if (o->is_json) {
		print_json(answer);
		return;
	}
	buf_init(&text, EXPLAIN_VIEW_MAX);
	if (o->is_brief)
		explain_view_brief(answer, &text);
	else
		explain_view_text(answer, o->style, &text);
	(void)fwrite(text.ptr, 1, text.len, stdout);
	buf_done(&text);
}

static int
list_causes(void)
{
	struct buf text;

	buf_init(&text, EXPLAIN_VIEW_MAX);
	explain_view_list(&text);
	(void)fwrite(text.ptr, 1, text.len, stdout);
	buf_done(&text);
	return cli_flush();
}

/* In UTF-8, or nothing when it is no text: a message would be found in any noise. */
static void
make_plain(struct buf *text)
{
	struct buf narrow;

	buf_init(&narrow, 2 * EXPLAIN_TEXT_MAX);
	if (explain_plain_from_utf16(buf_slice(text), &narrow)) {
		buf_clear(text);
		(void)buf_add_slice(text, buf_slice(&narrow));
	}
	buf_done(&narrow);
	if (explain_plain_is_text(buf_slice(text)))
		return;
	cli_complain("this is no text but the octets of a program, a picture or a packed file");
	buf_clear(text);
}

static int
explain(const struct explain_options *o, char *const *words, int count)
{
	const bool is_input = count == 0 || (count == 1 && strcmp(words[0], "-") == 0);
	struct explain_answer answer;
	struct buf text;
	int code;

	buf_init(&text, 2 * EXPLAIN_TEXT_MAX);
	if (o->file != NULL || is_input)
		code = read_file(o->file == NULL ? "-" : o->file, &text);
	else
		code = read_words(words, count, &text);
	if (code == CLI_GO) {
		make_plain(&text);
		explain_text(buf_slice(&text), &answer);
		print_answer(o, &answer);
		code = cli_flush();
		if (code == EX_OK && answer.count == 0)
			code = EXIT_FAILURE;
	}
	buf_done(&text);
	return code;
}

int
cli_explain(int argc, char **argv)
{
	struct explain_options o = { .file = NULL };
	const struct cli_option options[] = {
		{ 'f', "file", "FILE", "read FILE; - is standard input", &o.file, NULL },
		{ '\0', "json", NULL, "print JSON", NULL, &o.is_json },
		{ 'b', "brief", NULL, "print the cause and the command that decides", NULL,
		    &o.is_brief },
		{ '\0', "list", NULL, "print all causes that can be found", NULL, &o.is_list },
		{ '\0', "color", "WHEN", "auto, always or never", &o.color, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = {
		"sallyport explain [--json | --brief] [-f FILE | TEXT ...]",
		"Says what an error message means: the cause, what to do about it, and the\n"
		"command that makes sure. TEXT is the message; else a file or standard input\n"
		"is read, which may be a log or the transcript of a dialog.\n"
		"Nothing is sent anywhere. The exit code is 1 when the message is not known.",
		options, 0, 10000
	};
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code != CLI_GO)
		return code;
	if (o.file != NULL && count > 0) {
		cli_complain("either -f FILE or a text, not both");
		return EX_USAGE;
	}
	code = parse_style(&o);
	if (code != CLI_GO)
		return code;
	return o.is_list ? list_causes() : explain(&o, argv + 1, count);
}
