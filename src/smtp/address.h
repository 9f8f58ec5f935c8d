/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - the grammar of paths, mailboxes and domains (RFC 5321 §4.1.2, §4.1.3), with the
 * UTF-8 of RFC 6531 §3.3.
 *
 * SMTPUTF8 is known only after the path has been read, so UTF-8 is always read here;
 * smtp_is_ascii() tells whether any was (without it RFC 5321 §2.3.1 wants ASCII). What is read is
 * borrowed: nothing is unquoted, folded or looked up. Quotes that are not needed are kept: only the
 * host of the mailbox may know better (RFC 5321 §2.3.11).
 *
 * What a route says before the address is never stored (RFC 5321 §3.3, §3.6.1, §6.1, §C, §F.2).
 * Local parts are those of §4.1.2 (§4.1.1); a "#" and a number is no host (§F.4). Sizes are at
 * least those of §4.5.3.1; Postmaster needs no domain (§2.3.5).
 */
#ifndef SMTP_ADDRESS_H
#define SMTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "smtp/address_fault.h"
#include "util/buf.h"
#include "util/slice.h"

/*
 * A local part may use all of the path that its domain leaves: §4.5.3.1.1 promises 64 octets, but
 * the addresses that lists and forwarders make for bounces are longer, and larger is allowed.
 */
#define SMTP_DOMAIN_MAX 255 /* octets (§4.5.3.1.2), also as A-labels */
#define SMTP_LABEL_MAX 63   /* octets between two dots (RFC 1035 §2.3.4), also as A-label */
#define SMTP_PATH_MAX 256   /* octets, with < and > but without a source route (§4.5.3.1.3) */
/*
 * Octets of a source route, from its @ to its colon, beside the path's: room for one domain of any
 * length, and more than §4.5.3.1.3 leaves to a route.
 */
#define SMTP_ROUTE_MAX (1 + SMTP_DOMAIN_MAX + 1)
#define SMTP_MAILBOX_MAX (SMTP_PATH_MAX - 2)

struct smtp_path {
	struct slice mailbox; /* what stands between the brackets, after a route; empty for "<>" */
	bool has_domain;      /* false for "<>" and for a local part alone, as in "<Postmaster>" */
	size_t len;           /* octets of in, with both brackets */
};

/*
 * The path at the start of in, which begins with '<'. A source route before the mailbox is checked
 * and skipped, as §4.1.1.3 and appendix C want. *fault_at is always set: with a fault it is where
 * in `in` the parser could not go on.
 */
enum smtp_address_fault smtp_path_parse(
    struct slice in, struct smtp_path *ret_path, size_t *fault_at);

/* Is all of s local-part@domain? */
enum smtp_address_fault smtp_mailbox_check(struct slice s);
/*
 * Appends a checked mailbox, with or without a domain, as it goes on: ASCII as it is; else the
 * local part in Unicode normal form C (RFC 6532 §3.1: it SHOULD be; RFC 6530 §10.1: clients cannot
 * be depended upon), and the domain as U-labels, which are lower case. False when that makes no
 * mailbox within the limits.
 */
bool smtp_mailbox_normalize(struct slice mailbox, struct buf *out);
/* Is it "postmaster" in any case, without a domain (§4.5.1)? */
bool smtp_mailbox_is_postmaster(struct slice s);
/* Of a checked mailbox: what is after the @ that divides it; empty when there is none. */
struct slice smtp_mailbox_domain(struct slice mailbox);
/* Of a checked mailbox: what is before that @. */
struct slice smtp_mailbox_local(struct slice mailbox);

/*
 * Letters, digits and hyphens in labels of at most 63 octets (§4.1.2 Domain, RFC 1035 §2.3.4); no
 * U-labels.
 */
bool smtp_domain_is_valid(struct slice s);
/* "[192.0.2.1]", "[IPv6:2001:db8::1]" or "[tag:text]" (§4.1.3). */
bool smtp_literal_is_valid(struct slice s);

#endif
