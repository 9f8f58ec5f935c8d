/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.h - a dialog file: the wire in words, with what the server's other parts answer.
 *
 *   # ...       a comment
 *
 *   C: text     the client sends text and CRLF; \r \n \0 \\ \xHH are octets, \*9x is nine x
 *
 *   c: text     the same without CRLF
 *
 *   S: text     the server's next line is exactly this
 *
 *   s: text     the server's next line begins with this
 *
 *   T: text     the next line of the message that `! store` will see
 *
 *   ! word ...  a directive; dialog.c lists them
 *
 *   ! include x the lines of x, a file in the same folder
 *
 * Client lines wait until a line that is not one of them: so several in a row are pipelined.
 */
#ifndef DIALOG_SCRIPT_H
#define DIALOG_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/* Files that one dialog may be made of; an included one counts each time. */
enum { SCRIPT_FILES_MAX = 64 };

struct script_line {
	char kind;        /* 'C', 'c', 'S', 's', 'T' or '!' */
	struct buf text;  /* escapes resolved */
	const char *file; /* borrowed from the script */
	unsigned number;
};

struct script {
	struct script_line *lines;
	size_t count;
	char *names[SCRIPT_FILES_MAX]; /* of the file and those it includes */
	size_t name_count;
};

/* Reads a file and what it includes. Ends the process on nonsense. */
struct script script_read(const char *path);
void script_done(struct script *s);

#endif
