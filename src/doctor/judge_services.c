/* SPDX-License-Identifier: Apache-2.0 */
/* judge_services.c - what a domain that has no address says of its servers */
#include "doctor/judge.h"

void
doctor_judge_prove_services(const struct doctor_facts *facts, struct doctor_finding *f)
{
	static const char *const labels[] = { [DOCTOR_SERVICE_SUBMISSIONS] = "_submissions._tcp",
		[DOCTOR_SERVICE_SUBMISSION] = "_submission._tcp" };
	const struct doctor_service *mx = &facts->services[DOCTOR_SERVICE_MX];

	for (int i = DOCTOR_SERVICE_SUBMISSIONS; i <= DOCTOR_SERVICE_SUBMISSION; i++) {
		const struct doctor_service *s = &facts->services[i];

		if (s->target[0] != '\0')
			doctor_finding_prove(f,
			    "Its SRV record %s names %s, port %u: `sallyport check %s:%u` looks "
			    "at that.",
			    labels[i], s->target, (unsigned)s->port, s->target, (unsigned)s->port);
	}
	if (mx->target[0] != '\0')
		doctor_finding_prove(f,
		    "Its MX record names %s: mail for the domain goes there, which need not be "
		    "where its users submit theirs.",
		    mx->target);
}

const char *
doctor_judge_submission_host(const struct doctor_facts *facts)
{
	const struct doctor_service *s = &facts->services[DOCTOR_SERVICE_SUBMISSIONS];

	return s->target[0] != '\0' ? s->target : facts->services[DOCTOR_SERVICE_SUBMISSION].target;
}
