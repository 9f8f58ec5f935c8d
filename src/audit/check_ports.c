/* SPDX-License-Identifier: Apache-2.0 */
/* check_ports.c - which ports answer, and what they say of themselves: all else leans on it. */
#include "audit/knock.h"
#include "audit/talk.h"
#include "util/clock.h"

enum { PLAIN_MS = 2000 };

static void
read_certificate(struct audit *a, struct audit_door *door, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);

	probe_certificate_read(
	    ssl, a->roots, a->options->host, (int64_t)(clock_unix_ms() / 1000), &door->certificate);
	if (chain != NULL)
		door->chain = X509_chain_up_ref(chain);
}

/* Within TLS: the certificate, and the reply to the EHLO that has to follow. */
static void
look_inside(struct audit *a, struct audit_door *door, struct audit_talk *t)
{
	door->has_tls = true;
	if (audit_talk_ssl(t) != NULL)
		read_certificate(a, door, audit_talk_ssl(t));
	if (audit_talk_ehlo(t))
		probe_ehlo_read(250, audit_talk_octets(t), &door->ehlo_tls);
	else if (door->greeting[0] != '\0')
		audit_gap(a, false, "%s: EHLO within TLS is not answered with 250: %s", door->name,
		    audit_talk_code(t) != 0 ? audit_talk_text(t) : audit_talk_error(t));
}

static void
note_failure(struct audit_door *door, const struct audit_talk *t)
{
	door->is_broken = audit_talk_end(t) != AUDIT_TALK_TIMEOUT;
	(void)snprintf(door->tls_error, sizeof door->tls_error, "the handshake fails: %s",
	    audit_talk_error(t));
}

static void
look_outside(struct audit *a, struct audit_door *door, struct audit_talk *t)
{
	if (!audit_talk_ehlo(t)) {
		audit_gap(a, false, "%s refuses EHLO: %u %s", door->name, audit_talk_code(t),
		    audit_talk_text(t));
		return;
	}
	probe_ehlo_read(250, audit_talk_octets(t), &door->ehlo);
	/* Some take what they do not offer: then there is TLS to look at. */
	if (!door->ehlo.has_starttls) {
		if (audit_talk_say(t, "STARTTLS") == 220 && audit_talk_handshake(t))
			look_inside(a, door, t);
		else
			(void)snprintf(
			    door->tls_error, sizeof door->tls_error, "it is not offered");
		return;
	}
	if (audit_talk_say(t, "STARTTLS") != 220) {
		door->is_broken = audit_talk_code(t) >= 400 && audit_talk_code(t) != 421;
		(void)snprintf(door->tls_error, sizeof door->tls_error,
		    "STARTTLS is answered with %u %.100s", audit_talk_code(t), audit_talk_text(t));
	} else if (audit_talk_handshake(t)) {
		look_inside(a, door, t);
	} else {
		note_failure(door, t);
	}
}

static void
take_greeting(struct audit *a, struct audit_door *door, struct audit_talk *t)
{
	if (audit_talk_code(t) == 0)
		audit_gap(a, false, "%s is open, but no greeting comes: %s", door->name,
		    audit_talk_error(t));
	else if (audit_talk_code(t) != 220)
		audit_gap(a, false, "%s greets with %u %s", door->name, audit_talk_code(t),
		    audit_talk_text(t));
	else
		(void)snprintf(door->greeting, sizeof door->greeting, "%s", audit_talk_text(t));
}

/* The implicit door without its TLS: does it talk in the clear? */
static bool
speaks_plain(struct audit *a, const struct audit_door *door)
{
	struct audit_door plain = *door;
	struct audit_talk *t;
	bool is_plain;

	plain.is_implicit = false;
	t = audit_talk_open_raw(a, &plain);
	is_plain = t != NULL && audit_talk_reply(t, PLAIN_MS) && audit_talk_code(t) != 0;
	audit_talk_close(&t);
	return is_plain;
}

static void
look_behind_tls(struct audit *a, struct audit_door *door, struct audit_talk *t)
{
	if (audit_talk_end(t) == AUDIT_TALK_OPEN) {
		(void)audit_talk_reply(t, AUDIT_GREETING_MS);
		take_greeting(a, door, t);
		look_inside(a, door, t);
		return;
	}
	note_failure(door, t);
	if (!door->is_broken)
		audit_gap(
		    a, false, "%s: nothing was seen within TLS: %s", door->name, door->tls_error);
}

static void
look(struct audit *a, struct audit_door *door, struct audit_talk *t)
{
	bool is_clear;

	door->is_open = true;
	if (door->is_implicit) {
		look_behind_tls(a, door, t);
	} else {
		(void)audit_talk_reply(t, AUDIT_GREETING_MS);
		take_greeting(a, door, t);
		if (door->greeting[0] != '\0')
			look_outside(a, door, t);
	}
	/* What is silent once would only cost time to ask again. */
	door->is_mute = audit_talk_end(t) == AUDIT_TALK_TIMEOUT ||
			(!door->is_implicit && door->greeting[0] == '\0');
	door->is_open = !door->is_mute;
	is_clear = audit_talk_is_clear(t);
	audit_talk_close(&t);
	if (door->is_open && door->is_implicit && is_clear && speaks_plain(a, door)) {
		door->is_broken = false;
		audit_findings_add(&a->result->findings, AUDIT_TLS_PORT_PLAIN,
		    "%s: a greeting came without TLS", door->name);
	}
}

static void
note_refusal(struct audit *a, const struct audit_door *door, const struct audit_knock *k)
{
	const enum audit_id id =
	    door->is_implicit ? AUDIT_SUBMISSIONS_MISSING : AUDIT_SUBMISSION_MISSING;
	char words[AUDIT_KNOCK_WORDS_SIZE];

	audit_knock_explain(k, words);
	if (k->refusal.end == PROBE_TCP_RESET && a->result->is_reachable)
		audit_findings_add(&a->result->findings, id, "%s: %s", door->name, words);
	else
		audit_gap(a, false, "%s: %s%s; `sallyport check %s` tells where and why",
		    door->name, words, k->is_cut ? ", and there was no time for all addresses" : "",
		    a->options->host);
}

/* Both are knocked at together; then one after the other is looked at. */
static void
open_doors(struct audit *a)
{
	/* What is silent behind the one may speak by the time that the other has been seen. */
	static const size_t order[] = { AUDIT_IMPLICIT_DOOR, AUDIT_STARTTLS_DOOR };
	struct audit_knock knocks[AUDIT_DOOR_COUNT];

	audit_knock(a, knocks);
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++) {
		struct audit_door *door = &a->doors[order[i]];
		const struct audit_knock *k = &knocks[order[i]];

		door->address = k->address;
		if (k->fd >= 0)
			look(a, door, audit_talk_adopt(a, door, k->fd));
	}
	a->result->is_reachable =
	    a->doors[AUDIT_STARTTLS_DOOR].is_open || a->doors[AUDIT_IMPLICIT_DOOR].is_open;
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		if (a->doors[i].port != 0 && knocks[i].fd < 0 && a->address_count > 0)
			note_refusal(a, &a->doors[i], &knocks[i]);
}

/* Nothing is connected; what would be said is told. */
static void
pretend(struct audit *a)
{
	for (size_t i = 0; i < AUDIT_DOOR_COUNT && a->address_count > 0; i++) {
		struct audit_door *door = &a->doors[i];

		door->address = a->addresses[0];
		if (door->port != 0)
			look(a, door, audit_talk_open_raw(a, door));
	}
	a->result->is_reachable = a->address_count > 0;
}

/* Which of its addresses the report is about. */
static void
note_address(struct audit *a, const struct audit_door *door)
{
	char(*text)[IP_TEXT_SIZE] = &a->result->port_addresses[door->is_implicit];
	struct ip ip;

	if (!door->is_open || !net_address_ip(&door->address, &ip))
		return;
	ip_print(&ip, *text);
	if (a->result->address[0] == '\0')
		(void)snprintf(a->result->address, sizeof a->result->address, "%s", *text);
}

void
audit_check_ports(struct audit *a)
{
	if (a->options->is_dry)
		pretend(a);
	else
		open_doors(a);
	for (size_t i = 0; i < AUDIT_DOOR_COUNT; i++)
		note_address(a, &a->doors[i]);
}
