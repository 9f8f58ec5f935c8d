/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/grade.h"

enum { HIGH_FAILS = 3, MEDIUM_FOR_C = 2, LOW_FOR_B = 4 };

const char *
audit_grade(const struct audit_findings *list, bool is_complete)
{
	const size_t high = audit_findings_count(list, AUDIT_HIGH);
	const size_t medium = audit_findings_count(list, AUDIT_MEDIUM);
	const size_t low = audit_findings_count(list, AUDIT_LOW);

	if (audit_findings_count(list, AUDIT_CRITICAL) > 0 || high >= HIGH_FAILS)
		return "F";
	if (high > 0)
		return "D";
	if (medium >= MEDIUM_FOR_C)
		return "C";
	if (medium > 0 || low >= LOW_FOR_B || !is_complete)
		return "B";
	return low > 0 ? "A" : "A+";
}
