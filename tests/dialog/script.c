/* SPDX-License-Identifier: Apache-2.0 */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/alloc.h"

enum { TEXT_MAX = 1 << 20 };

_Noreturn static void
give_up(const char *path, unsigned number, const char *why)
{
	(void)fprintf(stderr, "%s:%u: %s\n", path, number, why);
	_exit(2);
}

/* One escape after its backslash; returns how many characters of it there were. */
static size_t
add_escape(struct buf *out, const char *at)
{
	char hex[3] = { 0 };

	switch (at[0]) {
	case 'r':
		buf_add_octet(out, '\r');
		return 1;
	case 'n':
		buf_add_octet(out, '\n');
		return 1;
	case '0':
		buf_add_octet(out, '\0');
		return 1;
	case 'x':
		memcpy(hex, at + 1, 2);
		buf_add_octet(out, (uint8_t)strtoul(hex, NULL, 16));
		return 3;
	default:
		buf_add_octet(out, (uint8_t)at[0]);
		return 1;
	}
}

/* "\*1000x" is a thousand of x, so that limits need no long lines. */
static size_t
add_repeat(struct buf *out, const char *at)
{
	char *end;
	unsigned long count = strtoul(at + 1, &end, 10);

	for (unsigned long i = 0; i < count; i++)
		buf_add_octet(out, (uint8_t)*end);
	return (size_t)(end - at) + 1;
}

static void
add_text(struct buf *out, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] != '\\')
			buf_add_octet(out, (uint8_t)text[i]);
		else if (text[i + 1] == '*')
			i += add_repeat(out, text + i + 1);
		else
			i += add_escape(out, text + i + 1);
	}
}

static void
add_line(struct script *s, char *text, const char *file, unsigned number)
{
	struct script_line *line;
	size_t len = strlen(text);

	if (text[0] == '#' || len == 0)
		return;
	if (strchr("CcSsT!", text[0]) == NULL || (text[0] != '!' && text[1] != ':'))
		give_up(file, number, "not a line of a dialog");
	s->lines = xrealloc(s->lines, (s->count + 1) * sizeof s->lines[0]);
	line = &s->lines[s->count++];
	*line = (struct script_line){ .kind = text[0], .file = file, .number = number };
	buf_init(&line->text, TEXT_MAX);
	text += text[0] == '!' ? 1 : 2;
	add_text(&line->text, text[0] == ' ' ? text + 1 : text);
	if (line->kind == '!')
		buf_add_octet(&line->text, '\0');
	if (line->kind == 'C' || line->kind == 'T')
		buf_add_text(&line->text, "\r\n");
}

static char *
sibling(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1, size = len + strlen(name) + 1;
	char *out = xmalloc(size);

	memcpy(out, path, len);
	memcpy(out + len, name, strlen(name) + 1);
	return out;
}

static void
read_file(struct script *s, char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	unsigned number = 0;

	if (f == NULL || s->name_count == sizeof s->names / sizeof s->names[0])
		give_up(path, 0, "cannot be read");
	s->names[s->name_count++] = path;
	while ((len = getline(&text, &size, f)) > 0) {
		number++;
		if (text[len - 1] == '\n')
			text[len - 1] = '\0';
		if (strncmp(text, "! include ", 10) == 0)
			read_file(s, sibling(path, text + 10));
		else
			add_line(s, text, path, number);
	}
	free(text);
	(void)fclose(f);
}

struct script
script_read(const char *path)
{
	struct script s = { 0 };

	read_file(&s, xstrdup(path));
	return s;
}

void
script_done(struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		buf_done(&s->lines[i].text);
	free(s->lines);
	for (size_t i = 0; i < s->name_count; i++)
		free(s->names[i]);
}
