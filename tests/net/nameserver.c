/* SPDX-License-Identifier: Apache-2.0 */
#include "nameserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "util/fd.h"

enum { MESSAGE_SIZE = 4096, EXTENDED_DNSSEC_BOGUS = 6 };

struct writer {
	uint8_t octets[MESSAGE_SIZE];
	size_t len;
};

static void
put(struct writer *w, const void *ptr, size_t len)
{
	assert_true(len <= sizeof w->octets - w->len);
	memcpy(w->octets + w->len, ptr, len);
	w->len += len;
}

static void
put_number(struct writer *w, unsigned value)
{
	const uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(w, octets, sizeof octets);
}

static void
put_name(struct writer *w, const char *name)
{
	uint8_t wire[NS_MAXCDNAME];
	int len;

	assert_true(ns_name_pton(name, wire, sizeof wire) >= 0);
	len = ns_name_pack(wire, w->octets + w->len, (int)(sizeof w->octets - w->len), NULL, NULL);
	assert_true(len > 0);
	w->len += (size_t)len;
}

/* The number at *text, which moves behind it and one blank. */
static unsigned
take_number(const char **text)
{
	char *end;
	unsigned long value = strtoul(*text, &end, 10);

	*text = *end == ' ' ? end + 1 : end;
	return (unsigned)value;
}

static void
put_strings(struct writer *w, const char *text)
{
	for (;;) {
		const size_t len = strcspn(text, "|");
		const uint8_t octet = (uint8_t)len;

		assert_true(len <= UINT8_MAX);
		put(w, &octet, 1);
		put(w, text, len);
		if (text[len] == '\0')
			return;
		text += len + 1;
	}
}

static void
put_hex(struct writer *w, const char *text)
{
	for (; text[0] != '\0' && text[1] != '\0'; text += 2) {
		const char digits[3] = { text[0], text[1], '\0' };
		const uint8_t octet = (uint8_t)strtoul(digits, NULL, 16);

		put(w, &octet, 1);
	}
}

static void
put_tlsa(struct writer *w, const char *text)
{
	for (int i = 0; i < 3; i++) {
		const uint8_t octet = (uint8_t)take_number(&text);

		put(w, &octet, 1);
	}
	put_hex(w, text);
}

static void
put_ip(struct writer *w, int family, const char *text)
{
	uint8_t octets[IP_LEN];

	assert_int_equal(inet_pton(family, text, octets), 1);
	put(w, octets, family == AF_INET ? 4 : IP_LEN);
}

static void
put_data(struct writer *w, enum net_record_type type, const char *text)
{
	if (type == NAMESERVER_RRSIG || type == NAMESERVER_DNSKEY) {
		put_hex(w, text);
		return;
	}
	switch (type) {
	case NET_RECORD_A:
	case NET_RECORD_AAAA:
		put_ip(w, type == NET_RECORD_A ? AF_INET : AF_INET6, text);
		return;
	case NET_RECORD_SRV:
		put_number(w, take_number(&text));
		put_number(w, take_number(&text));
		put_number(w, take_number(&text));
		put_name(w, text);
		return;
	case NET_RECORD_MX:
		put_number(w, take_number(&text));
		put_name(w, text);
		return;
	case NET_RECORD_NS:
	case NET_RECORD_CNAME:
	case NET_RECORD_PTR:
		put_name(w, text);
		return;
	case NET_RECORD_TXT:
		put_strings(w, text);
		return;
	case NET_RECORD_TLSA:
	case NET_RECORD_DS:
		put_tlsa(w, text);
		return;
	}
}

size_t
nameserver_data(enum net_record_type type, const char *text, uint8_t *out, size_t size)
{
	struct writer w = { .len = 0 };

	put_data(&w, type, text);
	assert_true(w.len <= size);
	memcpy(out, w.octets, w.len);
	return w.len;
}

static void
put_record(struct writer *w, const char *name, const struct nameserver_row *row)
{
	size_t at;

	put_name(w, name);
	put_number(w, row->type);
	put_number(w, ns_c_in);
	put_number(w, 0);
	put_number(w, 60);
	at = w->len;
	put_number(w, 0);
	put_data(w, row->type, row->data);
	w->octets[at] = (uint8_t)((w->len - at - 2) >> 8);
	w->octets[at + 1] = (uint8_t)(w->len - at - 2);
}

static const struct nameserver_row *
find(const struct nameserver *s, const char *name)
{
	for (const struct nameserver_row *row = s->rows; row->name != NULL; row++)
		if (strcasecmp(row->name, name) == 0 || strcmp(row->name, "*") == 0)
			return row;
	return NULL;
}

/* A signature begins with the type that it is of. */
static bool
signs(const struct nameserver_row *row, unsigned type)
{
	char digits[5];

	(void)snprintf(digits, sizeof digits, "%04x", type & UINT16_MAX);
	return row->type == NAMESERVER_RRSIG && strncmp(row->data, digits, 4) == 0;
}

/* The records of a name: those of the type, or an alias and what is behind it. */
static unsigned
put_records(const struct nameserver *s, struct writer *w, const char *name, unsigned type)
{
	const struct nameserver_row *first = find(s, name);
	unsigned count = 0;

	for (const struct nameserver_row *row = first; row != NULL && row->name != NULL; row++) {
		if (row->data == NULL || strcmp(row->name, first->name) != 0)
			continue;
		if (row->type == type || row->type == NET_RECORD_CNAME || signs(row, type)) {
			put_record(w, name, row);
			count++;
		}
		if (row->type == NET_RECORD_CNAME && type != NET_RECORD_CNAME)
			return count + put_records(s, w, row->data, type);
	}
	return count;
}

static void
put_extended_error(struct writer *w, unsigned code)
{
	static const uint8_t root_opt[] = { 0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0 };

	put(w, root_opt, sizeof root_opt);
	put_number(w, 6); /* of the one option: */
	put_number(w, 15);
	put_number(w, 2);
	put_number(w, code);
	w->octets[11]++;
}

static void
set_code(struct writer *w, unsigned rcode)
{
	w->octets[3] = (uint8_t)((w->octets[3] & 0xf0) | rcode);
}

/* False: say nothing. */
static bool
answer(const struct nameserver *s, struct slice question, bool is_tcp, struct writer *w)
{
	const struct nameserver_row *row;
	ns_msg message;
	ns_rr rr;

	if (ns_initparse(question.ptr, (int)question.len, &message) < 0 ||
	    ns_parserr(&message, ns_s_qd, 0, &rr) < 0)
		return false;
	row = find(s, ns_rr_name(rr));
	if (row != NULL && (row->act == NAMESERVER_SILENT ||
			       (row->act == NAMESERVER_NO_AAAA && ns_rr_type(rr) == ns_t_aaaa)))
		return false;
	put_number(w, ns_msg_id(message));
	put_number(w, 0x8180 | (question.ptr[3] & 0x10));
	put(w, "\0\1\0\0\0\0\0\0", 8);
	put_name(w, ns_rr_name(rr));
	put_number(w, ns_rr_type(rr));
	put_number(w, ns_c_in);
	if (row == NULL) {
		set_code(w, ns_r_nxdomain);
	} else if (row->act == NAMESERVER_SERVFAIL) {
		set_code(w, ns_r_servfail);
	} else if (row->act == NAMESERVER_REFUSED) {
		set_code(w, ns_r_refused);
	} else if (row->act == NAMESERVER_BROKEN_CHAIN && (question.ptr[3] & 0x10) == 0) {
		set_code(w, ns_r_servfail);
		put_extended_error(w, EXTENDED_DNSSEC_BOGUS);
	} else if (row->act == NAMESERVER_CUT && !is_tcp) {
		w->octets[2] |= 0x02;
	} else {
		w->octets[7] = (uint8_t)put_records(s, w, ns_rr_name(rr), ns_rr_type(rr));
	}
	return true;
}

static void
on_datagram(evutil_socket_t fd, short what, void *arg)
{
	struct nameserver *s = arg;
	uint8_t question[MESSAGE_SIZE];
	struct writer w = { .len = 0 };
	struct sockaddr_in from;
	socklen_t from_len = sizeof from;
	ssize_t len =
	    recvfrom(fd, question, sizeof question, 0, (struct sockaddr *)(void *)&from, &from_len);

	(void)what;
	if (len < 0)
		return;
	s->question_count++;
	if (!s->is_mute && answer(s, slice_make(question, (size_t)len), false, &w))
		(void)sendto(fd, w.octets, w.len, 0, (struct sockaddr *)(void *)&from, from_len);
}

static void
on_stream(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct writer w = { .len = 0 };
	const uint8_t *octets = evbuffer_pullup(in, -1);
	size_t len = evbuffer_get_length(in);

	if (len < 2 || len - 2 < (size_t)(octets[0] << 8 | octets[1]))
		return;
	if (answer(arg, slice_make(octets + 2, len - 2), true, &w)) {
		const uint8_t prefix[2] = { (uint8_t)(w.len >> 8), (uint8_t)w.len };

		(void)bufferevent_write(bev, prefix, sizeof prefix);
		(void)bufferevent_write(bev, w.octets, w.len);
	}
	(void)evbuffer_drain(in, len);
}

static void
on_stream_event(struct bufferevent *bev, short what, void *arg)
{
	struct nameserver *s = arg;

	(void)what;
	for (int i = 0; i < NAMESERVER_STREAMS_MAX; i++)
		if (s->streams[i] == bev)
			s->streams[i] = NULL;
	bufferevent_free(bev);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int from_len,
    void *arg)
{
	struct nameserver *s = arg;
	struct bufferevent *bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
	int i = 0;

	(void)listener;
	(void)from;
	(void)from_len;
	while (s->streams[i] != NULL)
		assert_true(++i < NAMESERVER_STREAMS_MAX);
	s->streams[i] = bev;
	bufferevent_setcb(bev, on_stream, NULL, on_stream_event, s);
	(void)bufferevent_enable(bev, EV_READ | EV_WRITE);
}

/* The same port for both, which may take some tries. */
static bool
bind_both(struct nameserver *s)
{
	socklen_t len = sizeof s->address.v4;

	assert_true(net_address_parse("127.0.0.1", 0, &s->address));
	s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s->udp, &s->address.any, sizeof s->address.v4), 0);
	assert_int_equal(getsockname(s->udp, &s->address.any, &len), 0);
	s->listener = evconnlistener_new_bind(s->base, on_accept, s,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, &s->address.any,
	    sizeof s->address.v4);
	if (s->listener == NULL)
		fd_close(&s->udp);
	return s->listener != NULL;
}

void
nameserver_start(struct nameserver *s, struct event_base *base, const struct nameserver_row *rows)
{
	*s = (struct nameserver){ .base = base, .rows = rows };
	for (int tries = 0; !bind_both(s); tries++)
		assert_true(tries < 20);
	s->event = event_new(base, s->udp, EV_READ | EV_PERSIST, on_datagram, s);
	(void)event_add(s->event, NULL);
}

void
nameserver_stop(struct nameserver *s)
{
	for (int i = 0; i < NAMESERVER_STREAMS_MAX; i++)
		if (s->streams[i] != NULL)
			bufferevent_free(s->streams[i]);
	event_free(s->event);
	evconnlistener_free(s->listener);
	fd_close(&s->udp);
}
