/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS answers, the type of the records asked for in the first octet. Laws: names fit DNS and texts
 * the packet; records are of the type, best first; a name that was read can be asked for.
 */
#include <stdlib.h>

#include "net/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_name(const char *name)
{
	uint8_t question[NET_QUESTION_SIZE];

	check(strlen(name) <= NET_NAME_MAX);
	check(
	    net_question_write(name[0] == '\0' ? "." : name, NET_RECORD_A, 1, NULL, question) != 0);
}

static unsigned
rank(const struct net_record *r)
{
	if (r->type == NET_RECORD_MX)
		return r->mx.preference;
	return r->type == NET_RECORD_SRV ? r->srv.priority : 0;
}

static void
check_record(const struct net_record *r, size_t packet_len)
{
	switch (r->type) {
	case NET_RECORD_A:
		check(ip_is_v4(&r->ip));
		return;
	case NET_RECORD_AAAA:
		return;
	case NET_RECORD_NS:
	case NET_RECORD_CNAME:
	case NET_RECORD_PTR:
		check_name(r->name);
		return;
	case NET_RECORD_MX:
		check_name(r->mx.host);
		return;
	case NET_RECORD_SRV:
		check_name(r->srv.target);
		return;
	case NET_RECORD_TXT:
		check(r->text.len <= packet_len);
		return;
	case NET_RECORD_TLSA:
		check(r->tlsa.data.len <= packet_len);
		return;
	case NET_RECORD_DS:
		check(r->ds.digest.len <= packet_len);
		return;
	}
	abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	static const enum net_record_type types[] = { NET_RECORD_A, NET_RECORD_NS, NET_RECORD_CNAME,
		NET_RECORD_PTR, NET_RECORD_MX, NET_RECORD_TXT, NET_RECORD_AAAA, NET_RECORD_SRV,
		NET_RECORD_DS, NET_RECORD_TLSA };
	struct net_answer answer;
	enum net_record_type type;

	if (len == 0)
		return 0;
	type = types[in[0] % (sizeof types / sizeof types[0])];
	if (!net_answer_read(slice_make(in + 1, len - 1), type, &answer))
		return 0;
	check(answer.count <= NET_RECORDS_MAX);
	check(strlen(answer.canonical) <= NET_NAME_MAX);
	for (size_t i = 0; i < answer.count; i++) {
		check(answer.records[i].type == type);
		check_record(&answer.records[i], len);
		check(i == 0 || rank(&answer.records[i - 1]) <= rank(&answer.records[i]));
	}
	net_answer_done(&answer);
	return 0;
}
