/* SPDX-License-Identifier: Apache-2.0 */
/* product.h - the name of a mail server's program in a text, and its version. Pure. */
#ifndef AUDIT_PRODUCT_H
#define AUDIT_PRODUCT_H

#include <stdbool.h>

#define AUDIT_PRODUCT_SIZE 96

enum audit_product {
	AUDIT_PRODUCT_NONE,
	AUDIT_PRODUCT_NAME,
	AUDIT_PRODUCT_VERSION,
};

/* found: the words; empty when there are NONE. */
enum audit_product audit_product_find(const char *text, char found[AUDIT_PRODUCT_SIZE]);
/*
 * A version in a greeting, of whatever it may be, with the word before it: "MyMail v1.2.3". Not an
 * address, a date or an enhanced code. False, and empty, when there is none.
 */
bool audit_product_find_version(const char *greeting, char found[AUDIT_PRODUCT_SIZE]);

#endif
