/* SPDX-License-Identifier: Apache-2.0 */
/* check_ports.c - which ports answer, and what they say of themselves: all else leans on it. */
#include <string.h>

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
	if (!door->ehlo.has_starttls) {
		(void)snprintf(door->tls_error, sizeof door->tls_error, "it is not offered");
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
set_port(struct net_address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET)
		address->v4.sin_port = htons(port);
	else
		address->v6.sin6_port = htons(port);
}

/* The first address that lets us in is the one that all is asked of. NULL: none does. */
static struct audit_talk *
knock(struct audit *a, struct audit_door *door)
{
	for (size_t i = 0; i < a->address_count; i++) {
		struct audit_talk *t;

		door->address = a->addresses[i];
		set_port(&door->address, door->port);
		t = audit_talk_open_raw(a, door);
		if (t != NULL && audit_talk_is_connected(t))
			return t;
		audit_talk_drop(&t);
	}
	return NULL;
}

static void
look(struct audit *a, struct audit_door *door)
{
	struct audit_talk *t;

	if (door->port == 0)
		return;
	t = knock(a, door);
	if (t == NULL)
		return;
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
	audit_talk_close(&t);
	if (door->is_open && door->is_implicit && !door->has_tls && speaks_plain(a, door)) {
		door->is_broken = false;
		audit_findings_add(&a->result->findings, AUDIT_TLS_PORT_PLAIN,
		    "%s: a greeting came without TLS", door->name);
	}
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
	struct audit_door *starttls = &a->doors[AUDIT_STARTTLS_DOOR];
	struct audit_door *implicit = &a->doors[AUDIT_IMPLICIT_DOOR];

	look(a, starttls);
	look(a, implicit);
	note_address(a, starttls);
	note_address(a, implicit);
	a->result->is_reachable = starttls->is_open || implicit->is_open;
	if (!a->result->is_reachable)
		return;
	if (starttls->port != 0 && !starttls->is_open && !starttls->is_mute)
		audit_findings_add(&a->result->findings, AUDIT_SUBMISSION_MISSING,
		    "%s: no connection at any address", starttls->name);
	if (implicit->port != 0 && !implicit->is_open && !implicit->is_mute)
		audit_findings_add(&a->result->findings, AUDIT_SUBMISSIONS_MISSING,
		    "%s: no connection at any address", implicit->name);
}
