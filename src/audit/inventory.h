/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inventory.h - all that one port agrees to in TLS, good or bad; findings are drawn from it. Pure.
 */
#ifndef AUDIT_INVENTORY_H
#define AUDIT_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "audit/cipher.h"
#include "audit/finding.h"
#include "audit/group.h"
#include "audit/hello.h"
#include "probe/certificate.h"
#include "util/buf.h"

enum audit_truth {
	AUDIT_UNKNOWN, /* not asked, or no answer that says anything */
	AUDIT_NO,
	AUDIT_YES,
};

struct audit_suite {
	uint16_t id;
	uint16_t group;    /* of the key that came with it; 0: none, or it has no name */
	uint16_t dh_bits;  /* of the prime that came with it; 0: none */
	bool is_dh_unsafe; /* it is no safe prime */
};

#define AUDIT_VERSION_COUNT 6

struct audit_version {
	uint16_t version;
	enum audit_truth is_spoken;
	enum audit_truth has_order; /* the server's order of suites counts, not the client's */
	bool is_whole;              /* what is not listed was offered and refused */
	size_t suite_count;         /* in the order in which they were chosen */
	struct audit_suite suites[AUDIT_CIPHERS_MAX];
	struct audit_prime_seen prime; /* of the last suite that came with one */
	bool is_parted; /* some were chosen only when others were not offered: no order is known */
};

/* Those of TLS 1.3, and those of the versions before it. */
struct audit_group_list {
	bool is_whole;
	size_t count;
	uint16_t all[AUDIT_GROUPS_MAX]; /* in the order in which they were chosen */
};

/* Of versions up to TLS 1.2 and of TLS 1.3. */
struct audit_sessions {
	enum audit_truth tickets;   /* are they handed out? */
	enum audit_truth by_ticket; /* resumed with one */
	enum audit_truth by_id;     /* resumed with a session's number; not with TLS 1.3 */
};

struct audit_inventory {
	bool is_there;
	uint16_t port;
	uint16_t like_port;    /* not listed by itself: samples are as that port's; 0: it is */
	unsigned sample_count; /* ClientHellos that were answered as like_port would have */
	struct audit_version versions[AUDIT_VERSION_COUNT]; /* from SSL 2.0 to TLS 1.3 */
	unsigned ssl2_suite_count;
	uint32_t ssl2_suites[AUDIT_SSL2_SUITES_MAX];
	struct audit_group_list old_groups, tls13_groups;
	enum audit_truth compression;
	enum audit_truth secure_renegotiation; /* RFC 5746 */
	enum audit_truth client_renegotiation; /* a client may begin one */
	enum audit_truth fallback_guard;       /* RFC 7507 */
	enum audit_truth stapling;             /* of OCSP, RFC 6066 §8 */
	enum audit_truth early_data;           /* RFC 8446 §4.2.10 */
	struct audit_sessions old_sessions, tls13_sessions;
	struct probe_certificate certificate;
};

/* Sets the versions up. */
void audit_inventory_init(struct audit_inventory *v, uint16_t port);
/* Indices of the highest and the lowest of SSL 3.0 to TLS 1.2 that are spoken; false: none is. */
bool audit_inventory_range(
    const struct audit_inventory *v, size_t *ret_lowest, size_t *ret_highest);
size_t audit_inventory_spoken(const struct audit_inventory *v); /* how many versions are */
/* The suite that was chosen, with the key that came with it; not more than AUDIT_CIPHERS_MAX. */
void audit_version_add(struct audit_version *v, const struct audit_hello_answer *answer);
/* The suites of one version as numbers; returns how many. */
size_t audit_version_suites(const struct audit_version *v, uint16_t out[AUDIT_CIPHERS_MAX]);
/* What is wrong with what is there; where: "port 587". */
void audit_inventory_judge(
    const struct audit_inventory *v, const char *where, struct audit_findings *list);

/* For people, and for programs (the caller's to json_decref()). */
void audit_inventory_text(const struct audit_inventory *v, struct buf *out);
json_t *audit_inventory_json(const struct audit_inventory *v);

#endif
