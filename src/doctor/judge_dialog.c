/* SPDX-License-Identifier: Apache-2.0 */
/* judge_dialog.c - the port is open: does a mail server speak there, and does it offer TLS? */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include <string.h>

#include "doctor/view.h"
#include "doctor/words.h"
#include "smtp/client.h"

enum { REPLY_READY = 220, REPLY_GOING_AWAY = 421, ENHANCED_POLICY = 7 };
enum { FAR_US = 1500000 };

static const struct probe_stage_fact *
stage_of(const struct doctor_judging *j, enum probe_stage stage)
{
	return &j->probe->dialog.stages[stage];
}

static const char *
words_of_end(enum probe_stage_end end)
{
	switch (end) {
	case PROBE_STAGE_TIMEOUT:
		return "nothing more came";
	case PROBE_STAGE_CLOSED:
		return "the connection was closed";
	case PROBE_STAGE_RESET:
		return "the connection was reset";
	case PROBE_STAGE_REFUSED:
		return "it was refused";
	case PROBE_STAGE_BROKEN:
		return "what came could not be read";
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return "it ended";
}

/* "too many", "rate", and 421 with 4.7.x: the server counts. */
static bool
is_rate_limit(const struct probe_stage_fact *s)
{
	static const char *const words[] = { "too many", "rate limit", "ratelimit", "throttl",
		"too fast", "too much", "connection limit", "concurrent" };

	if (s->code / 100 != 4 && s->code / 100 != 5)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasestr(s->text, words[i]) != NULL)
			return true;
	return s->code == REPLY_GOING_AWAY && s->enhanced[0] == 4 &&
	       s->enhanced[1] == ENHANCED_POLICY;
}

/* By its code, when its words are not known. */
static struct doctor_finding *
find_by_code(const struct doctor_judging *j, const struct probe_stage_fact *s, const char *id,
    const char *when)
{
	const char *what = "turns this machine away";
	struct doctor_finding *f;

	if (is_rate_limit(s)) {
		id = "rate-limited";
		what = "limits how often or from where one may connect, and says so";
	} else if (s->code / 100 == 4) {
		id = "temporary-failure";
		what = "has a trouble of its own and asks to come back later,";
	}
	f = doctor_judge_find(j, id, DOCTOR_BROKEN);
	doctor_finding_say(f, "The server %s %s on port %u.", what, when, (unsigned)j->probe->port);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

/* The server says no at a stage where it is about who we are, not about mail. */
static struct doctor_finding *
find_refusal(const struct doctor_judging *j, const struct probe_stage_fact *s, const char *id,
    const char *when)
{
	struct doctor_finding *f = doctor_judge_reply(j, s);

	if (f == NULL)
		f = find_by_code(j, s, id, when);
	doctor_finding_prove(f, "It said %s: \"%s\".", when, doctor_words_reply(s).text);
	doctor_finding_exclude(f, "The port is not blocked: the server answered.");
	return f;
}

/*
 * Who is it that is silent? What the peer's kernel has not acknowledged has not come there; then it
 * is not the server that is slow.
 */
static void
prove_waiting(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;

	if (b->unsent_len != 0 && b->retransmits != 0)
		doctor_finding_prove(f,
		    "The last %u octets that we sent were never acknowledged, after %u "
		    "retransmissions: they are lost on the way, or their acknowledgement is.",
		    (unsigned)b->unsent_len, b->retransmits);
	else
		doctor_finding_exclude(f, "Nothing of ours is lost on the way: all of it was "
					  "acknowledged.");
}

/* All the time of the check went by before the server, which does answer, was through. */
struct doctor_finding *
doctor_judge_too_slow(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	struct doctor_finding *f = doctor_judge_find(j, "inconclusive", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u answers, but so slowly that the time of this check was over %s: whether "
	    "submission works cannot be said.",
	    (unsigned)j->probe->port, when);
	for (unsigned i = PROBE_STAGE_CONNECT; i < stage; i++)
		if (stage_of(j, i)->end == PROBE_STAGE_PASSED)
			doctor_finding_prove(f, "The stage %s took %s.", doctor_cell_stage(i),
			    doctor_words_time(stage_of(j, i)->took_us).text);
	doctor_finding_doubt(f, DOCTOR_POSSIBLE);
	return f;
}

/*
 * Packets take so long that what we have waited was not long. A SYN goes out anew before its answer
 * comes then, so that it was sent twice says nothing.
 */
static bool
is_far(const struct doctor_judging *j)
{
	return j->probe->dialog.tcp.took_us > FAR_US;
}

static struct doctor_finding *
find_hanging(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_bulk *b = &j->probe->dialog.bulk;
	const struct probe_stage_fact *s = stage_of(j, stage);
	struct doctor_finding *f;

	if (is_far(j))
		return doctor_judge_too_slow(j, stage, when);
	f = doctor_judge_find(j, "dialog-timeout", DOCTOR_BROKEN);
	if (b->unsent_len != 0 && b->retransmits != 0)
		doctor_finding_say(f,
		    "What this machine sends %s on port %u does not arrive; before that the server "
		    "answered.",
		    when, (unsigned)j->probe->port);
	else if (s->partial_len != 0)
		doctor_finding_say(f,
		    "The server on port %u begins to answer %s, but did not come to an end within "
		    "%s.",
		    (unsigned)j->probe->port, when, doctor_words_time(s->took_us).text);
	else
		doctor_finding_say(f,
		    "The server on port %u does not answer any more %s: nothing came within %s.",
		    (unsigned)j->probe->port, when, doctor_words_time(s->took_us).text);
	prove_waiting(j, f);
	return f;
}

/* The connection ended in the middle of things. */
static struct doctor_finding *
find_lost(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = stage_of(j, stage);
	struct doctor_finding *f;

	if (s->end == PROBE_STAGE_TIMEOUT && j->probe->dialog.is_cut_short)
		return doctor_judge_too_slow(j, stage, when);
	if (s->end == PROBE_STAGE_TIMEOUT) {
		f = find_hanging(j, stage, when);
	} else {
		f = doctor_judge_find(j, "connection-lost", DOCTOR_BROKEN);
		doctor_finding_say(f, "The connection to port %u was lost %s: %s.",
		    (unsigned)j->probe->port, when, words_of_end(s->end));
	}
	doctor_finding_prove(f, "The stage %s of %s ended after %s%s%s.", doctor_cell_stage(stage),
	    doctor_words_endpoint(j->probe).text, doctor_words_time(s->took_us).text,
	    s->text[0] == '\0' ? "" : ": ", s->text[0] == '\0' ? "" : doctor_words_reply(s).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_tls_port(const struct doctor_judging *j)
{
	const struct probe_dialog_facts *other = j->probe->other_mode;
	struct doctor_finding *f = doctor_judge_find(j, "plain-on-tls-port", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u of this server wants TLS from the first byte on (as port 465 does), not "
	    "STARTTLS.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "No greeting came in clear.");
	if (other != NULL && other->tls.version[0] != '\0')
		doctor_finding_prove(f, "A TLS handshake at once succeeds (%s)%s.",
		    other->tls.version,
		    other->stages[PROBE_STAGE_GREETING].end == PROBE_STAGE_PASSED
			? ", and then the server greets"
			: "");
	if (j->probe->dialog.speaks_tls_on_plain_port)
		doctor_finding_prove(f, "What came instead of a greeting is TLS.");
	return f;
}

static bool
is_tls_port(const struct doctor_probe *p)
{
	return p->dialog.speaks_tls_on_plain_port ||
	       (p->other_mode != NULL && !p->dialog.is_implicit_tls &&
		   p->other_mode->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_PASSED);
}

/* Octet by octet, or line by line: a tarpit, or half a reply and then nothing. */
static struct doctor_finding *
find_endless(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = doctor_judge_find(j, "dialog-timeout", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u is open, and a greeting has begun, but it did not come to its end within %s.",
	    (unsigned)j->probe->port, doctor_words_time(s->took_us).text);
	doctor_finding_prove(f, "%u octets of it came from %s.", (unsigned)s->partial_len,
	    doctor_words_endpoint(j->probe).text);
	doctor_finding_exclude(f,
	    "The port is not blocked. A tarpit, which slows down whom it takes "
	    "for a spammer, and a server that hangs look the same.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_silent(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = doctor_judge_find(j, "greeting-missing", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u is open, but the server does not say a word: no greeting came within %s.",
	    (unsigned)j->probe->port, doctor_words_time(s->took_us).text);
	doctor_finding_prove(f, "The TCP connection to %s was made after %s.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_time(j->probe->dialog.tcp.took_us).text);
	if (j->probe->other_mode != NULL && j->probe->other_mode->is_tried)
		doctor_finding_exclude(f, "It is no port of TLS from the first byte on: a "
					  "handshake was not answered either.");
	doctor_finding_exclude(f, "Some servers let all wait for 15 seconds and more before they "
				  "greet, and a proxy whose server is gone looks the same.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_closed_at_once(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = doctor_judge_find(j, "greeting-closed", DOCTOR_BROKEN);

	doctor_finding_say(f, "Port %u takes the connection and ends it without a word.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "%s: %s after %s, before any greeting.",
	    doctor_words_endpoint(j->probe).text, words_of_end(s->end),
	    doctor_words_time(s->took_us).text);
	if (j->probe->again != NULL && j->probe->again->is_tried)
		doctor_finding_prove(f, "A second try ended in the same way.");
	doctor_finding_exclude(f, "The port is not blocked by silence. A list of allowed or "
				  "banned addresses at the server, a limit on connections, or a "
				  "proxy without its server all look so.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_not_smtp(const struct doctor_judging *j, enum probe_stage stage)
{
	const struct probe_stage_fact *s = stage_of(j, stage);
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(
	    f, "What answers on port %u is no mail server.", (unsigned)j->probe->port);
	doctor_finding_prove(f, "Instead of \"%s ...\" it said: \"%s\".",
	    stage == PROBE_STAGE_GREETING ? "220" : "250", doctor_words_reply(s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	return f;
}

static void
warn_of_slowness(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f;

	if (!j->probe->dialog.is_late)
		return;
	f = doctor_judge_find(j, "greeting-slow", DOCTOR_WARNING);
	doctor_finding_say(f,
	    "The server lets clients wait %s for its greeting on port %u; "
	    "impatient programs give up.",
	    doctor_words_time(s->took_us).text, (unsigned)j->probe->port);
	doctor_finding_prove(f, "The connection was there after %s, the greeting %s later.",
	    doctor_words_time(j->probe->dialog.tcp.took_us).text,
	    doctor_words_time(s->took_us).text);
}

struct doctor_finding *
doctor_judge_greeting(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_GREETING);

	switch (s->end) {
	case PROBE_STAGE_TIMEOUT:
		if (is_tls_port(j->probe))
			return find_tls_port(j);
		return s->partial_len != 0 ? find_endless(j) : find_silent(j);
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return is_tls_port(j->probe) ? find_tls_port(j) : find_closed_at_once(j);
	case PROBE_STAGE_REFUSED:
		return find_refusal(j, s, "greeting-refused", "at the greeting");
	case PROBE_STAGE_BROKEN:
		return is_tls_port(j->probe) ? find_tls_port(j)
					     : find_not_smtp(j, PROBE_STAGE_GREETING);
	case PROBE_STAGE_PASSED:
		warn_of_slowness(j);
		break;
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
		break;
	}
	return NULL;
}

/* "200" is news, "202" something else: a mail server says 220 (RFC 5321 §4.2). */
static bool
is_greeted_otherwise(const struct doctor_judging *j)
{
	const uint16_t code = stage_of(j, PROBE_STAGE_GREETING)->code;

	return code != 0 && code != REPLY_READY;
}

static bool
is_reply_code(const struct probe_stage_fact *s, const char *code)
{
	return strncmp(s->text, code, strlen(code)) == 0;
}

/* It speaks SMTP, and does not end where programs stop reading. */
static struct doctor_finding *
find_too_long(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = stage_of(j, stage);
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "What answers on port %u speaks like a mail server, but its reply %s is longer than "
	    "mail programs read.",
	    (unsigned)j->probe->port, when);
	doctor_finding_prove(f,
	    "After %d lines, or a line of %d octets, the reply was still not over: \"%s\".",
	    SMTP_CLIENT_REPLY_LINES_MAX, SMTP_CLIENT_LINE_MAX, doctor_words_reply(s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

/* LMTP knows no EHLO, only LHLO (RFC 2033 §4.1), and its servers greet with their protocol. */
static bool
speaks_lmtp(const struct doctor_judging *j)
{
	return stage_of(j, PROBE_STAGE_EHLO)->code / 100 == 5 &&
	       strcasestr(stage_of(j, PROBE_STAGE_GREETING)->text, "LMTP") != NULL;
}

static struct doctor_finding *
find_lmtp(const struct doctor_judging *j)
{
	struct doctor_finding *f = doctor_judge_find(j, "not-smtp", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "What answers on port %u speaks LMTP, by which mail is put into mailboxes: it is no "
	    "server for submission.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "It greets with \"%s\", and says \"%s\" to EHLO.",
	    doctor_words_reply(stage_of(j, PROBE_STAGE_GREETING)).text,
	    doctor_words_reply(stage_of(j, PROBE_STAGE_EHLO)).text);
	doctor_finding_set(&f->detail, "LMTP");
	return f;
}

static struct doctor_finding *
judge_hello(const struct doctor_judging *j, enum probe_stage stage, const char *when)
{
	const struct probe_stage_fact *s = stage_of(j, stage);

	switch (s->end) {
	case PROBE_STAGE_REFUSED:
		if (speaks_lmtp(j))
			return find_lmtp(j);
		return is_greeted_otherwise(j) ? find_not_smtp(j, PROBE_STAGE_GREETING)
					       : find_refusal(j, s, "ehlo-refused", when);
	case PROBE_STAGE_BROKEN:
		return is_reply_code(s, "250") ? find_too_long(j, stage, when)
					       : find_not_smtp(j, stage);
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return find_lost(j, stage, when);
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}

struct doctor_finding *
doctor_judge_ehlo(const struct doctor_judging *j)
{
	if (j->probe->dialog.is_implicit_tls)
		return NULL;
	return judge_hello(j, PROBE_STAGE_EHLO, "at EHLO");
}

struct doctor_finding *
doctor_judge_ehlo_tls(const struct doctor_judging *j)
{
	return judge_hello(j, PROBE_STAGE_EHLO_TLS, "at EHLO after TLS");
}

struct doctor_finding *
doctor_judge_starttls(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = stage_of(j, PROBE_STAGE_STARTTLS);
	struct doctor_finding *f;

	if (j->probe->dialog.is_implicit_tls || !j->probe->dialog.ehlo.is_there)
		return NULL;
	switch (s->end) {
	case PROBE_STAGE_SKIPPED:
	case PROBE_STAGE_NOT_REACHED:
		return j->probe->dialog.ehlo.has_starttls ? NULL : doctor_judge_starttls_missing(j);
	case PROBE_STAGE_REFUSED:
		f = doctor_judge_find(j, "starttls-refused", DOCTOR_BROKEN);
		doctor_finding_say(f, "The server offers STARTTLS on port %u, but refuses it.",
		    (unsigned)j->probe->port);
		doctor_finding_prove(f, "It said: \"%s\".", doctor_words_reply(s).text);
		doctor_finding_set(&f->detail, "%s", doctor_words_reply(s).text);
		return f;
	case PROBE_STAGE_TIMEOUT:
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
	case PROBE_STAGE_BROKEN:
		return find_lost(j, PROBE_STAGE_STARTTLS, "at STARTTLS");
	case PROBE_STAGE_PASSED:
		break;
	}
	return NULL;
}
