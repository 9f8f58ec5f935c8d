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

static const struct {
	const char *greeting, *found;
} versions[] = {
	{ "mail.example ESMTP MyMail v1.2.3; Sun", "MyMail v1.2.3" },
	{ "mail.example ESMTP MyMail/1.2", "MyMail/1.2" },
	{ "mail.example ESMTP (Thing 10.0.14)", "Thing 10.0.14" },
	{ "mail.example ESMTP", "" },
	{ "2.0.0 mail.example ready", "" },
	{ "mail.example ESMTP [192.0.2.1]", "" },
	{ "mail.example ESMTP 22.11.2026 21:05:11", "" },
	{ "mail.example 4.5.6.7", "" },
	{ "mail.example ESMTP 1.2b", "" },
	{ "", "" },
};

static void
test_a_version_is_one_whatever_the_product(void **state)
{
	char found[AUDIT_PRODUCT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		const bool is_there = audit_product_find_version(versions[i].greeting, found);

		if (strcmp(found, versions[i].found) != 0 || is_there != (found[0] != '\0'))
			fail_msg("\"%s\": \"%s\"", versions[i].greeting, found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_products_and_versions_are_told_from_names_of_hosts),
		cmocka_unit_test(test_a_version_is_one_whatever_the_product),
	};

	return cmocka_run_group_tests_name("audit/product", tests, NULL, NULL);
}
