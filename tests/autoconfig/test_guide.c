/* SPDX-License-Identifier: Apache-2.0 */
#include "autoconfig/guide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct autoconfig_settings settings = {
	.address = "ana@example.org",
	.domain = "example.org",
	.user = "ana",
	.submission = { .host = "mail.example.org", .port = 4587, .security = AUTOCONFIG_STARTTLS },
};

static const struct autoconfig_server imap = { .host = "imap.example.org",
	.port = 993,
	.security = AUTOCONFIG_TLS,
	.protocol = AUTOCONFIG_IMAP };

/* Does a form of that name begin like that and have such a value? */
static bool
has(const struct autoconfig_guide *g, const char *form, const char *value, unsigned number)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct autoconfig_row *row = &g->rows[i];

		if (strstr(row->form, form) != NULL &&
		    (value != NULL ? row->value != NULL && strcmp(row->value, value) == 0
				   : row->value == NULL && row->number == number))
			return true;
	}
	return false;
}

static void
test_every_program_is_told_how_to_send(void **state)
{
	struct autoconfig_guide g;

	(void)state;
	settings.incoming = imap;
	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++) {
		autoconfig_guide((enum autoconfig_client)i, &settings, &g);
		assert_non_null(g.where);
		assert_true(has(&g, "", "mail.example.org", 0));
		assert_true(has(&g, "", NULL, 4587));
		assert_true(has(&g, "", "ana", 0));
		assert_true(has(&g, "", "imap.example.org", 0));
	}
}

static void
test_security_is_called_as_the_program_calls_it(void **state)
{
	struct autoconfig_guide g;

	(void)state;
	settings.incoming = imap;
	autoconfig_guide(AUTOCONFIG_THUNDERBIRD, &settings, &g);
	assert_true(has(&g, "Incoming", "SSL/TLS", 0));
	assert_true(has(&g, "Outgoing", "STARTTLS", 0));
	autoconfig_guide(AUTOCONFIG_IOS, &settings, &g);
	assert_false(has(&g, "SMTP", "STARTTLS", 0)); /* it has a switch for both */
	assert_true(has(&g, "SMTP", "on", 0));
}

static void
test_without_an_incoming_server_its_fields_are_left_out(void **state)
{
	struct autoconfig_guide g;

	(void)state;
	settings.incoming = (struct autoconfig_server){ .host = NULL };
	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++) {
		autoconfig_guide((enum autoconfig_client)i, &settings, &g);
		assert_true(has(&g, "", "mail.example.org", 0));
		for (size_t j = 0; j < g.count; j++) {
			assert_null(strstr(g.rows[j].form, "Incoming"));
			assert_null(strstr(g.rows[j].field, "Incoming"));
		}
	}
}

/* In the program's own words, where it has any. */
static void
test_the_other_port_is_told_in_one_line(void **state)
{
	static const struct {
		enum autoconfig_client client;
		const char *line;
	} cases[] = {
		{ AUTOCONFIG_THUNDERBIRD,
		    "If that port is blocked: mail.example.org, port 465, SSL/TLS.\n" },
		{ AUTOCONFIG_IOS, "If that port is blocked: mail.example.org, port 465.\n" },
	};
	struct autoconfig_settings s = settings;
	struct autoconfig_guide g;
	struct buf out;

	(void)state;
	buf_init(&out, 8192);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		s.alternative = (struct autoconfig_server){
			.host = "mail.example.org", .port = 465, .security = AUTOCONFIG_TLS
		};
		buf_clear(&out);
		autoconfig_guide(cases[i].client, &s, &g);
		autoconfig_guide_print(&g, &out);
		assert_true(buf_add_octet(&out, '\0'));
		assert_non_null(strstr((const char *)out.ptr, cases[i].line));
		s.alternative.host = NULL;
		autoconfig_guide(cases[i].client, &s, &g);
		assert_null(g.alternative);
	}
	buf_done(&out);
}

static void
test_an_incoming_port_can_be_typed_everywhere(void **state)
{
	struct autoconfig_guide g;

	(void)state;
	settings.incoming = imap;
	for (int i = 0; i < AUTOCONFIG_CLIENT_COUNT; i++) {
		autoconfig_guide((enum autoconfig_client)i, &settings, &g);
		assert_true(has(&g, "Incoming", NULL, 993));
		assert_true(has(&g, "", "IMAP", 0));
		assert_true(has(&g, "", "ana@example.org", 0));
	}
}

static void
test_a_guide_is_printed_form_by_form(void **state)
{
	const struct autoconfig_guide g = {
		.where = "Here.",
		.note = "Mind this.",
		.count = 3,
		.rows = { { "One", "Server", "mail.example.org", 0 },
		    { "One", "A label of more than 24 octets", NULL, 587 },
		    { "Two", "User", "ana", 0 } },
	};
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	autoconfig_guide_print(&g, &out);
	assert_true(slice_is(buf_slice(&out), "Here.\n\n"
					      "One\n"
					      "  Server                         mail.example.org\n"
					      "  A label of more than 24 octets 587\n\n"
					      "Two\n"
					      "  User                           ana\n\n"
					      "Mind this.\n"));
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_program_is_told_how_to_send),
		cmocka_unit_test(test_security_is_called_as_the_program_calls_it),
		cmocka_unit_test(test_without_an_incoming_server_its_fields_are_left_out),
		cmocka_unit_test(test_the_other_port_is_told_in_one_line),
		cmocka_unit_test(test_an_incoming_port_can_be_typed_everywhere),
		cmocka_unit_test(test_a_guide_is_printed_form_by_form),
	};

	return cmocka_run_group_tests_name("autoconfig/guide", tests, NULL, NULL);
}
