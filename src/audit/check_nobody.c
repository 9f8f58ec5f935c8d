/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_nobody.c - does the server let in who does not exist?
 *
 * One login, with a name and a password that were made up a moment ago, so that they may be said to
 * a server whose certificate is faulty. It is the last thing that is asked of the host, because
 * some ban whoever fails; and it is the one login that may fail, so none is tried where another has
 * failed or may yet. Many servers let a failed login wait: DNS is asked meanwhile.
 */
#include "audit/login.h"

/* When all else is done. Who refuses waits for two seconds or more; who accepts does not. */
enum { LATE_MS = 1500 };

/* Why none is tried; NULL: nothing speaks against it. */
static const char *
find_obstacle(const struct audit *a, const struct audit_door *door)
{
	if (door == NULL)
		return "there is no TLS to log in within";
	if (!probe_ehlo_offers(&door->ehlo_tls, "PLAIN") &&
	    !probe_ehlo_offers(&door->ehlo_tls, "LOGIN") && !a->options->is_dry)
		return "neither PLAIN nor LOGIN is offered";
	if (a->result->failed_login_count > 0)
		return "one login has failed already";
	if ((a->options->checks & AUDIT_CHECKS_OPT_IN) != 0)
		return "the login that may fail is left to the checks that were asked for";
	return NULL;
}

static void
note_let_in(struct audit *a)
{
	audit_findings_add(&a->result->findings, AUDIT_AUTH_ANY,
	    "%s: a login with a made-up name and password is accepted: 235 %s",
	    audit_tls_door(a)->name, audit_talk_text(a->nobody));
}

/* The server did not wait for the password. */
static void
judge_early(struct audit *a)
{
	const unsigned code = audit_talk_code(a->nobody);

	if (code == 235)
		note_let_in(a);
	else if (code == 535)
		a->result->failed_login_count++;
	audit_talk_close(&a->nobody);
}

void
audit_check_nobody(struct audit *a)
{
	const struct audit_door *door = audit_tls_door(a);
	const char *obstacle = find_obstacle(a, door);
	char name[AUDIT_WORD_SIZE], password[AUDIT_WORD_SIZE];

	if (obstacle != NULL) {
		audit_gap(a, true, "%s", obstacle);
		return;
	}
	audit_make_word(name);
	audit_make_word(password);
	a->nobody = audit_talk_open_tls(a, door);
	if (a->nobody == NULL || audit_talk_code(a->nobody) != 250) {
		audit_talk_close(&a->nobody);
		return;
	}
	audit_talk_forgive(a->nobody);
	if (!audit_login_send(a->nobody, &door->ehlo_tls, name, slice_of(password)))
		judge_early(a);
	else if (a->options->is_dry)
		audit_nobody_end(a);
}

/* A login was refused: is what follows treated as if it had not been? */
static void
try_mail(struct audit *a)
{
	const char *to = a->options->relay_to;
	char word[AUDIT_WORD_SIZE], address[sizeof word + sizeof "@example.com"];

	audit_make_word(word);
	(void)snprintf(address, sizeof address, "%s@example.com", word);
	to = to == NULL ? address : to;
	if ((a->options->checks & 1U << AUDIT_CHECK_RELAY) == 0 ||
	    audit_findings_have(&a->result->findings, AUDIT_OPEN_RELAY) ||
	    audit_talk_say(a->nobody, "MAIL FROM:<%s@%s>", word, audit_local_domain(a)) != 250)
		return;
	if (audit_talk_say(a->nobody, "RCPT TO:<%s>", to) / 100 == 2)
		audit_findings_add(&a->result->findings, AUDIT_OPEN_RELAY,
		    "%s, behind a login that was refused: RCPT TO:<%s>: %u %s",
		    audit_tls_door(a)->name, to, audit_talk_code(a->nobody),
		    audit_talk_text(a->nobody));
	(void)audit_talk_say(a->nobody, "RSET");
}

void
audit_nobody_end(struct audit *a)
{
	if (a->nobody == NULL)
		return;
	a->check = AUDIT_CHECK_NOBODY;
	(void)audit_talk_reply(a->nobody, LATE_MS);
	if (audit_talk_code(a->nobody) == 235)
		note_let_in(a);
	else
		a->result->failed_login_count++;
	if (audit_talk_code(a->nobody) == 0) {
		audit_gap(a, true, "no answer came to the login yet, as where it is refused");
		audit_talk_drop(&a->nobody);
	} else if (audit_talk_code(a->nobody) != 235 || a->options->is_dry) {
		try_mail(a);
	}
	audit_talk_close(&a->nobody);
}
