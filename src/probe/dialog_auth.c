/* SPDX-License-Identifier: Apache-2.0 */
/* AUTH: with what, whether at all, and what came of it. */
#include <arpa/inet.h>
#include <stdio.h>

#include "probe/dialog_private.h"
#include "probe/text.h"
#include "util/clock.h"

/*
 * The best first. All of them are over TLS that was verified, so CRAM-MD5 has nothing to hide the
 * password from; it comes last because servers offer it without having what it needs.
 */
static const char *const preferred[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN",
	"CRAM-MD5" };

static const char *
choose(const struct probe_dialog *d)
{
	const struct probe_ehlo *e = &d->facts.ehlo_tls;
	const char *asked = d->options.auth_mechanism;

	if (asked != NULL)
		return probe_ehlo_offers(e, asked) && sasl_client_knows(asked) ? asked : NULL;
	for (size_t i = 0; i < sizeof preferred / sizeof preferred[0]; i++)
		if (probe_ehlo_offers(e, preferred[i]))
			return preferred[i];
	return NULL;
}

static uint16_t
port_of(const struct net_address *a)
{
	return ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

static bool
respond(void *arg, struct slice challenge, struct buf *response)
{
	struct probe_dialog *d = arg;

	return sasl_client_respond(d->sasl, challenge, response);
}

static void
start(struct probe_dialog *d, const char *mechanism)
{
	const struct sasl_client_options options = {
		.user = d->options.auth_user,
		.secret = d->options.auth_secret,
		.host = d->options.name,
		.port = port_of(&d->to),
	};
	struct smtp_client_sasl sasl = { .mechanism = mechanism, .respond = respond, .arg = d };

	d->sasl = sasl_client_new(mechanism, &options);
	sasl.is_first = sasl_client_is_first(d->sasl);
	(void)snprintf(d->facts.mechanism, sizeof d->facts.mechanism, "%s", mechanism);
	smtp_client_auth(d->client, &sasl, clock_monotonic_ms());
}

bool
dialog_log_in(struct probe_dialog *d)
{
	const char *mechanism;

	d->has_tried_auth = true;
	if (!dialog_is_trusted(d)) {
		dialog_skip(d, PROBE_STAGE_AUTH,
		    "without TLS and a certificate that proves the server's name, no password is "
		    "sent");
		return false;
	}
	mechanism = choose(d);
	if (mechanism == NULL) {
		dialog_skip(d, PROBE_STAGE_AUTH,
		    d->facts.ehlo_tls.has_auth ? "no mechanism is offered that can be used here"
					       : "AUTH is not offered");
		return false;
	}
	start(d, mechanism);
	return true;
}

void
dialog_judge_login(struct probe_dialog *d)
{
	struct probe_stage_fact *fact = &d->facts.stages[PROBE_STAGE_AUTH];

	probe_text_copy(
	    sasl_client_complaint(d->sasl), ' ', d->facts.complaint, sizeof d->facts.complaint);
	if (fact->end != PROBE_STAGE_PASSED)
		return;
	d->facts.is_logged_in = sasl_client_is_satisfied(d->sasl);
	if (!d->facts.is_logged_in)
		dialog_fault(d, PROBE_STAGE_AUTH,
		    "the server has not proved that it knows the password (SCRAM)");
}
