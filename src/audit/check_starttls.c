/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_starttls.c - what is left over when the clear becomes TLS (RFC 3207 §4.2).
 *
 * A command behind STARTTLS in the same write must die with the clear text. That it is carried out
 * is seen by counting replies.
 */
#include "audit/talk.h"

enum {
	SLOPPY_LEAST_MS = 100, /* for an answer in the clear, or four times what EHLO took */
	SLOPPY_MOST_MS = 500,
	LEFTOVER_MS = 700, /* for a reply behind that to QUIT, where the server does not hang up */
};

static uint64_t
sloppy_ms(const struct audit_talk *t)
{
	const uint64_t wait_ms = 4 * audit_talk_took_us(t) / 1000;

	return wait_ms < SLOPPY_LEAST_MS  ? SLOPPY_LEAST_MS
	       : wait_ms > SLOPPY_MOST_MS ? SLOPPY_MOST_MS
					  : wait_ms;
}

/* Two commands have two replies, and then the server hangs up: a third one is NOOP's. */
static void
judge_within_tls(struct audit *a, const struct audit_door *door, struct audit_talk *t)
{
	if (audit_talk_say(t, "RSET") != 0 && audit_talk_say(t, "QUIT") != 0 &&
	    audit_talk_reply(t, LEFTOVER_MS))
		audit_findings_add(&a->result->findings, AUDIT_STARTTLS_COMMAND_INJECTION,
		    "%s: STARTTLS and NOOP in one write; RSET and QUIT within TLS have three "
		    "replies, the last: %u %s",
		    door->name, audit_talk_code(t), audit_talk_text(t));
}

static void
inject_command(struct audit *a, const struct audit_door *door)
{
	struct audit_talk *t = audit_talk_open(a, door);
	uint64_t wait_ms;

	if (t == NULL || !audit_talk_ehlo(t)) {
		audit_talk_close(&t);
		return;
	}
	wait_ms = sloppy_ms(t);
	audit_talk_forgive(t);
	audit_talk_send(t, slice_of("STARTTLS\r\nNOOP\r\n"));
	if (audit_talk_reply(t, AUDIT_REPLY_MS) && audit_talk_code(t) == 220) {
		if (audit_talk_reply(t, wait_ms))
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

	uint64_t wait_ms = 0;

	if (t != NULL && audit_talk_ehlo(t))
		wait_ms = sloppy_ms(t);
	if (wait_ms > 0 && audit_talk_say(t, "STARTTLS") == 220) {
		const bool is_reply = audit_talk_reply(t, wait_ms);

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
