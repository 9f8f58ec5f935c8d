/* SPDX-License-Identifier: Apache-2.0 */
/* spf.h - an SPF record, as far as it can be judged without an address to test (RFC 7208). Pure. */
#ifndef AUDIT_SPF_H
#define AUDIT_SPF_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

#define AUDIT_SPF_LOOKUPS_MAX 10  /* RFC 7208 §4.6.4, of a record and all that it includes */
#define AUDIT_SPF_INCLUDES_MAX 16 /* of one record; one with more is over the limit anyway */
#define AUDIT_SPF_NAME_SIZE 256

/* What the record says of hosts that nothing else in it fits. */
enum audit_spf_all {
	AUDIT_SPF_ALL_MISSING,
	AUDIT_SPF_ALL_PASS,
	AUDIT_SPF_ALL_NEUTRAL,
	AUDIT_SPF_ALL_SOFT_FAIL,
	AUDIT_SPF_ALL_FAIL,
};

struct audit_spf {
	enum audit_spf_all all;
	unsigned lookup_count; /* terms of this record that need DNS */
	/* Names to go on with: includes, and the redirect, which is the last. */
	size_t include_count;
	bool has_redirect;
	char includes[AUDIT_SPF_INCLUDES_MAX][AUDIT_SPF_NAME_SIZE];
	bool has_macro;    /* a name depends on the message: it was not gone into */
	bool has_ptr;      /* RFC 7208 §5.5: not to be used */
	const char *error; /* NULL: none. A constant. */
	char term[128];    /* where; printable */
};

/* Is it an SPF record at all (RFC 7208 §4.5)? Other TXT records are none of our business. */
bool audit_spf_is(struct slice text);
void audit_spf_read(struct slice text, struct audit_spf *ret_spf);
const char *audit_spf_all_name(enum audit_spf_all all); /* "-all" */

#endif
