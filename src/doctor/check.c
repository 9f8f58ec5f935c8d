/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/check.h"

#include <stdio.h>
#include <string.h>

#include "doctor/run.h"
#include "util/alloc.h"
#include "util/port.h"

enum { NAME_MS = 5000 };

static const uint16_t usual_ports[] = { PORT_SUBMISSION, PORT_SUBMISSIONS, PORT_SMTP,
	PORT_ALTERNATIVE };
enum { USUAL_COUNT = sizeof usual_ports / sizeof usual_ports[0] };

static void
fill_question(struct doctor_facts *f, const struct doctor_check_options *o)
{
	const uint16_t *ports = o->ports == NULL ? usual_ports : o->ports;
	const size_t count = o->ports == NULL ? USUAL_COUNT : o->port_count;
	size_t len;

	(void)snprintf(f->host, sizeof f->host, "%s", o->host);
	len = strlen(f->host);
	/* Said to DNS and not to readers, to whom it ends a sentence. */
	if (len > 1 && f->host[len - 1] == '.')
		f->host[len - 1] = '\0';
	f->is_port_given = o->ports != NULL;
	f->port_count = count < DOCTOR_PORTS_MAX ? count : DOCTOR_PORTS_MAX;
	memcpy(f->ports, ports, f->port_count * sizeof *ports);
	f->is_resolver_given = o->resolver != NULL;
	f->wants_auth = o->user != NULL;
	f->wants_mail = o->to != NULL;
	f->message_len = o->message.len;
}

/* What the reader does not want to know was not asked. */
static void
keep_family(struct probe_name *n, int family)
{
	size_t kept = 0;

	if (family == AF_UNSPEC)
		return;
	for (size_t i = 0; i < n->address_count; i++)
		if (n->addresses[i].any.sa_family == family)
			n->addresses[kept++] = n->addresses[i];
	n->address_count = kept;
	if (family == AF_INET)
		n->v6 = (struct probe_name_family){ PROBE_NAME_NOT_ASKED, NULL, 0 };
	else
		n->v4 = (struct probe_name_family){ PROBE_NAME_NOT_ASKED, NULL, 0 };
}

static void
on_name(void *arg, const struct probe_name *name)
{
	struct run *r = arg;

	r->lookup = NULL;
	r->facts->name = *name;
	keep_family(&r->facts->name, r->options->family);
	r->is_named = !run_ask_services(r);
	run_plan(r);
	run_start_ready(r);
	run_wake(r);
}

int
doctor_check(
    const struct doctor_check_options *options, struct doctor_facts *ret_facts, struct buf *error)
{
	struct run *r = xcalloc(1, sizeof *r);
	int e = run_begin(r, options, ret_facts, error);

	if (e == 0) {
		fill_question(ret_facts, options);
		r->lookup = probe_name_start(r->base, r->resolver, &ret_facts->machine,
		    options->host, usual_ports[0], NAME_MS, on_name, r);
		run_loop(r);
	}
	run_end(r);
	free(r);
	return e;
}

int
doctor_check_network(
    const struct doctor_check_options *options, struct doctor_facts *ret_facts, struct buf *error)
{
	struct run *r = xcalloc(1, sizeof *r);
	int e = run_begin(r, options, ret_facts, error);

	if (e == 0) {
		ret_facts->is_network = true;
		run_ask_network(r);
		run_loop(r);
		run_note_names(r);
		keep_family(&ret_facts->name, options->family);
	}
	run_end(r);
	free(r);
	return e;
}
