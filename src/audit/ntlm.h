/* SPDX-License-Identifier: Apache-2.0 */
/* ntlm.h - what the challenge of NTLM tells of the server's machine (MS-NLMP 2.2.1.2). Pure. */
#ifndef AUDIT_NTLM_H
#define AUDIT_NTLM_H

#include <stdbool.h>

#include "util/slice.h"

#define AUDIT_NTLM_WORDS_SIZE 512

/* The first message of a client, as base64: it asks for all that the server tells. */
#define AUDIT_NTLM_HELLO "TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA="

/*
 * challenge: the text of the 334, base64. True when it is one and tells anything: then words has
 * it, as "domain CORP, computer DC01, version 10.0.17763"; octets of the peer that are not ASCII
 * are "?".
 */
bool audit_ntlm_read(struct slice challenge, char words[AUDIT_NTLM_WORDS_SIZE]);

#endif
