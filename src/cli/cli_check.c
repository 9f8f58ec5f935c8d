/* SPDX-License-Identifier: Apache-2.0 */
/* cli_check.c - sallyport check: is a host's submission in order, and if not, whose fault is it? */
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_options.h"
#include "cli/check_show.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "doctor/changes.h"
#include "doctor/check.h"
#include "doctor/report.h"
#include "doctor/verdict.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/rand.h"

enum { ERROR_SIZE = 512, CHANGES_SIZE = 65536, MS_PER_S = 1000 };

/* A message that is sent again is another one, with a date and a Message-ID of its own. */
static void
write_message(
    const struct check_options *o, struct buf *message, struct doctor_check_options *check)
{
	if (!o->is_message_own || check->to == NULL)
		return;
	check_message_write(check->from, check->to, clock_unix_ms(), rand_u64(), message);
	check->message = buf_slice(message);
}

static int
run_one(const struct check_options *o, const struct check_target *target,
    struct doctor_facts *ret_facts)
{
	struct doctor_check_options check = o->check;
	struct buf error, message;
	int r;

	buf_init(&error, ERROR_SIZE);
	buf_init(&message, CLI_CHECK_MESSAGE_MAX);
	write_message(o, &message, &check);
	if (!o->is_network)
		check.host = target->host;
	if (!o->is_network && target->port != 0) {
		check.ports = &target->port;
		check.port_count = 1;
	}
	r = o->is_network ? doctor_check_network(&check, ret_facts, &error)
			  : doctor_check(&check, ret_facts, &error);
	if (check.on_progress != NULL)
		check.on_progress(check.arg, NULL);
	if (r != 0)
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	buf_done(&message);
	if (r == -EINVAL)
		return EX_NOINPUT;
	return r == 0 ? CLI_GO : EX_OSERR;
}

/* Of two codes: what is broken before what cannot be told, before what is broken in part. */
static int
worse(int a, int b)
{
	static const int mild[] = { DOCTOR_EXIT_FINE, DOCTOR_EXIT_PARTIAL,
		DOCTOR_EXIT_INCONCLUSIVE };

	for (size_t i = 0; i < sizeof mild / sizeof mild[0]; i++) {
		if (a == mild[i])
			return b;
		if (b == mild[i])
			return a;
	}
	return a;
}

/* Was a login tried that came to nothing? What can pass (4yz) is no reason to stop. */
static bool
has_failed_login(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct probe_stage_fact *s =
		    &facts->probes[i].dialog.stages[PROBE_STAGE_AUTH];

		if (s->end > PROBE_STAGE_PASSED && s->code / 100 != 4)
			return true;
	}
	return false;
}

/* Hosts may share their users, and a second failure lock the account. */
static void
stop_logging_in(struct check_options *o)
{
	cli_complain("the login failed, and is not tried at the hosts that follow: more of them "
		     "could lock the account");
	o->check.user = NULL;
	o->check.to = NULL;
}

static int
check_one(struct check_options *o, size_t index, json_t *rows)
{
	const struct check_target *target = &o->targets[index];
	struct doctor_verdict *verdict = xcalloc(1, sizeof *verdict);
	struct doctor_facts *facts = xcalloc(1, sizeof *facts);
	int r = run_one(o, target, facts);

	if (r == CLI_GO) {
		doctor_judge(facts, verdict);
		r = check_show(o, facts, verdict, rows);
		doctor_verdict_done(verdict);
		if (index + 1 < o->target_count && has_failed_login(facts))
			stop_logging_in(o);
	}
	doctor_facts_done(facts);
	free(facts);
	free(verdict);
	return r;
}

static int
check_all(struct check_options *o)
{
	json_t *rows = o->form == CHECK_JSON && o->target_count > 1 ? json_array() : NULL;
	int code = DOCTOR_EXIT_FINE;

	if (o->is_network)
		code = check_one(o, 0, rows);
	for (size_t i = 0; i < o->target_count; i++) {
		if (i != 0 && o->form == CHECK_TEXT)
			(void)putchar('\n');
		code = worse(code, check_one(o, i, rows));
	}
	if (rows != NULL && json_dumpf(rows, stdout, DOCTOR_REPORT_JSON_FLAGS) == 0)
		(void)putchar('\n');
	json_decref(rows);
	return cli_flush() == EX_OK ? code : EX_IOERR;
}

/* A host while it is watched. */
struct watched {
	json_t *report; /* the last one; NULL: none yet */
	int code;
	bool has_failed_login;
};

/* The answer at first, then what differs; nothing when nothing does. */
static void
tell_difference(struct watched *w, const struct doctor_verdict *verdict, json_t *now)
{
	char when[CLI_WORDS_SIZE];
	struct buf lines;

	buf_init(&lines, CHANGES_SIZE);
	cli_words_time(clock_unix_ms(), when);
	(void)buf_addf(&lines, "%s ", when);
	check_show_sentence(verdict, &lines);
	if (w->report == NULL || doctor_changes(w->report, now, &lines) != 0)
		(void)fwrite(lines.ptr, 1, lines.len, stdout);
	buf_done(&lines);
	json_decref(w->report);
	w->report = now;
	w->code = (int)verdict->exit;
}

static void
watch_one(const struct check_options *o, const struct check_target *target, struct watched *w)
{
	struct doctor_verdict *verdict = xcalloc(1, sizeof *verdict);
	struct doctor_facts *facts = xcalloc(1, sizeof *facts);

	if (run_one(o, target, facts) == CLI_GO) {
		doctor_judge(facts, verdict);
		tell_difference(w, verdict, doctor_report_json(facts, verdict));
		w->has_failed_login = has_failed_login(facts);
		doctor_verdict_done(verdict);
	}
	doctor_facts_done(facts);
	free(facts);
	free(verdict);
}

/* False: it must not go on. */
static bool
watch_all(const struct check_options *o, struct watched *states, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		watch_one(o, &o->targets[i], &states[i]);
		if (states[i].has_failed_login) {
			cli_complain("the login failed, so the watch ends: more of them could lock "
				     "the account");
			return false;
		}
	}
	return true;
}

static int
watch(const struct check_options *o)
{
	struct watched states[CLI_CHECK_HOSTS_MAX] = { 0 };
	const size_t count = o->is_network ? 1 : o->target_count;
	int code = DOCTOR_EXIT_FINE;

	for (uint64_t round = 0; o->count == 0 || round < o->count; round++) {
		if (round != 0)
			(void)poll(NULL, 0, (int)o->watch_s * MS_PER_S);
		if (!watch_all(o, states, count) || cli_flush() != EX_OK)
			break;
	}
	for (size_t i = 0; i < count; i++) {
		code = worse(code, states[i].code);
		json_decref(states[i].report);
	}
	return code;
}

static int
check(const struct check_words *words, char *const *hosts, int host_count)
{
	struct check_options *o = xcalloc(1, sizeof *o);
	int code = check_options_read(words, hosts, host_count, o);

	if (o->is_transcript)
		o->check.on_line = check_show_line;
	else if (o->form == CHECK_TEXT && cli_terminal_has_progress())
		o->check.on_progress = check_show_progress;
	if (code == CLI_GO)
		code = o->watch_s == 0 ? check_all(o) : watch(o);
	check_options_done(o);
	free(o);
	return code;
}

#define TEXT                                                                                       \
	"Finds out whether mail can be submitted to HOST: names, ports 587, 465, 25 and\n"         \
	"2525 (or PORT) of all addresses, who blocks them and where, TLS, certificate,\n"          \
	"login. Prints the answer first, then what each reader can do, then the\n"                 \
	"evidence. Opens at most three connections at a time, and sends nothing that\n"            \
	"changes anything, unless --user or --to ask for it. See sallyport-check(1) for\n"         \
	"exit codes."

int
cli_check(int argc, char **argv)
{
	struct check_words w = { 0 };
	const struct cli_option options[] = {
		{ '4', "ipv4", NULL, "try IPv4 addresses only", NULL, &w.v4 },
		{ '6', "ipv6", NULL, "try IPv6 addresses only", NULL, &w.v6 },
		{ 'p', "port", "LIST", "try these ports: 587,465", &w.port, NULL },
		{ 'n', "network", NULL, "judge this network, by reference hosts", NULL,
		    &w.network },
		{ 'u', "user", "NAME", "log in, once", &w.user, NULL },
		{ '\0', "password-file", "FILE", "its first line is the password", &w.password_file,
		    NULL },
		{ '\0', "password-env", "NAME", "the password is in that variable", &w.password_env,
		    NULL },
		{ '\0', "auth", "MECHANISM", "log in with it", &w.mechanism, NULL },
		{ '\0', "from", "ADDRESS", "the sender; --user without it", &w.from, NULL },
		{ '\0', "to", "ADDRESS", "submit a test message to it", &w.to, NULL },
		{ '\0', "message", "FILE", "submit this one; - is standard input", &w.message,
		    NULL },
		{ '\0', "hostname", "NAME", "what to say in EHLO", &w.hostname, NULL },
		{ '\0', "ca-file", "FILE", "trust these authorities (PEM)", &w.ca_file, NULL },
		{ '\0', "resolver", "ADDRESS", "ask this name server", &w.resolver, NULL },
		{ '\0', "control", "HOSTS", "compare with these, a,b:587", &w.control, NULL },
		{ '\0', "reference-hosts", "FILE", "use that list of hosts to compare with",
		    &w.reference_hosts, NULL },
		{ '\0', "timeout", "SECONDS", "take at most that long for a host (10)", &w.timeout,
		    NULL },
		{ '\0', "connections", "COUNT", "at most so many at a time (3)", &w.connections,
		    NULL },
		{ 'q', "quiet", NULL, "print the answer alone", NULL, &w.quiet },
		{ '\0', "json", NULL, "print JSON", NULL, &w.json },
		{ '\0', "nagios", NULL, "print a line for Nagios, with its exit code", NULL,
		    &w.nagios },
		{ '\0', "letter", NULL, "print a letter to who can help", NULL, &w.letter },
		{ '\0', "html", "FILE", "write a page, too", &w.html, NULL },
		{ '\0', "color", "WHEN", "auto, always or never", &w.color, NULL },
		{ 't', "transcript", NULL, "print what is said, to standard error", NULL,
		    &w.transcript },
		{ 'w', "watch", "SECONDS", "repeat, and print what changes", &w.watch, NULL },
		{ '\0', "count", "COUNT", "end --watch after that many times", &w.count, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = { "sallyport check [OPTIONS] HOST[:PORT] ... | --network",
		TEXT, options, 0, INT32_MAX };
	int count;
	const int code = cli_parse(&usage, argc, argv, &count);

	return code == CLI_GO ? check(&w, argv + 1, count) : code;
}
