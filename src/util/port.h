/* SPDX-License-Identifier: Apache-2.0 */
/*
 * port.h - the TCP ports by which the services of mail are known; what listens where is for the
 * config, and for who runs a server.
 */
#ifndef UTIL_PORT_H
#define UTIL_PORT_H

enum {
	PORT_SMTP = 25,          /* between servers */
	PORT_SUBMISSION = 587,   /* RFC 6409 §3.1: with STARTTLS */
	PORT_SUBMISSIONS = 465,  /* RFC 8314 §3.3: TLS from the first octet on */
	PORT_ALTERNATIVE = 2525, /* of no standard: where many providers take submissions, too */
	PORT_LMTP = 24,          /* by custom; RFC 2033 gives it none, and not 25 */
	PORT_IMAP = 143,
	PORT_IMAPS = 993,
	PORT_POP3 = 110,
	PORT_POP3S = 995,
	PORT_SIEVE = 4190,
	PORT_DNS = 53,
	PORT_HTTP = 80,
	PORT_HTTPS = 443,
	PORT_SSH = 22,
};

#endif
