/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "audit/finding.h"

enum { DOCUMENT_SIZE = 256 * 1024 };

static const char *document_path;

static void
test_each_kind_is_whole_and_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_ID_COUNT; i++) {
		const struct audit_kind *kind = audit_kind_of((enum audit_id)i);

		assert_non_null(kind->id);
		if (strlen(kind->title) < 10 || strlen(kind->fix) < 10 ||
		    kind->title[strlen(kind->title) - 1] != '.' ||
		    strncmp(kind->reference, "RFC ", 4) != 0)
			fail_msg("%s: a sentence, a fix and an RFC are due", kind->id);
		assert_int_equal(
		    strspn(kind->id, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(kind->id));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(kind->id, audit_kind_of((enum audit_id)k)->id);
	}
}

static void
test_the_document_lists_each_kind_with_its_severity(void **state)
{
	FILE *file = fopen(document_path, "re");
	char *text = calloc(1, DOCUMENT_SIZE);
	char row[128];

	(void)state;
	assert_non_null(file);
	assert_true(fread(text, 1, DOCUMENT_SIZE - 1, file) > 0);
	(void)fclose(file);
	for (int i = 0; i < AUDIT_ID_COUNT; i++) {
		const struct audit_kind *kind = audit_kind_of((enum audit_id)i);

		(void)snprintf(row, sizeof row, "| `%s` | %s |", kind->id,
		    audit_severity_name(kind->severity));
		if (strstr(text, row) == NULL)
			fail_msg("%s has no row %s", document_path, row);
	}
	free(text);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_is_whole_and_has_an_id_of_its_own),
		cmocka_unit_test(test_the_document_lists_each_kind_with_its_severity),
	};

	document_path = argc > 1 ? argv[1] : "docs/audit.md";
	return cmocka_run_group_tests_name("audit/kinds", tests, NULL, NULL);
}
