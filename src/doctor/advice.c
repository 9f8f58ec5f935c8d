/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/advice.h"

static bool
has_advice(const struct doctor_finding *finding, enum explain_role role)
{
	const char *text = finding->cause->advice[role];

	return finding->weight != DOCTOR_NOTE && text != NULL && text[0] != '\0';
}

static bool
has_cause(const struct doctor_advice *advice, const struct explain_cause *cause)
{
	for (size_t i = 0; i < advice->count; i++)
		if (advice->findings[i]->cause == cause)
			return true;
	return false;
}

void
doctor_advice_gather(
    const struct doctor_verdict *verdict, enum explain_role role, struct doctor_advice *ret_advice)
{
	struct doctor_advice advice = { 0 };

	for (size_t i = 0; i < verdict->finding_count && advice.count < DOCTOR_ADVICE_MAX; i++) {
		const struct doctor_finding *finding = &verdict->findings[i];

		if (has_advice(finding, role) && !has_cause(&advice, finding->cause))
			advice.findings[advice.count++] = finding;
	}
	*ret_advice = advice;
}

/* The host that is asked about, or of a network the one whose name was looked up; NULL: none. */
static const char *
host_of(const struct doctor_facts *facts)
{
	const char *host = facts->is_network ? facts->name.text : facts->host;

	return host[0] == '\0' ? NULL : host;
}

void
doctor_advice_fill(const struct doctor_facts *facts, const struct doctor_finding *finding,
    const char *text, struct buf *out)
{
	const struct explain_words words = {
		.host = host_of(facts),
		.port = finding->port,
		.offender = finding->offender,
		.where = finding->where,
		.detail = finding->detail,
	};

	explain_cause_fill(text, &words, out);
}
