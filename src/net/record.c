/* SPDX-License-Identifier: Apache-2.0 */
#include "net/record.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/nameser.h>

#include "util/alloc.h"

enum {
	ALIASES_MAX = 16, /* that are looked at */
	TYPE_OPT = 41,
	OPTION_EXTENDED_ERROR = 15, /* RFC 8914 §2 */
	SRV_FIXED_LEN = 6,
	TLSA_FIXED_LEN = 3,
	DS_FIXED_LEN = 4,
};

static uint16_t
read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* A name within the message, that may point into it (RFC 1035 §4.1.4), to text. "" is the root. */
static bool
read_name(const ns_msg *message, const uint8_t *at, char text[NET_NAME_MAX + 1])
{
	char whole[NS_MAXDNAME];

	if (ns_name_uncompress(
		ns_msg_base(*message), ns_msg_end(*message), at, whole, sizeof whole) < 0 ||
	    strlen(whole) > NET_NAME_MAX)
		return false;
	(void)memcpy(text, whole, strlen(whole) + 1);
	if (strcmp(text, ".") == 0)
		text[0] = '\0';
	return true;
}

static bool
read_ip(struct slice data, struct ip *ret_ip)
{
	if (data.len == sizeof ret_ip->octets) {
		memcpy(ret_ip->octets, data.ptr, sizeof ret_ip->octets);
		return true;
	}
	if (data.len != 4)
		return false;
	*ret_ip = ip_from_v4((uint32_t)read_u16(data.ptr) << 16 | read_u16(data.ptr + 2));
	return true;
}

/* The strings of a TXT record in one (RFC 7208 §3.3). to has room for data.len octets. */
static bool
join_strings(struct slice data, uint8_t *to, struct slice *ret_text)
{
	size_t len = 0;

	while (data.len != 0) {
		const size_t piece_len = data.ptr[0];

		if (piece_len > data.len - 1)
			return false;
		memcpy(to + len, data.ptr + 1, piece_len);
		len += piece_len;
		data = slice_after(data, 1 + piece_len);
	}
	*ret_text = slice_make(to, len);
	return true;
}

static bool
read_srv(const ns_msg *message, struct slice data, struct net_record_srv *srv)
{
	if (data.len <= SRV_FIXED_LEN)
		return false;
	srv->priority = read_u16(data.ptr);
	srv->weight = read_u16(data.ptr + 2);
	srv->port = read_u16(data.ptr + 4);
	return read_name(message, data.ptr + SRV_FIXED_LEN, srv->target);
}

static bool
read_tlsa(struct slice data, struct net_record_tlsa *tlsa)
{
	if (data.len < TLSA_FIXED_LEN)
		return false;
	tlsa->usage = data.ptr[0];
	tlsa->selector = data.ptr[1];
	tlsa->matching = data.ptr[2];
	tlsa->data = slice_after(data, TLSA_FIXED_LEN);
	return true;
}

static bool
read_ds(struct slice data, struct net_record_ds *ds)
{
	if (data.len < DS_FIXED_LEN)
		return false;
	ds->key_tag = read_u16(data.ptr);
	ds->algorithm = data.ptr[2];
	ds->digest_type = data.ptr[3];
	ds->digest = slice_after(data, DS_FIXED_LEN);
	return true;
}

/* memory: room for a text of data.len octets. */
static bool
read_data(const ns_msg *message, struct slice data, uint8_t *memory, struct net_record *record)
{
	switch (record->type) {
	case NET_RECORD_A:
		return data.len == 4 && read_ip(data, &record->ip);
	case NET_RECORD_AAAA:
		return data.len == IP_LEN && read_ip(data, &record->ip);
	case NET_RECORD_NS:
	case NET_RECORD_CNAME:
	case NET_RECORD_PTR:
		return data.len != 0 && read_name(message, data.ptr, record->name);
	case NET_RECORD_MX:
		if (data.len <= 2)
			return false;
		record->mx.preference = read_u16(data.ptr);
		return read_name(message, data.ptr + 2, record->mx.host);
	case NET_RECORD_TXT:
		return join_strings(data, memory, &record->text);
	case NET_RECORD_SRV:
		return read_srv(message, data, &record->srv);
	case NET_RECORD_DS:
		return read_ds(data, &record->ds);
	case NET_RECORD_TLSA:
		return read_tlsa(data, &record->tlsa);
	}
	return false;
}

/* Lower comes first; what has no order is all the same. */
static unsigned
rank(const struct net_record *record)
{
	if (record->type == NET_RECORD_MX)
		return record->mx.preference;
	return record->type == NET_RECORD_SRV ? record->srv.priority : 0;
}

/* By insertion: what is equal stays in the order of the answer, and a few are all there are. */
static void
insert(struct net_answer *a, const struct net_record *record)
{
	size_t at = a->count++;

	for (; at > 0 && rank(&a->records[at - 1]) > rank(record); at--)
		a->records[at] = a->records[at - 1];
	a->records[at] = *record;
}

static void
take_record(
    struct net_answer *a, const ns_msg *message, const ns_rr *rr, size_t *used, unsigned type)
{
	const struct slice data = slice_make(ns_rr_rdata(*rr), ns_rr_rdlen(*rr));
	struct net_record record = { .type = (enum net_record_type)type, .ttl_s = ns_rr_ttl(*rr) };

	if (ns_rr_class(*rr) != ns_c_in)
		return;
	if (ns_rr_type(*rr) == ns_t_cname && type != ns_t_cname)
		a->has_alias = true;
	if (ns_rr_type(*rr) != type)
		return;
	if (a->count == NET_RECORDS_MAX) {
		a->is_given_more = true;
		return;
	}
	if (!read_data(message, data, a->memory + *used, &record))
		return;
	*used += data.len;
	if (a->canonical[0] == '\0' && strlen(ns_rr_name(*rr)) <= NET_NAME_MAX)
		memcpy(a->canonical, ns_rr_name(*rr), strlen(ns_rr_name(*rr)) + 1);
	insert(a, &record);
}

static bool
is_alias_of(ns_msg *message, int at, const char *name)
{
	ns_rr rr;

	return ns_parserr(message, ns_s_an, at, &rr) == 0 && ns_rr_type(rr) == ns_t_cname &&
	       strcasecmp(ns_rr_name(rr), name) == 0;
}

/* Where the aliases end (RFC 1034 §3.6.2); and whether they ever do. */
static void
follow_aliases(struct net_answer *a, ns_msg *message)
{
	const int count = ns_msg_count(*message, ns_s_an);

	for (int i = 0; i < count && i < ALIASES_MAX; i++) {
		ns_rr rr;

		if (ns_parserr(message, ns_s_an, i, &rr) < 0 || ns_rr_type(rr) != ns_t_cname ||
		    ns_rr_rdlen(rr) == 0 || !read_name(message, ns_rr_rdata(rr), a->alias))
			continue;
		for (int k = 0; k <= i; k++)
			a->is_circular |= is_alias_of(message, k, a->alias);
	}
}

/* The options of EDNS (RFC 6891 §6.1.2): number, length, octets. */
static void
take_options(struct net_answer *a, struct slice options)
{
	while (options.len >= 4) {
		const uint16_t option = read_u16(options.ptr), len = read_u16(options.ptr + 2);

		options = slice_after(options, 4);
		if (len > options.len)
			return;
		if (option == OPTION_EXTENDED_ERROR && len >= 2 && a->extended_error < 0)
			a->extended_error = read_u16(options.ptr);
		options = slice_after(options, len);
	}
}

static void
read_additional(struct net_answer *a, ns_msg *message)
{
	for (int i = 0; i < ns_msg_count(*message, ns_s_ar); i++) {
		ns_rr rr;

		if (ns_parserr(message, ns_s_ar, i, &rr) < 0)
			return;
		if ((unsigned)ns_rr_type(rr) == TYPE_OPT)
			take_options(a, slice_make(ns_rr_rdata(rr), ns_rr_rdlen(rr)));
	}
}

bool
net_answer_read(struct slice packet, enum net_record_type type, struct net_answer *ret_answer)
{
	size_t used = 0;
	ns_msg message;

	if (packet.len > NS_MAXMSG || ns_initparse(packet.ptr, (int)packet.len, &message) < 0 ||
	    ns_msg_getflag(message, ns_f_qr) == 0)
		return false;
	memset(ret_answer, 0, sizeof *ret_answer);
	ret_answer->id = ns_msg_id(message);
	ret_answer->rcode = (uint8_t)ns_msg_getflag(message, ns_f_rcode);
	ret_answer->is_cut = ns_msg_getflag(message, ns_f_tc) != 0;
	ret_answer->extended_error = -1;
	/* Texts are shorter than the records that they are of. */
	ret_answer->memory = xmalloc(packet.len);
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		ns_rr rr;

		if (ns_parserr(&message, ns_s_an, i, &rr) < 0) {
			net_answer_done(ret_answer);
			return false;
		}
		take_record(ret_answer, &message, &rr, &used, type);
	}
	if (ret_answer->has_alias)
		follow_aliases(ret_answer, &message);
	read_additional(ret_answer, &message);
	return true;
}

void
net_answer_done(struct net_answer *answer)
{
	free(answer->memory);
	answer->memory = NULL;
}

static void
write_u16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

size_t
net_question_write(const char *name, enum net_record_type type, uint16_t id,
    const struct net_question_options *options, uint8_t out[NET_QUESTION_SIZE])
{
	/* OPT (RFC 6891 §6.1.2): the root, 41, 1232 octets, no flags, no options. */
	static const uint8_t edns[] = { 0, 0, TYPE_OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, 0 };
	const bool is_unchecked = options != NULL && options->is_unchecked;
	uint8_t wire[NS_MAXCDNAME];
	int name_len;
	size_t len = NS_HFIXEDSZ;

	if (strlen(name) > NET_NAME_MAX || ns_name_pton(name, wire, sizeof wire) < 0)
		return 0;
	name_len = ns_name_pack(wire, out + len, NET_QUESTION_SIZE - NS_HFIXEDSZ, NULL, NULL);
	if (name_len < 0)
		return 0;
	memset(out, 0, NS_HFIXEDSZ);
	write_u16(out, id);
	out[2] = 0x01;                      /* RD */
	out[3] = is_unchecked ? 0x10 : 0x0; /* CD */
	write_u16(out + 4, 1);              /* questions */
	write_u16(out + 10, 1);             /* additional records */
	len += (size_t)name_len;
	write_u16(out + len, type);
	write_u16(out + len + 2, ns_c_in);
	memcpy(out + len + 4, edns, sizeof edns);
	return len + 4 + sizeof edns;
}
