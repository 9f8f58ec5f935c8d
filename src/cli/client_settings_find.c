/* SPDX-License-Identifier: Apache-2.0 */
/* client_settings_find.c - what DNS says of the servers of a domain */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_options.h"
#include "cli/cli.h"
#include "cli/client_settings.h"
#include "net/query.h"
#include "net/resolve.h"
#include "smtp/address.h"
#include "util/port.h"

/* The short one when mail can be sent without an answer. */
enum { DNS_TIME_MS = 5000, DNS_SHORT_MS = 1000 };

/* RFC 6186 §3.1, §3.2, §3.3; RFC 8314 §5.1 for the first. The better one of each kind is first. */
enum service {
	SUBMISSIONS,
	SUBMISSION,
	IMAPS,
	IMAP,
	POP3S,
	POP3,
	SERVICE_COUNT,
};

static const struct {
	const char *label;
	enum autoconfig_protocol protocol;
	enum autoconfig_security security;
} services[SERVICE_COUNT] = {
	[SUBMISSIONS] = { "_submissions._tcp", AUTOCONFIG_SUBMISSION, AUTOCONFIG_TLS },
	[SUBMISSION] = { "_submission._tcp", AUTOCONFIG_SUBMISSION, AUTOCONFIG_STARTTLS },
	[IMAPS] = { "_imaps._tcp", AUTOCONFIG_IMAP, AUTOCONFIG_TLS },
	[IMAP] = { "_imap._tcp", AUTOCONFIG_IMAP, AUTOCONFIG_STARTTLS },
	[POP3S] = { "_pop3s._tcp", AUTOCONFIG_POP, AUTOCONFIG_TLS },
	[POP3] = { "_pop3._tcp", AUTOCONFIG_POP, AUTOCONFIG_STARTTLS },
};

/* Names that many sites use; tried only on request. */
static const char *const submission_guesses[] = { "smtp", "mail", "submission" };
static const char *const incoming_guesses[] = { "imap", "mail" };

struct search;

struct answer {
	struct search *search;
	enum net_query_status status;
	bool is_secure;
	bool is_refused;           /* the service is said not to be offered */
	struct net_record_srv srv; /* the best one; an empty target: none */
};

struct search {
	struct event_base *base;
	struct net_resolver *resolver;
	uint64_t time_ms; /* for all questions */
	size_t open_count;
	bool is_found; /* of the name that was looked up last */
	struct answer answers[SERVICE_COUNT];
};

/*
 * Of those of the best priority, the one with the most weight: it is the one for most users.
 * Lots are drawn for each connection (RFC 6186 §4, RFC 2782), but a form holds one name.
 */
static const struct net_record_srv *
choose(const struct net_answer *answer)
{
	const struct net_record_srv *best = &answer->records[0].srv;

	for (size_t i = 1; i < answer->count; i++) {
		const struct net_record_srv *srv = &answer->records[i].srv;

		if (srv->priority == best->priority && srv->weight > best->weight)
			best = srv;
	}
	return best;
}

static void
on_answer(void *arg, const struct net_query_result *result)
{
	struct answer *a = arg;

	a->status = result->status;
	a->is_secure = result->is_secure;
	if (result->status == NET_QUERY_FOUND)
		a->srv = *choose(result->answer);
	/* RFC 6186 §3.4: a target of ".". */
	a->is_refused = result->status == NET_QUERY_FOUND && a->srv.target[0] == '\0';
	/* It will be shown and written to files: nothing but names of hosts. */
	if (!smtp_domain_is_valid(slice_of(a->srv.target)) || a->srv.port == 0)
		a->srv.target[0] = '\0';
	a->search->open_count--;
}

static void
ask_all(struct search *search, const char *domain)
{
	for (int i = 0; i < SERVICE_COUNT; i++) {
		char name[NET_NAME_MAX + 32];

		(void)snprintf(name, sizeof name, "%s.%s", services[i].label, domain);
		search->answers[i].search = search;
		search->open_count++;
		(void)net_query_start(search->resolver, name, NET_RECORD_SRV, search->time_ms,
		    on_answer, &search->answers[i]);
	}
	while (search->open_count != 0)
		(void)event_base_loop(search->base, EVLOOP_ONCE);
}

/* "mail.example.org" is within "example.org". */
static bool
is_within(const char *host, const char *domain)
{
	const size_t host_len = strlen(host), len = strlen(domain);

	return host_len >= len &&
	       slice_equal_nocase(slice_make(host + host_len - len, len), slice_of(domain)) &&
	       (host_len == len || host[host_len - len - 1] == '.');
}

static void
take(const struct search *search, const char *domain, enum service service,
    struct autoconfig_server *server, struct client_settings_server *known)
{
	const struct answer *a = &search->answers[service];

	client_settings_set(server, known, a->srv.target);
	server->port = a->srv.port;
	server->security = services[service].security;
	server->protocol = services[service].protocol;
	(void)snprintf(known->source, sizeof known->source, "the SRV record of %s.%s",
	    services[service].label, domain);
	/* RFC 6186 §6: such a name may have been put there by anyone on the way. */
	known->is_unproven = !a->is_secure && !is_within(a->srv.target, domain);
}

static bool
has(const struct search *search, enum service service)
{
	return search->answers[service].srv.target[0] != '\0';
}

/* Nobody could say whether there is such a record. */
static bool
has_failed(const struct search *search, enum service service)
{
	const enum net_query_status status = search->answers[service].status;

	return status == NET_QUERY_TIMEOUT || status == NET_QUERY_SERVER_FAILED ||
	       status == NET_QUERY_BOGUS;
}

/* A guess stands in for silence, not for a "no" nor for an answer that did not come. */
static bool
is_silent(const struct search *search, enum service first, enum service last)
{
	for (enum service i = first; i <= last; i++)
		if (has_failed(search, i) || search->answers[i].is_refused)
			return false;
	return true;
}

/* Of a question that has failed. */
static const char *
failure_words(enum net_query_status status)
{
	switch (status) {
	case NET_QUERY_SERVER_FAILED:
		return "the name server fails";
	case NET_QUERY_BOGUS:
		return "the answer does not pass DNSSEC";
	case NET_QUERY_TIMEOUT:
		return "no answer in time";
	case NET_QUERY_NO_NAME:
		return "no such name";
	case NET_QUERY_NO_DATA:
		return "no such record";
	case NET_QUERY_FOUND:
		break;
	}
	return "an answer";
}

static void
take_submission(const struct search *search, struct client_settings *s)
{
	struct autoconfig_settings *to = &s->settings;

	if (has(search, SUBMISSIONS))
		take(search, s->domain, SUBMISSIONS, &to->submission, &s->submission);
	if (has(search, SUBMISSION) && to->submission.host == NULL)
		take(search, s->domain, SUBMISSION, &to->submission, &s->submission);
	else if (has(search, SUBMISSION))
		take(search, s->domain, SUBMISSION, &to->alternative, &s->alternative);
	if (to->submission.host != NULL && to->alternative.host == NULL &&
	    has_failed(search, SUBMISSIONS))
		cli_complain("DNS does not answer for %s.%s (%s): there may be a server with TLS "
			     "from the first octet, which is to be preferred; try again",
		    services[SUBMISSIONS].label, s->domain,
		    failure_words(search->answers[SUBMISSIONS].status));
}

/* RFC 6186 §3.4: the least priority tells which the site prefers; among equals it is IMAP. */
static void
take_incoming(const struct search *search, struct client_settings *s)
{
	enum service best = SERVICE_COUNT;

	for (enum service i = IMAPS; i < SERVICE_COUNT; i++)
		if (has(search, i) &&
		    (best == SERVICE_COUNT ||
			search->answers[i].srv.priority < search->answers[best].srv.priority))
			best = i;
	for (enum service i = IMAPS; i < SERVICE_COUNT && best == SERVICE_COUNT; i++)
		s->is_incoming_unanswered |= has_failed(search, i);
	if (best != SERVICE_COUNT)
		take(search, s->domain, best, &s->settings.incoming, &s->incoming);
}

static void
on_address(void *arg, const struct net_resolve_result *result)
{
	struct search *search = arg;

	search->is_found = result->status == NET_RESOLVE_OK;
	search->open_count--;
}

/* Does anything have that name? */
static bool
exists(struct search *search, const char *name)
{
	search->open_count++;
	(void)net_resolve_start(search->resolver, name, 0, search->time_ms, on_address, search);
	while (search->open_count != 0)
		(void)event_base_loop(search->base, EVLOOP_ONCE);
	return search->is_found;
}

static bool
guess(struct search *search, const char *const *labels, size_t count, const char *domain,
    struct autoconfig_server *server, struct client_settings_server *known)
{
	for (size_t i = 0; i < count; i++) {
		char name[NET_NAME_MAX + 32];

		(void)snprintf(name, sizeof name, "%s.%s", labels[i], domain);
		if (strlen(name) > NET_NAME_MAX || !exists(search, name))
			continue;
		client_settings_set(server, known, name);
		server->is_guess = true;
		(void)snprintf(known->source, sizeof known->source,
		    "a guess: that name exists, but nobody says that this is the server");
		return true;
	}
	return false;
}

static void
guess_all(struct search *search, struct client_settings *s)
{
	struct autoconfig_settings *to = &s->settings;

	if (to->submission.host == NULL && is_silent(search, SUBMISSIONS, SUBMISSION) &&
	    guess(search, submission_guesses,
		sizeof submission_guesses / sizeof submission_guesses[0], s->domain,
		&to->submission, &s->submission)) {
		to->submission.port = autoconfig_usual_port(AUTOCONFIG_SUBMISSION, AUTOCONFIG_TLS);
		to->submission.security = AUTOCONFIG_TLS;
		client_settings_set(&to->alternative, &s->alternative, to->submission.host);
		to->alternative.port =
		    autoconfig_usual_port(AUTOCONFIG_SUBMISSION, AUTOCONFIG_STARTTLS);
		to->alternative.security = AUTOCONFIG_STARTTLS;
		to->alternative.is_guess = true;
	}
	if (to->incoming.host == NULL && is_silent(search, IMAPS, POP3) &&
	    guess(search, incoming_guesses, sizeof incoming_guesses / sizeof incoming_guesses[0],
		s->domain, &to->incoming, &s->incoming)) {
		to->incoming.protocol = AUTOCONFIG_IMAP;
		to->incoming.security = AUTOCONFIG_TLS;
		to->incoming.port = autoconfig_usual_port(AUTOCONFIG_IMAP, AUTOCONFIG_TLS);
	}
}

/* Nobody has said anything that can be relied on. */
static int
complain_of_nothing(const struct search *search, const struct client_settings *s, bool has_guessed)
{
	for (enum service i = SUBMISSIONS; i <= SUBMISSION; i++)
		if (has_failed(search, i)) {
			cli_complain("DNS does not tell the servers of %s: %s for %s.%s", s->domain,
			    failure_words(search->answers[i].status), services[i].label, s->domain);
			return EX_TEMPFAIL;
		}
	for (enum service i = SUBMISSIONS; i <= SUBMISSION; i++)
		if (search->answers[i].is_refused) {
			cli_complain("%s says that it has no submission server: the SRV record of "
				     "%s.%s is \".\", not offered; if you know better, give "
				     "--host HOST",
			    s->domain, services[i].label, s->domain);
			return EXIT_FAILURE;
		}
	for (enum service i = SUBMISSIONS; i <= SUBMISSION; i++)
		if (search->answers[i].status == NET_QUERY_FOUND) {
			cli_complain("the SRV record of %s.%s names no host and port that there "
				     "can be; give --host HOST",
			    services[i].label, s->domain);
			return EXIT_FAILURE;
		}
	cli_complain("%s has no SRV record of a submission server (_submissions._tcp, "
		     "_submission._tcp)%s",
	    s->domain,
	    has_guessed ? ", and none of the names that are often used; give --host HOST"
			: "; give --host HOST, --config FILE, or --guess");
	return EXIT_FAILURE;
}

static int
open_search(const char *resolver, struct search *search)
{
	struct net_resolver_options options = { .server = NULL };
	struct net_address server;
	struct buf error;
	int r;

	if (resolver != NULL) {
		if (!net_address_parse_with_port(resolver, PORT_DNS, &server)) {
			cli_complain("--resolver \"%s\": an IP address is wanted", resolver);
			return EX_USAGE;
		}
		options.server = &server;
	}
	buf_init(&error, 1024);
	search->base = event_base_new();
	r = search->base == NULL
		? -1
		: net_resolver_new_with(search->base, &options, &search->resolver, &error);
	if (r != 0)
		cli_complain("cannot ask DNS: %.*s", (int)error.len, (const char *)error.ptr);
	buf_done(&error);
	return r == 0 ? CLI_GO : EX_OSERR;
}

/* Who has a server to send mail with is not kept waiting for one that he did not ask for. */
static bool
is_worth_asking(const struct client_settings_words *words, const struct client_settings *s)
{
	if (s->settings.submission.host == NULL)
		return true;
	return s->settings.incoming.host == NULL && words->wants_incoming &&
	       (words->needs_incoming || words->resolver != NULL || words->may_guess);
}

int
client_settings_find(const struct client_settings_words *words, struct client_settings *s)
{
	const bool is_needed = s->settings.submission.host == NULL;
	struct search search = { .time_ms = is_needed ? DNS_TIME_MS : DNS_SHORT_MS };
	int r;

	if (!is_worth_asking(words, s))
		return CLI_GO;
	r = open_search(words->resolver, &search);
	if (r == EX_OSERR && !is_needed) {
		s->is_incoming_unanswered = true;
		r = CLI_GO;
	} else if (r == CLI_GO) {
		ask_all(&search, s->domain);
		if (s->settings.submission.host == NULL)
			take_submission(&search, s);
		if (s->settings.incoming.host == NULL)
			take_incoming(&search, s);
		if (words->may_guess)
			guess_all(&search, s);
		if (s->settings.submission.host == NULL)
			r = complain_of_nothing(&search, s, words->may_guess);
	}
	net_resolver_free(&search.resolver);
	if (search.base != NULL)
		event_base_free(search.base);
	return r;
}
