/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dry.h - a server that is not there, for a dry run: it lets everything happen, so that the reader
 * is told the most that an audit can do. Pure.
 */
#ifndef AUDIT_DRY_H
#define AUDIT_DRY_H

#include <stdbool.h>

#include "util/slice.h"

enum audit_dry_mood {
	AUDIT_DRY_GREETING, /* nothing was heard yet */
	AUDIT_DRY_COMMANDS,
	AUDIT_DRY_USER,  /* the name of a login is due */
	AUDIT_DRY_LOGIN, /* the last step of a login is due */
	AUDIT_DRY_TEXT,  /* after DATA: mute */
};

struct audit_dry {
	enum audit_dry_mood mood;
	const char *reply; /* to what was heard last, with CRLF; a constant. NULL: none */
};

void audit_dry_init(struct audit_dry *d);
/* Octets with whole lines; the first counts. */
void audit_dry_hear(struct audit_dry *d, struct slice octets);
/* The reply that is due; empty: none. Taken once. */
struct slice audit_dry_say(struct audit_dry *d);

#endif
