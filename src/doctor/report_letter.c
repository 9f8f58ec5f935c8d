/* SPDX-License-Identifier: Apache-2.0 */
/* report_letter.c - the message to whoever can do something about it. */
#include "doctor/advice.h"
#include "doctor/cell.h"
#include "doctor/paper.h"
#include "doctor/report.h"
#include "doctor/report_evidence.h"
#include "doctor/story.h"
#include "doctor/way.h"

enum { WIDTH = 72, LINE_SIZE = 1024, ADVICE_SIZE = 4096 };

enum addressee {
	NOBODY,
	RESOLVER, /* who runs the name server that this network asks */
	NETWORK,  /* who runs the network between here and there */
	SERVER,   /* who runs the mail server */
	DOMAIN,   /* who runs the zone of its name */
	MACHINE,  /* who runs this computer */
	SECURITY, /* who makes or runs the program that inspects connections here */
};

/* By the cause where its class does not say it. */
static const struct {
	const char *id;
	enum addressee addressee;
} exceptions[] = {
	{ "resolver-down", RESOLVER },
	{ "name-filtered", RESOLVER },
	{ "name-hijacked", RESOLVER },
	{ "network-down", NETWORK },
	{ "host-unreachable", NETWORK },
	{ "server-blocks-you", SERVER },
	{ "starttls-injected", SERVER },
	{ "certificate-inspected", SECURITY },
	{ "certificate-no-roots", MACHINE },
	{ "clock-wrong", MACHINE },
	{ "ipv6-broken", NETWORK },
	{ "ipv4-broken", NETWORK },
	{ "auth-failed", NOBODY },
	{ "greylisted", NOBODY },
};

static enum addressee addressee_of_class(enum explain_class class)
{
	switch (class) {
	case EXPLAIN_CLASS_NAME:
		return DOMAIN;
	case EXPLAIN_CLASS_LOCAL:
		return MACHINE;
	case EXPLAIN_CLASS_FILTERED:
	case EXPLAIN_CLASS_INTERCEPTED:
	case EXPLAIN_CLASS_PATH:
		return NETWORK;
	case EXPLAIN_CLASS_CLOSED:
	case EXPLAIN_CLASS_SILENT:
	case EXPLAIN_CLASS_TLS:
	case EXPLAIN_CLASS_CERTIFICATE:
	case EXPLAIN_CLASS_AUTH:
	case EXPLAIN_CLASS_POLICY:
	case EXPLAIN_CLASS_PARTIAL:
		return SERVER;
	case EXPLAIN_CLASS_SIZE:
	case EXPLAIN_CLASS_CLIENT:
	case EXPLAIN_CLASS_OTHER:
		return NOBODY;
	}
	return NOBODY;
}

/* The finding that the letter is about: the weightiest that is more than a note. */
static const struct doctor_finding *
find_subject(const struct doctor_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight != DOCTOR_NOTE)
			return &verdict->findings[i];
	return NULL;
}

/* Names of many domains that all fail are no matter of one of them. */
static enum addressee
find_addressee(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	if (facts->is_network && f->cause->class == EXPLAIN_CLASS_NAME)
		return RESOLVER;
	for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
		if (slice_is(slice_of(f->cause->id), exceptions[i].id))
			return exceptions[i].addressee;
	return addressee_of_class(f->cause->class);
}

static const char *
addressee_words(enum addressee addressee)
{
	switch (addressee) {
	case NOBODY:
		return "";
	case NETWORK:
		return "To: the support of your internet provider, or whoever runs your network";
	case RESOLVER:
		return "To: whoever runs the name server of this network, or your provider";
	case SERVER:
		return "To: the administrator of the mail server (postmaster)";
	case DOMAIN:
		return "To: whoever runs the name servers of the mail server's domain";
	case MACHINE:
		return "To: the administrator of this computer";
	case SECURITY:
		return "To: the maker or administrator of the security program on this computer";
	}
	return "";
}

static const char *
request_words(enum addressee addressee)
{
	switch (addressee) {
	case NOBODY:
	case SERVER:
		return "";
	case NETWORK:
		return "Please tell me whether this is intended. This connection is how a mail "
		       "program hands in its user's mail, with a login and encrypted. It is not "
		       "server-to-server mail on port 25, which is often blocked because of spam. "
		       "Please let connections to this host pass, or tell me whom to ask.";
	case RESOLVER:
		return "Please look at the name server that machines here are told to ask, and "
		       "whether its answers are the same as those of others.";
	case DOMAIN:
		return "Please look at the zone and its name servers from outside your network.";
	case MACHINE:
		return "Please allow outgoing connections to this host and port for the programs "
		       "that send mail, or tell me which way they are meant to take.";
	case SECURITY:
		return "Please tell me how connections to this host can be left out of the "
		       "inspection, so that mail programs see the server's own certificate.";
	}
	return "";
}

static void
add_line(const struct doctor_paper *paper, struct buf *line, const char *first)
{
	(void)buf_add_octet(line, '\0');
	doctor_paper_text(paper, first, (const char *)line->ptr);
	buf_clear(line);
}

/* One that others can have seen; NULL: there is none. */
static const struct ip *
find_own_address(const struct probe_host *machine)
{
	for (size_t i = 0; i < machine->address_count; i++)
		if (!ip_is_loopback(&machine->addresses[i]))
			return &machine->addresses[i];
	return NULL;
}

/* Our own address on the way there, as far as the kernel told. */
static void
add_source(const struct doctor_paper *paper, const struct doctor_facts *facts, struct buf *line)
{
	const struct ip *own = find_own_address(&facts->machine);

	if (facts->name.address_count > 0 && facts->routes[0].error == 0)
		own = &facts->routes[0].source;
	if (own == NULL)
		return;
	doctor_cell_ip(own, line);
	(void)buf_add_text(line, " (the address of my computer; behind a router the world sees "
				 "another one)");
	add_line(paper, line, "  From:    ");
}

static void
add_probe(const struct doctor_paper *paper, const struct doctor_probe *probe, struct buf *line)
{
	if (probe->dialog.tcp.end == PROBE_TCP_NOT_TRIED)
		return;
	doctor_cell_endpoint(probe, line);
	(void)buf_add_text(line, ": ");
	doctor_cell_tcp(&probe->dialog.tcp, line);
	if (probe->dialog.tls.certificate.is_there && probe->dialog.tls.certificate.faults != 0) {
		(void)buf_add_text(line, ", certificate: ");
		doctor_cell_certificate(&probe->dialog.tls.certificate, 0, line);
	}
	add_line(paper, line, "  - ");
}

static void
add_finding(const struct doctor_paper *paper, const struct doctor_verdict *verdict, size_t at)
{
	const struct doctor_finding *f = &verdict->findings[at];
	const char *texts[DOCTOR_STORY_EVIDENCE_MAX];
	const size_t count = doctor_story_evidence(verdict, at, texts);

	doctor_paper_text(paper, "  - ", f->sentence == NULL ? "" : f->sentence);
	for (size_t i = 0; i < count; i++)
		doctor_paper_text(paper, "    ", texts[i]);
	if (f->excluded != NULL)
		doctor_paper_text(paper, "    Considered: ", f->excluded);
}

static void
add_measurements(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict)
{
	struct buf line;

	buf_init(&line, LINE_SIZE);
	doctor_paper_title(paper, "What was measured");
	doctor_cell_moment(facts->began_unix_ms, &line);
	add_line(paper, &line, "  When:    ");
	add_source(paper, facts, &line);
	doctor_paper_text(paper, "  To:      ", doctor_cell_host(facts));
	doctor_paper_gap(paper);
	for (size_t i = 0; i < facts->probe_count; i++)
		add_probe(paper, &facts->probes[i], &line);
	doctor_report_ladders(paper, facts);
	doctor_report_controls(paper, facts);
	buf_done(&line);
	doctor_paper_title(paper, "What follows from it");
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].weight != DOCTOR_NOTE && !doctor_story_is_told(verdict, i))
			add_finding(paper, verdict, i);
}

/* Servers get the catalogue's advice for administrators; others a plain request. */
static void
add_request(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_finding *finding, enum addressee addressee)
{
	const char *text = finding == NULL ? NULL : finding->cause->advice[EXPLAIN_ADMINISTRATOR];
	struct buf filled;

	doctor_paper_title(paper, "What I ask for");
	if (addressee != SERVER || text == NULL) {
		doctor_paper_text(paper, "  ", request_words(addressee));
		return;
	}
	buf_init(&filled, ADVICE_SIZE);
	doctor_advice_fill(facts, finding, text, &filled);
	add_line(paper, &filled, "  ");
	buf_done(&filled);
}

/* Do all ways to the host end in this machine? */
static bool
is_own(const struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->name.address_count; i++)
		if (!facts->routes[i].is_loopback)
			return false;
	return facts->name.address_count != 0;
}

static void
add_refusal(const struct doctor_paper *paper, const struct doctor_facts *facts,
    const struct doctor_verdict *verdict)
{
	doctor_paper_text(paper, "",
	    is_own(facts)
		? "No letter: the host is this machine itself, so there is nobody else to write "
		  "to. Without --letter the answer has what its administrator can do."
	    : verdict->is_inconclusive
		? "There is nobody to write to yet: it is not known where it fails."
		: "No letter is needed; nobody else has to act.");
	doctor_paper_gap(paper);
	doctor_paper_text(paper, "", verdict->sentence == NULL ? "" : verdict->sentence);
}

void
doctor_report_letter(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict, struct buf *out)
{
	const struct doctor_paper paper = { out, DOCTOR_STYLE_PLAIN, WIDTH };
	const struct doctor_finding *subject = find_subject(verdict);
	const char *sentence = verdict->sentence == NULL ? "" : verdict->sentence;
	enum addressee addressee;

	if (subject == NULL || verdict->is_inconclusive || is_own(facts) ||
	    find_addressee(facts, subject) == NOBODY) {
		add_refusal(&paper, facts, verdict);
		return;
	}
	addressee = find_addressee(facts, subject);
	doctor_paper_text(&paper, "", addressee_words(addressee));
	doctor_paper_text(&paper, "Subject: Trouble with sending mail: ", doctor_cell_host(facts));
	doctor_paper_gap(&paper);
	doctor_paper_text(&paper, "", "Hello,");
	doctor_paper_gap(&paper);
	doctor_paper_text(&paper, "",
	    "Sending mail does not work from here as it should. "
	    "I have looked into it with a diagnostic program; this is what it says:");
	doctor_paper_gap(&paper);
	doctor_paper_text(&paper, "  ", sentence);
	add_measurements(&paper, facts, verdict);
	add_request(&paper, facts, subject, addressee);
	doctor_paper_gap(&paper);
	doctor_paper_text(&paper, "",
	    "I can repeat the measurement at any time and will gladly send you more of it.");
	doctor_paper_gap(&paper);
	doctor_paper_text(&paper, "", "Kind regards");
	doctor_report_end(&paper, facts);
}
