/* SPDX-License-Identifier: Apache-2.0 */
/*
 * services.c - a domain without an address: does it name its servers by SRV (RFC 6186 §3.1) or MX?
 *
 * Asked only then, for it is what people take for the name of the server.
 */
#include "doctor/run.h"

#include <stdio.h>

#include "net/query.h"
#include "smtp/address.h"
#include "util/port.h"

enum { SERVICES_MS = 1500 };

static const struct {
	const char *prefix;
	enum net_record_type type;
} kinds[DOCTOR_SERVICES] = {
	[DOCTOR_SERVICE_SUBMISSIONS] = { "_submissions._tcp.", NET_RECORD_SRV },
	[DOCTOR_SERVICE_SUBMISSION] = { "_submission._tcp.", NET_RECORD_SRV },
	[DOCTOR_SERVICE_MX] = { "", NET_RECORD_MX },
};

/* It will be shown as part of a command: nothing but names of hosts. */
static void
note(struct doctor_service *service, const char *target, uint16_t port)
{
	if (!smtp_domain_is_valid(slice_of(target)) || port == 0)
		return;
	(void)snprintf(service->target, sizeof service->target, "%s", target);
	service->port = port;
}

static void
on_answer(void *arg, const struct net_query_result *result)
{
	struct run_service *s = arg;
	struct run *r = s->run;
	struct doctor_service *service = &r->facts->services[s->kind];

	s->query = NULL;
	if (result->status == NET_QUERY_FOUND && s->kind == DOCTOR_SERVICE_MX)
		note(service, result->answer->records[0].mx.host, PORT_SMTP);
	else if (result->status == NET_QUERY_FOUND)
		note(service, result->answer->records[0].srv.target,
		    result->answer->records[0].srv.port);
	for (int i = 0; i < DOCTOR_SERVICES; i++)
		if (r->services[i].query != NULL)
			return;
	r->is_named = true;
	run_wake(r);
}

static bool
is_domain_only(const struct probe_name *n)
{
	return n->address_count == 0 && !n->is_literal && !n->is_impossible &&
	       n->v4.end == PROBE_NAME_NO_ADDRESS && n->v6.end == PROBE_NAME_NO_ADDRESS;
}

bool
run_ask_services(struct run *r)
{
	const struct probe_name *n = &r->facts->name;

	if (!is_domain_only(n))
		return false;
	for (int i = 0; i < DOCTOR_SERVICES; i++) {
		char name[NET_NAME_MAX + 32];

		(void)snprintf(name, sizeof name, "%s%s", kinds[i].prefix, n->text);
		r->services[i] =
		    (struct run_service){ .run = r, .kind = (enum doctor_service_kind)i };
		r->services[i].query = net_query_start_plain(
		    r->resolver, name, kinds[i].type, SERVICES_MS, on_answer, &r->services[i]);
	}
	return true;
}

void
run_cancel_services(struct run *r)
{
	for (int i = 0; i < DOCTOR_SERVICES; i++)
		net_query_cancel(&r->services[i].query);
}
