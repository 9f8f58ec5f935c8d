/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed is a config again, and the same one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/schema.h"
#include "config/value.h"
#include "support.h"

enum { ROUNDS = 500 };

/* Numerical Recipes' generator: the same configs in every run. */
static unsigned
draw(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void
draw_text(const struct config_key *key, unsigned r, struct buf *out)
{
	switch (key->type) {
	case CONFIG_TYPE_HOSTNAME:
		(void)buf_addf(out, "mx%u.example", r % 256);
		break;
	case CONFIG_TYPE_HOST:
		(void)buf_addf(out, "192.0.2.%u", r % 256);
		break;
	case CONFIG_TYPE_ADDRESS:
		(void)buf_addf(out, "2001:db8::%x", r % 65536);
		break;
	case CONFIG_TYPE_PATH:
		(void)buf_addf(out, "\"/a \\\"\\\\\\${%u}/'#\"", r % 256);
		break;
	case CONFIG_TYPE_USER:
		(void)buf_addf(out, "%u", r);
		break;
	default:
		(void)buf_addf(out, "'\\\"u\\\\%u$ //\xc3\xa9'", r % 256);
		break;
	}
}

/* "key = value" with a value within the key's bounds. */
static void
draw_key(const struct config_key *key, uint32_t *seed, struct buf *out)
{
	const unsigned r = draw(seed);

	(void)buf_addf(out, "%s = ", key->name);
	if (key->type <= CONFIG_TYPE_TEXT)
		draw_text(key, r, out);
	else if (key->type == CONFIG_TYPE_WORD)
		(void)buf_add_text(out, key->words[r % 2]);
	else if (key->type == CONFIG_TYPE_BOOL)
		(void)buf_add_text(out, r % 2 == 0 ? "on" : "no");
	else if (key->type == CONFIG_TYPE_NEXT_HOP)
		(void)buf_add_text(out, "h0");
	else
		config_value_print_number(key, key->min + r % (key->max - key->min + 1), out);
	(void)buf_add_text(out, "\n");
}

/* Keys that fit together with another one, which draws seldom do. */
static bool
is_bound_to_others(const struct config_key *key)
{
	static const char *const names[] = { "auth_user", "auth_password_file", "transaction",
		"retry_max", "lifetime", "hold", "deliver_by" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], key->name) == 0)
			return true;
	return false;
}

/* A section with those keys that must be there and about half of the others. */
static void
draw_section(const struct config_section *s, const char *title, uint32_t *seed, struct buf *out)
{
	if (s->name[0] != '\0')
		(void)buf_addf(out, "%s %s {\n", s->name, title);
	for (size_t k = 0; k < s->key_count; k++) {
		const bool is_top_name = s->name[0] == '\0' && k == 0;

		if (s->keys[k].is_required || is_top_name ||
		    (draw(seed) % 2 == 0 && !is_bound_to_others(&s->keys[k])))
			draw_key(&s->keys[k], seed, out);
	}
	(void)buf_add_text(out, s->name[0] == '\0' ? "" : "}\n");
}

static char *
draw_config(uint32_t seed)
{
	struct buf out;
	char *text;

	buf_init(&out, 1 << 20);
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++) {
		const struct config_section *s = config_sections[n];

		if (s->title == NULL)
			draw_section(s, "", &seed, &out);
		else if (s == &config_section_route)
			draw_section(s, "'*'", &seed, &out);
		for (unsigned i = 0; s->title != NULL && i < draw(&seed) % 4 + 1; i++) {
			char title[16];

			(void)snprintf(title, sizeof title, "h%u", i);
			draw_section(s, title, &seed, &out);
		}
	}
	text = slice_dup(buf_slice(&out));
	buf_done(&out);
	return text;
}

/* True when text is a config; then it must survive printing. */
static bool
check_round(const char *text)
{
	struct config *c = NULL, *again = NULL;
	char *errors, *printed, *printed_again;
	struct buf changes;

	if (support_try(text, strlen(text), &c, &errors) != 0) {
		free(errors);
		return false;
	}
	free(errors);
	printed = support_print(c);
	again = support_parse(printed);
	printed_again = support_print(again);
	assert_string_equal(printed, printed_again);
	buf_init(&changes, 65536);
	assert_int_equal(config_restart_needed(c, again, &changes), 0);
	buf_done(&changes);
	free(printed);
	free(printed_again);
	config_free(&c);
	config_free(&again);
	return true;
}

static void
test_what_is_printed_parses_to_an_equal_config(void **state)
{
	size_t count = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= ROUNDS; seed++) {
		char *text = draw_config(seed);

		count += check_round(text);
		free(text);
	}
	/* Some draws do not fit together, such as listeners on one port; enough must. */
	if (count < ROUNDS / 5)
		fail_msg("only %zu of %d configs were any", count, ROUNDS);
}

static void
test_keys_that_belong_together_survive(void **state)
{
	(void)state;
	assert_true(check_round(SUPPORT_BASE
	    " timeouts { data = 1h transaction = 2h } queue { retry_min = 1d retry_max = 2d "
	    "lifetime "
	    "= 3d } next_hop a { host = 127.0.0.1 tls = none auth_user = 'a \"b' "
	    "auth_password_file = /p } route '*' { next_hop = a } route b.example { next_hop = "
	    "relay } next_hop c { host = unix:/c protocol = lmtp }"));
}

static void
test_every_key_is_printed(void **state)
{
	struct config *c = support_parse(SUPPORT_BASE);
	char *printed = support_print(c);

	(void)state;
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t k = 0; k < config_sections[n]->key_count; k++)
			if (strstr(printed, config_sections[n]->keys[k].name) == NULL)
				fail_msg("%s is not printed", config_sections[n]->keys[k].name);
	free(printed);
	config_free(&c);
}

static void
test_quotes_and_backslashes_survive(void **state)
{
	struct config *c =
	    support_parse(SUPPORT_BASE " state_directory = \"/a \\\"b\\\" \\\\ \\${c} 'd' # e\"");
	char *printed;

	(void)state;
	assert_string_equal(c->state_directory, "/a \"b\" \\ ${c} 'd' # e");
	printed = support_print(c);
	assert_non_null(
	    strstr(printed, "state_directory = \"/a \\\"b\\\" \\\\ \\${c} 'd' # e\"\n"));
	free(printed);
	config_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_printed_parses_to_an_equal_config),
		cmocka_unit_test(test_keys_that_belong_together_survive),
		cmocka_unit_test(test_every_key_is_printed),
		cmocka_unit_test(test_quotes_and_backslashes_survive),
	};
	return cmocka_run_group_tests_name("config/print", tests, NULL, NULL);
}
