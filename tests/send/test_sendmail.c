/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "send/sendmail.h"
#include "smtp/rcpt_params.h"

enum { WORDS_MAX = 10, WORD_SIZE = 64 };

static const struct line_case {
	const char *name;
	const char *words[WORDS_MAX];
	struct send_sendmail line;
	const char *recipients; /* with a space after each */
} cases[] = {
	{ "recipients alone", { "a@x", "b@x" }, { 0 }, "a@x b@x " },
	{ "cron", { "-FCronDaemon", "-i", "-odi", "-oem", "-oi", "-t", "-f", "root" },
	    { .takes_header_recipients = true,
		.takes_dots = true,
		.full_name = "CronDaemon",
		.sender = "root" },
	    "" },
	{ "php", { "-t", "-i", "-fa@x" },
	    { .takes_header_recipients = true, .takes_dots = true, .sender = "a@x" }, "" },
	{ "letters together", { "-tif", "a@x", "b@x" },
	    { .takes_header_recipients = true, .takes_dots = true, .sender = "a@x" }, "b@x " },
	{ "path with brackets", { "-f<a@x>", "b@x" }, { .sender = "a@x" }, "b@x " },
	{ "null path", { "-f", "<>", "b@x" }, { .sender = "" }, "b@x " },
	{ "empty null path", { "-f", "", "b@x" }, { .sender = "" }, "b@x " },
	{ "old sender", { "-r", "a@x", "b@x" }, { .sender = "a@x" }, "b@x " },
	{ "end of options", { "-i", "--", "-t" }, { .takes_dots = true }, "-t " },
	{ "a dash is a recipient", { "-" }, { 0 }, "- " },
	{ "reports", { "-N", "success,DELAY", "-Rhdrs", "-V", "id1", "a@x" },
	    { .notify = SMTP_NOTIFY_SUCCESS | SMTP_NOTIFY_DELAY,
		.ret = SMTP_RET_HDRS,
		.envid = "id1" },
	    "a@x " },
	{ "no reports", { "-Nnever", "-R", "full" },
	    { .notify = SMTP_NOTIFY_NEVER, .ret = SMTP_RET_FULL }, "" },
	{ "SMTP", { "-bs" }, { .mode = SEND_SENDMAIL_SMTP }, "" },
	{ "message", { "-bm", "a@x" }, { 0 }, "a@x " },
	{ "queue", { "-bp" }, { .mode = SEND_SENDMAIL_QUEUE }, "" },
	{ "aliases", { "-bi" }, { .mode = SEND_SENDMAIL_NOTHING }, "" },
	{ "queue run", { "-q30m" }, { .mode = SEND_SENDMAIL_NOTHING }, "" },
	{ "queue run alone", { "-q", "a@x" }, { .mode = SEND_SENDMAIL_NOTHING }, "a@x " },
	{ "other options",
	    { "-B", "8BITMIME", "-O", "x=y", "-Gnm", "-h5", "-Xlog", "-L", "t", "a" }, { 0 },
	    "a " },
	{ "verbose", { "-v", "-C/f", "a" }, { .is_verbose = true, .config = "/f" }, "a " },
};

static struct send_sendmail
parse(const char *const *words, char (*store)[WORD_SIZE], bool *ok, struct buf *error)
{
	static char *argv[WORDS_MAX + 1];
	struct send_sendmail line = { 0 };
	int argc = 1;

	argv[0] = store[0];
	for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++) {
		(void)snprintf(store[argc], WORD_SIZE, "%s", words[argc - 1]);
		argv[argc] = store[argc];
	}
	*ok = send_sendmail_parse(argc, argv, &line, error);
	return line;
}

static void
check_text(const char *name, const char *got, const char *expected)
{
	if ((got == NULL) != (expected == NULL) || (got != NULL && strcmp(got, expected) != 0))
		fail_msg("%s: '%s', expected '%s'", name, got == NULL ? "NULL" : got,
		    expected == NULL ? "NULL" : expected);
}

static void
check_case(const struct line_case *t)
{
	char store[WORDS_MAX + 1][WORD_SIZE] = { "sendmail" }, joined[128] = "";
	struct send_sendmail line;
	struct buf error;
	bool ok;

	buf_init(&error, 256);
	line = parse(t->words, store, &ok, &error);
	if (!ok)
		fail_msg("%s: refused: %.*s", t->name, (int)error.len, (const char *)error.ptr);
	if (line.mode != t->line.mode ||
	    line.takes_header_recipients != t->line.takes_header_recipients ||
	    line.takes_dots != t->line.takes_dots || line.is_verbose != t->line.is_verbose ||
	    line.notify != t->line.notify || line.ret != t->line.ret)
		fail_msg("%s: other flags", t->name);
	check_text(t->name, line.sender, t->line.sender);
	check_text(t->name, line.full_name, t->line.full_name);
	check_text(t->name, line.envid, t->line.envid);
	check_text(t->name, line.config, t->line.config);
	for (int i = 0; i < line.recipient_count; i++)
		(void)snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s ",
		    line.recipients[i]);
	check_text(t->name, joined, t->recipients);
	buf_done(&error);
}

static void
test_a_command_line_is_read_as_sendmail_reads_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_case(&cases[i]);
}

static void
test_what_cannot_be_is_refused_with_words(void **state)
{
	static const struct {
		const char *words[3], *error;
	} bad[] = {
		{ { "-k" }, "there is no option -k" },
		{ { "-tk" }, "there is no option -k" },
		{ { "-f" }, "-f takes an argument" },
		{ { "-bd" }, "there is no mode -bd here; there are -bm, -bs, -bp and -bi" },
		{ { "-N", "never,delay" }, "-N takes \"never\", or \"success\", \"failure\" and "
					   "\"delay\" with commas, not "
					   "\"never,delay\"" },
		{ { "-R", "some" }, "-R takes \"full\" or \"hdrs\", not \"some\"" },
		{ { "--help" }, "there is no option --" },
	};
	char store[WORDS_MAX + 1][WORD_SIZE] = { "sendmail" };
	struct buf error;
	bool ok;

	(void)state;
	buf_init(&error, 256);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		buf_clear(&error);
		(void)parse(bad[i].words, store, &ok, &error);
		assert_false(ok);
		assert_int_equal(error.len, strlen(bad[i].error));
		assert_memory_equal(error.ptr, bad[i].error, error.len);
	}
	buf_done(&error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_command_line_is_read_as_sendmail_reads_it),
		cmocka_unit_test(test_what_cannot_be_is_refused_with_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
