/* SPDX-License-Identifier: Apache-2.0 */
/* context.h - what the checks of one audit share. Private to the room. */
#ifndef AUDIT_CONTEXT_H
#define AUDIT_CONTEXT_H

#include <event2/event.h>
#include <openssl/ssl.h>

#include "audit/audit.h"
#include "net/address.h"
#include "net/resolve.h"
#include "probe/certificate.h"
#include "probe/ehlo.h"

/* One port of the host, and what it says of itself. */
struct audit_door {
	uint16_t port; /* 0: left out by the options */
	bool is_implicit;
	bool is_open;   /* someone answers, and can be talked with */
	bool is_mute;   /* connected, but no greeting or handshake came */
	bool has_tls;   /* a handshake of ours was completed */
	bool is_broken; /* TLS should have come, and the server let none come */
	struct net_address address;
	char name[16];                    /* "port 587" */
	char greeting[512];               /* printable */
	struct probe_ehlo ehlo, ehlo_tls; /* before and after TLS */
	struct probe_certificate certificate;
	STACK_OF(X509) * chain; /* as it was sent, the server's own first; NULL: none */
	char tls_error[160];    /* why there is none; empty: not tried */
};

enum { AUDIT_STARTTLS_DOOR, AUDIT_IMPLICIT_DOOR, AUDIT_DOOR_COUNT };

struct audit {
	const struct audit_options *options;
	struct audit_result *result;
	struct event_base *base;
	struct net_resolver *resolver; /* NULL in a dry run */
	SSL_CTX *tls;                  /* speaks whatever it can, verifies nothing */
	SSL_SESSION *session;          /* for the next handshake to resume; NULL: none */
	X509_STORE *roots;
	bool is_literal; /* the host is an address: then literal is it as a domain, "[192.0.2.1]" */
	char literal[64];
	size_t address_count;
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	struct audit_door doors[AUDIT_DOOR_COUNT];
	enum audit_check check;    /* that runs now */
	uint64_t scan_after_ms;    /* the next ClientHello not before this (monotonic) */
	struct audit_talk *nobody; /* a login whose answer has not been read yet; NULL: none */
	/* Commands that the server takes on one connection before it says 421; 0: not known. */
	unsigned commands_max;
	unsigned tired_count; /* connections that have ended so */
};

#define AUDIT_WORD_SIZE 16

/* A local part that nobody has, for the address of a test: "audit-k3x9..." */
void audit_make_word(char word[AUDIT_WORD_SIZE]);
/* The domain whose users submit here, or else the host: what a local address ends in. */
const char *audit_local_domain(const struct audit *a);

/* May nothing more be asked of the host? */
bool audit_is_over(const struct audit *a);
/* The server wants us gone: nothing more is asked of it. */
void audit_send_away(struct audit *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The check that runs now could not see something. */
void audit_gap(struct audit *a, bool is_wanted_so, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A line for the reader: of a dry run, or of the transcript. */
void audit_tell(struct audit *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One more connection: false when there have been too many, or the server wants us gone. */
bool audit_may_connect(struct audit *a);
/* The door with TLS to use: that with STARTTLS before the other; NULL: none has TLS. */
const struct audit_door *audit_tls_door(const struct audit *a);
/* A context that speaks whatever it can and verifies nothing; NULL: no memory. */
SSL_CTX *audit_tls_new(void);
/* Ask the loop to go on until *is_over. */
void audit_wait(struct audit *a, const bool *is_over);

/* The checks, each in a file of its own. */
void audit_check_ports(struct audit *a);
void audit_check_clear(struct audit *a);
void audit_check_login(struct audit *a);
void audit_check_starttls(struct audit *a);
void audit_check_tls(struct audit *a);
void audit_check_certificate(struct audit *a);
void audit_check_relay(struct audit *a);
void audit_check_users(struct audit *a);
void audit_check_leaks(struct audit *a);
void audit_check_nobody(struct audit *a);
/* What has become of its login: called when all else has been asked. */
void audit_nobody_end(struct audit *a);
void audit_check_dns(struct audit *a);
void audit_check_sender(struct audit *a);
void audit_check_smuggling(struct audit *a);
void audit_check_guessing(struct audit *a);

#endif
