/* SPDX-License-Identifier: Apache-2.0 */
#include "config/text.h"

#include <stdlib.h>

#include "util/alloc.h"

enum state {
	STATE_PLAIN,
	STATE_DOUBLE_QUOTE,
	STATE_SINGLE_QUOTE,
	STATE_LINE_COMMENT,
	STATE_BLOCK_COMMENT,
};

struct scan {
	char *text; /* changed in place; ends with NUL */
	size_t at;
	enum state state;
	unsigned line;
	unsigned opened;       /* line where the quote or comment began */
	unsigned brace_depth;  /* no section holds another, but a list of errors may come later */
	unsigned brace_opened; /* line of the last opening brace */
	const char *error;
	unsigned error_line;
};

static void
fail(struct scan *s, unsigned line, const char *error)
{
	if (s->error != NULL)
		return;
	s->error = error;
	s->error_line = line;
}

static void
blank(struct scan *s, size_t len)
{
	memset(s->text + s->at, ' ', len);
}

/* As libconfuse has it, a slash that follows a character of a bare word belongs to the word. */
static bool
is_word_start(const struct scan *s)
{
	return s->at == 0 || strchr(" \t\n\r={}\"',", s->text[s->at - 1]) != NULL;
}

static void
open_state(struct scan *s, enum state state)
{
	s->state = state;
	s->opened = s->line;
}

/* A comment that begins here, if one does. */
static bool
open_comment(struct scan *s)
{
	const char *here = s->text + s->at;

	if (here[0] == '#') {
		open_state(s, STATE_LINE_COMMENT);
		blank(s, 1);
		return true;
	}
	if (here[0] != '/' || !is_word_start(s) || (here[1] != '/' && here[1] != '*'))
		return false;
	open_state(s, here[1] == '/' ? STATE_LINE_COMMENT : STATE_BLOCK_COMMENT);
	blank(s, 2);
	s->at++;
	return true;
}

static void
scan_brace(struct scan *s, char c)
{
	if (c == '{') {
		s->brace_depth++;
		s->brace_opened = s->line;
	} else if (s->brace_depth > 0) {
		s->brace_depth--;
	}
}

static void
scan_plain(struct scan *s)
{
	const char c = s->text[s->at];

	if (open_comment(s))
		return;
	if (c == '"')
		open_state(s, STATE_DOUBLE_QUOTE);
	else if (c == '\'')
		open_state(s, STATE_SINGLE_QUOTE);
	else if (c == '{' || c == '}')
		scan_brace(s, c);
	else if (c == '*' || c == '+')
		fail(s, s->line, "\"*\" or \"+\" outside of quotes; write such a value in quotes");
	else if (c == '$' && s->text[s->at + 1] == '{')
		fail(s, s->line, "environment variables are not used here; write the value");
}

static void
scan_double_quote(struct scan *s)
{
	const char c = s->text[s->at], next = s->text[s->at + 1];

	if (c == '"') {
		s->state = STATE_PLAIN;
	} else if (c == '$' && next == '{') {
		fail(s, s->line, "environment variables are not used here; write the value");
	} else if (c == '\\') {
		if (next != '"' && next != '\\' && next != '$')
			fail(s, s->line,
			    "a backslash that quotes nothing; write it twice, or use 'single "
			    "quotes'");
		s->at += next != '\0';
	} else if (c == '\n') {
		fail(s, s->opened, "the quote that opens here does not close in its line");
	}
}

static void
scan_single_quote(struct scan *s)
{
	const char c = s->text[s->at], next = s->text[s->at + 1];

	if (c == '\'')
		s->state = STATE_PLAIN;
	else if (c == '\\' && (next == '\'' || next == '\\'))
		s->at++;
	else if (c == '\n')
		fail(s, s->opened, "the quote that opens here does not close in its line");
}

static void
scan_comment(struct scan *s)
{
	const char c = s->text[s->at];

	if (s->state == STATE_LINE_COMMENT && c == '\n') {
		s->state = STATE_PLAIN;
	} else if (s->state == STATE_BLOCK_COMMENT && c == '*' && s->text[s->at + 1] == '/') {
		blank(s, 2);
		s->at++;
		s->state = STATE_PLAIN;
	} else if (c != '\n') {
		blank(s, 1);
	}
}

static void
scan_octet(struct scan *s)
{
	switch (s->state) {
	case STATE_PLAIN:
		scan_plain(s);
		break;
	case STATE_DOUBLE_QUOTE:
		scan_double_quote(s);
		break;
	case STATE_SINGLE_QUOTE:
		scan_single_quote(s);
		break;
	case STATE_LINE_COMMENT:
	case STATE_BLOCK_COMMENT:
		scan_comment(s);
		break;
	}
}

static void
check_end(struct scan *s)
{
	if (s->state == STATE_BLOCK_COMMENT)
		fail(s, s->opened, "the comment that opens here does not close; add \"*/\"");
	if (s->state == STATE_DOUBLE_QUOTE || s->state == STATE_SINGLE_QUOTE)
		fail(s, s->opened, "the quote that opens here does not close in its line");
	if (s->brace_depth > 0)
		fail(s, s->brace_opened, "the section that opens here does not close; add \"}\"");
}

/* CR of a file from elsewhere ends a line with its LF; all other controls have no place here. */
static void
check_control(struct scan *s)
{
	const char c = s->text[s->at];

	if (c == '\r' && s->text[s->at + 1] == '\n')
		blank(s, 1);
	else if ((uint8_t)c == 0x7f || ((uint8_t)c < 0x20 && c != '\n' && c != '\t'))
		fail(s, s->line, "a control character; remove it");
}

char *
config_text_prepare(struct slice in, struct config_report *report)
{
	struct scan s = { .line = 1 };

	if (in.len > CONFIG_TEXT_MAX) {
		config_report_add(
		    report, 0, "", NULL, NULL, "is larger than 2 MiB; make it smaller");
		return NULL;
	}
	s.text = xmalloc(in.len + 1);
	if (in.len > 0)
		memcpy(s.text, in.ptr, in.len);
	s.text[in.len] = '\0';
	for (; s.at < in.len && s.error == NULL; s.at++) {
		check_control(&s);
		scan_octet(&s);
		s.line += s.text[s.at] == '\n';
	}
	check_end(&s);
	if (s.error == NULL)
		return s.text;
	config_report_add(report, s.error_line, "", NULL, NULL, s.error);
	free(s.text);
	return NULL;
}
