/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_relay.c - does the server take mail for anywhere from anyone?
 *
 * It is judged at RCPT, because many servers refuse there what they dislike in MAIL; then comes
 * RSET, never DATA. What a server says to a recipient of its own that cannot exist is the control:
 * one that takes any local part has not relayed when it takes "user%elsewhere" in its own domain.
 */
#include <stdio.h>
#include <string.h>

#include "audit/relay_forms.h"
#include "audit/talk.h"

/* Servers count refusals and hang up: fewer than that many on one connection. */
enum {
	FORMS_PER_CONNECTION = 7,
	COMMANDS_PER_FORM = 4, /* EHLO, MAIL, RCPT, RSET */
	REFUSED_SENDERS_MAX = 4,
	WORD_SIZE = 256,
};

struct relay {
	struct audit *a;
	const struct audit_door *door;
	bool is_in_tls;
	struct audit_relay_words words;
	char user[AUDIT_WORD_SIZE], domain[WORD_SIZE], literal[WORD_SIZE], where[48];
	struct audit_talk *t;
	unsigned said_count;      /* forms on this connection */
	unsigned refused_senders; /* in a row */
	unsigned undecided_count; /* refused because of the address itself */
	unsigned decided_count;   /* refused for another reason */
	bool takes_any_local;
	char undecided[256];
};

static void
choose_foreign(struct relay *r)
{
	const char *to = r->a->options->relay_to;
	const char *at = to == NULL ? NULL : strrchr(to, '@');

	audit_make_word(r->user);
	(void)snprintf(r->domain, sizeof r->domain, "%s", at == NULL ? "example.com" : at + 1);
	if (at != NULL && (size_t)(at - to) < sizeof r->user)
		(void)snprintf(r->user, sizeof r->user, "%.*s", (int)(at - to), to);
}

static void
choose_words(struct relay *r)
{
	struct ip ip = { { 0 } };
	char address[IP_TEXT_SIZE];

	choose_foreign(r);
	(void)net_address_ip(&r->door->address, &ip);
	ip_print(&ip, address);
	(void)snprintf(
	    r->literal, sizeof r->literal, "[%s%s]", ip_is_v4(&ip) ? "" : "IPv6:", address);
	(void)snprintf(r->where, sizeof r->where, "%s%s", r->door->name,
	    r->is_in_tls ? " within TLS" : " before TLS");
	r->words = (struct audit_relay_words){ .user = r->user,
		.domain = r->domain,
		.host = r->a->is_literal ? r->literal : r->a->options->host,
		.literal = r->literal,
		.local = audit_local_domain(r->a) };
}

/* A connection that has not heard too much yet. False when none can be had. */
static bool
be_ready(struct relay *r)
{
	bool is_ready;

	if (audit_talk_can_say(r->t, COMMANDS_PER_FORM) && r->said_count < FORMS_PER_CONNECTION)
		return true;
	audit_talk_close(&r->t);
	r->said_count = 0;
	if (r->is_in_tls) {
		r->t = audit_talk_open_tls(r->a, r->door);
		return r->t != NULL && audit_talk_code(r->t) == 250;
	}
	r->t = audit_talk_open(r->a, r->door);
	is_ready = r->t != NULL && audit_talk_code(r->t) == 220;
	return is_ready && audit_talk_ehlo(r->t);
}

static bool
is_about_address(const char *text)
{
	/* RFC 3463 §3.2: it is the address that is bad, for whomever. */
	return strncmp(text, "5.1.", 4) == 0 || strncmp(text, "4.1.", 4) == 0;
}

static void
note_refusal(struct relay *r, const char *to)
{
	if (!is_about_address(audit_talk_text(r->t))) {
		r->decided_count++;
		return;
	}
	if (r->undecided_count++ == 0)
		(void)snprintf(r->undecided, sizeof r->undecided, "RCPT TO:<%.80s>: %u %.120s", to,
		    audit_talk_code(r->t), audit_talk_text(r->t));
}

/* 0: the sender was refused, or nothing came; else what RCPT was answered with. */
static unsigned
say_envelope(struct relay *r, const char *from, const char *to, bool is_utf8)
{
	unsigned code;

	r->said_count++;
	code = audit_talk_say(r->t, "MAIL FROM:<%s>%s", from, is_utf8 ? " SMTPUTF8" : "");
	if (code / 100 != 2) {
		r->refused_senders++;
		return code == 421 ? code : 0;
	}
	r->refused_senders = 0;
	code = audit_talk_say(r->t, "RCPT TO:<%s>", to);
	if (code / 100 == 4 || code / 100 == 5)
		note_refusal(r, to);
	return code;
}

static void
reset(struct relay *r)
{
	if (r->refused_senders == 0 && audit_talk_is_open(r->t))
		(void)audit_talk_say(r->t, "RSET");
}

/* Someone who cannot exist, in the server's own domain. */
static void
try_local(struct relay *r)
{
	char to[AUDIT_RELAY_ADDRESS_SIZE];

	if (!audit_relay_fill("{u}@{l}", &r->words, to) || !be_ready(r))
		return;
	if (say_envelope(r, "", to, false) / 100 == 2) {
		r->takes_any_local = !r->a->options->is_dry;
		audit_findings_add(&r->a->result->findings, AUDIT_LOCAL_WITHOUT_AUTH,
		    "%s: MAIL FROM:<>, RCPT TO:<%s>: %u %s", r->where, to, audit_talk_code(r->t),
		    audit_talk_text(r->t));
	}
	reset(r);
	r->undecided_count = r->decided_count = 0;
}

static bool
offers_utf8(const struct relay *r)
{
	const struct audit_door *door = r->door;

	return (r->is_in_tls ? &door->ehlo_tls : &door->ehlo)->has_smtputf8 ||
	       r->a->options->is_dry;
}

static void
try_form(struct relay *r, const struct audit_relay_form *form)
{
	char from[AUDIT_RELAY_ADDRESS_SIZE], to[AUDIT_RELAY_ADDRESS_SIZE];
	const bool is_utf8 = audit_relay_form_is_utf8(form);
	unsigned code;

	if ((form->ends_local && r->takes_any_local) || (is_utf8 && !offers_utf8(r)))
		return;
	if (!audit_relay_fill(form->from, &r->words, from) ||
	    !audit_relay_fill(form->to, &r->words, to))
		return;
	code = say_envelope(r, from, to, is_utf8);
	if (code == 421 && be_ready(r))
		code = say_envelope(r, from, to, is_utf8);
	if (code / 100 == 2)
		audit_findings_add(&r->a->result->findings, AUDIT_OPEN_RELAY,
		    "%s: MAIL FROM:<%s>, RCPT TO:<%s>: %u %s", r->where, from, to,
		    audit_talk_code(r->t), audit_talk_text(r->t));
	reset(r);
}

/* Nothing was refused for want of a login, only because the addresses are as they are. */
static void
judge_refusals(const struct relay *r)
{
	if (r->undecided_count > 0 && r->decided_count == 0 &&
	    !audit_findings_have(&r->a->result->findings, AUDIT_OPEN_RELAY))
		audit_gap(r->a, false,
		    "%s: recipients were refused for their address alone, as %s; give an address "
		    "that exists elsewhere with --relay-to",
		    r->where, r->undecided);
}

/* Some believe whoever says the right name, and some trust HELO more than EHLO. */
static void
try_names(struct relay *r)
{
	static const char *const greetings[] = { "EHLO {h}", "EHLO {l}", "EHLO localhost",
		"EHLO {i}", "HELO {h}" };
	char words[AUDIT_RELAY_ADDRESS_SIZE], address[AUDIT_RELAY_ADDRESS_SIZE];

	if (!audit_relay_fill("{u}@{d}", &r->words, address))
		return;
	for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
		if (!audit_relay_fill(greetings[i], &r->words, words) || !be_ready(r))
			return;
		if (audit_talk_say(r->t, "%s", words) == 250 &&
		    say_envelope(r, address, address, false) / 100 == 2)
			audit_findings_add(&r->a->result->findings, AUDIT_OPEN_RELAY,
			    "%s: %s, MAIL FROM:<%s>, RCPT TO:<%s>: %u %s", r->where, words, address,
			    address, audit_talk_code(r->t), audit_talk_text(r->t));
		reset(r);
	}
}

static void
try_all(struct audit *a, const struct audit_door *door, bool is_in_tls)
{
	struct relay r = { .a = a, .door = door, .is_in_tls = is_in_tls };
	const bool was_open = audit_findings_have(&a->result->findings, AUDIT_OPEN_RELAY);
	const struct audit_relay_form *form;

	choose_words(&r);
	try_local(&r);
	for (size_t i = 0; (form = audit_relay_form_at(i)) != NULL && be_ready(&r); i++) {
		try_form(&r, form);
		/* Who refuses every sender takes no recipient either. And what is wide open
		 * elsewhere need not be shown at length again. */
		if (r.refused_senders >= REFUSED_SENDERS_MAX || (was_open && i > 0))
			break;
	}
	if (a->options->is_dry || !audit_findings_have(&a->result->findings, AUDIT_OPEN_RELAY))
		try_names(&r);
	if (!audit_is_over(a))
		judge_refusals(&r);
	audit_talk_close(&r.t);
}

void
audit_check_relay(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		if (a->doors[i].ehlo.is_there)
			try_all(a, &a->doors[i], false);
		if (a->doors[i].has_tls)
			try_all(a, &a->doors[i], true);
	}
}
