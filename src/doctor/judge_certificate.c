/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge_certificate.c - each fault of the certificate by itself; several may be there at once.
 *
 * The first of the table that is there decides: who looks into TLS or whose clock is wrong explains
 * the others.
 */
#include "doctor/judge.h"

#include <stdio.h>
#include <string.h>

#include "doctor/peer_clock.h"
#include "doctor/view.h"
#include "doctor/words.h"

enum { DAY_S = 86400, RENEW_DAYS = 14, NAMES_SHOWN = 8 };

/* The names that it is for, "a.example, b.example and 3 more". */
static void
list_names(const struct probe_certificate *c, char *text, size_t size)
{
	size_t len = 0;
	const size_t known = c->name_count < PROBE_CERTIFICATE_NAMES_MAX
				 ? c->name_count
				 : PROBE_CERTIFICATE_NAMES_MAX;
	const size_t shown = known < NAMES_SHOWN ? known : NAMES_SHOWN;

	text[0] = '\0';
	if (shown == 0)
		(void)snprintf(text, size, "no name at all");
	for (size_t i = 0; i < shown && len < size; i++)
		len += (size_t)snprintf(
		    text + len, size - len, "%s%.60s", i == 0 ? "" : ", ", c->names[i]);
	if (c->name_count > shown && len < size)
		(void)snprintf(text + len, size - len, " and %zu more", c->name_count - shown);
}

/* Not the server's own, but one of those that vouch for it. */
static void
say_issuer_expired(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	const struct doctor_words end = doctor_words_date(c->issuer_not_after_unix_s);

	doctor_finding_say(f,
	    "A certificate between the server's and its authority expired on %s; the server sends "
	    "it on port %u.",
	    end.text, (unsigned)j->probe->port);
	doctor_finding_prove(f, "It is that of \"%s\", valid from %s to %s.", c->issuer_at_fault,
	    doctor_words_date(c->issuer_not_before_unix_s).text, end.text);
	doctor_finding_exclude(f, "The server's own certificate is valid until %s.",
	    doctor_words_date(c->not_after_unix_s).text);
	doctor_finding_set(&f->detail, "%s", end.text);
}

static void
say_expired(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;

	if ((c->issuer_faults & PROBE_CERTIFICATE_EXPIRED) != 0 &&
	    c->not_after_unix_s > j->facts->began_unix_ms / 1000) {
		say_issuer_expired(j, f);
		return;
	}
	doctor_finding_say(f, "The server's certificate on port %u expired on %s.",
	    (unsigned)j->probe->port, doctor_words_date(c->not_after_unix_s).text);
	doctor_finding_prove(f, "It was valid from %s to %s; by this machine's clock today is %s.",
	    doctor_words_date(c->not_before_unix_s).text,
	    doctor_words_date(c->not_after_unix_s).text,
	    doctor_words_date(j->facts->began_unix_ms / 1000).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_date(c->not_after_unix_s).text);
}

static void
say_not_yet(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;

	doctor_finding_say(f, "The server's certificate on port %u is valid only from %s on.",
	    (unsigned)j->probe->port, doctor_words_date(c->not_before_unix_s).text);
	doctor_finding_prove(f, "By this machine's clock today is %s: one of the two is wrong.",
	    doctor_words_date(j->facts->began_unix_ms / 1000).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_date(c->not_before_unix_s).text);
}

static void
say_clock(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	int64_t peer_s;

	doctor_finding_say(f,
	    "The clock of this machine is wrong (it says %s), so the server's certificate seems "
	    "to be out of its time.",
	    doctor_words_date(j->facts->began_unix_ms / 1000).text);
	doctor_finding_prove(f, "The certificate is valid from %s to %s.",
	    doctor_words_date(c->not_before_unix_s).text,
	    doctor_words_date(c->not_after_unix_s).text);
	if (doctor_peer_clock_read(j->probe->dialog.stages[PROBE_STAGE_GREETING].text, &peer_s))
		doctor_finding_prove(
		    f, "The server's own clock says %s.", doctor_words_date(peer_s).text);
	if (j->facts->began_unix_ms / 1000 < j->facts->released_unix_s)
		doctor_finding_prove(f, "This program was made on %s or later.",
		    doctor_words_date(j->facts->released_unix_s).text);
	doctor_finding_set(
	    &f->detail, "%s", doctor_words_date(j->facts->began_unix_ms / 1000).text);
}

static void
say_wrong_name(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	char names[512];

	list_names(c, names, sizeof names);
	if (c->name_count == 0)
		doctor_finding_say(f,
		    "The server's certificate on port %u is not for %s: it has no host names "
		    "(subjectAltName) at all, only a common name, which programs ignore.",
		    (unsigned)j->probe->port, doctor_words_host(j->facts));
	else
		doctor_finding_say(f,
		    "The server's certificate on port %u is not for %s, but for %s.",
		    (unsigned)j->probe->port, doctor_words_host(j->facts), names);
	doctor_finding_prove(f, "Subject \"%s\", issued by \"%s\".", c->subject, c->issuer);
	doctor_finding_set(&f->detail, "%s", names);
}

static void
say_issuer(
    const struct doctor_judging *j, struct doctor_finding *f, const char *before, const char *after)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;

	doctor_finding_say(f, "%s port %u %s.", before, (unsigned)j->probe->port, after);
	doctor_finding_prove(f,
	    "Subject \"%s\", issued by \"%s\"; the server sent %u "
	    "certificate%s%s%s.",
	    c->subject, c->issuer, c->chain_length, c->chain_length == 1 ? "" : "s",
	    c->error == NULL ? "" : "; OpenSSL says: ", c->error == NULL ? "" : c->error);
	doctor_finding_set(&f->detail, "%s", c->issuer);
}

static void
say_self_signed(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(
	    j, f, "The server's certificate on", "is signed by itself; nobody else vouches for it");
}

static void
say_incomplete(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(j, f, "The server on",
	    "does not send the intermediate certificate that links its own to a known authority");
}

static void
say_untrusted(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(j, f, "The server's certificate on",
	    "is issued by an authority that this machine does not know");
}

static void
say_no_roots(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(j, f,
	    "This machine has no list of certificate authorities, so the certificate on",
	    "cannot be verified, nor can any other");
}

static void
say_revoked(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(j, f, "The server's certificate on", "has been revoked");
}

static void
say_wrong_use(const struct doctor_judging *j, struct doctor_finding *f)
{
	say_issuer(j, f, "The certificate on", "was not made for servers");
}

static void
say_other(const struct doctor_judging *j, struct doctor_finding *f)
{
	const char *error = j->probe->dialog.tls.certificate.error;
	char what[160];

	(void)snprintf(what, sizeof what, "does not pass verification%s%s",
	    error == NULL ? "" : ": ", error == NULL ? "" : error);
	say_issuer(j, f, "The server's certificate on", what);
}

static void
say_weak(const struct doctor_judging *j, struct doctor_finding *f)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;

	say_issuer(
	    j, f, "The certificate on", "has a weak key or signature; newer programs refuse it");
	if ((c->issuer_faults & PROBE_CERTIFICATE_WEAK) != 0)
		doctor_finding_prove(f, "It is the certificate of \"%s\" above it that is weak.",
		    c->issuer_at_fault);
	doctor_finding_prove(f, "The server's own has a%s %s key of %u bits, signed with %s.",
	    c->key_type[0] == 'E' ? "n" : "", c->key_type, c->key_bits, c->signature);
}

static const struct fault_rule {
	enum probe_certificate_fault fault;
	const char *id;
	void (*say)(const struct doctor_judging *j, struct doctor_finding *f);
} rules[] = {
	{ PROBE_CERTIFICATE_OUR_CLOCK, "clock-wrong", say_clock },
	{ PROBE_CERTIFICATE_NO_ROOTS, "certificate-no-roots", say_no_roots },
	{ PROBE_CERTIFICATE_EXPIRED, "certificate-expired", say_expired },
	{ PROBE_CERTIFICATE_NOT_YET_VALID, "certificate-not-yet-valid", say_not_yet },
	{ PROBE_CERTIFICATE_SELF_SIGNED, "certificate-self-signed", say_self_signed },
	{ PROBE_CERTIFICATE_INCOMPLETE, "certificate-incomplete", say_incomplete },
	{ PROBE_CERTIFICATE_UNTRUSTED, "certificate-untrusted", say_untrusted },
	{ PROBE_CERTIFICATE_WRONG_NAME, "certificate-wrong-name", say_wrong_name },
	{ PROBE_CERTIFICATE_REVOKED, "certificate-untrusted", say_revoked },
	{ PROBE_CERTIFICATE_WRONG_USE, "certificate-untrusted", say_wrong_use },
	{ PROBE_CERTIFICATE_OTHER, "certificate-untrusted", say_other },
};

/* Good for now, but not for long: people renew late. */
static void
warn_of_end(const struct doctor_judging *j, const struct probe_certificate *c)
{
	const int64_t left_s = c->not_after_unix_s - j->facts->began_unix_ms / 1000;
	struct doctor_finding *f;

	if (left_s >= (int64_t)RENEW_DAYS * DAY_S || left_s <= 0)
		return;
	f = doctor_judge_find(j, "certificate-expired", DOCTOR_WARNING);
	if (left_s < DAY_S)
		doctor_finding_say(f, "The server's certificate on port %u ends within a day.",
		    (unsigned)j->probe->port);
	else
		doctor_finding_say(f,
		    "The server's certificate on port %u is valid for %d more day%s only.",
		    (unsigned)j->probe->port, (int)(left_s / DAY_S),
		    left_s / DAY_S == 1 ? "" : "s");
	doctor_finding_prove(f, "It ends on %s.", doctor_words_date(c->not_after_unix_s).text);
	doctor_finding_set(&f->detail, "%s", doctor_words_date(c->not_after_unix_s).text);
}

/* So weak that this machine refuses it, or only that others do. */
static struct doctor_finding *
judge_weakness(const struct doctor_judging *j, const struct probe_certificate *c, bool is_alone)
{
	const bool is_refused = is_alone && c->error != NULL;
	struct doctor_finding *f;

	if ((c->faults & PROBE_CERTIFICATE_WEAK) == 0)
		return NULL;
	f = doctor_judge_find(j, "certificate-weak", is_refused ? DOCTOR_BROKEN : DOCTOR_WARNING);
	say_weak(j, f);
	return is_refused ? f : NULL;
}

/*
 * It says a day on which this program was not yet made; or the server writes another day into its
 * greeting, on which its certificate is good.
 */
static bool
is_our_clock(const struct doctor_judging *j, const struct probe_certificate *c)
{
	const int64_t now_s = j->facts->began_unix_ms / 1000;
	int64_t peer_s;

	if ((c->faults & PROBE_CERTIFICATE_NOT_YET_VALID) != 0 && now_s < j->facts->released_unix_s)
		return true;
	if ((c->faults & (PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_NOT_YET_VALID)) == 0 ||
	    !doctor_peer_clock_read(j->probe->dialog.stages[PROBE_STAGE_GREETING].text, &peer_s))
		return false;
	return peer_s >= c->not_before_unix_s && peer_s <= c->not_after_unix_s &&
	       (peer_s > now_s + DAY_S || peer_s < now_s - DAY_S);
}

/* What another fault explains needs no finding of its own. */
static unsigned
without_consequences(unsigned faults)
{
	if ((faults & PROBE_CERTIFICATE_OUR_CLOCK) != 0)
		faults &= ~(unsigned)(PROBE_CERTIFICATE_EXPIRED | PROBE_CERTIFICATE_NOT_YET_VALID);
	if ((faults & (PROBE_CERTIFICATE_SELF_SIGNED | PROBE_CERTIFICATE_INCOMPLETE |
			  PROBE_CERTIFICATE_NO_ROOTS)) != 0)
		faults &= ~(unsigned)PROBE_CERTIFICATE_UNTRUSTED;
	return faults;
}

struct doctor_finding *
doctor_judge_certificate(const struct doctor_judging *j)
{
	const struct probe_certificate *c = &j->probe->dialog.tls.certificate;
	const unsigned clock = is_our_clock(j, c) ? PROBE_CERTIFICATE_OUR_CLOCK : 0;
	const unsigned faults = without_consequences(c->faults | clock);
	struct doctor_finding *first = NULL, *weak;

	if (!c->is_there)
		return NULL;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct doctor_finding *f;

		if ((faults & (unsigned)rules[i].fault) == 0)
			continue;
		f = doctor_judge_find(j, rules[i].id, DOCTOR_BROKEN);
		rules[i].say(j, f);
		if (first == NULL)
			first = f;
	}
	if (first == NULL)
		warn_of_end(j, c);
	weak = judge_weakness(j, c, first == NULL);
	return first != NULL ? first : weak;
}
