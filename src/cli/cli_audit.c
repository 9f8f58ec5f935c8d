/* SPDX-License-Identifier: Apache-2.0 */
/* cli_audit.c - sallyport audit: the security of a submission service, as a list of findings */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/report.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/terminal.h"
#include "net/address.h"
#include "util/port.h"

enum { REPORT_MAX = 1024 * 1024 };

/* As they stand on the command line. */
struct words {
	const char *port, *tls_port, *only, *skip, *fail_on, *guesses;
	struct cli_secret_source password;
	bool is_json, is_verbose, wants_smuggling, wants_list;
};

struct task {
	struct audit_options options;
	enum audit_severity fail_on;
	struct secret password;
	bool is_json;
};

/* word: what is wrong; NULL: a combination is. */
static int
refuse(const char *why, const char *word)
{
	if (word == NULL)
		cli_complain("%s", why);
	else
		cli_complain("\"%s\": %s", word, why);
	return EX_USAGE;
}

static bool
read_number(const char *text, uint64_t max, uint64_t *ret_number)
{
	return slice_to_u64(slice_of(text), max, ret_number);
}

static int
read_port(const char *text, uint16_t usual, uint16_t *ret_port)
{
	uint64_t number = usual;

	if (text != NULL && !read_number(text, UINT16_MAX, &number))
		return refuse("no port; 0 leaves one out", text);
	*ret_port = (uint16_t)number;
	return CLI_GO;
}

/* "tls,relay" as a set. */
static int
read_checks(const char *text, unsigned *ret_checks)
{
	struct slice rest = slice_of(text);

	*ret_checks = 0;
	while (rest.len > 0) {
		const size_t len = slice_find(rest, ',');
		enum audit_check check;

		if (!audit_check_read(slice_first(rest, len), &check))
			return refuse("a check of that name is not there; see --help", text);
		*ret_checks |= 1U << check;
		rest = slice_after(rest, len < rest.len ? len + 1 : len);
	}
	return CLI_GO;
}

static int
choose_checks(const struct words *w, struct task *t)
{
	unsigned checks = AUDIT_CHECKS_USUAL, skipped = 0;
	int r = CLI_GO;

	if (w->only != NULL)
		r = read_checks(w->only, &checks);
	if (r == CLI_GO && w->skip != NULL)
		r = read_checks(w->skip, &skipped);
	checks = (checks & ~skipped & ~AUDIT_CHECKS_OPT_IN) | 1U << AUDIT_CHECK_PORTS;
	if (w->wants_smuggling)
		checks |= 1U << AUDIT_CHECK_SMUGGLING;
	if (t->options.guess_count > 0)
		checks |= 1U << AUDIT_CHECK_GUESSING;
	t->options.checks = checks;
	return r;
}

static int
read_severity(const struct words *w, struct task *t)
{
	t->fail_on = AUDIT_MEDIUM;
	if (w->fail_on != NULL && !audit_severity_read(w->fail_on, &t->fail_on))
		return refuse("no severity; there are: info low medium high critical", w->fail_on);
	return CLI_GO;
}

static int
read_guesses(const struct words *w, struct task *t)
{
	uint64_t number = 0;

	if (w->guesses != NULL && !read_number(w->guesses, AUDIT_GUESSES_MAX, &number))
		return refuse("no number up to 10", w->guesses);
	t->options.guess_count = (unsigned)number;
	return CLI_GO;
}

/* What goes into commands must not end them. */
static bool
is_harmless(const char *text)
{
	return text == NULL || strcspn(text, "\r\n<> \t") == strlen(text);
}

static int
check_words(const struct words *w, const struct audit_options *o)
{
	const char *const all[] = { o->host, o->domain, o->selector, o->relay_to, o->user, o->from,
		o->to };
	struct net_address address;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (!is_harmless(all[i]))
			return refuse("a character that no address has", all[i]);
	if (o->address != NULL && !net_address_parse(o->address, 0, &address))
		return refuse("no address", o->address);
	if (o->v4_only && o->v6_only)
		return refuse("-4 and -6 exclude each other", NULL);
	if (w->wants_smuggling && (o->user == NULL || o->to == NULL))
		return refuse("--smuggling wants --user and --to, both your own", NULL);
	if (o->guess_count > 0 && o->user == NULL)
		return refuse("--brute-force wants --user, an account of your own", NULL);
	if (o->port == 0 && o->tls_port == 0)
		return refuse("--port 0 and --tls-port 0 leave nothing to look at", NULL);
	return CLI_GO;
}

static int
read_words(const struct words *w, struct task *t)
{
	int r = read_port(w->port, PORT_SUBMISSION, &t->options.port);

	if (r == CLI_GO)
		r = read_port(w->tls_port, PORT_SUBMISSIONS, &t->options.tls_port);
	if (r == CLI_GO)
		r = read_severity(w, t);
	if (r == CLI_GO)
		r = read_guesses(w, t);
	if (r == CLI_GO)
		r = choose_checks(w, t);
	if (r == CLI_GO)
		r = check_words(w, &t->options);
	/* Only a smuggling test logs in; wrong passwords are made up. */
	if (r == CLI_GO && w->wants_smuggling && !t->options.is_dry)
		r = cli_secret_read(&w->password, &t->password);
	t->options.password = secret_slice(&t->password);
	t->is_json = w->is_json;
	return r;
}

static void
print_line(void *arg, const char *text)
{
	(void)fprintf(arg, "%s\n", text);
}

static void
print_result(const struct task *t, const struct audit_result *result)
{
	bool has_colours = false;
	struct buf out;

	if (t->is_json) {
		json_t *json = audit_report_json(&t->options, result);

		if (json_dumpf(json, stdout, JSON_INDENT(2)) == 0)
			(void)putchar('\n');
		json_decref(json);
		return;
	}
	buf_init(&out, REPORT_MAX);
	(void)cli_terminal_colours(NULL, &has_colours);
	audit_report_text(&t->options, result, has_colours, &out);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
}

static int
exit_code(const struct task *t, const struct audit_result *result)
{
	if (result->is_name_unknown)
		return EX_NOHOST;
	if (!result->is_reachable)
		return EX_UNAVAILABLE;
	for (int i = (int)t->fail_on; i < AUDIT_SEVERITY_COUNT; i++)
		if (audit_findings_count(&result->findings, (enum audit_severity)i) > 0)
			return EXIT_FAILURE;
	return result->is_complete ? EX_OK : EX_TEMPFAIL;
}

static int
run(struct task *t)
{
	struct audit_result result;
	struct buf error;
	int r;

	/* A server that hangs up while we write is no reason to die; a reader of ours is. */
	if (!t->options.is_dry)
		(void)signal(SIGPIPE, SIG_IGN);
	buf_init(&error, 1024);
	r = audit_run(&t->options, &result, &error);
	(void)signal(SIGPIPE, SIG_DFL);
	if (r != 0) {
		cli_complain("%.*s", (int)error.len, (const char *)error.ptr);
		r = r == -EINVAL ? EX_USAGE : EX_OSERR;
	} else if (t->options.is_dry) {
		r = cli_flush();
	} else {
		print_result(t, &result);
		r = cli_flush();
		r = r == EX_OK ? exit_code(t, &result) : r;
	}
	audit_result_done(&result);
	buf_done(&error);
	return r;
}

static int
list_findings(void)
{
	struct buf out;

	buf_init(&out, REPORT_MAX);
	audit_report_kinds(&out);
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&out);
	return cli_flush();
}

static const char synopsis[] = "sallyport audit [options] HOST | --list-findings";
static const char help[] =
    "Looks at the security of a mail submission service from outside and prints what\n"
    "it finds, each with its severity, what was seen, how to mend it and where it is\n"
    "written; and a grade. No message is sent, no password is said in the clear, and\n"
    "at most 3 connections are open at a time. One login is tried, within TLS, with a\n"
    "name and a password that are made up (--skip nobody: none); no more than one\n"
    "fails.\n"
    "\n"
    "Grade: F with a critical finding or three that are high, D with one or two\n"
    "high, C with two medium, B with one medium or four low, A with one to three\n"
    "low, A+ with none but info. At most B when not all could be seen, and none\n"
    "with --only or --skip.\n"
    "Checks: ports clear login starttls tls certificate relay users leaks nobody dns\n"
    "sender\n"
    "Exit code: 0 nothing at or above --fail-on; 1 findings; 64 wrong command line;\n"
    "68 no such name; 69 no port answers; 75 not all could be seen.";

int
cli_audit(int argc, char **argv)
{
	char hostname[CLI_HOSTNAME_SIZE];
	struct words w = { .password = { .prompt = "Password: " } };
	struct task t = { .options = { .hostname = hostname } };
	struct audit_options *o = &t.options;
	const struct cli_option options[] = {
		{ '4', "ipv4", NULL, "IPv4 only", NULL, &o->v4_only },
		{ '6', "ipv6", NULL, "IPv6 only", NULL, &o->v6_only },
		{ 'n', "dry-run", NULL, "print what would be done, do nothing", NULL, &o->is_dry },
		{ '\0', "json", NULL, "print JSON", NULL, &w.is_json },
		{ 'v', "verbose", NULL, "print all that is said", NULL, &w.is_verbose },
		{ '\0', "only", "CHECKS", "these checks, with commas between", &w.only, NULL },
		{ '\0', "skip", "CHECKS", "all checks but these", &w.skip, NULL },
		{ '\0', "fail-on", "SEVERITY", "exit code 1 from there on (medium)", &w.fail_on,
		    NULL },
		{ '\0', "port", "PORT", "with STARTTLS (587); 0: none", &w.port, NULL },
		{ '\0', "tls-port", "PORT", "with TLS from the start (465); 0: none", &w.tls_port,
		    NULL },
		{ '\0', "resolver", "ADDRESS", "ask this DNS server", &o->resolver, NULL },
		{ '\0', "address", "ADDRESS", "look at this one of the host's", &o->address, NULL },
		{ '\0', "ca-file", "FILE", "trust the authorities in FILE", &o->ca_file, NULL },
		{ '\0', "domain", "DOMAIN", "the sender's domain", &o->domain, NULL },
		{ '\0', "selector", "NAME", "of the domain's DKIM key", &o->selector, NULL },
		{ '\0', "relay-to", "ADDRESS", "must not be relayed to", &o->relay_to, NULL },
		{ '\0', "user", "NAME", "an account of your own", &o->user, NULL },
		{ '\0', "password-file", "FILE", "its password is the first line", &w.password.file,
		    NULL },
		{ '\0', "password-env", "VARIABLE", "its password is in the environment",
		    &w.password.variable, NULL },
		{ '\0', "from", "ADDRESS", "your address, if not that of --user", &o->from, NULL },
		{ '\0', "to", "ADDRESS", "a mailbox of your own", &o->to, NULL },
		{ '\0', "smuggling", NULL, "try wrong ends of messages", NULL, &w.wants_smuggling },
		{ '\0', "list-findings", NULL, "print all there can be, and end", NULL,
		    &w.wants_list },
		{ '\0', "brute-force", "N", "try N wrong passwords, up to 10", &w.guesses, NULL },
		{ .name = NULL },
	};
	const struct cli_usage usage = { synopsis, help, options, 0, 1 };
	int count, code = cli_parse(&usage, argc, argv, &count);

	if (code != CLI_GO)
		return code;
	if (w.wants_list)
		return list_findings();
	if (count == 0 || argv[1][0] == '\0')
		return refuse("a host is wanted", NULL);
	cli_hostname(hostname);
	o->host = argv[1];
	code = read_words(&w, &t);
	if (o->is_dry || w.is_verbose) {
		o->on_line = print_line;
		o->arg = o->is_dry ? stdout : stderr;
	}
	if (code == CLI_GO)
		code = run(&t);
	secret_done(&t.password);
	return code;
}
