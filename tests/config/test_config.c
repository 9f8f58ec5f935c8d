/* SPDX-License-Identifier: Apache-2.0 */
/* What config_parse() refuses, and in which words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

#define TLS "tls { certificate = /c.pem key = /k.pem }\n"
#define HOST "hostname = \"mail.example.org\"\n"
#define HOP "next_hop relay { host = smtp.example.net }\n"

/* Base is one line: what follows it begins on line 2. */
static const struct bad_case {
	const char *text, *errors;
} bad_cases[] = {
	/* Names */
	{ SUPPORT_BASE "\nlog_levl = info", "f:2: log_levl: there is no such key; did you mean "
					    "\"log_level\"?\n" },
	{ SUPPORT_BASE "\nlimit { }",
	    "f:2: limit: there is no such key; did you mean \"limits\"?\n" },
	{ SUPPORT_BASE "\nlimits {\n  mesage_size = 5M\n}",
	    "f:3: limits.mesage_size: there is no such key; did you mean \"message_size\"?\n" },
	{ SUPPORT_BASE "\nnext_hop x {\n\n  hots = b\n}",
	    "f:4: next_hop \"x\".hots: there is no such key; did you mean \"host\"?\n" },
	{ SUPPORT_BASE "\ncheck_sender = true",
	    "f:2: check_sender: there is no such key here; it belongs into section \"auth\"\n" },
	{ SUPPORT_BASE "\nauth { hostname = x.y }",
	    "f:2: auth.hostname: there is no such key here; it belongs outside of all sections\n" },
	{ SUPPORT_BASE "\nzzz = 1",
	    "f:2: zzz: there is no such key; see sallyport.conf(5) for those that there are\n" },
	{ SUPPORT_BASE "\nauth {\nhash_cost = 5\nqueue { }\n}",
	    "f:4: auth.queue: there is no such key; \"queue\" is a section of its own: is a \"}\" "
	    "missing above?\n" },
	{ SUPPORT_BASE "\ntls|key = /x",
	    "f:2: key: there is no such key here; it belongs into section \"tls\"\n" },
	/* Twice */
	{ SUPPORT_BASE "\nlog_level = info\nlog_level = debug",
	    "f:3: log_level: is given twice, first in line 2; keep one of them\n" },
	{ SUPPORT_BASE "\ntls { key = /x }",
	    "f:2: tls.key: is given twice, first in line 1; keep one of them\n" },
	{ SUPPORT_BASE "\nnext_hop relay { host = b.example }",
	    "f:2: found duplicate title 'relay'; give each section a title of its own\n" },
	{ SUPPORT_BASE "\nroute \"*\" { next_hop = relay }\nroute a.example { next_hop = relay }\n"
		       "route A.example { next_hop = relay }",
	    "f:4: route \"A.example\": there is another for this domain; keep one of them\n" },
	/* Values */
	{ SUPPORT_BASE "\nlog_level = verbose", "f:2: log_level: \"verbose\" is not one of "
						"\"debug\", \"info\", \"warning\", \"error\"; "
						"write one of them\n" },
	{ SUPPORT_BASE "\nlog_level = inof",
	    "f:2: log_level: \"inof\" is not one of \"debug\", \"info\", \"warning\", \"error\"; "
	    "did you mean \"info\"?\n" },
	{ SUPPORT_BASE "\ntimeouts { command = 5x }",
	    "f:2: timeouts.command: \"5x\" is not a time such as 500ms, 90s, 5m, 4h or 5d; write "
	    "one\n" },
	{ SUPPORT_BASE "\ntimeouts { command = -5m }",
	    "f:2: timeouts.command: \"-5m\" is not a time such as 500ms, 90s, 5m, 4h or 5d; write "
	    "one\n" },
	{ SUPPORT_BASE "\ntimeouts { command = 99999999999999999999d }",
	    "f:2: timeouts.command: \"99999999999999999999d\" is not a time such as 500ms, 90s, "
	    "5m, 4h or 5d; write one\n" },
	{ SUPPORT_BASE "\nlimits { message_size = 50MB }",
	    "f:2: limits.message_size: \"50MB\" is not a size such as 4096, 64K, 50M or 2G; write "
	    "one\n" },
	{ SUPPORT_BASE "\nlimits { recipients = many }",
	    "f:2: limits.recipients: \"many\" is not a number; write one\n" },
	{ SUPPORT_BASE "\nauth { check_sender = maybe }",
	    "f:2: auth.check_sender: \"maybe\" is not true or false; write one of them\n" },
	{ SUPPORT_BASE "\nmessage { trace_client = nobody }",
	    "f:2: message.trace_client: \"nobody\" is not one of \"address\", \"pseudonym\"; "
	    "write one of them\n" },
	{ SUPPORT_BASE "\nlisten old { profile = legacy }",
	    "f:2: listen \"old\".profile: \"legacy\" is not one of \"strict\", "
	    "\"legacy-device\"; write one of them\n" },
	{ SUPPORT_BASE "\nstate_directory = var",
	    "f:2: state_directory: \"var\" is not an absolute path, one that begins with \"/\"; "
	    "write one\n" },
	{ SUPPORT_BASE "\nusers { auth = \"a b\" }",
	    "f:2: users.auth: \"a b\" is not a user name or number; write one\n" },
	{ SUPPORT_BASE "\nlisten x { address = mail.example.org }",
	    "f:2: listen \"x\".address: \"mail.example.org\" is not an IP address such as "
	    "192.0.2.1 or ::; write one\n" },
	{ "hostname = mail\n" TLS HOP,
	    "f:1: hostname: \"mail\" is not a full domain name such as mail.example.org; write "
	    "one\n" },
	/* What is missing */
	{ HOST HOP, "f: tls.certificate: is missing; add a line such as certificate = "
		    "\"/etc/sallyport/tls/certificate.pem\"\n"
		    "f: tls.key: is missing; add a line such as key = "
		    "\"/etc/sallyport/tls/key.pem\"\n" },
	{ HOST HOP "tls {\n key = /k\n}",
	    "f:5: tls.certificate: is missing; add a line such as certificate = "
	    "\"/etc/sallyport/tls/certificate.pem\"\n" },
	{ HOST TLS, "f: next_hop: there is none; add one, such as next_hop \"relay\" { host = "
		    "\"smtp.example.net\" }\n" },
	{ HOST TLS "next_hop a { }",
	    "f:3: next_hop \"a\".host: is missing; add a line such as host = "
	    "\"smtp.example.net\"\n" },
	{ SUPPORT_BASE "\nnext_hop two { host = two.example }",
	    "f: route: there is none for \"*\"; add one, such as route \"*\" { next_hop = "
	    "\"relay\" }\n" },
	{ SUPPORT_BASE "\nroute example.org { next_hop = relay }",
	    "f: route: there is none for \"*\"; add one, such as route \"*\" { next_hop = "
	    "\"relay\" }\n" },
	/* What does not fit together */
	{ SUPPORT_BASE "\nroute \"*\" {\n  next_hop = rely\n}",
	    "f:3: route \"*\".next_hop: there is no next_hop \"rely\"; did you mean \"relay\"?\n" },
	{ SUPPORT_BASE "\nlisten a { port = 587 }\nlisten b { port = 587 }",
	    "f:3: listen \"b\".port: :: port 587 is taken by listen \"a\" already; use another "
	    "port or address\n" },
	{ SUPPORT_BASE "\nlisten a { }\nlisten b { address = 127.0.0.1 }",
	    "f:3: listen \"b\".port: 127.0.0.1 port 587 is taken by listen \"a\" already; use "
	    "another port or address\n" },
	{ SUPPORT_BASE "\nlisten a { address = 10.0.0.1 }\nlisten b { address = 0.0.0.0 }",
	    "f:3: listen \"b\".port: 0.0.0.0 port 587 is taken by listen \"a\" already; use "
	    "another port or address\n" },
	{ SUPPORT_BASE "\ntimeouts { transaction = 1m }",
	    "f:2: timeouts.transaction: is shorter than data; make it at least as long\n" },
	{ SUPPORT_BASE "\nqueue { retry_max = 1m }",
	    "f:2: queue.retry_max: is shorter than retry_min; make it at least as long\n" },
	{ SUPPORT_BASE "\nqueue { lifetime = 1m }",
	    "f:2: queue.lifetime: is shorter than retry_min, so that nothing is tried twice; make "
	    "it longer\n" },
	{ SUPPORT_BASE "\nlimits {\n hold = 1500ms\n deliver_by = 999ms\n}",
	    "f:3: limits.hold: is not in whole seconds; write such a time\n"
	    "f:4: limits.deliver_by: is not in whole seconds; write such a time\n" },
	{ SUPPORT_BASE "\nusers { auth = mail queue = mail }",
	    "f:2: users.queue: is the user of auth too; give each its own\n" },
	{ SUPPORT_BASE "\nnext_hop b { host = unix:/s }",
	    "f:2: next_hop \"b\".host: a local socket is for lmtp only; set protocol to \"lmtp\"\n"
	    "f: route: there is none for \"*\"; add one, such as route \"*\" { next_hop = "
	    "\"relay\" }\n" },
	{ HOST TLS "next_hop b { host = unix:/s protocol = lmtp port = 24 }",
	    "f:3: next_hop \"b\".port: has no meaning for a local socket; remove it\n" },
	{ HOST TLS "next_hop b { host = unix:/s protocol = lmtp tls = required }",
	    "f:3: next_hop \"b\".tls: has no meaning for a local socket; remove it\n" },
	{ HOST TLS "next_hop b { host = b.example auth_user = u }",
	    "f:3: next_hop \"b\".auth_user: has no password; add auth_password_file\n" },
	{ HOST TLS "next_hop b { host = b.example auth_password_file = /p }",
	    "f:3: next_hop \"b\".auth_password_file: has no user name; add auth_user\n" },
	{ HOST TLS "next_hop b { host = b.example auth_user = u\n auth_password_file = /p\n"
		   " tls = opportunistic }",
	    "f:3: next_hop \"b\".auth_user: the password could be read on the way; set tls to "
	    "\"required\" or \"implicit\"\n" },
	/* Titles */
	{ SUPPORT_BASE "\nlisten \"a b\" { }",
	    "f:2: listen \"a b\": is not a title; write at most 64 letters, digits, \"-\", \"_\", "
	    "\".\"\n" },
	{ SUPPORT_BASE "\nroute a..b { next_hop = relay }",
	    "f:2: route \"a..b\": is not a domain; write one, or \"*\" for all others\n" },
	/* Several at once, each with its line */
	{ SUPPORT_BASE "\nlog_level = x\nlimits { recipients = 1\n bad_commands = 0 }",
	    "f:2: log_level: \"x\" is not one of \"debug\", \"info\", \"warning\", \"error\"; "
	    "write "
	    "one of them\n"
	    "f:3: limits.recipients: 1 is too small; write a value from 100 to 10000\n"
	    "f:4: limits.bad_commands: 0 is too small; write a value from 1 to 1000\n" },
	/* Control characters of a file never reach the terminal */
	{ SUPPORT_BASE "\n\"a\tb\" = 1",
	    "f:2: a?b: there is no such key; see sallyport.conf(5) for those that there are\n" },
};

/* Among them a hostname that is none (RFC 5321 §2.3.5, §4.1.4), and a password without TLS (RFC
 * 4954 §14). */
static void
test_each_mistake_is_told_with_line_key_and_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++) {
		const struct bad_case *t = &bad_cases[i];
		struct config *c = NULL;
		char *errors;
		int r = support_try(t->text, strlen(t->text), &c, &errors);

		if (r != -EINVAL || c != NULL || strcmp(errors, t->errors) != 0)
			fail_msg("%s\nreturned %d and said\n%sin place of\n%s", t->text, r, errors,
			    t->errors);
		free(errors);
	}
}

static void
test_every_cut_of_a_config_is_read_or_refused_with_words(void **state)
{
	static const char text[] = "/* c */ hostname = 'mail.example.org' # c\n" TLS
				   "next_hop \"relay\" {\n\thost = \"smtp.example.net\" // c\n}\n"
				   "route \"*\" { next_hop = relay }\n";

	(void)state;
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct config *c = NULL;
		char *errors;
		int r = support_try(text, cut, &c, &errors);

		assert_int_equal(r == 0, errors[0] == '\0');
		assert_int_equal(r == 0, c != NULL);
		config_free(&c);
		free(errors);
	}
}

static void
test_a_refused_text_leaves_nothing_behind_for_the_next(void **state)
{
	static const char *const spoilers[] = { "a = \"", "a = '", "/*", "tls {", "a = \"\\8\"",
		"\"\" = 1", "tls { \"\" = 1 }", "#", "a = ${HOME}" };

	(void)state;
	for (size_t i = 0; i < sizeof spoilers / sizeof spoilers[0]; i++) {
		struct config *c = NULL;
		char *errors;

		assert_int_equal(
		    support_try(spoilers[i], strlen(spoilers[i]), &c, &errors), -EINVAL);
		assert_string_not_equal(errors, "");
		free(errors);
		c = support_parse(SUPPORT_BASE);
		config_free(&c);
	}
}

static void
test_a_file_that_is_not_there_is_named(void **state)
{
	struct config *c = NULL;
	struct buf errors;

	(void)state;
	buf_init(&errors, 4096);
	assert_int_equal(config_load("/nonexistent/f", &c, &errors), -ENOENT);
	assert_true(slice_is(
	    buf_slice(&errors), "/nonexistent/f: cannot be read: No such file or directory\n"));
	buf_done(&errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_mistake_is_told_with_line_key_and_remedy),
		cmocka_unit_test(test_every_cut_of_a_config_is_read_or_refused_with_words),
		cmocka_unit_test(test_a_refused_text_leaves_nothing_behind_for_the_next),
		cmocka_unit_test(test_a_file_that_is_not_there_is_named),
	};
	return cmocka_run_group_tests_name("config/config", tests, NULL, NULL);
}
