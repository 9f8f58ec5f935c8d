/* SPDX-License-Identifier: Apache-2.0 */
/* ehlo.h - what a server says of itself in its reply to EHLO, and whether that was masked. */
#ifndef PROBE_EHLO_H
#define PROBE_EHLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define PROBE_EHLO_TEXT_SIZE 2048

struct probe_ehlo {
	bool is_there;
	uint16_t code;
	char text[PROBE_EHLO_TEXT_SIZE]; /* lines without code, separated by LF, printable, cut */
	bool has_starttls, has_auth, has_pipelining, has_8bitmime, has_smtputf8, has_chunking;
	bool has_dsn, has_enhanced_codes, has_requiretls;
	/* "PLAIN LOGIN XOAUTH2": the mechanisms of AUTH and of the old "AUTH=", each once. */
	char mechanisms[256];
	uint64_t size_max; /* of SIZE; 0: not said */
	/* A keyword of X only, as "XXXXXXXA": a firewall has painted STARTTLS over (Cisco). */
	bool is_masked;
	char masked[64]; /* that keyword */
};

/* text: as struct smtp_reply_parser has it, the greeting line first. */
void probe_ehlo_read(uint16_t code, struct slice text, struct probe_ehlo *ret_ehlo);
/* Is mechanism (upper case) one of them? */
bool probe_ehlo_offers(const struct probe_ehlo *e, const char *mechanism);
/* A greeting of "220 " and only *, 0, 2 and spaces behind it: the same firewall. */
bool probe_greeting_is_masked(struct slice text);

#endif
