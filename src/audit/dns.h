/* SPDX-License-Identifier: Apache-2.0 */
/* dns.h - questions of an audit, each waited for. */
#ifndef AUDIT_DNS_H
#define AUDIT_DNS_H

#include "audit/context.h"
#include "net/query.h"

#define AUDIT_DNS_MS 6000

/* A copy of what came. The caller's to audit_answer_done(), whatever the status. */
struct audit_answer {
	enum net_query_status status;
	const char *error;
	bool is_secure, is_validated;
	size_t count;
	struct net_record records[NET_RECORDS_MAX];
	uint8_t *texts[NET_RECORDS_MAX]; /* what the slices in them borrow; NULL: nothing */
};

/*
 * Ask. False when nobody could say whether there are such records: that is noted as a gap. In a
 * dry run the question is told and there are none.
 */
bool audit_ask(
    struct audit *a, const char *name, enum net_record_type type, struct audit_answer *ret_answer);
void audit_answer_done(struct audit_answer *answer);
/* The addresses of a name; how many. */
size_t audit_resolve(struct audit *a, const char *name, uint16_t port,
    struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX], enum net_resolve_status *ret_status);
/* The name behind an address, in DNS: "1.2.0.192.in-addr.arpa". */
void audit_reverse_name(const struct ip *ip, char name[NET_NAME_MAX + 1]);

#endif
