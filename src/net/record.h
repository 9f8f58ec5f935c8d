/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - the records of a DNS answer. Pure: octets in, values out.
 *
 * The message itself is taken apart by libresolv; here are what its records hold, and what the
 * answer as a whole says.
 */
#ifndef NET_RECORD_H
#define NET_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/ip.h"
#include "util/slice.h"

#define NET_NAME_MAX 253   /* characters of a name (RFC 1035 §2.3.4) */
#define NET_RECORDS_MAX 32 /* of one answer; the rest is not looked at */

/* With the numbers of DNS. */
enum net_record_type {
	NET_RECORD_A = 1,
	NET_RECORD_NS = 2,
	NET_RECORD_CNAME = 5,
	NET_RECORD_PTR = 12,
	NET_RECORD_MX = 15,
	NET_RECORD_TXT = 16,
	NET_RECORD_AAAA = 28,
	NET_RECORD_SRV = 33,
	NET_RECORD_DS = 43,
	NET_RECORD_TLSA = 52,
};

struct net_record_mx {
	uint16_t preference;
	char host[NET_NAME_MAX + 1]; /* empty: the root, mail is not accepted (RFC 7505) */
};

struct net_record_srv {
	uint16_t priority, weight, port;
	char target[NET_NAME_MAX + 1]; /* empty: the root, no such service here (RFC 2782) */
};

struct net_record_tlsa {
	uint8_t usage, selector, matching;
	struct slice data;
};

struct net_record_ds {
	uint16_t key_tag;
	uint8_t algorithm, digest_type;
	struct slice digest;
};

struct net_record {
	enum net_record_type type;
	uint32_t ttl_s;
	union {
		struct ip ip;                /* A, AAAA */
		char name[NET_NAME_MAX + 1]; /* CNAME, NS, PTR */
		struct net_record_mx mx;
		struct net_record_srv srv;
		struct net_record_tlsa tlsa;
		struct net_record_ds ds;
		struct slice text; /* TXT: its strings joined, any octets */
	};
};

/* What one message of a DNS server says. */
struct net_answer {
	uint16_t id;
	uint8_t rcode;      /* 0: fine, 2: SERVFAIL, 3: NXDOMAIN, 5: REFUSED */
	bool is_cut;        /* TC: ask again over TCP */
	bool is_given_more; /* than NET_RECORDS_MAX */
	bool has_alias;     /* the name is a CNAME of canonical */
	bool is_circular;   /* its aliases lead back to one of them */
	/* Why the server failed, by itself (RFC 8914 §4); -1: it did not say. */
	int extended_error;
	char canonical[NET_NAME_MAX + 1]; /* whose the records are; empty without any */
	char alias[NET_NAME_MAX + 1];     /* the last name that a CNAME leads to; or empty */
	size_t count; /* MX and SRV: best first; others in the order of the answer */
	struct net_record records[NET_RECORDS_MAX];
	uint8_t *memory; /* of texts */
};

/*
 * Reads the records of that type. Slices borrow the packet, or belong to the answer, which is the
 * caller's to net_answer_done(). False when it is no DNS answer; then nothing is to free. A record
 * that cannot be read is left out.
 */
bool net_answer_read(struct slice packet, enum net_record_type type, struct net_answer *ret_answer);
void net_answer_done(struct net_answer *answer);

#define NET_QUESTION_SIZE 512

/* How a question differs from the usual one. */
struct net_question_options {
	bool is_unchecked; /* CD: an answer is wanted even when DNSSEC says it is wrong */
};

/*
 * Writes a question for a server that asks others (RD), with room for answers of 1232 octets
 * (EDNS). Its length; 0 when the name cannot be in DNS.
 */
size_t net_question_write(const char *name, enum net_record_type type, uint16_t id,
    const struct net_question_options *options, uint8_t out[NET_QUESTION_SIZE]);

#endif
