/* SPDX-License-Identifier: Apache-2.0 */
/* cli_queue.c - sallyport queue list|show|history */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/queue_view.h"
#include "message/message_id.h"
#include "util/clock.h"

enum {
	HISTORY_COUNT = 100, /* recipients that "history" shows */
	ERROR_MAX = 4096,
};

/* How to show, and what has been shown so far. */
struct view {
	bool is_json, is_details;
	uint64_t now_unix_ms;
	size_t count;
};

static int
explain(int r, const char *path, const struct buf *error)
{
	switch (r) {
	case -EPERM:
	case -EACCES:
		cli_complain("%s belongs to another user; run this as root", path);
		return EX_NOPERM;
	case -EAGAIN:
	case -EBUSY:
		cli_complain("the queue is busy; try again");
		return EX_TEMPFAIL;
	default:
		cli_complain("cannot read the queue: %.*s", (int)error->len,
		    error->len == 0 ? strerrordesc_np(-r) : (const char *)error->ptr);
		return EX_IOERR;
	}
}

/* A queue that was never used is not there yet; then *ret_store is NULL. */
static int
open_directory(const char *path, struct store **ret_store)
{
	struct buf error;
	int r = cli_become_owner(path), code = CLI_GO;

	*ret_store = NULL;
	buf_init(&error, ERROR_MAX);
	if (r == 0)
		r = store_open_reader(path, ret_store, &error);
	if (r < 0 && r != -ENOENT)
		code = explain(r, path, &error);
	buf_done(&error);
	return code;
}

static int
open_queue(const char *config_path, struct store **ret_store)
{
	struct config *c = NULL;
	char *path = NULL;
	int r = cli_load_config(config_path, &c);

	if (r != CLI_GO)
		return r;
	if (asprintf(&path, "%s/queue", c->state_directory) < 0)
		abort();
	config_free(&c);
	r = open_directory(path, ret_store);
	free(path);
	return r;
}

static void
on_message(void *arg, const struct queue_message *m)
{
	struct view *v = arg;

	if (v->is_json) {
		(void)fputs(v->count == 0 || v->is_details ? "" : ",\n", stdout);
		queue_view_print_json(m);
	} else if (v->is_details) {
		queue_view_print_details(m, v->now_unix_ms);
	} else {
		if (v->count == 0)
			queue_view_print_heading();
		queue_view_print_line(m, v->now_unix_ms);
	}
	v->count++;
}

/* What a subcommand does once the queue is open; s is NULL when there is none. Exit code. */
struct query {
	const char *synopsis, *text;
	int argument_count;
	int (*run)(struct view *v, struct store *s, const char *argument);
};

static int
finish(int r)
{
	const struct buf no_words = { 0 };

	return r < 0 ? explain(r, "the queue", &no_words) : cli_flush();
}

static int
print_all(struct view *v, struct store *s,
    int (*each)(struct store *s, queue_view_fn *fn, void *arg), const char *none)
{
	int r;

	(void)fputs(v->is_json ? "[" : "", stdout);
	r = s == NULL ? 0 : each(s, on_message, v);
	(void)fputs(v->is_json ? "]\n" : "", stdout);
	if (r == 0 && v->count == 0 && !v->is_json)
		(void)printf("%s\n", none);
	return finish(r);
}

static int
list(struct view *v, struct store *s, const char *argument)
{
	(void)argument;
	return print_all(v, s, queue_view_each, "The queue is empty.");
}

static int
each_settled(struct store *s, queue_view_fn *fn, void *arg)
{
	return queue_view_history(s, HISTORY_COUNT, fn, arg);
}

static int
history(struct view *v, struct store *s, const char *argument)
{
	(void)argument;
	return print_all(v, s, each_settled, "No message was settled yet.");
}

static int
show(struct view *v, struct store *s, const char *argument)
{
	uint64_t id;
	int r = -ENOENT;

	if (!message_id_parse(slice_of(argument), &id)) {
		cli_complain(
		    "\"%s\" is no queue id; \"sallyport queue list\" shows those there are",
		    argument);
		return EX_USAGE;
	}
	v->is_details = true;
	if (s != NULL)
		r = queue_view_one(s, id, on_message, v);
	if (r == -ENOENT) {
		cli_complain(
		    "there is no message %s, neither in the queue nor in its history", argument);
		return EXIT_FAILURE;
	}
	(void)fputs(r == 0 && v->is_json ? "\n" : "", stdout);
	return finish(r);
}

static int
run_query(const struct query *q, int argc, char **argv)
{
	struct view v = { .now_unix_ms = clock_unix_ms() };
	const char *path = CLI_CONFIG_PATH;
	const struct cli_option options[] = {
		{ 'c', "config", "FILE", "read FILE, not " CLI_CONFIG_PATH, &path, NULL },
		{ '\0', "json", NULL, "print JSON", NULL, &v.is_json },
		{ .name = NULL },
	};
	const struct cli_usage usage = { q->synopsis, q->text, options, q->argument_count,
		q->argument_count };
	struct store *s = NULL;
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code == CLI_GO)
		code = open_queue(path, &s);
	if (code == CLI_GO)
		code = q->run(&v, s, count == 0 ? "" : argv[1]);
	store_close(&s);
	return code;
}

static int
run_list(int argc, char **argv)
{
	static const struct query query = {
		"sallyport queue list [-c FILE] [--json]",
		"Lists the messages that wait, oldest first, each with its recipients, the\n"
		"time of the next try and what was said at the last one.",
		0,
		list,
	};

	return run_query(&query, argc, argv);
}

static int
run_show(int argc, char **argv)
{
	static const struct query query = {
		"sallyport queue show [-c FILE] [--json] ID",
		"Shows one message, also one that was delivered or returned, with what became\n"
		"of it for each recipient. Exit code 1 when there is no such message.",
		1,
		show,
	};

	return run_query(&query, argc, argv);
}

static int
run_history(int argc, char **argv)
{
	static const struct query query = {
		"sallyport queue history [-c FILE] [--json]",
		"Lists the messages that were delivered or returned last, newest first.",
		0,
		history,
	};

	return run_query(&query, argc, argv);
}

static const struct cli_command commands[] = {
	{ "list", "list the messages that wait", run_list },
	{ "show", "show one message and what became of it", run_show },
	{ "history", "list the messages that were settled last", run_history },
	{ NULL, NULL, NULL },
};

int
cli_queue(int argc, char **argv)
{
	return cli_dispatch("sallyport queue", commands, argc, argv);
}
