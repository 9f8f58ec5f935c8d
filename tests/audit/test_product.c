/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/product.h"

static const struct product_case {
	const char *text;
	enum audit_product product;
	const char *found;
} cases[] = {
	{ "mail.example ESMTP", AUDIT_PRODUCT_NONE, "" },
	{ "mail.example ESMTP Postfix", AUDIT_PRODUCT_NAME, "Postfix" },
	{ "mail.example ESMTP Postfix (Debian/GNU)", AUDIT_PRODUCT_NAME, "Postfix" },
	{ "postfix.example ESMTP Postfix 3.7.11 (Debian)", AUDIT_PRODUCT_VERSION,
	    "Postfix 3.7.11" },
	{ "mail.example ESMTP Exim 4.96 Sun, 22 Nov 2026", AUDIT_PRODUCT_VERSION, "Exim 4.96" },
	{ "x ESMTP Sendmail 8.15.2/8.15.2; Sun", AUDIT_PRODUCT_VERSION, "Sendmail 8.15.2" },
	{ "x Microsoft ESMTP MAIL Service, Version: 10.0.14393.2608 ready", AUDIT_PRODUCT_VERSION,
	    "Microsoft ESMTP MAIL Service, Version: 10.0.14393.2608" },
	{ "exim.example.org ESMTP", AUDIT_PRODUCT_NONE, "" },
	{ "mail-exim.example.org ESMTP", AUDIT_PRODUCT_NONE, "" },
	{ "mail.example ESMTP Postfixed", AUDIT_PRODUCT_NONE, "" },
	{ "mail.example ESMTP Exim 5", AUDIT_PRODUCT_NAME, "Exim" },
	{ "mail.example Dovecot ready.", AUDIT_PRODUCT_NAME, "Dovecot" },
	{ "", AUDIT_PRODUCT_NONE, "" },
};

static void
test_products_and_versions_are_told_from_names_of_hosts(void **state)
{
	char found[AUDIT_PRODUCT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const enum audit_product product = audit_product_find(cases[i].text, found);

		if (product != cases[i].product || strcmp(found, cases[i].found) != 0)
			fail_msg("\"%s\": %d \"%s\"", cases[i].text, (int)product, found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_products_and_versions_are_told_from_names_of_hosts),
	};

	return cmocka_run_group_tests_name("audit/product", tests, NULL, NULL);
}
