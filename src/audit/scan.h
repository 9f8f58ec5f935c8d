/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - hand-made ClientHellos put to a door, a few at a time, each on its own connection. */
#ifndef AUDIT_SCAN_H
#define AUDIT_SCAN_H

#include "audit/context.h"
#include "audit/hello.h"

enum audit_scan_end {
	AUDIT_SCAN_NOT_TRIED, /* there have been too many connections, or a dry run */
	AUDIT_SCAN_ACCEPTED,  /* see answer */
	AUDIT_SCAN_REFUSED,   /* by an alert, or by closing without a word */
	AUDIT_SCAN_UNKNOWN,   /* no answer, or one that is no TLS: see error */
};

struct audit_scan {
	struct audit_hello hello; /* the name is set here */
	const char *words;        /* what is tried: "TLS 1.0", for the reader */
	enum audit_scan_end end;
	bool wants_key;
	struct audit_hello_answer answer;
	char error[96];
};

/* Puts all of them, a few at a time, and returns when all are answered. */
void audit_scan(
    struct audit *a, const struct audit_door *door, struct audit_scan *scans, size_t count);

#endif
