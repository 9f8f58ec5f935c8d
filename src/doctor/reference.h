/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference.h - submission services that should be reachable from any network: the comparison for
 * "is it this network, or that host?". From packaging/reference-hosts, which is compiled in; a file
 * of the same form may stand for it.
 */
#ifndef DOCTOR_REFERENCE_H
#define DOCTOR_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/record.h"
#include "util/buf.h"
#include "util/slice.h"

#define DOCTOR_REFERENCES_MAX 128 /* lines with hosts */
#define DOCTOR_REFERENCE_NAME_MAX 63
#define DOCTOR_REFERENCE_FILE_MAX 65536 /* octets */

enum doctor_reference_mode {
	DOCTOR_REFERENCE_STARTTLS,
	DOCTOR_REFERENCE_TLS, /* from the first octet (RFC 8314 §3.3) */
};

struct doctor_reference {
	char host[NET_NAME_MAX + 1];
	uint16_t port;
	enum doctor_reference_mode mode;
	char country[3]; /* ISO 3166 */
	char name[DOCTOR_REFERENCE_NAME_MAX + 1];
};

/* A value; nothing to free. */
struct doctor_references {
	char date[sizeof "2026-11-22"]; /* when the list was gone through */
	size_t count;                   /* best first; not 0 */
	struct doctor_reference hosts[DOCTOR_REFERENCES_MAX];
};

/* When the list that is compiled in was gone through, 00:00 UTC: the program is no older. */
int64_t doctor_references_made_unix_s(void);

/* False with "FILE:LINE: ..." appended to error. file names the text in it. */
bool doctor_references_read(struct slice text, const char *file,
    struct doctor_references *ret_references, struct buf *error);
/* The list of that file; NULL: the one that is compiled in. As above. */
bool doctor_references_load(
    const char *path, struct doctor_references *ret_references, struct buf *error);

#endif
