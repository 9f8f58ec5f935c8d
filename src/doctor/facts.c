/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/facts.h"

#include <stdlib.h>
#include <string.h>

static void
free_probe(struct doctor_probe *p)
{
	free(p->anyway);
	free(p->small);
	free(p->other_mode);
	free(p->tls12);
	free(p->again);
}

void
doctor_facts_done(struct doctor_facts *facts)
{
	for (size_t i = 0; i < facts->probe_count; i++)
		free_probe(&facts->probes[i]);
	free(facts->probes);
	facts->probes = NULL;
	facts->probe_count = 0;
	for (size_t i = 0; i < facts->control_count; i++)
		free(facts->controls[i].dialog);
	facts->control_count = 0;
}

const struct doctor_probe *
doctor_facts_find(const struct doctor_facts *facts, const struct ip *ip, uint16_t port)
{
	for (size_t i = 0; i < facts->probe_count; i++) {
		const struct doctor_probe *p = &facts->probes[i];
		struct ip its;

		if (p->port == port && net_address_ip(&p->address, &its) &&
		    memcmp(&its, ip, sizeof its) == 0)
			return p;
	}
	return NULL;
}
