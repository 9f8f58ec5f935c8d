/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/dry.h"

void
audit_dry_init(struct audit_dry *d)
{
	*d = (struct audit_dry){ AUDIT_DRY_GREETING, "220 server.invalid ESMTP\r\n" };
}

static const char *
answer_command(struct audit_dry *d, struct slice line)
{
	static const struct {
		const char *verb, *reply;
		enum audit_dry_mood mood;
	} replies[] = {
		{ "EHLO",
		    "250-server.invalid\r\n250-STARTTLS\r\n250-SIZE "
		    "1\r\n250-ENHANCEDSTATUSCODES\r\n"
		    "250 AUTH PLAIN LOGIN\r\n",
		    AUDIT_DRY_COMMANDS },
		{ "STARTTLS", "220 go\r\n", AUDIT_DRY_COMMANDS },
		{ "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", AUDIT_DRY_USER },
		{ "AUTH PLAIN", "334 \r\n", AUDIT_DRY_LOGIN },
		{ "DATA", "354 go\r\n", AUDIT_DRY_TEXT },
		{ "VRFY", "252 perhaps\r\n", AUDIT_DRY_COMMANDS },
		{ "HELP", "214 no\r\n", AUDIT_DRY_COMMANDS },
	};

	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
		if (slice_starts_nocase(line, replies[i].verb)) {
			d->mood = replies[i].mood;
			return replies[i].reply;
		}
	}
	return "250 2.0.0 ok\r\n";
}

void
audit_dry_hear(struct audit_dry *d, struct slice octets)
{
	switch (d->mood) {
	case AUDIT_DRY_GREETING:
	case AUDIT_DRY_COMMANDS:
		d->reply = answer_command(d, octets);
		return;
	case AUDIT_DRY_USER:
		d->mood = AUDIT_DRY_LOGIN;
		d->reply = "334 UGFzc3dvcmQ6\r\n";
		return;
	case AUDIT_DRY_LOGIN:
		d->mood = AUDIT_DRY_COMMANDS;
		d->reply = slice_starts_nocase(octets, "*") ? "501 cancelled\r\n" : "235 fine\r\n";
		return;
	case AUDIT_DRY_TEXT:
		d->reply = NULL;
		return;
	}
}

struct slice
audit_dry_say(struct audit_dry *d)
{
	const struct slice reply = d->reply == NULL ? slice_make(NULL, 0) : slice_of(d->reply);

	d->reply = NULL;
	return reply;
}
