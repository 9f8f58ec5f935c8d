/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"

struct waiting {
	struct audit_answer *answer;
	bool is_over;
};

static void
copy_slice(struct audit_answer *answer, size_t i, struct slice *s)
{
	if (s->len == 0)
		return;
	answer->texts[i] = xmalloc(s->len);
	memcpy(answer->texts[i], s->ptr, s->len);
	s->ptr = answer->texts[i];
}

static void
on_answer(void *arg, const struct net_query_result *result)
{
	struct waiting *w = arg;
	struct audit_answer *to = w->answer;

	w->is_over = true;
	to->status = result->status;
	to->error = result->error;
	to->is_secure = result->is_secure;
	to->is_validated = result->is_validated;
	to->count = result->answer->count;
	for (size_t i = 0; i < to->count; i++) {
		struct net_record *r = &to->records[i];

		*r = result->answer->records[i];
		if (r->type == NET_RECORD_TXT)
			copy_slice(to, i, &r->text);
		else if (r->type == NET_RECORD_TLSA)
			copy_slice(to, i, &r->tlsa.data);
	}
}

static const char *
type_name(enum net_record_type type)
{
	switch (type) {
	case NET_RECORD_A:
		return "A";
	case NET_RECORD_NS:
		return "NS";
	case NET_RECORD_CNAME:
		return "CNAME";
	case NET_RECORD_PTR:
		return "PTR";
	case NET_RECORD_MX:
		return "MX";
	case NET_RECORD_TXT:
		return "TXT";
	case NET_RECORD_AAAA:
		return "AAAA";
	case NET_RECORD_SRV:
		return "SRV";
	case NET_RECORD_DS:
		return "DS";
	case NET_RECORD_TLSA:
		return "TLSA";
	}
	return "?";
}

static bool
is_known(enum net_query_status status)
{
	return status == NET_QUERY_FOUND || status == NET_QUERY_NO_DATA ||
	       status == NET_QUERY_NO_NAME;
}

bool
audit_ask(
    struct audit *a, const char *name, enum net_record_type type, struct audit_answer *ret_answer)
{
	struct waiting w = { .answer = ret_answer };

	*ret_answer = (struct audit_answer){ .status = NET_QUERY_NO_NAME };
	audit_tell(a, "DNS: %s %s", type_name(type), name);
	if (a->options->is_dry)
		return true;
	(void)net_query_start(a->resolver, name, type, AUDIT_DNS_MS, on_answer, &w);
	audit_wait(a, &w.is_over);
	if (is_known(ret_answer->status))
		return true;
	audit_gap(
	    a, false, "DNS does not tell %s of %s: %s", type_name(type), name, ret_answer->error);
	return false;
}

void
audit_answer_done(struct audit_answer *answer)
{
	for (size_t i = 0; i < answer->count; i++)
		free(answer->texts[i]);
	answer->count = 0;
}

struct resolving {
	struct net_resolve_result result;
	bool is_over;
};

static void
on_resolved(void *arg, const struct net_resolve_result *result)
{
	struct resolving *r = arg;

	r->result = *result;
	r->is_over = true;
}

size_t
audit_resolve(struct audit *a, const char *name, uint16_t port,
    struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX], enum net_resolve_status *ret_status)
{
	struct resolving r = { .is_over = false };

	audit_tell(a, "DNS: A and AAAA %s", name);
	if (a->options->is_dry) {
		*ret_status = NET_RESOLVE_OK;
		(void)net_address_parse("192.0.2.1", port, &addresses[0]);
		return 1;
	}
	(void)net_resolve_start(a->resolver, name, port, AUDIT_DNS_MS, on_resolved, &r);
	audit_wait(a, &r.is_over);
	*ret_status = r.result.status;
	memcpy(addresses, r.result.addresses, r.result.count * sizeof addresses[0]);
	return r.result.count;
}

void
audit_reverse_name(const struct ip *ip, char name[NET_NAME_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	if (ip_is_v4(ip)) {
		(void)snprintf(name, NET_NAME_MAX + 1, "%u.%u.%u.%u.in-addr.arpa",
		    (unsigned)ip->octets[15], (unsigned)ip->octets[14], (unsigned)ip->octets[13],
		    (unsigned)ip->octets[12]);
		return;
	}
	for (size_t i = IP_LEN; i > 0; i--) {
		name[len++] = digits[ip->octets[i - 1] & 15];
		name[len++] = '.';
		name[len++] = digits[ip->octets[i - 1] >> 4];
		name[len++] = '.';
	}
	(void)snprintf(name + len, NET_NAME_MAX + 1 - len, "ip6.arpa");
}
