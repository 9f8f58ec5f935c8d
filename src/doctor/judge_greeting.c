/* SPDX-License-Identifier: Apache-2.0 */
/* judge_greeting.c - the port is open: does a mail server greet there? */
#include "doctor/cell.h"
#include "doctor/judge.h"

#include "doctor/view.h"
#include "doctor/words.h"

enum { GREETING_CODE = 220 };

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
	       (!p->dialog.is_implicit_tls && doctor_judge_dialog_in_tls(p) != NULL);
}

/* Octet by octet, or line by line: a tarpit, or half a reply and then nothing. */
static struct doctor_finding *
find_endless(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_GREETING);
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

/* Who speaks HTTP on a port of TLS has not been asked for it by name. */
static void
prove_web(const struct doctor_judging *j, struct doctor_finding *f)
{
	for (size_t i = 0; i < j->facts->probe_count; i++) {
		const struct doctor_probe *other = &j->facts->probes[i];

		if (!doctor_view_is_web(other) ||
		    !doctor_view_same_ip(&other->address, &j->probe->address))
			continue;
		doctor_finding_prove(f, "Port %u of the same address speaks HTTP: \"%s\".",
		    (unsigned)other->port, other->dialog.stages[PROBE_STAGE_HANDSHAKE].text);
		doctor_finding_exclude(f, "A login page of the network that takes all connections "
					  "for itself looks like this: open a web page first.");
		return;
	}
}

static struct doctor_finding *
find_silent(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = doctor_judge_find(j, "greeting-missing", DOCTOR_BROKEN);

	doctor_finding_say(f,
	    "Port %u is open, but the server does not say a word: no greeting came within %s.",
	    (unsigned)j->probe->port, doctor_words_time(s->took_us).text);
	doctor_finding_prove(f, "The TCP connection to %s was made after %s.",
	    doctor_words_endpoint(j->probe).text,
	    doctor_words_time(j->probe->dialog.tcp.took_us).text);
	if (j->probe->other_mode != NULL &&
	    j->probe->other_mode->stages[PROBE_STAGE_HANDSHAKE].end == PROBE_STAGE_TIMEOUT)
		doctor_finding_exclude(f, "It is no port of TLS from the first byte on: a "
					  "handshake was not answered either.");
	prove_web(j, f);
	doctor_finding_exclude(f, "Some servers let all wait for 15 seconds and more before they "
				  "greet, and a proxy whose server is gone looks the same.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static struct doctor_finding *
find_closed_at_once(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = doctor_judge_find(j, "greeting-closed", DOCTOR_BROKEN);

	doctor_finding_say(f, "Port %u takes the connection and ends it without a word.",
	    (unsigned)j->probe->port);
	doctor_finding_prove(f, "%s: %s after %s, before any greeting.",
	    doctor_words_endpoint(j->probe).text, doctor_cell_stage_end(s->end),
	    doctor_words_time(s->took_us).text);
	if (j->probe->again != NULL && j->probe->again->is_tried)
		doctor_finding_prove(f, "A second try ended in the same way.");
	doctor_finding_exclude(f, "The port is not blocked by silence. A list of allowed or "
				  "banned addresses at the server, a limit on connections, or a "
				  "proxy without its server all look so.");
	doctor_finding_doubt(f, DOCTOR_LIKELY);
	return f;
}

static void
warn_of_slowness(const struct doctor_judging *j)
{
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_GREETING);
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
	const struct probe_stage_fact *s = doctor_judge_stage(j, PROBE_STAGE_GREETING);
	struct doctor_finding *f = NULL;

	if (s->end != PROBE_STAGE_PASSED)
		f = doctor_judge_mute_tls(j);
	if (f != NULL)
		return f;
	switch (s->end) {
	case PROBE_STAGE_TIMEOUT:
		if (is_tls_port(j->probe))
			return find_tls_port(j);
		return s->partial_len != 0 ? find_endless(j) : find_silent(j);
	case PROBE_STAGE_CLOSED:
	case PROBE_STAGE_RESET:
		return is_tls_port(j->probe) ? find_tls_port(j) : find_closed_at_once(j);
	case PROBE_STAGE_REFUSED:
		return doctor_judge_refusal(j, s, "greeting-refused", "at the greeting");
	case PROBE_STAGE_BROKEN:
		return is_tls_port(j->probe) ? find_tls_port(j)
					     : doctor_judge_not_smtp(j, PROBE_STAGE_GREETING);
	case PROBE_STAGE_PASSED:
		/* RFC 5321 §4.2.3: 220 and nothing else; "200" is how news servers begin. */
		if (s->code != GREETING_CODE)
			return doctor_judge_not_smtp(j, PROBE_STAGE_GREETING);
		warn_of_slowness(j);
		break;
	case PROBE_STAGE_NOT_REACHED:
	case PROBE_STAGE_SKIPPED:
		break;
	}
	return NULL;
}
