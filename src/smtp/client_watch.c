/* SPDX-License-Identifier: Apache-2.0 */
/* What a watcher of the connection hears. */
#include "smtp/client_internal.h"

enum { HIDDEN_LINE_MAX = 128 };

static const char hidden[] = "[hidden]";

static struct slice
without_crlf(struct slice line)
{
	return slice_first(line, line.len < 2 ? 0 : line.len - 2);
}

void
client_show(struct smtp_client *c, size_t len)
{
	const struct smtp_client_watch *w = &c->options.watch;
	struct slice lines = slice_after(buf_slice(&c->out), len);

	while (w->on_command != NULL && lines.len > 0) {
		size_t lf = slice_find(lines, '\n');
		size_t line_len = lf < lines.len ? lf + 1 : lf;

		w->on_command(w->arg, without_crlf(slice_first(lines, line_len)));
		lines = slice_after(lines, line_len);
	}
}

void
client_show_text(struct smtp_client *c, const char *line)
{
	const struct smtp_client_watch *w = &c->options.watch;

	if (w->on_command != NULL)
		w->on_command(w->arg, slice_of(line));
}

void
client_show_hidden(struct smtp_client *c, const char *before)
{
	struct buf line;

	buf_init(&line, HIDDEN_LINE_MAX);
	(void)buf_add_text(&line, before);
	(void)buf_add_text(&line, hidden);
	(void)buf_add_octet(&line, 0);
	client_show_text(c, (const char *)line.ptr);
	buf_done(&line);
}

void
client_show_reply(struct smtp_client *c)
{
	const struct smtp_client_watch *w = &c->options.watch;

	if (w->on_reply != NULL)
		w->on_reply(w->arg, smtp_client_step(c), c->reply.code, buf_slice(&c->reply.text));
}
