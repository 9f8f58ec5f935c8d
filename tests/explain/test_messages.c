/* SPDX-License-Identifier: Apache-2.0 */
/* test_messages.c - every entry of the catalogue explains its own examples */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "explain/explain.h"
#include "explain/tables.h"
#include "tests/explain/examples.h"

enum { REFERENCES = 176 };

/* In a heap block of its exact size: ASan sees any overread. */
static void
explain_copy(const char *text, struct explain_answer *ret_answer)
{
	const struct slice octets = slice_of(text);
	uint8_t *copy = malloc(octets.len + (octets.len == 0));

	memcpy(copy, octets.ptr, octets.len);
	explain_text(slice_make(copy, octets.len), ret_answer);
	free(copy);
}

static void
test_every_example_has_the_first_cause_of_its_entry_first(void **state)
{
	size_t wrong_count = 0;

	(void)state;
	for (size_t i = 0; i < example_count; i++) {
		const struct example *e = &examples[i];
		struct explain_answer answer;
		const char *id;

		explain_copy(e->text, &answer);
		id = answer.count == 0 ? "nothing" : answer.results[0].cause->id;
		if (strcmp(id, e->cause) == 0)
			continue;
		wrong_count++;
		print_message("# %s: wants %s, has %s of %s: %s\n", e->id, e->cause, id,
		    answer.count == 0 || answer.results[0].message_id == NULL
			? "a code"
			: answer.results[0].message_id,
		    e->text);
	}
	assert_int_equal(wrong_count, 0);
}

static void
test_the_catalogue_covers_the_reference_collection(void **state)
{
	bool is_covered[REFERENCES + 1] = { false };

	(void)state;
	assert_true(explain_message_count >= REFERENCES);
	for (size_t i = 0; i < example_count; i++) {
		char *rest;

		for (const char *at = examples[i].references; *at != '\0'; at = rest) {
			const unsigned long number = strtoul(at, &rest, 10);

			assert_ptr_not_equal(at, rest);
			assert_in_range(number, 1, REFERENCES);
			is_covered[number] = true;
		}
	}
	for (size_t i = 1; i <= REFERENCES; i++)
		if (!is_covered[i])
			fail_msg("number %zu of the reference is not covered", i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_has_the_first_cause_of_its_entry_first),
		cmocka_unit_test(test_the_catalogue_covers_the_reference_collection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
