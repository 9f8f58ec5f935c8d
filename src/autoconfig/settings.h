/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - all that a mail program must know to send mail for one account.
 *
 * Pure: what makes texts of it escapes every value for its format, whatever is in it.
 */
#ifndef AUTOCONFIG_SETTINGS_H
#define AUTOCONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"
#include "util/slice.h"

#define AUTOCONFIG_TEXT_MAX ((size_t)256 * 1024) /* octets of anything made here */

enum autoconfig_security {
	AUTOCONFIG_TLS,      /* from the first octet (RFC 8314 §3.3) */
	AUTOCONFIG_STARTTLS, /* RFC 3207, and required */
};

enum autoconfig_protocol {
	AUTOCONFIG_SUBMISSION,
	AUTOCONFIG_IMAP,
	AUTOCONFIG_POP,
};

struct autoconfig_server {
	const char *host; /* A-labels or an address; NULL: not known */
	uint16_t port;
	enum autoconfig_security security;
	enum autoconfig_protocol protocol;
	bool is_guess; /* nobody announces it */
};

/* Borrowed strings in UTF-8, without controls. */
struct autoconfig_settings {
	const char *address;                  /* "ana@example.org" */
	const char *domain;                   /* of the address, A-labels */
	const char *user;                     /* to log in with */
	const char *name;                     /* as mail shows it; NULL: none */
	struct autoconfig_server submission;  /* to be preferred; has a host */
	struct autoconfig_server alternative; /* of the same service, on another port */
	struct autoconfig_server incoming;
};

/* 465 is TLS; any other port STARTTLS. 993 and 995 likewise. */
enum autoconfig_security autoconfig_usual_security(uint16_t port);
/* With TLS 465, 993, 995; with STARTTLS 587, 143, 110. */
uint16_t autoconfig_usual_port(
    enum autoconfig_protocol protocol, enum autoconfig_security security);
/* "SMTP", "IMAP", "POP3" */
const char *autoconfig_protocol_name(enum autoconfig_protocol protocol);
/* "tls", "starttls": for JSON and the command line */
const char *autoconfig_security_name(enum autoconfig_security security);

#endif
