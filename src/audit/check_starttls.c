/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_starttls.c - what is left over when the clear becomes TLS (RFC 3207 §4.2).
 *
 * A command behind STARTTLS in the same write must die with the clear text. That it is answered is
 * seen by waiting: an answer within TLS before we spoke, or two to one command.
 */
#include "audit/talk.h"

enum {
	SLOPPY_MS = 500,   /* for an answer in the clear */
	UNASKED_MS = 1500, /* for one within TLS that nobody asked for */
	SECOND_MS = 700,   /* for a second one to one command */
};

static void
judge_within_tls(struct audit *a, const struct audit_door *door, struct audit_talk *t)
{
	struct audit_findings *list = &a->result->findings;

	if (audit_talk_reply(t, UNASKED_MS)) {
		audit_findings_add(list, AUDIT_STARTTLS_COMMAND_INJECTION,
		    "%s: STARTTLS and NOOP in one write; within TLS, before anything was said: %u "
		    "%s",
		    door->name, audit_talk_code(t), audit_talk_text(t));
		return;
	}
	if (audit_talk_say(t, "RSET") != 0 && audit_talk_reply(t, SECOND_MS))
		audit_findings_add(list, AUDIT_STARTTLS_COMMAND_INJECTION,
		    "%s: STARTTLS and NOOP in one write; RSET within TLS has two answers, the "
		    "second: "
		    "%u %s",
		    door->name, audit_talk_code(t), audit_talk_text(t));
}

static void
inject_command(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open(a, door);

	if (t == NULL || !audit_talk_ehlo(t)) {
		audit_talk_close(&t);
		return;
	}
	audit_talk_forgive(t);
	audit_talk_send(t, slice_of("STARTTLS\r\nNOOP\r\n"));
	if (audit_talk_reply(t, AUDIT_REPLY_MS) && audit_talk_code(t) == 220) {
		if (audit_talk_reply(t, SLOPPY_MS))
			audit_findings_add(&a->result->findings, AUDIT_STARTTLS_SLOPPY,
			    "%s: STARTTLS and NOOP in one write; in the clear behind the 220: %u "
			    "%s",
			    door->name, audit_talk_code(t), audit_talk_text(t));
		else if (audit_talk_handshake(t))
			judge_within_tls(a, door, t);
	}
	audit_talk_drop(&t);
}

/* Anything at all that comes while we hold the handshake back. */
static void
watch_response(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open(a, door);

	if (t != NULL && audit_talk_ehlo(t) && audit_talk_say(t, "STARTTLS") == 220) {
		const bool is_reply = audit_talk_reply(t, SLOPPY_MS);

		if (is_reply || audit_talk_end(t) == AUDIT_TALK_NO_SMTP || audit_talk_has_more(t))
			audit_findings_add(&a->result->findings, AUDIT_STARTTLS_RESPONSE_INJECTION,
			    "%s: behind the 220 to STARTTLS came: %u %s", door->name,
			    audit_talk_code(t), audit_talk_text(t));
	}
	audit_talk_drop(&t);
}

void
audit_check_starttls(struct audit *a)
{
	const struct audit_door *door = &a->doors[AUDIT_STARTTLS_DOOR];

	if (!door->has_tls)
		return;
	watch_response(a, door);
	inject_command(a, door);
}
