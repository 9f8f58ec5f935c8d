/* SPDX-License-Identifier: Apache-2.0 */
/* Each bound of the schema, and one beyond it; each unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/value.h"

static bool
is_number(const struct config_key *key)
{
	return key->type >= CONFIG_TYPE_NUMBER && key->type <= CONFIG_TYPE_SIZE;
}

/* n as the key takes it, in the smallest unit. */
static bool
takes(const struct config_key *key, uint64_t n)
{
	static const struct config nothing;
	char text[32];
	uint64_t field = 0;
	struct buf why;
	bool ok;

	(void)snprintf(text, sizeof text, "%llu%s", (unsigned long long)n,
	    key->type == CONFIG_TYPE_DURATION ? "ms" : "");
	buf_init(&why, 1024);
	ok = config_value_parse(&nothing, key, text, &field, &why);
	assert_int_equal(ok, why.len == 0);
	buf_done(&why);
	return ok;
}

static void
check_bounds(const struct config_section *s, const struct config_key *key)
{
	if (!takes(key, key->min) || !takes(key, key->max))
		fail_msg("%s.%s: a bound is refused", s->name, key->name);
	if (takes(key, key->max + 1) || (key->min > 0 && takes(key, key->min - 1)))
		fail_msg("%s.%s: one beyond a bound is taken", s->name, key->name);
}

static void
test_every_number_is_taken_at_its_bounds_and_not_beyond(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t n = 0; n < CONFIG_SECTION_COUNT; n++)
		for (size_t k = 0; k < config_sections[n]->key_count; k++)
			if (is_number(&config_sections[n]->keys[k])) {
				check_bounds(config_sections[n], &config_sections[n]->keys[k]);
				count++;
			}
	assert_true(count > 30);
}

static const struct unit_case {
	enum config_type type;
	const char *text;
	uint64_t n;
	const char *printed;
} unit_cases[] = {
	{ CONFIG_TYPE_DURATION, "90", 90000, "90s" },
	{ CONFIG_TYPE_DURATION, "0", 0, "0s" },
	{ CONFIG_TYPE_DURATION, "1500ms", 1500, "1500ms" },
	{ CONFIG_TYPE_DURATION, "60s", 60000, "1m" },
	{ CONFIG_TYPE_DURATION, "90m", 5400000, "90m" },
	{ CONFIG_TYPE_DURATION, "4h", 14400000, "4h" },
	{ CONFIG_TYPE_DURATION, "5d", 432000000, "5d" },
	{ CONFIG_TYPE_SIZE, "0", 0, "0" },
	{ CONFIG_TYPE_SIZE, "1000", 1000, "1000" },
	{ CONFIG_TYPE_SIZE, "1024", 1024, "1K" },
	{ CONFIG_TYPE_SIZE, "25M", 26214400, "25M" },
	{ CONFIG_TYPE_SIZE, "2G", 2147483648, "2G" },
	{ CONFIG_TYPE_DURATION, "213503982334d", 18446744073657600000U, "213503982334d" },
};

static void
test_units_are_read_and_the_largest_that_divides_is_printed(void **state)
{
	static const struct config nothing;

	(void)state;
	for (size_t i = 0; i < sizeof unit_cases / sizeof unit_cases[0]; i++) {
		const struct unit_case *t = &unit_cases[i];
		const struct config_key key = { .type = t->type, .max = UINT64_MAX };
		uint64_t n = 1;
		struct buf out;

		buf_init(&out, 1024);
		assert_true(config_value_parse(&nothing, &key, t->text, &n, &out));
		assert_int_equal(n, t->n);
		config_value_print(&nothing, &key, &n, &out);
		if (!slice_is(buf_slice(&out), t->printed))
			fail_msg("%s: printed %.*s", t->text, (int)out.len, (const char *)out.ptr);
		buf_done(&out);
	}
}

static void
test_numbers_that_do_not_fit_are_refused(void **state)
{
	static const char *const texts[] = { "", "d", "5 m", "5mm", "0x5", "+5", "5.5m",
		"213503982335d", "18446744073709551616ms", "1e3" };
	static const struct config nothing;
	const struct config_key key = { .type = CONFIG_TYPE_DURATION, .max = UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint64_t n = 7;
		struct buf why;

		buf_init(&why, 1024);
		assert_false(config_value_parse(&nothing, &key, texts[i], &n, &why));
		assert_int_equal(n, 7);
		assert_true(why.len > 0);
		buf_done(&why);
	}
}

static void
test_text_is_bounded(void **state)
{
	static const struct config nothing;
	const struct config_key key = { .type = CONFIG_TYPE_TEXT };
	char text[CONFIG_VALUE_MAX + 2];
	char *value = NULL;
	struct buf why;

	(void)state;
	memset(text, 'a', sizeof text);
	buf_init(&why, 1024);
	text[CONFIG_VALUE_MAX + 1] = '\0';
	assert_false(config_value_parse(&nothing, &key, text, &value, &why));
	assert_null(value);
	text[CONFIG_VALUE_MAX] = '\0';
	assert_true(config_value_parse(&nothing, &key, text, &value, &why));
	assert_string_equal(value, text);
	free(value);
	buf_done(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number_is_taken_at_its_bounds_and_not_beyond),
		cmocka_unit_test(test_units_are_read_and_the_largest_that_divides_is_printed),
		cmocka_unit_test(test_numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(test_text_is_bounded),
	};
	return cmocka_run_group_tests_name("config/value", tests, NULL, NULL);
}
