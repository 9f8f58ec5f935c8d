/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding.h - what an audit can find, and the list of what it has found.
 *
 * All kinds of findings stand in one table (kinds.c), with severity, fix and reference. A finding
 * is a kind and what was seen, in words; without something seen there is none.
 */
#ifndef AUDIT_FINDING_H
#define AUDIT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

enum audit_severity {
	AUDIT_INFO,     /* worth knowing; nothing is wrong */
	AUDIT_LOW,      /* helps an attacker a little, or clients less than it could */
	AUDIT_MEDIUM,   /* a weakness that needs luck or effort to be used */
	AUDIT_HIGH,     /* passwords or mail can be read, forged or lost */
	AUDIT_CRITICAL, /* anyone can abuse the server, now */
};
#define AUDIT_SEVERITY_COUNT 5

enum audit_id {
	AUDIT_SUBMISSION_MISSING,
	AUDIT_SUBMISSIONS_MISSING,
	AUDIT_TLS_PORT_PLAIN,
	AUDIT_TLS_BROKEN,
	AUDIT_STARTTLS_MISSING,
	AUDIT_STARTTLS_BROKEN,
	AUDIT_STARTTLS_AGAIN,
	AUDIT_STARTTLS_COMMAND_INJECTION,
	AUDIT_STARTTLS_SLOPPY,
	AUDIT_STARTTLS_RESPONSE_INJECTION,
	AUDIT_AUTH_CLEARTEXT,
	AUDIT_AUTH_CLEARTEXT_TAKEN,
	AUDIT_AUTH_CLEARTEXT_HASHED,
	AUDIT_AUTH_MISSING,
	AUDIT_AUTH_ANONYMOUS,
	AUDIT_AUTH_ANY,
	AUDIT_AUTH_OLD,
	AUDIT_AUTH_DIFFERS,
	AUDIT_MAIL_BEFORE_TLS,
	AUDIT_MAIL_BEFORE_AUTH,
	AUDIT_LOCAL_WITHOUT_AUTH,
	AUDIT_OPEN_RELAY,
	AUDIT_XCLIENT,
	AUDIT_TLS_SSL2,
	AUDIT_TLS_SSL3,
	AUDIT_TLS_10,
	AUDIT_TLS_11,
	AUDIT_TLS_12_MISSING,
	AUDIT_TLS_13_MISSING,
	AUDIT_CIPHERS_NULL,
	AUDIT_CIPHERS_EXPORT,
	AUDIT_CIPHERS_ANONYMOUS,
	AUDIT_CIPHERS_DES,
	AUDIT_CIPHERS_RC4,
	AUDIT_CIPHERS_BLOCK64,
	AUDIT_CIPHERS_MD5,
	AUDIT_CIPHERS_STATIC,
	AUDIT_CIPHERS_CBC,
	AUDIT_FORWARD_SECRECY_MISSING,
	AUDIT_CIPHER_ORDER,
	AUDIT_DH_BROKEN,
	AUDIT_DH_SMALL,
	AUDIT_DH_UNSAFE,
	AUDIT_CURVE_SMALL,
	AUDIT_TLS_COMPRESSION,
	AUDIT_RENEGOTIATION_INSECURE,
	AUDIT_RENEGOTIATION_CLIENT,
	AUDIT_FALLBACK_UNGUARDED,
	AUDIT_CERTIFICATE_EXPIRED,
	AUDIT_CERTIFICATE_EARLY,
	AUDIT_CERTIFICATE_SOON,
	AUDIT_CERTIFICATE_LONG,
	AUDIT_CERTIFICATE_NAME,
	AUDIT_CERTIFICATE_INCOMPLETE,
	AUDIT_CERTIFICATE_SELF_SIGNED,
	AUDIT_CERTIFICATE_UNTRUSTED,
	AUDIT_CERTIFICATE_INSPECTED,
	AUDIT_CERTIFICATE_WEAK,
	AUDIT_CERTIFICATE_USE,
	AUDIT_CERTIFICATE_OTHER,
	AUDIT_CERTIFICATE_DIFFERS,
	AUDIT_USERS_VRFY,
	AUDIT_USERS_EXPN,
	AUDIT_USERS_RCPT,
	AUDIT_USERS_TIME,
	AUDIT_USERS_AUTH,
	AUDIT_USERS_AUTH_TIME,
	AUDIT_BANNER_VERSION,
	AUDIT_BANNER_PRODUCT,
	AUDIT_HELP_LEAK,
	AUDIT_NTLM_LEAK,
	AUDIT_INNER_ADDRESS,
	AUDIT_CODES_MISSING,
	AUDIT_SIZE_MISSING,
	AUDIT_EHLO_DIFFERS,
	AUDIT_EARLY_TALK,
	AUDIT_SMUGGLING,
	AUDIT_BRUTE_FORCE,
	AUDIT_SRV_MISSING,
	AUDIT_SRV_ELSEWHERE,
	AUDIT_TLSA_MISSING,
	AUDIT_TLSA_UNSIGNED,
	AUDIT_TLSA_MISMATCH,
	AUDIT_MX_MISSING,
	AUDIT_SPF_MISSING,
	AUDIT_SPF_BROKEN,
	AUDIT_SPF_ALL,
	AUDIT_SPF_WEAK,
	AUDIT_DMARC_MISSING,
	AUDIT_DMARC_BROKEN,
	AUDIT_DMARC_NONE,
	AUDIT_DMARC_SILENT,
	AUDIT_DKIM_UNKNOWN,
	AUDIT_DKIM_MISSING,
	AUDIT_DKIM_WEAK,
	AUDIT_MTA_STS_MISSING,
	AUDIT_MTA_STS_BROKEN,
	AUDIT_MTA_STS_TESTING,
	AUDIT_TLSRPT_MISSING,
	AUDIT_TLSRPT_BROKEN,
	AUDIT_PTR_MISSING,
};
#define AUDIT_ID_COUNT (AUDIT_PTR_MISSING + 1)

struct audit_kind {
	const char *id; /* "open-relay": stable, in JSON */
	enum audit_severity severity;
	const char *title; /* one sentence */
	const char *fix;
	const char *reference;
};

/* Constant. */
const struct audit_kind *audit_kind_of(enum audit_id id);
const char *audit_severity_name(enum audit_severity severity); /* "high" */
/* False when there is none of that name. */
bool audit_severity_read(const char *name, enum audit_severity *ret_severity);

#define AUDIT_EVIDENCE_MAX 64        /* of one finding; more is left out */
#define AUDIT_EVIDENCE_TEXT_MAX 1024 /* octets of one */

struct audit_finding {
	enum audit_id id;
	size_t evidence_count;
	char *evidence[AUDIT_EVIDENCE_MAX]; /* printable */
};

/* `struct audit_findings list = { 0 };` starts one; each kind is in it once. */
struct audit_findings {
	size_t count;
	struct audit_finding *all[AUDIT_ID_COUNT];
};

/* What was seen, as a whole phrase; octets of the peer in it are made printable. */
void audit_findings_add(struct audit_findings *list, enum audit_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool audit_findings_have(const struct audit_findings *list, enum audit_id id);
/* The gravest first, in the order of the table where they are equal. */
void audit_findings_sort(struct audit_findings *list);
size_t audit_findings_count(const struct audit_findings *list, enum audit_severity severity);
void audit_findings_done(struct audit_findings *list);

#endif
