/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - what a domain publishes about its mail in lists of tags: DMARC (RFC 7489 §6.4), DKIM
 * keys (RFC 6376 §3.6.1), MTA-STS and its policy (RFC 8461 §3), TLSRPT (RFC 8460 §3). Pure.
 */
#ifndef AUDIT_POLICY_H
#define AUDIT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/*
 * The next "name=value" of a list with ';' between; white space around both is left out. False at
 * the end, or with *ret_is_bad when what is there is no such pair.
 */
bool audit_tag_next(
    struct slice *rest, struct slice *ret_name, struct slice *ret_value, bool *ret_is_bad);
/* Is the first tag this version, as "v=DMARC1"? */
bool audit_tag_begins(struct slice text, const char *version);

enum audit_dmarc_policy {
	AUDIT_DMARC_POLICY_NONE,
	AUDIT_DMARC_POLICY_QUARANTINE,
	AUDIT_DMARC_POLICY_REJECT,
};

struct audit_dmarc {
	enum audit_dmarc_policy policy;
	bool has_reports;  /* rua */
	unsigned percent;  /* 100 unless pct says less */
	const char *error; /* NULL: none. A constant. */
};

/* text: of a record for which audit_tag_begins(text, "DMARC1"). */
void audit_dmarc_read(struct slice text, struct audit_dmarc *ret_dmarc);

struct audit_dkim {
	bool is_key;     /* has p=: else it is no DKIM record */
	bool is_revoked; /* p= is empty */
	bool is_test;    /* t=y */
	bool is_ed25519;
	size_t key_len; /* octets of p= decoded: for RSA a SubjectPublicKeyInfo */
	uint8_t key[1024];
	const char *error; /* NULL: none. A constant. */
};

void audit_dkim_read(struct slice text, struct audit_dkim *ret_dkim);

enum audit_sts_mode {
	AUDIT_STS_MODE_NONE,
	AUDIT_STS_MODE_TESTING,
	AUDIT_STS_MODE_ENFORCE,
};

#define AUDIT_STS_MX_MAX 32
#define AUDIT_STS_POLICY_MAX 65536 /* octets of a policy that are read (RFC 8461 §3.3) */

struct audit_sts {
	enum audit_sts_mode mode;
	uint64_t max_age_s;
	size_t mx_count;
	struct slice mx[AUDIT_STS_MX_MAX]; /* borrow the text */
	const char *error;                 /* NULL: none. A constant. */
};

/* The policy file (RFC 8461 §3.2). */
void audit_sts_read(struct slice text, struct audit_sts *ret_sts);
/* Does a pattern, as "*.example.org", fit the host (RFC 8461 §4.1)? */
bool audit_sts_fits(struct slice pattern, const char *host);

#endif
