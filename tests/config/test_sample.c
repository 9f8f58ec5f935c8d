/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/schema.h"
#include "support.h"

enum { LINE_MAX_LEN = 80 };

static char *
sample(void)
{
	struct buf out;
	char *text;

	buf_init(&out, 1 << 20);
	config_print_sample(&out);
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	return text;
}

static void
test_the_sample_is_a_config_with_the_defaults(void **state)
{
	char *text = sample(), *sampled, *usual;
	struct config *c = support_parse(text),
		      *d = support_parse(
			  "hostname = mail.example.org next_hop relay { host = smtp.example.net }"
			  "tls { certificate = /etc/sallyport/tls/certificate.pem\n"
			  "key = /etc/sallyport/tls/key.pem }");

	(void)state;
	sampled = support_print(c);
	usual = support_print(d);
	assert_string_equal(sampled, usual);
	free(sampled);
	free(usual);
	free(text);
	config_free(&c);
	config_free(&d);
}

/* Takes "#" away where it stands before a key or a brace, as an administrator would. */
static char *
uncomment(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	assert_non_null(out);
	for (const char *from = text; *from != '\0'; from++) {
		const bool starts_line = from == text || from[-1] == '\n' || from[-1] == '\t';

		if (*from != '#' || !starts_line || from[1] == ' ')
			*to++ = *from;
	}
	*to = '\0';
	return out;
}

static void
test_the_sample_with_all_keys_uncommented_is_a_config(void **state)
{
	char *text = sample(), *once = uncomment(text), *twice = uncomment(once);
	struct config *c = support_parse(twice);

	(void)state;
	assert_string_equal(c->next_hops[0].auth_user, "sallyport@example.org");
	assert_int_equal(c->listener_count, 1);
	config_free(&c);
	free(text);
	free(once);
	free(twice);
}

static void
test_every_key_is_in_the_sample_and_no_line_is_long(void **state)
{
	char *text = sample();

	(void)state;
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t k = 0; k < config_sections[n]->key_count; k++) {
			char key[64];

			(void)snprintf(key, sizeof key, "%s = ", config_sections[n]->keys[k].name);
			if (strstr(text, key) == NULL)
				fail_msg("%s is not there", key);
		}
	for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > LINE_MAX_LEN)
			fail_msg("long: %.*s", (int)strcspn(line, "\n"), line);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_sample_is_a_config_with_the_defaults),
		cmocka_unit_test(test_the_sample_with_all_keys_uncommented_is_a_config),
		cmocka_unit_test(test_every_key_is_in_the_sample_and_no_line_is_long),
	};
	return cmocka_run_group_tests_name("config/sample", tests, NULL, NULL);
}
