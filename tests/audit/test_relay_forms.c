/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/relay_forms.h"

static const struct audit_relay_words words = { .user = "u",
	.domain = "d.example",
	.host = "h.example",
	.literal = "[192.0.2.1]",
	.local = "l.example" };

/* Those that scripts of others try must be among ours. */
static const char *const recipients[] = {
	"u@d.example",
	"u%d.example@[192.0.2.1]",
	"u%d.example@h.example",
	"\"u@d.example\"",
	"\"u%d.example\"",
	"u@d.example@[192.0.2.1]",
	"\"u@d.example\"@[192.0.2.1]",
	"u@d.example@h.example",
	"@[192.0.2.1]:u@d.example",
	"@h.example:u@d.example",
	"d.example!u",
	"d.example!u@[192.0.2.1]",
	"d.example!u@h.example",
	"\u00fcu@d.example",
};

static bool
has_recipient(const char *to)
{
	const struct audit_relay_form *form;
	char text[AUDIT_RELAY_ADDRESS_SIZE];

	for (size_t i = 0; (form = audit_relay_form_at(i)) != NULL; i++) {
		assert_true(audit_relay_fill(form->to, &words, text));
		if (strcmp(text, to) == 0)
			return true;
	}
	return false;
}

static void
test_the_known_forms_are_among_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof recipients / sizeof recipients[0]; i++)
		if (!has_recipient(recipients[i]))
			fail_msg("<%s> is not tried", recipients[i]);
}

static void
test_no_two_forms_are_alike(void **state)
{
	const struct audit_relay_form *x, *y;

	(void)state;
	for (size_t i = 0; (x = audit_relay_form_at(i)) != NULL; i++)
		for (size_t k = 0; k < i; k++) {
			y = audit_relay_form_at(k);
			assert_false(strcmp(x->from, y->from) == 0 && strcmp(x->to, y->to) == 0);
		}
}

static void
test_only_what_ends_in_the_servers_own_domain_is_marked_so(void **state)
{
	const struct audit_relay_form *form;

	(void)state;
	for (size_t i = 0; (form = audit_relay_form_at(i)) != NULL; i++) {
		const size_t len = strlen(form->to);
		const bool is_foreign = (len > 4 && strcmp(form->to + len - 4, "@{d}") == 0) ||
					strcmp(form->to, "{u}@{d}.") == 0 ||
					strcmp(form->to, "{u}@[{d}]") == 0;

		if (form->ends_local == is_foreign)
			fail_msg("<%s>", form->to);
	}
}

static void
test_an_address_that_does_not_fit_is_refused(void **state)
{
	char *name = malloc(AUDIT_RELAY_ADDRESS_SIZE);
	char out[AUDIT_RELAY_ADDRESS_SIZE];
	struct audit_relay_words long_words = words;

	(void)state;
	memset(name, 'x', AUDIT_RELAY_ADDRESS_SIZE - 1);
	name[AUDIT_RELAY_ADDRESS_SIZE - 1] = '\0';
	long_words.domain = name;
	assert_true(audit_relay_fill("{d}", &long_words, out));
	assert_false(audit_relay_fill("{d}@", &long_words, out));
	assert_false(audit_relay_fill("u{d}", &long_words, out));
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_known_forms_are_among_ours),
		cmocka_unit_test(test_no_two_forms_are_alike),
		cmocka_unit_test(test_only_what_ends_in_the_servers_own_domain_is_marked_so),
		cmocka_unit_test(test_an_address_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests_name("audit/relay_forms", tests, NULL, NULL);
}
