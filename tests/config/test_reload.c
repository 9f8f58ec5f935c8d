/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support.h"

static const struct reload_case {
	const char *was, *is, *lines;
} cases[] = {
	{ "", "", "" },
	{ "", "log_level = debug limits { recipients = 500 } queue { retry_min = 1m }", "" },
	{ "", "next_hop b { host = b.example } route '*' { next_hop = b }", "" },
	{ "", "state_directory = /srv/mail",
	    "state_directory: from \"/var/lib/sallyport\" to \"/srv/mail\"\n" },
	{ "submission_processes = 2", "submission_processes = 3",
	    "submission_processes: from 2 to 3\n" },
	{ "", "users { auth = mail }", "users.auth: from \"_sallyport-auth\" to \"mail\"\n" },
	{ "", "listen submission { port = 1587 }",
	    "listen \"submission\": is another\nlisten \"submissions\": is gone\n" },
	{ "listen a { }", "listen a { } listen b { port = 465 }", "listen \"b\": is new\n" },
	{ "listen a { }", "listen a { profile = legacy-device }", "listen \"a\": is another\n" },
	{ "", "limits { hold = 0 } message { add_sender = no trace_client = pseudonym }", "" },
	{ "listen a { } listen b { port = 465 }", "listen b { port = 465 } listen a { }", "" },
};

static struct config *
parse_with(const char *keys)
{
	char text[1024];

	(void)snprintf(text, sizeof text, SUPPORT_BASE " %s", keys);
	return support_parse(text);
}

static void
test_only_what_a_reload_cannot_change_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *was = parse_with(cases[i].was), *is = parse_with(cases[i].is);
		size_t lines = 0, count;
		struct buf out;

		buf_init(&out, 4096);
		count = config_restart_needed(was, is, &out);
		for (const char *c = cases[i].lines; *c != '\0'; c++)
			lines += *c == '\n';
		assert_int_equal(count, lines);
		if (!slice_is(buf_slice(&out), cases[i].lines))
			fail_msg("%s: %.*s", cases[i].is, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
		config_free(&was);
		config_free(&is);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_a_reload_cannot_change_is_named),
	};
	return cmocka_run_group_tests_name("config/reload", tests, NULL, NULL);
}
