/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address.h - the grammar of paths, mailboxes and domains (RFC 5321 §4.1.2, §4.1.3).
 *
 * ASCII only: SMTPUTF8 is not offered, so an octet above 0x7f is a syntax error (RFC 5321 §2.3.1).
 * Everything is borrowed; nothing is unquoted, folded or looked up.
 *
 * What a route says before the address is never stored (RFC 5321 §3.3, §3.6.1, §6.1, §C, §F.2).
 * Local parts are those of §4.1.2 (§4.1.1); a "#" and a number is no host (§F.4). Sizes are at
 * least those of §4.5.3.1; Postmaster needs no domain (§2.3.5).
 */
#ifndef SMTP_ADDRESS_H
#define SMTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/slice.h"

/*
 * A local part may use all of the path that its domain leaves: §4.5.3.1.1 promises 64 octets, but
 * the addresses that lists and forwarders make for bounces are longer, and larger is allowed.
 */
#define SMTP_DOMAIN_MAX 255 /* octets (§4.5.3.1.2) */
#define SMTP_LABEL_MAX 63   /* octets between two dots (RFC 1035 §2.3.4) */
#define SMTP_PATH_MAX 256   /* octets, with < and > but without a source route (§4.5.3.1.3) */
#define SMTP_MAILBOX_MAX (SMTP_PATH_MAX - 2)

enum smtp_address_status {
	SMTP_ADDRESS_OK,
	SMTP_ADDRESS_SYNTAX,
	SMTP_ADDRESS_TOO_LONG, /* right by the grammar, above SMTP_MAILBOX_MAX */
};

/*
 * The path at the start of in, which begins with '<'. A source route before the mailbox is skipped,
 * as §4.1.1.3 and appendix C want. *ret_mailbox is what is left between the brackets, empty for
 * "<>"; *ret_len is how much of in the path is. Both are set only with SMTP_ADDRESS_OK.
 * "<Postmaster>" has a mailbox without domain (§4.5.1); who takes it must ask for it.
 */
enum smtp_address_status smtp_path_parse(
    struct slice in, struct slice *ret_mailbox, size_t *ret_len);

/* Is all of s local-part@domain? */
enum smtp_address_status smtp_mailbox_check(struct slice s);
/* Is it "postmaster" in any case, without a domain (§4.5.1)? */
bool smtp_mailbox_is_postmaster(struct slice s);
/* Of a checked mailbox: what is after the @ that divides it; empty when there is none. */
struct slice smtp_mailbox_domain(struct slice mailbox);
/* Of a checked mailbox: what is before that @. */
struct slice smtp_mailbox_local(struct slice mailbox);

/* Letters, digits and hyphens in labels of at most 63 octets (§4.1.2 Domain, RFC 1035 §2.3.4). */
bool smtp_domain_is_valid(struct slice s);
/* "[192.0.2.1]", "[IPv6:2001:db8::1]" or "[tag:text]" (§4.1.3). */
bool smtp_literal_is_valid(struct slice s);

#endif
