/* SPDX-License-Identifier: Apache-2.0 */
/* nameserver.h - a DNS server in the test's own loop, on a free port of 127.0.0.1, that plays a
 * table: UDP and TCP. */
#ifndef TESTS_NET_NAMESERVER_H
#define TESTS_NET_NAMESERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "net/address.h"
#include "net/record.h"

#define NAMESERVER_STREAMS_MAX 16

/* What a name of the table does, besides having records. */
enum nameserver_act {
	NAMESERVER_ANSWER,
	NAMESERVER_SILENT,
	NAMESERVER_NO_AAAA, /* silent to questions for AAAA only */
	NAMESERVER_SERVFAIL,
	NAMESERVER_REFUSED,
	NAMESERVER_BROKEN_CHAIN, /* SERVFAIL with the word that DNSSEC is why; an answer with CD */
	NAMESERVER_CUT,          /* TC over UDP, the whole over TCP */
};

/* Types of DNSSEC, with data in hex. */
#define NAMESERVER_RRSIG ((enum net_record_type)46) /* goes with the records that it is of */
#define NAMESERVER_DNSKEY ((enum net_record_type)48)

/*
 * data: "192.0.2.1", "10 mx.example.org", "0 5 587 mail.example.org", "3 1 1 00ff", a name, or
 * strings of TXT with "|" between them. NULL: the name is there, without records.
 */
struct nameserver_row {
	const char *name; /* "*": any that is not there */
	const char *data;
	enum net_record_type type;
	enum nameserver_act act;
};

struct nameserver {
	struct event_base *base;
	const struct nameserver_row *rows; /* ends with a row without a name */
	struct net_address address;
	int udp;
	struct event *event;
	struct evconnlistener *listener;
	struct bufferevent *streams[NAMESERVER_STREAMS_MAX]; /* NULL: none */
	unsigned question_count;
	bool is_mute; /* answers nothing over UDP */
};

void nameserver_start(
    struct nameserver *s, struct event_base *base, const struct nameserver_row *rows);
void nameserver_stop(struct nameserver *s);
/* The record data of a row, at most size octets; the length. */
size_t nameserver_data(enum net_record_type type, const char *text, uint8_t *out, size_t size);

#endif
